"""Paper against practice: what an audit's records show on the days of the stays, beside the policy on paper of those days.

Counts only: no stay and no person leaves the audit's folder. What neither paper nor record settles is counted as such.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dueprocess.case.custody import NEVER_AT
from dueprocess.kernel.errors import InputError
from dueprocess.registry import Registry, View
from dueprocess.registry.views import words
from dueprocess.render.registry import view_page

SMALL = 11
"""A count below this may point to a person: it is marked, and must not be published as it stands."""

RESULTS: Mapping[str, str] = {
    "held_against_paper": "held though the paper says no, and no paper that it accepts was in the file",
    "held_perhaps_against_paper": "held though the paper says no; whether a paper that it accepts was in the file is not recorded",
    "released_against_paper": "not held though the paper says that it holds",
    "as_paper_says": "as the paper says",
    "paper_turns_on_more": "held or not, the paper turns on what these records do not hold (offense, probable cause)",
    "paper_unsure": "the paper is contested, or the day of its change is not known",
    "no_paper": "no policy on paper is known for the day",
    "not_recorded": "the records do not tell whether the person was held (no due time, no time of leaving, or too close)",
}
"""What a stay with a detainer comes to, in words."""
CONTRADICT = ("held_against_paper", "held_perhaps_against_paper", "released_against_paper")
_PAPERS = {"judicial_warrant": "judicial_warrant", "court_order": "judicial_warrant", "admin_warrant": "admin_warrant", "removal_order": "removal_warrant"}
_ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "declines_all": (),
    "notify_only": (),
    "requires_judicial_warrant": ("judicial_warrant",),
    "requires_court_order": ("judicial_warrant",),
    "requires_any_warrant": ("judicial_warrant", "admin_warrant", "removal_warrant"),
}
"""Positions of which a record can tell: the papers that each holds on."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``rows``: one an agency and position, with a count for each of RESULTS; ``stays`` with a detainer, of ``total``."""

    rows: tuple[dict[str, Any], ...]
    stays: int
    total: int
    hours: float


def compare(registry: Registry, folder: Path, *, known_at: date, hours: float) -> Comparison:
    """Join an audit's folder with the views on the days on which release was due.

    A person was held who left ``hours`` or more after release was due, and was not who surely left sooner and not to ICE.

    Raises:
        InputError: ``folder`` is no audit's, or keeps no stay.
    """
    stays = _stays(folder)
    spans = registry.arbitrate(known_at=known_at)
    starts = {a: [s.start for s in found] for a, found in spans.items()}

    def view(agency: str, day: date) -> View | None:
        index = bisect_right(starts.get(agency, []), day) - 1
        return spans[agency][index].view if index >= 0 else None

    found: dict[tuple[str, str], Counter[str]] = {}
    with_detainer = 0
    for stay in stays:
        if not _detainer(stay):
            continue
        with_detainer += 1
        position, result = _result(stay, view, hours)
        found.setdefault((stay["agency"] or "", position), Counter())[result] += 1
    rows = []
    for (agency, position), counts in sorted(found.items()):
        actor = registry.actors.get(agency)
        rows.append({"agency": agency, "name": actor.name if actor else agency or "not named", "state": actor.state if actor else "", "position": position, "stays": counts.total(), **{r: counts[r] for r in RESULTS}})
    return Comparison(tuple(rows), with_detainer, len(stays), hours)


def _stays(folder: Path) -> list[dict[str, Any]]:
    """Of each stay what is compared: no id, no name, no fact about a person."""
    import duckdb

    prepared, results = folder / "prepared" / "stays.parquet", folder / "results.parquet"
    if not (folder / "run.json").is_file():
        raise InputError("it is no folder of an audit", where=str(folder), do="name what was given as --out to dueprocess audit")
    if not prepared.is_file() or not results.is_file():
        raise InputError("it keeps no stay: it was made with --public, or its tables are gone", where=str(folder), do="audit the files again, without --public")
    papers = "".join(f", s.{p}_lo, s.{p}_hi" for p in ("judicial_warrant", "admin_warrant", "removal_warrant", "detainer_received", "detainer_cancelled"))
    with duckdb.connect() as link:
        link.read_parquet(str(prepared)).create_view("s")
        link.read_parquet(str(results)).create_view("r")
        asked = link.execute(
            f"SELECT s.agency, s.zone, s.left_state, s.left_to, s.left_lo, s.left_hi, s.detainer_form, coalesce(r.due_lo, s.release_due_lo) AS due_lo, coalesce(r.due_hi, s.release_due_hi) AS due_hi{papers} FROM s JOIN r ON r.row = s.row ORDER BY s.row"
        )
        names = [c[0] for c in asked.description or ()]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def _detainer(stay: Mapping[str, Any]) -> bool:
    """Whether a detainer is recorded that was not surely received after release was due, nor surely cancelled by then."""
    received, cancelled, due = stay["detainer_received_lo"], stay["detainer_cancelled_hi"], stay["due_hi"]
    if received is None and stay["detainer_form"] is None:
        return False
    if received is not None and (received >= NEVER_AT or (due is not None and received > due)):
        return False
    return not (cancelled is not None and cancelled < NEVER_AT and stay["due_lo"] is not None and cancelled <= stay["due_lo"])


def _result(stay: Mapping[str, Any], view: Any, hours: float) -> tuple[str, str]:
    low, high = stay["due_lo"], stay["due_hi"]
    if low is None or high is None or low >= NEVER_AT or high >= NEVER_AT or abs(low) > 1e11 or not stay["zone"]:
        return "unknown", "not_recorded"
    zone = ZoneInfo(stay["zone"])
    views = {d: view(stay["agency"], d) for d in {datetime.fromtimestamp(t, zone).date() for t in (low, max(low, high - 1))}}
    positions = {v.position if v else "unknown" for v in views.values()}
    if len(positions) > 1:
        return "unknown", "paper_unsure"
    position = positions.pop()
    one = next(v for v in views.values()) if position != "unknown" else None
    held = _held(stay, hours)
    if held is None:
        return position, "not_recorded"
    if any(v is not None and (v.contested or not v.certain) for v in views.values()):
        return position, "paper_unsure"
    if one is None or position == "undecided":
        return position, "no_paper"
    if position == "honors_all":
        return position, "as_paper_says" if held else "released_against_paper"
    if position not in _ACCEPTED or not held:
        return position, "paper_turns_on_more" if position not in _ACCEPTED else "as_paper_says"
    papers = {*_ACCEPTED[position], *(_PAPERS[a] for a in one.accepts if a in _PAPERS)}
    if {"probable_cause", "listed_offense", "detainer"} & set(one.accepts):
        return position, "paper_turns_on_more"
    there = [_in_file(stay, p) for p in sorted(papers)]
    if any(t is True for t in there):
        return position, "as_paper_says"
    return position, "held_perhaps_against_paper" if any(t is None for t in there) else "held_against_paper"


def _held(stay: Mapping[str, Any], hours: float) -> bool | None:
    """Whether the person stayed on past due; None where the record does not tell. Handed to ICE is never "not held"."""
    left_low, left_high = stay["left_lo"], stay["left_hi"]
    if stay["left_state"] != "recorded" or left_low is None or left_high is None or left_high >= NEVER_AT:
        return None
    if left_low - stay["due_hi"] >= hours * 3600:
        return True
    if left_high - stay["due_lo"] < hours * 3600 and stay["left_to"] not in ("ice", "unknown", None):
        return False
    return None


def _in_file(stay: Mapping[str, Any], paper: str) -> bool | None:
    """Whether a paper was there when release was due: None where the record does not say."""
    low, high = stay[f"{paper}_lo"], stay[f"{paper}_hi"]
    if low is None or high is None:
        return None
    if low >= NEVER_AT or low > stay["due_hi"]:
        return False
    return True if high <= stay["due_lo"] else None


def compare_html(found: Comparison, *, known_at: date) -> str:
    """The comparison as a page."""
    against = [r for r in found.rows if any(r[c] for c in CONTRADICT)]
    head = ["Agency", "Policy on paper", "Stays with a detainer", *(_SHORT[r] for r in RESULTS)]
    page = {
        "title": "Paper against practice",
        "lead": [
            f"{found.stays:,} of {found.total:,} stays have a detainer on record that stood when release was due. Held: left {found.hours:g} hours or more after that. Policies on paper of those days, as known on {known_at.isoformat()}.",
            f"Records speak against the paper, surely or perhaps, at {len(against)} agenc{'y' if len(against) == 1 else 'ies'}: {_sum(found, 'held_against_paper')} held against it, {_sum(found, 'held_perhaps_against_paper')} perhaps, {_sum(found, 'released_against_paper')} not held though the paper says that it holds.",
        ],
        "notice": f"Counts, never a person. A number with * is below {SMALL} and may point to one: do not publish it as it stands. That records and paper differ says nothing about what the law was; for that see the audit's report.",
        "tables": [
            {"title": "By agency and policy", "text": "", "head": head, "rows": [[r["name"] + (f", {r['state']}" if r["state"] else ""), words.POSITIONS[r["position"]], *(marked(r[c]) for c in ("stays", *RESULTS))] for r in found.rows]},
            {"title": "What the columns mean", "text": "", "head": ["Column", "Meaning"], "rows": [[_SHORT[k], v] for k, v in RESULTS.items()]},
        ],
    }  # fmt: skip
    return view_page(page)


_SHORT = {
    "held_against_paper": "Held against it", "held_perhaps_against_paper": "Held, perhaps against it", "released_against_paper": "Not held against it", "as_paper_says": "As it says",
    "paper_turns_on_more": "It turns on more", "paper_unsure": "Paper unsure", "no_paper": "No paper known", "not_recorded": "Not recorded",
}  # fmt: skip


def marked(number: int) -> str:
    """A count, with a star where it is small."""
    return f"{number:,}{'*' if 0 < number < SMALL else ''}"


def _sum(found: Comparison, result: str) -> str:
    return marked(sum(r[result] for r in found.rows))


def compare_lines(found: Comparison) -> Sequence[str]:
    """The comparison for a terminal."""
    lines = [f"{found.stays:,} of {found.total:,} stays with a detainer; held: left {found.hours:g} hours or more after release was due."]
    for r in found.rows:
        told = ", ".join(f"{_SHORT[k].lower()} {marked(r[k])}" for k in RESULTS if r[k])
        lines.append(f"{r['agency'] or 'agency not named'}: {words.POSITIONS[r['position']]}: {marked(r['stays'])} stays: {told}")
    lines.append(f"* below {SMALL}: may point to a person; do not publish it as it stands. Paper is what sources say; it says nothing about what the law was.")
    return lines
