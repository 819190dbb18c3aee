"""Figures of measures that stand in no page of the project, named by their words."""

from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.periods import Window


def named_figure(*, measure, period, role="count", **about):
    """Give a figure of a measure with these words, in a period in words."""
    kind = Measure(id=measure, words=measure, role=role)
    return Figure(measure=kind, window=Window.named(period), **about)
