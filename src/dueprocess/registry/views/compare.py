"""Paper against practice: what an audit's records show on the days of the stays, beside the policy on paper of those days.

Counts only: no stay and no person leaves the audit's folder. What neither paper nor record settles is counted as such.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

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
    spans = registry.arbitrate(known_at=known_at)
    starts = {a: [s.start for s in found] for a, found in spans.items()}

    def view(agency: str, day: date) -> View | None:
        index = bisect_right(starts.get(agency, []), day) - 1
        return spans[agency][index].view if index >= 0 else None

    alike, total = _alike(folder, hours)
    found: dict[tuple[str, str], Counter[str]] = {}
    for sort in alike:
        position, result = _result(sort, view)
        found.setdefault((sort["agency"] or "", position), Counter())[result] += sort["n"]
    rows = []
    for (agency, position), counts in sorted(found.items()):
        actor = registry.actors.get(agency)
        rows.append({"agency": agency, "name": actor.name if actor else agency or "not named", "state": actor.state if actor else "", "position": position, "stays": counts.total(), **{r: counts[r] for r in RESULTS}})
    return Comparison(tuple(rows), sum(s["n"] for s in alike), total, hours)


def _alike(folder: Path, hours: float) -> tuple[list[dict[str, Any]], int]:
    """The sorts of stays with a detainer that stood when release was due, each with its number, and the stays in all.

    No id, no name, no fact about a person. ``first`` and ``last`` are the local days on which release may have been due;
    ``held`` whether the person stayed on for ``hours``, null where the record does not tell (handed to ICE is never "not
    held"); the papers whether they were there when release was due, null where the record does not say.
    """
    import duckdb

    prepared, results = folder / "prepared" / "stays.parquet", folder / "results.parquet"
    if not (folder / "run.json").is_file():
        raise InputError("it is no folder of an audit", where=str(folder), do="name what was given as --out to dueprocess audit")
    if not prepared.is_file() or not results.is_file():
        raise InputError("it keeps no stay: it was made with --public, or its tables are gone", where=str(folder), do="audit the files again, without --public")
    there = ", ".join(
        f"CASE WHEN {p}_lo IS NULL OR {p}_hi IS NULL OR lo IS NULL THEN NULL WHEN {p}_lo >= {NEVER_AT} OR {p}_lo > hi THEN FALSE WHEN {p}_hi <= lo THEN TRUE END AS {p}"
        for p in ("judicial_warrant", "admin_warrant", "removal_warrant")
    )
    past = f"({hours} * 3600)"
    with duckdb.connect() as link:
        link.execute("SET enable_progress_bar = false")
        link.execute("SET TimeZone = 'UTC'")
        link.read_parquet(str(prepared)).create_view("s")
        link.read_parquet(str(results)).create_view("r")
        asked = link.execute(
            f"""
            WITH j AS (SELECT s.*, coalesce(r.due_lo, s.release_due_lo) AS a, coalesce(r.due_hi, s.release_due_hi) AS b FROM s JOIN r ON r.row = s.row),
            -- A detainer that was not surely received after release was due, nor surely cancelled by then.
            d AS (
                SELECT *, CASE WHEN zone IS NOT NULL AND abs(a) < 1e11 AND abs(b) < 1e11 THEN a END AS lo, CASE WHEN zone IS NOT NULL AND abs(a) < 1e11 AND abs(b) < 1e11 THEN b END AS hi FROM j
                WHERE (detainer_received_lo IS NOT NULL OR detainer_form IS NOT NULL)
                  AND NOT coalesce(detainer_received_lo >= {NEVER_AT} OR detainer_received_lo > b, FALSE)
                  AND NOT coalesce(detainer_cancelled_hi < {NEVER_AT} AND detainer_cancelled_hi <= a, FALSE))
            SELECT agency, (to_timestamp(lo) AT TIME ZONE zone)::DATE AS first, (to_timestamp(greatest(lo, hi - 1)) AT TIME ZONE zone)::DATE AS last,
                CASE WHEN left_state IS DISTINCT FROM 'recorded' OR left_lo IS NULL OR left_hi IS NULL OR left_hi >= {NEVER_AT} THEN NULL
                     WHEN left_lo - hi >= {past} THEN TRUE WHEN left_hi - lo < {past} AND left_to IS NOT NULL AND left_to NOT IN ('ice', 'unknown') THEN FALSE END AS held,
                {there}, count(*) AS n
            FROM d GROUP BY ALL ORDER BY ALL"""
        )
        names = [c[0] for c in asked.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
        ((total,),) = link.execute("SELECT count(*) FROM s").fetchall()
    return found, int(total)


def _result(sort: Mapping[str, Any], view: Callable[[str, date], View | None]) -> tuple[str, str]:
    if sort["first"] is None:
        return "unknown", "not_recorded"
    views = [view(sort["agency"], d) for d in dict.fromkeys((sort["first"], sort["last"]))]
    positions = {v.position if v else "unknown" for v in views}
    if len(positions) > 1:
        return "unknown", "paper_unsure"
    position = positions.pop()
    one = views[0] if position != "unknown" else None
    held = sort["held"]
    if held is None:
        return position, "not_recorded"
    if any(v is not None and (v.contested or not v.certain) for v in views):
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
    there = [sort[p] for p in sorted(papers)]
    if any(t is True for t in there):
        return position, "as_paper_says"
    return position, "held_perhaps_against_paper" if any(t is None for t in there) else "held_against_paper"


# -- what may be published ------------------------------------------------------------------------------------------

_COARSER: tuple[tuple[tuple[str, ...], ...], ...] = (
    tuple((r,) for r in RESULTS),
    (CONTRADICT, ("as_paper_says",), ("paper_turns_on_more", "paper_unsure", "no_paper"), ("not_recorded",)),
    (CONTRADICT, ("as_paper_says",), ("paper_turns_on_more", "paper_unsure", "no_paper", "not_recorded")),
    (CONTRADICT, ("as_paper_says", "paper_turns_on_more", "paper_unsure", "no_paper", "not_recorded")),
    (tuple(RESULTS),),
)
"""Which results are told together, ever fewer; a table that would tell of few people is told in the next."""


@dataclass(frozen=True, slots=True)
class Published:
    """What may be told to anybody. ``columns`` are results told together; a row is (label, position, stays, cells or None);
    ``together`` are the cells of all rows that print none."""

    columns: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, str, int, tuple[int, ...] | None], ...]
    together: tuple[int, ...] | None
    stays: int
    total: int
    hours: float


def published(found: Comparison) -> Published:
    """The counts without small ones, and without what would give a small one away.

    Rows under SMALL are joined to one, with the next smallest where that is still small. A row with a small cell keeps its
    sum and loses its cells, and so do more until the hidden cells, of which only the sums by row and by column are told,
    can each be any of at least SMALL values. Where no such choice leaves a row, results are told together.

    Raises:
        InputError: there are fewer than SMALL stays with a detainer: nothing can be published.
    """
    if found.stays < SMALL:
        raise InputError(f"fewer than {SMALL} stays with a detainer", where="agencies compare", do="nothing can be published of them; --all-cells shows them to you alone")
    best: Published | None = None
    for columns in _COARSER:
        rows = _joined(found, columns)
        sums = [sum(cells) for cells in zip(*(r[3] for r in rows), strict=True)]
        if any(0 < s < SMALL for s in sums):
            continue
        hidden = _hidden(rows)
        if hidden is None:
            continue
        told = Published(
            columns, tuple((name, position, n, None if i in hidden else cells) for i, (name, position, n, cells) in enumerate(rows)),
            tuple(sum(c) for c in zip(*(rows[i][3] for i in sorted(hidden)), strict=True)) if hidden else None, found.stays, found.total, found.hours,
        )  # fmt: skip
        if best is None or _cells_told(told) > _cells_told(best):
            best = told
    assert best is not None  # one column of all results has no small cell
    return best


def _cells_told(told: Published) -> tuple[int, int]:
    return sum(n for *_, n, cells in told.rows if cells is not None) if len(told.columns) > 1 else 0, len(told.columns)


_Row = tuple[str, str, int, tuple[int, ...]]


def _joined(found: Comparison, columns: Sequence[tuple[str, ...]]) -> list[_Row]:
    rows: list[_Row] = [(r["name"] + (f", {r['state']}" if r["state"] else ""), r["position"], r["stays"], tuple(sum(r[c] for c in group) for group in columns)) for r in found.rows]
    pool = sorted((r for r in rows if r[2] < SMALL), key=lambda r: (r[2], r[0], r[1]))
    rest = sorted((r for r in rows if r[2] >= SMALL), key=lambda r: (r[2], r[0], r[1]))
    # One row alone would be the difference of the whole and the others.
    while pool and rest and (len(pool) < 2 or sum(r[2] for r in pool) < SMALL):
        pool.append(rest.pop(0))
    kept = sorted(rest, key=lambda r: (r[0], r[1]))
    if pool:
        kept.append((f"{len(pool)} other rows, told together", "", sum(r[2] for r in pool), tuple(sum(c) for c in zip(*(r[3] for r in pool), strict=True))))
    return kept


def _hidden(rows: Sequence[_Row]) -> set[int] | None:
    """The rows whose cells are not printed; None where no choice is safe."""
    hidden = {i for i, r in enumerate(rows) if any(0 < c < SMALL for c in r[3])}
    if not hidden:
        return hidden
    rest = sorted((i for i in range(len(rows)) if i not in hidden), key=lambda i: rows[i][2])
    while not _wide([rows[i] for i in sorted(hidden)]):
        if not rest:
            return None
        hidden.add(rest.pop(0))
    return hidden


def _wide(rows: Sequence[_Row]) -> bool:
    """Whether each cell can be any of at least SMALL values, as far as the sums of its row and of its column tell."""
    columns = [sum(c) for c in zip(*(r[3] for r in rows), strict=True)]
    whole = sum(r[2] for r in rows)
    return len(rows) > 1 and not any(0 < c < SMALL for c in columns) and all(min(r[2], c) - max(0, r[2] + c - whole) >= SMALL - 1 for r in rows for c in columns if c)


def published_html(found: Published, *, known_at: date) -> str:
    """What may be published, as a page."""
    names = [" or ".join(_SHORT[r].lower() if i else _SHORT[r] for i, r in enumerate(group)) if len(group) < 4 else "All else" if len(found.columns) > 1 else "All" for group in found.columns]
    body = [[name, words.POSITIONS[position] if position else "", f"{n:,}", *(f"{c:,}" for c in cells or ())] + ([] if cells else ["told below"] * len(names)) for name, position, n, cells in found.rows]
    if found.together:
        body.append(["Those of which only the sum is told, together", "", f"{sum(found.together):,}", *(f"{c:,}" for c in found.together)])
    page = {
        "title": "Paper against practice",
        "lead": [f"{found.stays:,} of {found.total:,} stays have a detainer on record that stood when release was due. Held: left {found.hours:g} hours or more after that. Policies on paper of those days, as known on {known_at.isoformat()}."],
        "notice": f"Counts, never a person, and fit to be published: every number is 0 or at least {SMALL}, and none below that can be worked out from the sums. Rows and results were told together until that was so. That records and paper differ says nothing about what the law was; for that see the audit's report.",
        "tables": [
            {"title": "By agency and policy", "text": "", "head": ["Agency", "Policy on paper", "Stays with a detainer", *names], "rows": body},
            {"title": "What the columns mean", "text": "", "head": ["Column", "Meaning"], "rows": [[_SHORT[k], v] for k, v in RESULTS.items()]},
        ],
    }  # fmt: skip
    return view_page(page)


def published_lines(found: Published) -> Sequence[str]:
    """What may be published, for a terminal."""
    lines = [f"{found.stays:,} of {found.total:,} stays with a detainer; held: left {found.hours:g} hours or more after release was due."]
    for name, position, n, cells in found.rows:
        lines.append(f"{name}{': ' + words.POSITIONS[position] if position else ''}: {n:,} stays: {_told(found, cells) if cells else 'told below'}")
    if found.together:
        lines.append(f"those of which only the sum is told, together: {_told(found, found.together)}")
    lines.append(f"No number below {SMALL} is told, and none can be worked out. Paper is what sources say; it says nothing about what the law was.")
    return lines


def _told(found: Published, cells: Sequence[int]) -> str:
    return ", ".join(f"{' or '.join(_SHORT[r].lower() for r in group) if len(group) < 8 else 'all results'} {c:,}" for group, c in zip(found.columns, cells, strict=True) if c)


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
