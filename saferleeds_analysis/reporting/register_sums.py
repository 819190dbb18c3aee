"""The sums by which printed figures are worked out again: one function a kind, named in the register's column ``check``.

Each takes the figure and its parts and gives what came out, in words and as a number, and whether the print agrees. A
judgement that is no sum (two values for one measure, a date that cannot be) is a function too, so that it is made the same
way each time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor, sqrt

from saferleeds_analysis.documents import RegisteredFigure
from saferleeds_analysis.methods import feasibility
from saferleeds_analysis.methods.rates import proportion
from saferleeds_analysis.methods.survey_summaries import margin_of_error
from saferleeds_analysis.reporting.wording import MINUS, number, percent

Parts = Sequence[Decimal | str]

REPRODUCES, NOT, CONSISTENT = "reproduces", "does not reproduce", "consistent (levels not published)"
INPUT, DERIVED, NOT_CHECKABLE = "input", "derived", "not checkable"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of working a figure out again.

    ``how`` says it in words; ``came_out`` is the result in print and ``value`` (with ``lower`` and ``upper`` where only a
    range follows) as a number; ``n`` is the base of a percentage whose limits are its 95%
    interval; ``verdict`` the judgement where the sum makes one (empty: by the figure's role).
    """

    how: str
    came_out: str = ""
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    n: int | None = None
    verdict: str = ""


def work_out(figure: RegisteredFigure, parts: Parts) -> Outcome:
    """Work a figure out by the kind of sum that the register names for it."""
    return SUMS[figure.check](figure, parts)


def _agrees(figure: RegisteredFigure, value: Decimal | float) -> str:
    """Compare at the precision of the print."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    step = Decimal(1).scaleb(figure.number.as_tuple().exponent)
    return REPRODUCES if exact.quantize(step, rounding=ROUND_HALF_UP) == figure.number else NOT


def _whole(value: Decimal | int) -> str:
    """Write a number with the decimals that it has."""
    return number(float(value), decimals=max(0, -Decimal(value).normalize().as_tuple().exponent))


def _printed(value: Decimal) -> str:
    """Write a number with the decimals at which it was printed, and a real minus sign."""
    return str(value).replace("-", MINUS)


def _plus(parts: Parts) -> str:
    return " + ".join(_whole(p) for p in parts)


def _span(found: Sequence[int]) -> str:
    if not found:
        return "none"
    return number(found[0]) if found[0] == found[-1] else f"{number(found[0])} to {number(found[-1])}"


def _change(later: Decimal, earlier: Decimal) -> float:
    return float(100 * (later / earlier - 1))


# Sums, differences and shares


def _as_printed(figure: RegisteredFigure, parts: Parts) -> Outcome:
    return Outcome(how="Taken as printed: the document gives nothing to work it out from.")


def _sum(figure: RegisteredFigure, parts: Parts) -> Outcome:
    total = sum(parts)
    text = f"{_plus(parts)} = {_whole(total)}"
    return Outcome(
        how=f"The sum of its parts: {text}.",
        came_out=_whole(total),
        value=float(total),
        verdict=_agrees(figure, total) if figure.role == "claim" else "",
    )


def _sum_and_share(figure: RegisteredFigure, parts: Parts) -> Outcome:
    *wards, whole = parts
    total = sum(wards)
    share = float(100 * total / whole)
    return Outcome(
        how=f"The sum of the {len(wards)} printed, as a share of {_whole(whole)}.",
        came_out=f"{_whole(total)}, {percent(share)} of {_whole(whole)}",
        value=float(total),
    )


def _sum_and_more(figure: RegisteredFigure, parts: Parts) -> Outcome:
    *now, more = parts
    return Outcome(
        how=f"The sum of its parts: {_plus(now)}; {_whole(more)} more are proposed.",
        came_out=f"{_whole(sum(now))}; {_whole(sum(parts))} with those proposed",
        value=float(sum(now)),
    )


def _sum_and_base(figure: RegisteredFigure, parts: Parts) -> Outcome:
    one, other, share = parts
    bases = _bases(figure.number, share)
    return Outcome(
        how=f"The sum of its two parts. A count that is {share}% of its base has a base of {_span(bases)}.",
        came_out=f"{_whole(one + other)}; base {_span(bases)}",
        value=float(one + other),
        verdict=_agrees(figure, one + other),
    )


def _product(figure: RegisteredFigure, parts: Parts) -> Outcome:
    share, whole = parts
    exact = share * whole
    return Outcome(
        how=f"{100 * share:.0f}% of {_whole(whole)}.",
        came_out=number(float(exact), decimals=2),
        value=float(exact),
        verdict=_agrees(figure, exact),
    )


def _difference(figure: RegisteredFigure, parts: Parts) -> Outcome:
    one, other = parts
    return Outcome(
        how=f"{one} less {other}.",
        came_out=str(one - other),
        value=float(one - other),
        verdict=_agrees(figure, one - other),
    )


def _points(later: Decimal, earlier: Decimal) -> tuple[str, float]:
    gap = float(later - earlier)
    text = number(gap, decimals=max(-later.as_tuple().exponent, -earlier.as_tuple().exponent))
    return f"{'+' if gap > 0 else ''}{text} percentage points", gap


def _points_to(figure: RegisteredFigure, parts: Parts) -> Outcome:
    text, gap = _points(parts[0], figure.number)
    if figure.area != "Leeds":  # a comparator: the gap is that of the place compared
        return Outcome(how=f"The figure of Leeds ({parts[0]}%) less this one.", came_out=text, value=gap)
    return Outcome(how=f"From this to {parts[0]}%.", came_out=text, value=gap)


def _points_from(figure: RegisteredFigure, parts: Parts) -> Outcome:
    text, gap = _points(figure.number, parts[0])
    return Outcome(how=f"From {parts[0]}% to this.", came_out=text, value=gap)


def _share(figure: RegisteredFigure, parts: Parts) -> Outcome:
    found, base = parts
    exact = float(100 * found / base)
    e = proportion(int(found), int(base))
    return Outcome(
        how=f"{_whole(found)} of {_whole(base)}.",
        came_out=f"{number(exact, decimals=3)}%",
        value=exact,
        lower=e.lower,
        upper=e.upper,
        n=int(base),
        verdict=_agrees(figure, exact),
    )


def _part_of(figure: RegisteredFigure, parts: Parts) -> Outcome:
    exact = float(100 * figure.number / parts[0])
    return Outcome(how=f"As a share of {_whole(parts[0])}.", came_out=percent(exact), value=exact)


def _ratio(figure: RegisteredFigure, parts: Parts) -> Outcome:
    exact = float(figure.number / parts[0])
    return Outcome(
        how=f"{_whole(figure.number)} / {_whole(parts[0])}.",
        came_out=f"{number(exact, decimals=1)} each",
        value=exact,
    )


def _people_for_each(figure: RegisteredFigure, parts: Parts) -> Outcome:
    exact = float(sum(parts) / figure.number)
    return Outcome(
        how=f"({_plus(parts)}) people / {_whole(figure.number)}.",
        came_out=f"{number(exact)} people each",
        value=exact,
    )


def _mean_of(figure: RegisteredFigure, parts: Parts) -> Outcome:
    *rates, own = parts
    mean, without = sum(rates) / len(rates), (sum(rates) - own) / (len(rates) - 1)
    rank = 1 + sum(r > own for r in rates)
    return Outcome(
        how=f"The plain mean of {len(rates)} printed rates; without Leeds {number(float(without), decimals=2)}. "
        f"Leeds, place {rank} of {len(rates)}, is {number(float(own - mean), decimals=1)} above it "
        f"({percent(_change(own, mean))}). Weighting by households needs the other cities' households.",
        came_out=number(float(mean), decimals=2),
        value=float(mean),
    )


# Changes


def _change_on(figure: RegisteredFigure, parts: Parts) -> Outcome:
    changes = [_change(figure.number, base) for base in parts]
    text = "; ".join(
        f"{percent(c, signed=True)} on {_whole(base)}" for c, base in zip(changes, parts, strict=True)
    )
    return Outcome(how="The change that it is from an earlier figure.", came_out=text, value=changes[-1])


def _earlier_count(figure: RegisteredFigure, parts: Parts) -> Outcome:
    earlier = figure.number + parts[0]
    return Outcome(
        how=f"The count a year before follows: {_whole(figure.number)} + {_whole(parts[0])}.",
        came_out=f"{_whole(earlier)} a year before",
        value=float(earlier),
    )


def _change_from_difference(figure: RegisteredFigure, parts: Parts) -> Outcome:
    difference, later = parts
    exact = float(100 * difference / (later - difference))
    return Outcome(
        how=f"{_whole(difference)} on {_whole(later - difference)} a year before.",
        came_out=f"{number(exact, decimals=3)}%",
        value=exact,
        verdict=_agrees(figure, exact),
    )


def _ratio_change(figure: RegisteredFigure, parts: Parts) -> Outcome:
    earlier, printed = parts
    exact = _change(figure.number, earlier)
    agrees = round(exact) == int(printed)
    return Outcome(
        how=f"{figure.number} on {earlier}, printed as up {printed}%.",
        came_out=f"{number(exact, decimals=2)}%",
        value=exact,
        verdict=REPRODUCES if agrees else NOT,
    )


def _against_target(figure: RegisteredFigure, parts: Parts) -> Outcome:
    gap = figure.number - parts[0]
    met = "met" if gap <= 0 else "missed"
    return Outcome(
        how=f"Less the target of {_whole(parts[0])}: {met}.",
        came_out=f"{_whole(gap)} ({percent(_change(figure.number, parts[0]), signed=True)})",
        value=float(gap),
    )


def _shorter_than(figure: RegisteredFigure, parts: Parts) -> Outcome:
    exact = float(100 * (1 - figure.number / parts[0]))
    return Outcome(
        how=f"Less than {figure.number} after {parts[0]}.",
        came_out=f"at least {percent(exact)} shorter",
        value=exact,
        lower=exact,
    )


def _target_as_rate(figure: RegisteredFigure, parts: Parts) -> Outcome:
    level, rate, mean = parts
    target = float(figure.number / (level / rate))
    needed = floor(float(level / rate * mean))
    return Outcome(
        how=f"On {_whole(level)} at {rate} per 1,000 households. The core cities' mean of {mean} would need {number(needed)} or fewer.",
        came_out=f"{percent(_change(figure.number, level), signed=True)}; {number(target, decimals=2)} per 1,000 households",
        value=target,
    )


# Projections


def _run_rate(figure: RegisteredFigure, parts: Parts) -> Outcome:
    total = 4 * sum(parts) / len(parts)
    return Outcome(
        how=f"({_plus(parts)}) taken {4 // len(parts)} times.",
        came_out=_whole(total),
        value=float(total),
        verdict=_agrees(figure, total),
    )


def _seasonal_share(figure: RegisteredFigure, parts: Parts) -> Outcome:
    now, before, year = sum(parts[:2]), sum(parts[2:4]), sum(parts[2:])
    share = before / year
    seasonal = now / share
    seasonal_change, run_rate_change = _change(seasonal, year), _change(2 * now, year)
    return Outcome(
        how=f"The first two quarters had {percent(float(100 * share))} of last year's count: {_whole(now)} / that share. Like for "
        f"like {_whole(now)} on {_whole(before)}.",
        came_out=f"{number(float(seasonal))}, {percent(seasonal_change, signed=True)} on last year "
        f"(the run-rate says {percent(run_rate_change, signed=True)})",
        value=float(seasonal),
        verdict="sign differs" if seasonal_change * run_rate_change < 0 else DERIVED,
    )


# What whole numbers can lie behind a print


def _difference_behind(figure: RegisteredFigure, parts: Parts) -> Outcome:
    difference, change = parts
    found = feasibility.earlier_counts_behind_difference(
        difference=int(difference), printed_change=str(change)
    )
    later = [n + int(difference) for n in found]
    return Outcome(
        how=f"The whole numbers of which {_whole(difference)} is {_printed(change)}%.",
        came_out=f"year before {_span(found)}; latest {_span(later)}",
        lower=found[0] if found else None,
        upper=found[-1] if found else None,
        verdict=CONSISTENT if found else NOT,
    )


def _bounds_hold(figure: RegisteredFigure, parts: Parts) -> Outcome:
    *pairs, whole = parts
    found = [
        feasibility.earlier_counts_behind_difference(difference=int(d), printed_change=str(c))
        for d, c in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    low, high = sum(f[0] for f in found), sum(f[-1] for f in found)
    return Outcome(
        how="The divisions' own bounds added: the city's count must lie between.",
        came_out=f"{number(low)} to {number(high)}",
        value=float(whole),
        lower=low,
        upper=high,
        verdict=REPRODUCES if low <= whole <= high else NOT,
    )


def _earlier_behind(figure: RegisteredFigure, parts: Parts) -> Outcome:
    later, change = parts
    found = feasibility.earlier_counts_behind(later=int(later), printed_change=str(change))
    guess = round(later / (1 + change / 100))
    near = " and ".join(
        f"{_whole(later)} on {n} is {percent(_change(later, Decimal(n)), signed=True)}"
        for n in (guess, guess + 1)
    )
    how = f"The whole numbers from which {_whole(later)} is a change of {_printed(change)}%."
    if not found:
        how = f"No whole number gives a change of {_printed(change)}%: {near}."
    return Outcome(
        how=how,
        came_out=f"year before {_span(found)}",
        lower=found[0] if found else None,
        upper=found[-1] if found else None,
        verdict=REPRODUCES if found else NOT,
    )


def _numerators(figure: RegisteredFigure, parts: Parts) -> Outcome:
    base = int(parts[0])
    found = feasibility.numerators_behind(base=base, printed_percent=str(figure.number))
    low = floor(base * float(figure.number) / 100)
    decimals = -figure.number.as_tuple().exponent
    near = " and ".join(
        f"{n} of {number(base)} is {number(100 * n / base, decimals=decimals)}%" for n in (low, low + 1)
    )
    how = f"The whole numbers that are {figure.number}% of {number(base)}."
    if not found:
        how = f"No whole number is {figure.number}% of {number(base)}: {near}. It is no unweighted share of them."
    return Outcome(
        how=how,
        came_out=_span(found),
        lower=found[0] if found else None,
        upper=found[-1] if found else None,
        verdict=REPRODUCES if found else NOT,
    )


def _share_of_sample(figure: RegisteredFigure, parts: Parts) -> Outcome:
    base, population = (int(p) for p in parts)
    found = feasibility.numerators_behind(base=base, printed_percent=str(figure.number))
    if not found:
        return _numerators(figure, parts[:1])
    e = proportion(found[0], base)
    margin = margin_of_error(base=base, percent=100 * found[0] / base, design_effect=1, population=population)
    return Outcome(
        how=f"{found[0]} of {base} answers; 95% interval {percent(e.lower)} to {percent(e.upper)} (Wilson), or "
        f"±{number(margin, decimals=2)} points if the {population} who could have answered are all there are.",
        came_out=f"{found[0]}/{base}",
        value=e.value,
        lower=e.lower,
        upper=e.upper,
        n=base,
        verdict=REPRODUCES,
    )


def _share_of_cohort(figure: RegisteredFigure, parts: Parts) -> Outcome:
    base, national = parts
    found = feasibility.numerators_behind(base=int(base), printed_percent=str(figure.number))
    e = proportion(round(float(base * figure.number / 100)), int(base))
    clear = not e.lower <= float(national) <= e.upper
    return Outcome(
        how=f"Of {_whole(base)}; 95% interval {percent(e.lower)} to {percent(e.upper)}. "
        f"National result {national}%: {'a clear difference' if clear else 'no clear difference'}.",
        came_out=f"{_span(found)} people",
        value=e.value,
        lower=e.lower,
        upper=e.upper,
        n=int(base),
    )


def _shares_of_base(figure: RegisteredFigure, parts: Parts) -> Outcome:
    base, *shares = parts

    def fits(n: int) -> list[list[int]]:
        return [feasibility.numerators_behind(base=n, printed_percent=str(s)) for s in shares]

    here = fits(int(base))
    other = next((n for n in range(int(base) + 1, int(base) + 10) if all(fits(n))), None)
    listed = "; ".join(f"{s}%: {_span(f)}" for s, f in zip(shares, here, strict=True))
    also = ""
    if other:
        counts = [f[0] for f in fits(other)]
        also = f" Of {other} all can be: {' + '.join(map(str, counts))} = {sum(counts)}."
    return Outcome(
        how=f"The whole numbers that are each share of {_whole(base)}.{also}",
        came_out=listed,
        value=float(other) if other else None,
        verdict=REPRODUCES if all(here) else NOT,
    )


def _bases(count: Decimal, share: Decimal) -> list[int]:
    top = floor(100 * float(count) / (float(share) - 0.5)) + 1
    return [
        n
        for n in range(max(1, ceil(100 * float(count) / (float(share) + 0.5)) - 1), top + 1)
        if int(count) in feasibility.numerators_behind(base=n, printed_percent=str(share))
    ]


def _bases_behind(figure: RegisteredFigure, parts: Parts) -> Outcome:
    found = _bases(*parts)
    return Outcome(
        how=f"The bases of which {_whole(parts[0])} is {parts[1]}%.",
        came_out=f"base {_span(found)}",
        lower=found[0],
        upper=found[-1],
    )


def _small_count(figure: RegisteredFigure, parts: Parts) -> Outcome:
    """Judge a count of people by size; where its percentage is printed too, its base can be worked out."""
    small = 0 < figure.number < 5
    base = (
        f" The percentage printed with it gives away its base: {_span(_bases(figure.number, parts[0]))}."
        if parts
        else ""
    )
    return Outcome(
        how=f"{figure.number} is {'fewer than' if small else 'not fewer than'} 5.{base}",
        came_out=f"{figure.number} < 5" if small else "",
        verdict="disclosure" if small else INPUT,
    )


def _count_in_brackets(figure: RegisteredFigure, parts: Parts) -> Outcome:
    share, count = figure.number / 100, parts[0]
    return Outcome(
        how=f"If {_whole(count)} are the repeat victims, all victims are {_whole(round(count / share))}; if they are all "
        f"victims, the repeats are {_whole(round(count * share))}. The print does not say which.",
        came_out=f"base {_whole(round(count / share))} or repeats {_whole(round(count * share))}",
        verdict="ambiguous",
    )


def _divided_by_percent(figure: RegisteredFigure, parts: Parts) -> Outcome:
    exact = float(abs(100 * figure.number / parts[0]))
    return Outcome(
        how=f"{_whole(figure.number)} / {abs(parts[0])}%.",
        came_out=f"about {number(exact)} a year before",
        value=exact,
    )


def _base_behind_rate(figure: RegisteredFigure, parts: Parts) -> Outcome:
    count, rate, census = parts
    low, high = (float(1000 * count / (rate + e)) for e in (Decimal("0.05"), Decimal("-0.05")))
    return Outcome(
        how=f"{_whole(count)} at {rate} per 1,000 (rounded) needs so many households; {_whole(census)} are counted.",
        came_out=f"{number(low)} to {number(high)}",
        value=float(count / rate),
        lower=low / 1000,
        upper=high / 1000,
        verdict=REPRODUCES if low <= census <= high else NOT,
    )


# Surveys


def _half_width(figure: RegisteredFigure, parts: Parts) -> Outcome:
    share, base = parts
    reach = margin_of_error(base=int(base), percent=float(share), design_effect=1)
    return Outcome(
        how=f"Of {share}% on {_whole(base)}, taken as a simple random sample.",
        came_out=f"±{number(reach, decimals=2)} points ({number(float(share) - reach, decimals=2)}% to "
        f"{number(float(share) + reach, decimals=2)}%)",
        value=reach,
        lower=float(share) - reach,
        upper=float(share) + reach,
    )


def _margin(figure: RegisteredFigure, parts: Parts) -> Outcome:
    base, population, observed = parts
    sized = {"base": int(base), "design_effect": 1}
    at_half = margin_of_error(**sized, percent=50, population=int(population))
    plain = margin_of_error(**sized, percent=50)
    at_observed = margin_of_error(**sized, percent=float(observed), population=int(population))
    return Outcome(
        how=f"At 50% on {base} of {population}, with the finite population correction (without it "
        f"{number(plain, decimals=3)}). At the {observed}% observed it is ±{number(at_observed, decimals=2)} points.",
        came_out=number(at_half, decimals=4),
        value=at_half,
        verdict=_agrees(figure, at_half),
    )


def _z(later: float, earlier: float, base: float, other_base: float) -> float:
    error = sqrt(later * (100 - later) / base + earlier * (100 - earlier) / other_base)
    return (later - earlier) / error


def _one_baseline(figure: RegisteredFigure, parts: Parts) -> Outcome:
    other, current, base = parts
    text, gap = _points(current, figure.number)
    z = _z(float(current), float(figure.number), float(base), float(base))
    same = other == figure.number
    return Outcome(
        how=f"Another document gives {other}% for the same year: {abs(other - figure.number)} points apart. From this baseline to "
        f"{current}%: z = {number(z, decimals=1)} if each is of {_whole(base)} households.",
        came_out=text,
        value=gap,
        verdict=REPRODUCES if same else "inconsistent",
    )


def _one_value(figure: RegisteredFigure, parts: Parts) -> Outcome:
    *others, baseline = parts
    values = [*others, figure.number]
    text, gap = _points(figure.number, baseline)
    return Outcome(
        how=f"One measure has {len(set(values))} values: {', '.join(f'{v}%' for v in sorted(set(values), reverse=True))}. "
        f"From the document's baseline of {baseline}%:",
        came_out=text,
        value=gap,
        verdict="inconsistent" if len(set(values)) > 1 else REPRODUCES,
    )


def _base_of_period(figure: RegisteredFigure, parts: Parts) -> Outcome:
    """A quarter's percentage is printed with the base of twelve months."""
    year = int(parts[0])
    quarter = round(year / 4)
    found = feasibility.numerators_behind(base=year, printed_percent=str(figure.number))
    reach = margin_of_error(base=quarter, percent=float(figure.number), design_effect=1)
    return Outcome(
        how=f"Called the latest quarter, and quoted with the {number(year)} households of twelve months. A quarter would have about "
        f"{number(quarter)} (±{number(reach, decimals=2)} points).",
        came_out=f"{_span(found)} of {number(year)}",
        verdict="ambiguous" if found else NOT,
    )


def _words_of_change(figure: RegisteredFigure, parts: Parts) -> Outcome:
    before, middle, after, base = (float(p) for p in parts)
    fall, rise = _z(middle, before, base, base), _z(after, middle, base, base)
    clear = [abs(z) > 1.96 for z in (fall, rise)]
    said = ["a clear change" if c else "no clear change" for c in clear]
    return Outcome(
        how=f"On about {number(base)} households a quarter: {before}% to {middle}% is {said[0]}, {middle}% to {after}% is {said[1]}. "
        "Both were printed as slight.",
        came_out=f"fall z = {number(fall, decimals=2)}; rise z = {number(rise, decimals=2)}",
        value=middle - before,
        verdict="narrative" if any(clear) else REPRODUCES,
    )


# Money


def _count_behind_cost(figure: RegisteredFigure, parts: Parts) -> Outcome:
    unit_cost, calendar, financial = parts
    step = Decimal("0.05")
    low = ceil((figure.number - step) * 1_000_000 / unit_cost)
    high = floor((figure.number + step) * 1_000_000 / unit_cost)
    middle = round(figure.number * 1_000_000 / unit_cost)
    other = float(financial * unit_cost / 1_000_000)
    fits = [low <= count <= high for count in (calendar, financial)]
    return Outcome(
        how=f"At £{_whole(unit_cost)} a burglary the print needs {number(low)} to {number(high)} offences (middle {number(middle)}): the calendar "
        f"year has {_whole(calendar)}; the financial year's {_whole(financial)} would give £{number(other, decimals=1)}m.",
        came_out=f"{number(low)} to {number(high)} offences",
        value=float(calendar * unit_cost / 1_000_000),
        lower=low,
        upper=high,
        verdict={
            (True, False): "reproduces only with calendar-year counts",
            (True, True): REPRODUCES,
        }.get((fits[0], fits[1]), NOT),
    )


def _budget_for_posts(figure: RegisteredFigure, parts: Parts) -> Outcome:
    posts, each = parts
    cost, budget = posts * each, figure.number * 1_000_000
    agrees = _agrees(figure, cost / 1_000_000)
    return Outcome(
        how=f"{posts} posts at £{_whole(each)} cost £{number(float(cost - budget))} ({percent(float(100 * (cost / budget - 1)))}) more than "
        f"the £{_whole(budget)} stated, which pays for {number(float(budget / each), decimals=1)}.",
        came_out=f"£{number(float(cost))}",
        value=float(cost / 1_000_000),
        verdict=agrees if agrees == REPRODUCES else "inconsistent",
    )


def _posts_in_wards(figure: RegisteredFigure, parts: Parts) -> Outcome:
    wards, posts = parts
    return Outcome(
        how=f"{wards} wards of {figure.number}.",
        came_out=f"{wards * figure.number} posts",
        value=float(wards * figure.number),
        verdict=REPRODUCES if wards * figure.number == posts else NOT,
    )


def _extra_cost(figure: RegisteredFigure, parts: Parts) -> Outcome:
    posts, full, share, budget, each = parts
    cost = posts * (full * share)
    more = [cost - budget * 1_000_000, cost - posts * each]
    agree = {_agrees(figure, m / 1_000_000) for m in more}
    return Outcome(
        how=f"{posts} posts at £{_whole(full * share)}, less the stated budget; or less what they cost as printed.",
        came_out=" or ".join(f"£{number(float(m))}" for m in more),
        value=float(more[0] / 1_000_000),
        verdict=REPRODUCES if agree == {REPRODUCES} else NOT,
    )


def _posts_for_money(figure: RegisteredFigure, parts: Parts) -> Outcome:
    posts, full, share, budget, each = parts
    paid = [float(money / (full * share)) for money in (budget * 1_000_000, posts * each)]
    return Outcome(
        how=f"The stated budget, or what the posts cost as printed, at £{_whole(full * share)} a post.",
        came_out=" or ".join(number(p, decimals=2) for p in paid),
        value=float(floor(paid[0])),
        verdict=REPRODUCES if figure.number in {floor(p) for p in paid} else NOT,
    )


def _inside_or_outside(figure: RegisteredFigure, parts: Parts) -> Outcome:
    ours, others = parts
    inside, outside = figure.number - ours - others, figure.number - ours
    return Outcome(
        how=f"Less the {ours} part funded by the council. Whether the {others} paid for by others are among the "
        f"{figure.number} is not said.",
        came_out=f"{inside} left, or {outside} if the {others} are not among them",
        value=float(inside),
        verdict="ambiguous",
    )


# Labels, periods and dates


def _same_text(figure: RegisteredFigure, parts: Parts) -> Outcome:
    same = len({p.strip() for p in parts}) == 1
    return Outcome(
        how="The same label is printed twice on one card.",
        came_out="they agree" if same else f"they differ: {' and '.join(parts)}",
        verdict=REPRODUCES if same else "inconsistent",
    )


def _same_as(figure: RegisteredFigure, parts: Parts) -> Outcome:
    same = figure.number == parts[0]
    return Outcome(
        how="The same number as in the quarter beside it: check for a copying slip."
        if same
        else "Taken as printed.",
        came_out=f"{figure.value} and {parts[0]}",
    )


def _period_of_card(figure: RegisteredFigure, parts: Parts) -> Outcome:
    own, card, linked, new = parts
    shares = [float(100 * n / figure.number) for n in (linked, new)]
    return Outcome(
        how=f"It is of {own}; the card's review period is {card}. Of the calls {number(shares[0], decimals=2)}% were linked to a case "
        f"and {number(shares[1], decimals=2)}% became new referrals.",
        came_out=f"{own}, not {card}",
        verdict=INPUT if own == card else "period mismatch",
    )


def _new_method(figure: RegisteredFigure, parts: Parts) -> Outcome:
    return Outcome(
        how=f"The statutory method gave {parts[0]}%; this is another method, so no difference is given.",
        came_out="a break in the series",
        verdict="not comparable",
    )


def _whose_figure(figure: RegisteredFigure, parts: Parts) -> Outcome:
    return Outcome(
        how=f"The tag (WYP) marks the force's figure elsewhere in the same table ({parts[0]}%), so this may not be that of Leeds.",
        came_out="Leeds or the force",
        verdict="ambiguous",
    )


def _label_of_pair(figure: RegisteredFigure, parts: Parts) -> Outcome:
    return Outcome(
        how="Targets are set for offending and re-offending at both ages; the table gives one of each "
        f"({figure.value}% and {parts[0]}%), so the label is probably re-offending.",
        came_out="label in doubt",
        verdict="label",
    )


def _date_in_reach(figure: RegisteredFigure, parts: Parts) -> Outcome:
    printed, meant = parts
    years = int(printed[:4]) - int(meant[:4])
    return Outcome(
        how=f"{figure.value} is {years} years after the date that fits the plan.",
        came_out="in the far future" if years > 5 else "within reach",
        verdict="inconsistent" if years > 5 else INPUT,
    )


def _working_day(figure: RegisteredFigure, parts: Parts) -> Outcome:
    day = date.fromisoformat(parts[0])
    name = day.strftime("%A")
    return Outcome(
        how=f"{figure.value} was a {name}, on which no council meets." if day.weekday() > 4 else f"A {name}.",
        came_out=name,
        verdict="inconsistent" if day.weekday() > 4 else INPUT,
    )


# What cannot be worked out


def _no_base(figure: RegisteredFigure, parts: Parts) -> Outcome:
    return Outcome(
        how="A percentage without the number of cases it is of: neither it nor an interval can be worked out.",
        verdict=NOT_CHECKABLE,
    )


def _no_levels(figure: RegisteredFigure, parts: Parts) -> Outcome:
    return Outcome(
        how="A change without the counts it is between: it cannot be worked out.", verdict=NOT_CHECKABLE
    )


def _no_comparator(figure: RegisteredFigure, parts: Parts) -> Outcome:
    return Outcome(
        how="A count without a rate or another place's figure: the comparison that is made with it cannot be worked out.",
        verdict=NOT_CHECKABLE,
    )


def _nothing_printed(figure: RegisteredFigure, parts: Parts) -> Outcome:
    return Outcome(
        how="No statement of the document has a numeric baseline, target or comparator. Reductions are claimed without a number.",
        came_out=figure.value,
        value=float(figure.number),
        verdict="gap",
    )


SUMS: dict[str, Callable[[RegisteredFigure, Parts], Outcome]] = {
    "as_printed": _as_printed,
    "sum": _sum,
    "sum_and_share": _sum_and_share,
    "sum_and_more": _sum_and_more,
    "sum_and_base": _sum_and_base,
    "product": _product,
    "difference": _difference,
    "points_to": _points_to,
    "points_from": _points_from,
    "share": _share,
    "part_of": _part_of,
    "ratio": _ratio,
    "people_for_each": _people_for_each,
    "mean_of": _mean_of,
    "change_on": _change_on,
    "earlier_count": _earlier_count,
    "change_from_difference": _change_from_difference,
    "ratio_change": _ratio_change,
    "against_target": _against_target,
    "shorter_than": _shorter_than,
    "target_as_rate": _target_as_rate,
    "run_rate": _run_rate,
    "seasonal_share": _seasonal_share,
    "difference_behind": _difference_behind,
    "bounds_hold": _bounds_hold,
    "earlier_behind": _earlier_behind,
    "numerators": _numerators,
    "share_of_sample": _share_of_sample,
    "share_of_cohort": _share_of_cohort,
    "shares_of_base": _shares_of_base,
    "bases_behind": _bases_behind,
    "small_count": _small_count,
    "count_in_brackets": _count_in_brackets,
    "divided_by_percent": _divided_by_percent,
    "base_behind_rate": _base_behind_rate,
    "half_width": _half_width,
    "margin": _margin,
    "one_baseline": _one_baseline,
    "one_value": _one_value,
    "base_of_period": _base_of_period,
    "words_of_change": _words_of_change,
    "count_behind_cost": _count_behind_cost,
    "budget_for_posts": _budget_for_posts,
    "posts_in_wards": _posts_in_wards,
    "extra_cost": _extra_cost,
    "posts_for_money": _posts_for_money,
    "inside_or_outside": _inside_or_outside,
    "same_text": _same_text,
    "same_as": _same_as,
    "period_of_card": _period_of_card,
    "new_method": _new_method,
    "whose_figure": _whose_figure,
    "label_of_pair": _label_of_pair,
    "date_in_reach": _date_in_reach,
    "working_day": _working_day,
    "no_base": _no_base,
    "no_levels": _no_levels,
    "no_comparator": _no_comparator,
    "nothing_printed": _nothing_printed,
}
