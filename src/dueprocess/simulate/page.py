"""An experiment, or a calibration, on one page: what differs, how sure that is, what matters most, what it cannot say."""

from __future__ import annotations

from typing import Any, Final

from dueprocess.audit.plots import ranges
from dueprocess.render.page import page_html
from dueprocess.render.sheet import Entries, Entry, Figure, Paragraph, Section, Sheet, Table
from dueprocess.simulate.calibrating import SERIES, Fit
from dueprocess.simulate.comparing import MEASURES, Comparison, spread
from dueprocess.simulate.parameters import defaults
from dueprocess.simulate.scenario import Scenario

CANNOT_SAY: Final = (
    "Whether crime goes up or down: nobody in it commits an offense because of a policy, or refrains from one.",
    "What it means for families, work or trust in the police: it counts stays, hours and days.",
    "Whether anybody is deterred from coming, staying, reporting or testifying.",
    "What ICE does outside the jail: who is released here may be arrested elsewhere.",
    "Anything about a real person or a real jail: the people are made up, and so are the sizes of the jails.",
)
NOTICE: Final = "Made-up people under stated assumptions: no forecast, and no legal advice. The numbers stand in compare.json."
_SOURCES: Final = {"ice_rows": "rows in ICE's records", "trac_2014": "TRAC, 2014", "trac_2018": "TRAC, 2018"}


def compare_html(found: Comparison) -> str:
    """The page of an experiment: self-contained, no script."""
    return page_html([compare_sheet(found)], title="dueprocess: two scenarios", lang="en")


def compare_sheet(found: Comparison) -> Sheet:
    one, two = found.sums
    rows = []
    for name, label in MEASURES.items():
        low_high = ""
        if found.differences[name]:
            low, middle, high = spread(found.differences[name])
            low_high = f"{_n(low)} to {_n(high)}, middle {_n(middle)}"
        rows.append((label, _n(one[name]), _n(two[name]), f"{two[name] - one[name]:+,.0f}", low_high))
    head = ("", found.a.name, found.b.name, "difference", f"nine of ten of {found.draws} draws" if found.draws else "not drawn")
    sections = [
        Section("Side by side", (*_drawn(found), Table(f"{one['bookings']:,.0f} bookings, {found.a.start} to {found.a.until}, the same people with the same luck in both", head, tuple(rows)))),
        Section("What matters most to the difference", _influence(found)),
        *([_exposed(found)] if found.exposures else []),
        Section("What it cannot say", (Entries(tuple(Entry(t) for t in CANNOT_SAY)),)),
        Section("How it was asked", (Entries((Entry(_told(found.a), label="A"), Entry(_told(found.b), label="B"), Entry(_drawing(found), label="Draws"))),), fine=True),
    ]
    held = two["held"] - one["held"]
    return Sheet(
        status="Compared:",
        headline=f"{found.b.name} against {found.a.name}",
        tone="info",
        lead=(
            f"With the second, {abs(held):,.0f} {'fewer' if held < 0 else 'more'} people are kept past release for ICE, {abs(two['to_ice'] - one['to_ice']):,.0f} {'fewer' if two['to_ice'] < one['to_ice'] else 'more'} are handed over, and the jail has {abs(two['bed_days'] - one['bed_days']):,.0f} {'fewer' if two['bed_days'] < one['bed_days'] else 'more'} days of custody past release.",
            "Ranges come from what is not known about the numbers, each drawn from its whole range at once; the names of what rests on no published figure are below.",
        ),
        about=f"{found.b.name} against {found.a.name}",
        asked=f"Seed {found.seed}.",
        sections=tuple(sections),
        notice=NOTICE,
    )


def _n(value: float) -> str:
    return f"{value:,.0f}"


def _drawn(found: Comparison) -> tuple[Figure, ...]:
    """The differences in people as ranges; other units stand in the table only."""
    counted = [n for n in ("held", "past_48_hours", "to_ice", "released") if found.differences[n]]
    if not counted:
        return ()
    bars, told = [], []
    for name in counted:
        low, _, high = spread(found.differences[name])
        bars.append({"label": MEASURES[name], "low": low, "high": high})
        told.append(f"{MEASURES[name]}: {_n(low)} to {_n(high)}")
    return (Figure(ranges(bars, name="differences", title=f"{found.b.name} less {found.a.name}, people: nine of ten draws", text="; ".join(told), axis="Difference, people").encode()),)


def _influence(found: Comparison) -> tuple[Any, ...]:
    known = defaults().parameters
    rows = []
    for name, ranked in found.influence.items():
        if name in ("held", "hours_past_48", "to_ice"):
            rows += [(MEASURES[name], known[p].about.rstrip("."), f"{strength:+.2f}", known[p].basis) for p, strength in ranked[:4]]
    if not rows:
        return (Paragraph("Not asked: it takes ten draws or more, and a difference that varies."),)
    return (Table("How closely the difference follows each number over the draws: Spearman's rank correlation", ("difference in", "number", "correlation", "rests on"), tuple(rows)),)


def _exposed(found: Comparison) -> Section:
    assert found.exposures
    rows = []
    for label in ("certain", "possible", "unknown", "contradiction", "no"):
        counts = [str(e["groups"].get(label, {}).get("stays", 0)) for e in found.exposures]
        if counts != ["0", "0"]:
            rows.append((f"held stays: {label}", *counts))
    rows.append(("exposure, US dollars", *(_money(e["exposure"]["low"], e["exposure"]["high"]) for e in found.exposures)))
    if found.exposure_bounds:
        rows.append(("the same where the numbers make for little holding, to where they make for much", *(_money(low, high) for low, high in found.exposure_bounds)))
    return Section(
        "Under the encoded law",
        (
            Table("The people kept for ICE, audited: was the hold past what the encoded law allowed?", ("", found.a.name, found.b.name), tuple(rows)),
            Paragraph("Exposure multiplies the certain stays by what published cases paid; it is no forecast. See docs/reference/exposure.md."),
        ),
    )


def _money(low: float | None, high: float | None) -> str:
    return f"{'unknown' if low is None else _n(low)} to {'unknown' if high is None else _n(high)}"


def _told(s: Scenario) -> str:
    rules = "; ".join(f"{r.position} in {r.place} from {r.start}" for r in s.rules)
    own = ", ".join(f"{k} {v:g}" for k, v in s.given.items())
    where = ", ".join(s.places) or "all counties"
    return f"{s.name}: {where}; otherwise {s.otherwise}{'; ' + rules if rules else ''}{'; its own numbers: ' + own if own else ''}"


def _drawing(found: Comparison) -> str:
    thinned = f" Each draw played {found.share:.1%} of the bookings." if found.share < 1 else ""
    return f"{found.draws} sets of numbers, a Latin hypercube over the ranges of data/simulate/parameters.yaml, every number evenly over its range; what a scenario sets itself stays.{thinned}"


def calibration_html(fit: Fit) -> str:
    """The fit beside what the sources say, and how far they are apart themselves."""
    known = defaults().parameters
    rows = []
    for year, expected in fit.expected.items():
        said = [v for v in fit.published[year].values() if v is not None]
        apart = f"{(max(said) - min(said)) / min(said):.1%}" if len(said) > 1 else "one source"
        middle = sum(said) / len(said)
        rows.append((f"FY{year}", _n(expected), *("" if v is None else _n(v) for v in (fit.published[year][n] for n in SERIES)), f"{(expected - middle) / middle:+.1%}", apart))
    values = tuple((known[n].about.rstrip("."), f"{v:.4f}", f"{known[n].value:.4f}", f"{known[n].low:g} to {known[n].high:g}") for n, v in fit.values.items())
    sheet = Sheet(
        status="Calibrated:",
        headline="detainers by fiscal year, 2009 to 2017",
        tone="info",
        lead=("Numbers that nobody publishes, found so that the expected detainers of each year come near what ICE and TRAC published.",),
        about="Calibration to published detainers",
        asked="Least squares of the logarithms, within the ranges; no luck is drawn.",
        sections=(
            Section("The fit beside the sources", (Table("Detainers a fiscal year; the sources' own disagreement in the last column", ("year", "expected", *(_SOURCES[n] for n in SERIES), "from their middle", "sources apart"), tuple(rows)),)),
            Section("The numbers found", (Table("", ("number", "found", "in use", "range"), values), Paragraph("Several sets of numbers fit as well: only products of them show in the totals."))),
        ),
        notice=NOTICE.replace("compare.json", "calibration.json"),
    )
    return page_html([sheet], title="dueprocess: calibration", lang="en")


__all__ = ["CANNOT_SAY", "calibration_html", "compare_html", "compare_sheet"]
