"""Six quarters of a partnership with a measure of each shape, three of them late or restated: pages right, nothing lost, no code."""

import random
import shutil
from datetime import date, timedelta

import pandas as pd
import pytest
from parts_of_services import HEADER, MANIFEST, indicator
from projects import REFERENCE, ROOT, one_long_way, run

from saferleeds_analysis import periods

EARLIER = [f"2010/11 Q{n}" for n in (1, 2, 3, 4)]
QUARTERS = [f"2011/12 Q{n}" for n in (1, 2, 3, 4)] + ["2012/13 Q1", "2012/13 Q2"]
LATE = {"2011/12 Q3": "outcomes", "2011/12 Q4": "helpline"}
RESTATED_IN, RESTATED = "2012/13 Q1", "2011/12 Q4"
SOURCES = {
    "outcomes": ("parts", "newer_wins = true\n"),
    "helpline": ("monthly_extract", ""),
    "followed": ("cohort", ""),
    "noise": ("cases", ""),
}
PRINTED = (
    "indicator_id,area,period,measure,value,printed_as,unit,source,source_vintage,known_from,verdict,note"
)
REPORTS = {
    "treatment": "measure_card",
    "re_offences": "measure_card",
    "calls": "service_counts",
    "visits": "service_counts",
    "noise_cases": "cases_card",
}


def days(quarter):
    months = periods.quarter_months(periods.quarter(quarter))
    return months[0].start_time.date(), months[-1].end_time.date()


class Told:
    """What is true, by shape and quarter, drawn once; ``feed`` writes the files of a quarter as services would send them."""

    def __init__(self):
        chance = random.Random(17)
        every = [*EARLIER, *QUARTERS]
        self.treatment = {q: (chance.randint(150, 250), 400) for q in every}
        self.calls = {q: [chance.randint(80, 140) for _ in range(3)] for q in every}
        self.visits = {q: chance.randint(200, 300) for q in every}
        self.groups = {q: (chance.randint(60, 110), 100) for q in every}
        self.cases = []
        for opened in pd.date_range("2010-04-01", "2012-09-30", freq="4D"):
            self.cases.append((opened.date(), opened.date() + timedelta(days=chance.randint(5, 60))))

    def feed(self, project, quarter, *sources):
        last = days(quarter)[1]
        for source in sources:
            (name, lines) = getattr(self, f"_of_{source}")(quarter, last)
            path = project / "data/raw" / source / name
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        table = project / "data/raw/reference/published_figures_visits.csv"
        new = f"visits,Leeds,{quarter},count,{self.visits[quarter]},{self.visits[quarter]},visits,Bulletin,{quarter},{last},input,"
        table.write_text(table.read_text(encoding="utf-8") + new + "\n", encoding="utf-8")

    def _of_outcomes(self, quarter, last):
        own = [quarter]
        if quarter == RESTATED_IN:
            part, base = self.treatment[RESTATED]
            self.treatment[RESTATED] = (part + 20, base)
            own = [RESTATED, quarter]
        rows = [f"{q},Leeds,Treatment,{self.treatment[q][0]},{self.treatment[q][1]}" for q in own]
        return f"{last}.csv", [HEADER, *rows]

    def _of_helpline(self, quarter, last):
        months = periods.quarter_months(periods.quarter(quarter))
        rows = [f"{m},Leeds,Calls,{n}" for m, n in zip(months, self.calls[quarter], strict=True)]
        return f"{last}.csv", ["month,area,offence,count", *rows]

    def _of_followed(self, quarter, last):
        """The group of the year before, which has now been followed for twelve months."""
        group = str(periods.quarter_name(periods.quarter(quarter) - 4))
        part, base = self.groups[group]
        return f"{last}.csv", [
            f"{HEADER},followed_to",
            f"{group},Leeds,Re-offences,{part},{base},{last:%Y-%m}",
        ]

    def _of_noise(self, quarter, last):
        rows = [
            f"{opened},{closed if closed <= last else ''},Noise,Leeds"
            for opened, closed in self.cases
            if opened <= last
        ]
        return "cases.csv", ["opened,closed,kind,area", *rows]


def partnership(folder):
    shutil.copytree(REFERENCE, folder / "data/raw/reference")
    shutil.copytree(
        ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    for source, (shape, more) in SOURCES.items():
        about = MANIFEST.replace('"outcomes"', f'"{source}"').replace('"parts"', f'"{shape}"') + more
        (folder / "data/raw" / source).mkdir()
        (folder / "data/raw" / source / "source.toml").write_text(about, encoding="utf-8")
    with (folder / "data/raw/reference/indicators.toml").open("a", encoding="utf-8") as tables:
        for name, unit, better, more in (
            ("Treatment", "%", "increase", {}),
            ("Re-offences", "per offender", "decrease", {"source": "followed"}),
            ("Calls", "calls", "neither", {"source": "helpline"}),
            ("Visits", "visits", "neither", {"source": "published_figures", "offence": ""}),
            ("Noise cases", "days", "decrease", {"source": "noise", "offence": "Noise"}),
        ):
            tables.write(indicator(name, unit, better, **more))
    (folder / "data/raw/reference/published_figures_visits.csv").write_text(PRINTED + "\n", encoding="utf-8")
    reports = [
        f'[[report]]\nname = "{name.replace("_", "-")}"\nnotebook = "{notebook}"\n'
        f'parameters = {{ indicator = "{name}", area = "Leeds" }}\n'
        for name, notebook in REPORTS.items()
    ]
    (folder / "notebooks/run_list.toml").write_text("\n".join(reports), encoding="utf-8")
    return folder


def figures_of(pack):
    tables = [pd.read_csv(path) for path in sorted(pack.glob("*/figures.csv"))]
    return pd.concat(tables).set_index(["indicator_id", "measure_id", "period"]).sort_index()


def publish(project, quarter):
    done = run(project, "report", quarter)
    assert done.returncode == 0, done.stderr
    return project / "reports" / periods.quarter_path(periods.quarter(quarter)), done.stdout


def pages(pack):
    return {path.relative_to(pack): path.read_bytes() for path in pack.glob("*/report.html")}


@one_long_way("six quarters of every shape")
def test_six_quarters_of_every_shape_three_of_them_late_or_restated(tmp_path):
    project, told, before = partnership(tmp_path / "p"), Told(), {}
    for quarter in EARLIER:
        told.feed(project, quarter, *(source for source in SOURCES if source != "followed"))
    for quarter in QUARTERS:
        late = LATE.get(quarter)
        told.feed(project, quarter, *(source for source in SOURCES if source != late))
        pack, said = publish(project, quarter)
        if late:
            name = {"outcomes": "treatment", "helpline": "calls"}[late]
            assert not (pack / name).exists() and f"{name}: " in said
            feed_late(told, project, quarter, late)
            pack, _ = publish(project, quarter)
        assert {path.parent.name for path in pack.glob("*/report.html")} >= {
            n.replace("_", "-") for n in REPORTS
        }
        assert_told(figures_of(pack), told, quarter)
        if quarter == RESTATED_IN:
            text = (pack / "changes/report.html").read_text(encoding="utf-8")
            assert RESTATED in text and "restated" in text
        assert all(pages(earlier) == held for earlier, held in before.items())
        before[pack] = pages(pack)
    assert len(before) == len(QUARTERS)


def feed_late(told, project, quarter, source):
    visits = project / "data/raw/reference/published_figures_visits.csv"
    held = visits.read_bytes()
    told.feed(project, quarter, source)
    visits.write_bytes(held)


def assert_told(figures, told, quarter):
    """Hold the figures of a pack against what is true, worked out apart from the library."""

    def value(name, measure, period):
        [found] = set(figures.loc[[(name, measure, period)], "value"])
        return float(found)

    review = periods.quarter(quarter)
    for q, (part, base) in told.treatment.items():
        if periods.quarter(q) <= review:
            assert value("treatment", "level_of_parts", q) == pytest.approx(100 * part / base, abs=0.006)
    assert value("calls", "quarterly_count", quarter) == sum(told.calls[quarter])
    assert value("visits", "published_quarterly_count", quarter) == told.visits[quarter]
    group = periods.quarter_name(review - 4)
    part, base = told.groups[group]
    assert value("re_offences", "rate_of_parts", group) == pytest.approx(part / base, abs=0.006)
    last = days(quarter)[1]
    first = date(last.year - 1, last.month, 1) + timedelta(days=31)
    opened = sum(first.replace(day=1) <= day <= last for day, _ in told.cases)
    window = periods.twelve_months_name(periods.last_month(review))
    of_cases = figures.loc[[("noise_cases", "in_group", window)]]
    [count] = set(of_cases.loc[of_cases["qualifiers"] == "group=all; of=cases opened", "value"])
    assert float(count) == opened
