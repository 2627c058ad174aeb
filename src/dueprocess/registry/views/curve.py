"""How many agencies are said to limit holding, and how many to hold on every detainer, over time: two sides of one line.

The curve counts what sources say that this registry has; where nobody looked, nothing is counted. A state's own claim is
counted apart: it may bind many agencies, and which it binds is a question for the lawbook.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from dueprocess.registry import Registry
from dueprocess.registry.views.mapping import FIRST
from dueprocess.render.registry import view_page
from dueprocess.render.timeline import Step, curve_svg

LIMITS = "Hold on less than every detainer"
HOLDS = "Hold on every detainer"
LOOSE = "contested, or day not sure"
COLUMNS = ("day", "limits", "limits_unsure_or_contested", "holds", "holds_unsure_or_contested", "states_limits", "states_holds")


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
    """The curve alone, for print."""
    return _drawn(curve_rows(registry, as_of=as_of, known_at=known_at), as_of, known_at, True)


def curve_csv(registry: Registry, *, as_of: date, known_at: date) -> str:
    """The rows of the curve as CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(curve_rows(registry, as_of=as_of, known_at=known_at))
    return out.getvalue()


def curve_html(registry: Registry, *, as_of: date, known_at: date) -> str:
    """The curve with its numbers at the end of each year and on the last day."""
    rows = curve_rows(registry, as_of=as_of, known_at=known_at)
    days = [*(date(y, 12, 31) for y in range(FIRST.year, as_of.year)), as_of]
    table = []
    for day in days:
        last = [r for r in rows if r["day"] <= day.isoformat()][-1]
        table.append([day.isoformat(), *(f"{last[c]:,}" for c in COLUMNS[1:])])
    page = {
        "title": "Who holds and who does not, over time",
        "lead": [f"How many agencies sources say hold on less than every detainer (above the line), and how many on every one (below it), as known on {known_at.isoformat()}."],
        "notice": "This counts what the registry's sources say, and they looked hard in some years and places and not in others. Agencies that hold as a matter of course are seldom written about: the lower side is thinner than the country. A claim stands until a source says otherwise.",
        "tables": [{
            "title": "At the end of each year", "text": "Agencies of counties and cities; what is said of a state itself stands in the last two columns and in no other.",
            "head": ["Day", "Limits", "Limits, unsure or contested", "Holds", "Holds, unsure or contested", "States: limits", "States: holds"], "rows": table,
        }],
    }  # fmt: skip
    return view_page(page, _drawn(rows, as_of, known_at, False))
