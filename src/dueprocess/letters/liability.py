"""A county's liability report: an audit's stays at the rates of published cases, as ranges, with every assumption beside them.

It is counsel's work product: exact numbers, small ones too, so it is made from the audit's own folder and from no public one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from dueprocess.audit.exposure import (
    SWITCHES,
    Assumptions,
    benchmark_rows,
    exposure,
    groups_of,
    holding_cost,
)
from dueprocess.audit.folder import locate, read_run
from dueprocess.audit.numbers import CLASSES
from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.law import Lawbook
from dueprocess.letters.law import checked_words, laws_of, name_of
from dueprocess.letters.wording import day_words, money
from dueprocess.places import PlaceError, load_places
from dueprocess.render.pdf import compile_pdf

REPORT: Final = Path(__file__).resolve().parent / "liability.typ"
MARKING: Final = "Attorney work product, prepared for counsel. Keep it where counsel keeps such papers; no part of it is for release without counsel's decision."
_BASES = {"per_hour": "By time: hours at the published figures a day", "per_person": "By person: people at the published figures a person", "per_settlement": "Whole amounts as paid elsewhere, not scaled"}
_MEANS = {
    "certain": "kept past what the encoded law of the day allowed, whatever is unknown",
    "possible": "so if an open question of law or a time that cannot be decided falls against the jail",
    "unknown": "the record cannot tell",
    "contradiction": "the record contradicts itself",
    "no": "not kept past it",
}


def liability_pdf(folder: Path, *, of: str, book: Lawbook, as_of: date, known_at: date, usd_a_day: float | None = None) -> bytes:
    """The report as a PDF/UA, the same bytes for the same audit, law and day.

    ``of`` is a county (path or name) or an agency's path. Raises InputError where the audit has nothing of it, or was
    made with ``--public``.
    """
    return compile_pdf(REPORT, report_of(folder, of=of, book=book, as_of=as_of, known_at=known_at, usd_a_day=usd_a_day))


def report_of(folder: Path, *, of: str, book: Lawbook, as_of: date, known_at: date, usd_a_day: float | None = None) -> dict[str, Any]:
    """The texts of the report. Amounts are in US dollars of each case's own year, hours decimal."""
    prepared, results = locate(folder)
    run = read_run(folder)
    every = groups_of(results, prepared / "stays.parquet")
    agencies = sorted({str(a["agency"]) for g in every.values() for a in g["by_agency"]})
    name, own = _chosen(of, agencies)
    groups = {c: _joined([a for a in g["by_agency"] if a["agency"] in own]) for c, g in every.items()}
    groups = {c: g for c, g in groups.items() if g["stays"]}
    sections = [_records(run, groups, own), *_ranges(groups), _cases()]
    sections.append(_cost(groups, usd_a_day))
    sections += _law(own[0], book, as_of, known_at)
    return {
        "title": f"Liability report: immigration detainers, {name}",
        "marking": MARKING,
        "lead": [
            f"As of {day_words(as_of)}, from an audit of {', '.join(str(i['file']) for i in run['inputs'])}.",
            "This is arithmetic on other people's cases: it forecasts no verdict or settlement, and it does not say that anybody owes anything. Each range runs from the lowest figure of a published case to the highest; nothing is averaged.",
        ],
        "sections": sections,
        "notice": f"Not legal advice. Law of the audit: {run['law_version']}, known at {run['law_known_at'] or 'each day'}; law of this report: {book.version}, known at {known_at.isoformat()}. Engine {run['engine_version']}. Made by: {run['command']}.",
    }


def _chosen(of: str, agencies: list[str]) -> tuple[str, list[str]]:
    """A name for the title and the agencies of the audit that are meant."""
    places = load_places()
    if of in agencies:
        place = places.agency(of).place
        return f"{place.name}, {place.state} ({of.rsplit('/', 1)[-1]})", [of]
    try:
        place = places.place(places.resolve(of))
    except PlaceError as error:
        raise InputError(error.what, where="--of", do=nearest(of, agencies) or error.do) from None
    own = [a for a in agencies if a.rsplit("/", 1)[0] == place.id]
    if not own:
        raise InputError(f"the audit has no stay of [{shown(place.id)}]", where="--of", do=f"it has {', '.join(agencies[:6])}{' and more' if len(agencies) > 6 else ''}")
    return f"{place.name}, {place.state}", own


def _joined(parts: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts of several agencies of one place added; people may stand in several, so that the fewest are those of the largest."""
    keys = ("stays", "hours_least", "hours_most", "hours_after_allowance_least", "hours_after_allowance_most")
    found: dict[str, Any] = {k: sum(p[k] for p in parts) for k in keys}
    people = [p["persons"] for p in parts]
    found["persons"] = None if not people or any(n is None for n in people) else max(people)
    found["persons_most"] = sum(p["persons_most"] for p in parts)
    return found


def _section(title: str, *paragraphs: str, head: tuple[str, ...] = (), rows: list[list[str]] | None = None, items: list[str] | None = None, widths: tuple[int, ...] = ()) -> dict[str, Any]:
    return {"title": title, "paragraphs": list(paragraphs), "head": list(head), "rows": rows or [], "items": items or [], "widths": list(widths) or [1] * len(head)}


def _hours(low: float, high: float) -> str:
    return f"{low:,.1f}" if low == high else f"{low:,.1f} to {high:,.1f}"


def _records(run: Mapping[str, Any], groups: Mapping[str, Any], own: list[str]) -> dict[str, Any]:
    rows = []
    for name in CLASSES:
        if name in groups:
            g = groups[name]
            hours = _hours(g["hours_least"], g["hours_most"]) if name in ("certain", "possible") else "–"
            people = "not known" if g["persons"] is None else f"{g['persons']:,}" if g["persons"] == g["persons_most"] else f"{g['persons']:,} to {g['persons_most']:,}"
            rows.append([name, f"{g['stays']:,}", people, hours, _MEANS[name]])
    files = "; ".join(f"{i['file']} ({i['rows']:,} rows, sha256 {str(i['sha256'])[:16]}…)" for i in run["inputs"])
    assumed = [f"{a['column']} taken as {a['value']}: {a['why']} ({a['rows']:,} rows)" for a in run["assumptions"]]
    told = f"Agencies: {', '.join(own)}. Files: {files}."
    return _section(
        "1. What the records show", told, "The audit assumed: " + ("; ".join(assumed) if assumed else "nothing") + ".",
        head=("Class", "Stays", "People", "Hours, least to most", "What it means"), rows=rows, widths=(2, 1, 2, 3, 6),
    )  # fmt: skip


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return "no figure"
    return f"{'unknown' if low is None else money(low)} to {money(high)}"


def _ranges(groups: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    rows, caveats = [], dict[str, None]()
    for basis, label in _BASES.items():
        for include, which in (("certain", "certain stays"), ("certain_and_possible", "certain and possible stays")):
            made = exposure(groups, Assumptions(basis=basis, include=include))
            rows.append([label, which, _range(made["low"], made["high"])])
            caveats.update(dict.fromkeys(made["caveats"]))
    found.append(_section("2. Ranges", head=("What is multiplied", "Of which stays", "Range"), rows=rows, widths=(5, 3, 4)))
    made = exposure(groups, Assumptions(include="certain_and_possible"))
    rows = [[f["case"], f["year"], f["arithmetic"], _range(f["low"], f["high"]) if f["high"] is not None else "not used"] for f in made["figures"]]
    found.append(_section("3. The arithmetic, case by case", "By time, certain and possible stays.", head=("Case", "Year", "Arithmetic", "Figure"), rows=rows, widths=(4, 1, 5, 4)))
    rows = []
    for switch in made["assumptions"]:
        for choice in switch["choices"]:
            mark = " (taken)" if choice["key"] == switch["chosen"] else ""
            rows.append([f"{switch['label']}: {choice['label']}{mark}", _range(choice["low"], choice["high"])])
    why = " ".join(f"{label}: {text}" for label, text, _ in SWITCHES.values())
    found.append(_section("4. What each assumption does", "One assumption changed at a time, all else as in section 3. " + why, head=("Assumption", "Range"), rows=rows, widths=(5, 3)))
    found.append(_section("5. What is not in the figures", items=[c for c in caveats if not c.startswith("This is arithmetic")]))
    return found


def _cases() -> dict[str, Any]:
    rows = []
    for b in benchmark_rows():
        people = f"{b['people']:,.0f}" if b["people"] else "–"
        each = "; ".join(t for t in (f"{money(b['per_person_usd'])} a person" if b["per_person_usd"] else "", f"{money(b['per_day_usd'])} a day" if b["per_day_usd"] else "", f"fees {money(b['fees_usd'])}" if b["fees_usd"] else "") if t)
        rows.append([f"{b['case']} ({b['court_or_kind']}, {b['year']})", money(b["amount_usd"]), people, each or "–", f"{b['overheld_text']}. {b['note']} Learned from: {b['basis']}.".replace("..", ".")])
    return _section("6. The published cases", head=("Case", "Paid", "People", "Comes to", "Over-held, and notes"), rows=rows, widths=(4, 3, 2, 3, 6))


def _cost(groups: Mapping[str, Any], usd_a_day: float | None) -> dict[str, Any]:
    title = "7. Cost of holding"
    if usd_a_day is None:
        return _section(title, "Not reckoned: no daily cost was given (--usd-a-day).")
    taken = [groups[c] for c in ("certain", "possible") if c in groups]
    held = holding_cost(sum(g["hours_least"] for g in taken), sum(g["hours_most"] for g in taken), usd_a_day=usd_a_day)
    return _section(title, f"{money(held['low'])} to {money(held['high'])}: {held['arithmetic']} (certain and possible stays; the rate was given, and is an assumption).")


def _law(agency: str, book: Lawbook, as_of: date, known_at: date) -> list[dict[str, Any]]:
    """The law of the place on the day of the report; the audit's stays were measured by the law of their own days."""
    places = load_places()
    place = places.agency(agency).place
    jail = place if place.kind == "county" else places.place(place.counties[0])
    law = laws_of(book, places, as_of, known_at).of(agency, jail)
    matrix = [[packet, answer] for packet, answer, _ in law.matrix]
    rows = [[f"[{c.number}]", f"{c.name}. {c.because}", f"{'binds' if c.binds else 'persuades'}; {_SIDE[c.side]}", c.checked] for c in law.cited]
    unreviewed = [f"{name_of(book, i)} ({checked_words(book, i)})" for i in law.unreviewed]
    return [
        _section("8. The encoded law of the place on the day of this report", "The stays were measured by the law of their own days; this is the law going forward.", head=("What is in the file", "The encoded law says"), rows=matrix, widths=(1, 2)),
        _section("9. Authorities, on both sides", head=("", "Authority", "Side", "Checked"), rows=rows, widths=(1, 8, 3, 3)),
        _section(f"10. Reviewed by nobody: {len(law.unreviewed)} of {law.authorities}", items=unreviewed or ["All are reviewed."]),
    ]


_SIDE = {"for": "for a hold", "against": "against a hold", "limit": "limits the time"}
