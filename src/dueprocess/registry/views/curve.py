"""How many agencies are said to limit holding, and how many to hold on every detainer, over time: two sides of one line.

The curve counts what sources say that this registry has; where nobody looked, nothing is counted. A state's own claim is
counted apart: it may bind many agencies. What the states' own law says stands under it, from the lawbook: which states
forbid holding (in all or in some cases) and which command it, by the days on which that law was in force.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from dueprocess.law import Lawbook, load_lawbook
from dueprocess.registry import Registry
from dueprocess.registry.views.mapping import FIRST
from dueprocess.render.registry import view_page
from dueprocess.render.timeline import Step, curve_svg, stacked_svg

LIMITS = "Hold on less than every detainer"
HOLDS = "Hold on every detainer"
LOOSE = "contested, or day not sure"
COLUMNS = ("day", "limits", "limits_unsure_or_contested", "holds", "holds_unsure_or_contested", "states_limits", "states_holds")
FORBIDS = "States whose law forbids or limits holding"
COMMANDS = "States whose law commands it"
LAW_COLUMNS = ("law_forbids_or_limits", "law_commands")


def curve_rows(registry: Registry, *, as_of: date, known_at: date) -> list[dict[str, Any]]:
    """One row a day on which a number changes, from 2008 to ``as_of``; the columns are COLUMNS, counts of actors.

    ``limits`` and ``holds`` are firm; those whose claim is contested or of whose day one cannot be sure stand apart.
    """
    moves: dict[date, Counter[str]] = {}
    for id, spans in registry.arbitrate(known_at=known_at).items():
        actor = registry.actors[id]
        if actor.kind != "agency":
            continue
        before = ""
        for span in spans:
            if span.start > as_of:
                break
            name = _column(span.view.side, span.view.certain and not span.view.contested, actor.role == "state")
            if name != before:
                day = max(span.start, FIRST)
                move = moves.setdefault(day, Counter())
                move.subtract([before] if before else [])
                move.update([name] if name else [])
                before = name
    now: Counter[str] = Counter()
    rows = [{"day": FIRST.isoformat(), **dict.fromkeys(COLUMNS[1:], 0)}]
    for day in sorted(moves):
        now.update(moves[day])
        row = {"day": day.isoformat(), **{c: now[c] for c in COLUMNS[1:]}}
        if day == FIRST:
            rows.clear()
        if not rows or any(rows[-1][c] != row[c] for c in COLUMNS[1:]):
            rows.append(row)
    return rows


def law_rows(lawbook: Lawbook, *, as_of: date, known_at: date) -> list[dict[str, Any]]:
    """One row a day on which a number of states changes: LAW_COLUMNS, and ``states``: what each state's law says.

    A state counts where an authority of the state itself (a statute, a constitution, a ruling of its courts, an order) binds
    all of it and speaks of the hold; where one commands the hold it counts there, whatever exceptions others make.
    """
    spans: list[tuple[str, int, int | None, str]] = []
    for authority in lawbook.authorities.values():
        states = [p for p in authority.binds if p.startswith("us/") and p.count("/") == 1]
        if authority.kind in ("form", "agreement") or not states or not lawbook.known(authority.id, known_at.toordinal()):
            continue
        for norm in authority.norms:
            if norm.object == "hold" and norm.verb in ("require", "forbid"):
                start = max(t for t in (authority.in_force.start, norm.start, FIRST.toordinal()) if t is not None)
                spans += [(state, start, authority.in_force.until, norm.verb) for state in states if authority.id.startswith(f"{state}/")]
    days = sorted({FIRST.toordinal(), *(d for _, start, until, _ in spans for d in (start, until) if d is not None and FIRST.toordinal() <= d <= as_of.toordinal())})
    rows: list[dict[str, Any]] = []
    for day in days:
        said: dict[str, str] = {}
        for state, start, until, verb in spans:
            if start <= day and (until is None or day < until) and said.get(state) != "require":
                said[state] = verb
        row = {"states": said, LAW_COLUMNS[0]: sum(v == "forbid" for v in said.values()), LAW_COLUMNS[1]: sum(v == "require" for v in said.values())}
        if not rows or any(rows[-1][c] != row[c] for c in ("states", *LAW_COLUMNS)):
            rows.append({"day": date.fromordinal(day).isoformat(), **row})
    return rows


def _law_drawn(rows: Sequence[dict[str, Any]], as_of: date, known_at: date, standalone: bool) -> str:
    steps = [Step(date.fromisoformat(r["day"]), r[LAW_COLUMNS[0]], r[LAW_COLUMNS[0]], r[LAW_COLUMNS[1]], r[LAW_COLUMNS[1]]) for r in rows]
    last = rows[-1]
    return curve_svg(
        steps, start=FIRST, until=as_of, above=FORBIDS, below=COMMANDS, loose="", standalone=standalone, name="law", height=240,
        title=f"States by their own law on holds, 2008 to {as_of.isoformat()}",
        description=f"By the lawbook, as known on {known_at.isoformat()}. On {as_of.isoformat()}: {last[LAW_COLUMNS[0]]} above the line, {last[LAW_COLUMNS[1]]} below it.",
    )  # fmt: skip


def _column(side: str, firm: bool, state: bool) -> str:
    if side not in ("limits", "holds"):
        return ""
    return f"states_{side}" if state else side if firm else f"{side}_unsure_or_contested"


def _drawn(rows: Sequence[dict[str, Any]], as_of: date, known_at: date, standalone: bool) -> str:
    steps = [Step(date.fromisoformat(r["day"]), r["limits"], r["limits"] + r["limits_unsure_or_contested"], r["holds"], r["holds"] + r["holds_unsure_or_contested"]) for r in rows]
    last = rows[-1]
    return curve_svg(
        steps, start=FIRST, until=as_of, above=LIMITS, below=HOLDS, loose=LOOSE, standalone=standalone,
        title=f"Agencies by what is said of their policy, 2008 to {as_of.isoformat()}",
        description=f"As known on {known_at.isoformat()}. On {as_of.isoformat()}: {last['limits']} firmly and {last['limits_unsure_or_contested']} unsure or contested above the line, {last['holds']} and {last['holds_unsure_or_contested']} below it.",
    )  # fmt: skip


def curve_svg_of(registry: Registry, *, as_of: date, known_at: date) -> str:
    """The curve alone, for print, and the states' law under it."""
    return stacked_svg([
        _drawn(curve_rows(registry, as_of=as_of, known_at=known_at), as_of, known_at, True),
        _law_drawn(law_rows(load_lawbook(), as_of=as_of, known_at=known_at), as_of, known_at, True),
    ])  # fmt: skip


def curve_csv(registry: Registry, *, as_of: date, known_at: date) -> str:
    """The rows of the curve as CSV, with the numbers of states by their law."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, (*COLUMNS, *LAW_COLUMNS), lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    rows, law = curve_rows(registry, as_of=as_of, known_at=known_at), law_rows(load_lawbook(), as_of=as_of, known_at=known_at)
    for day in sorted({r["day"] for r in (*rows, *law)}):
        writer.writerow({**_on(rows, day), **_on(law, day), "day": day})
    return out.getvalue()


def _on(rows: Sequence[dict[str, Any]], day: str) -> dict[str, Any]:
    return [r for r in rows if r["day"] <= day][-1]


def curve_html(registry: Registry, *, as_of: date, known_at: date) -> str:
    """The curve with its numbers at the end of each year and on the last day."""
    rows = curve_rows(registry, as_of=as_of, known_at=known_at)
    law = law_rows(load_lawbook(), as_of=as_of, known_at=known_at)
    days = [*(date(y, 12, 31) for y in range(FIRST.year, as_of.year)), as_of]
    table = []
    for day in days:
        last = {**_on(rows, day.isoformat()), **_on(law, day.isoformat())}
        table.append([day.isoformat(), *(f"{last[c]:,}" for c in (*COLUMNS[1:], *LAW_COLUMNS))])
    page = {
        "title": "Who holds and who does not, over time",
        "lead": [
            f"How many agencies sources say hold on less than every detainer (above the line), and how many on every one (below it), as known on {known_at.isoformat()}.",
            "Under it, from the lawbook: how many states forbid or limit the hold by their own law, and how many command it. A command binds every jail of its state; few of those jails have said anything that could be counted above.",
        ],
        "notice": "This counts what the registry's sources say, and they looked hard in some years and places and not in others. Agencies that hold as a matter of course are seldom written about: the lower side is thinner than the country. A claim stands until a source says otherwise.",
        "tables": [
            {
                "title": "At the end of each year", "text": "Agencies of counties and cities; what is said of a state itself stands in the columns of states and in no other.",
                "head": ["Day", "Limits", "Limits, unsure or contested", "Holds", "Holds, unsure or contested", "States: limits", "States: holds", "State law forbids or limits", "State law commands"], "rows": table,
            },
            {
                "title": "Changes of the states' law", "text": "By the lawbook: law of the state that binds all of it. Its files say how far each has been reviewed (dueprocess law show).",
                "head": ["Day", "Forbids or limits", "Commands"], "rows": [[r["day"], *(", ".join(sorted(s[3:].upper() for s, v in r["states"].items() if v == verb)) or "none" for verb in ("forbid", "require"))] for r in law],
            },
        ],
    }  # fmt: skip
    return view_page(page, _drawn(rows, as_of, known_at, False) + _law_drawn(law, as_of, known_at, False))
