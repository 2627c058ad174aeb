"""``report.html``: one self-contained page that reads without script, prints well and carries its own proof."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.audit import consequences, records, sections
from dueprocess.audit.blocks import Code, Figure, Part, Switches, Tiles
from dueprocess.audit.gathering import Gathered
from dueprocess.audit.numbers import agency_name
from dueprocess.audit.words import class_name, count, hour_range, no_stay, plural, share, unit_of
from dueprocess.law import Lawbook
from dueprocess.law.plain import day_words
from dueprocess.render.page import whole
from dueprocess.render.sheet import Section, cleaned

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).resolve().parent
_NUMBER = re.compile(r"(?:(?:under )?[\d,.]+(?: to (?:under )?[\d,.]+)?(?: %| USD)?|–|with others|fewer than 11|Chosen: |)$")

SHORT = 5
"""Tables of so few rows are not broken over two pages in print."""
NOTICE = "This is what the encoded law says of these records: no legal advice, and no finding of a court."


def parts_of(found: Gathered, *, lawbook: Lawbook, run: Mapping[str, Any], daily_cost: float | None, more: Sequence[Section] = ()) -> list[Part]:
    """Every section in order. ``more`` are sections of other rooms (theories side by side), told before the method."""
    made: list[Part | None] = [
        records.records(found),
        sections.findings(found),
        sections.over_time(found),
        sections.by_agency(found),
        sections.reasons(found, lawbook),
        sections.how_ended(found),
        sections.how_long(found),
        sections.worst(found, agency_name),
        consequences.undecided(found, lawbook),
        *sections.by_columns(found),
        consequences.issued(found, lawbook),
        consequences.mandate(found),
        consequences.cost(found, daily_cost),
        consequences.exposed(found),
        *(Part(f"more-{i}", s.title, s.blocks, s.fine) for i, s in enumerate(more)),
        consequences.law(found, run),
        consequences.method(found, run),
        consequences.repeat(run),
    ]
    return [p for p in made if p is not None]


def whose(found: Gathered) -> str:
    """Whose records these are and of what time, in a line; of what is published only the years."""
    named = [r for r in found.agencies if r["key"]]
    who = str(named[0]["label"]) if len(found.agencies) == len(named) == 1 else "" if found.public or not named else plural(len(named), "agency", "agencies")
    low, high = found.days
    when = "" if not low or not high else f"{low.year} to {high.year}" if found.public else f"{day_words(low.toordinal())} to {day_words(high.toordinal())}"
    return " · ".join(t for t in (who, when) if t)


def headline(found: Gathered, lawbook: Lawbook) -> tuple[str, str]:
    """The answer in a sentence, and what keeps it from being more."""
    total, classes = found.total, found.total["classes"]
    stays = total["stays"]
    unit = unit_of(found.info)
    if not stays:
        return "The files hold no stay.", ""
    if "certain" not in found.classes:
        return f"{plural(stays, *unit)} were asked about. How many were held too long cannot be told without telling of few people.", ""
    certain = classes["certain"]
    about = "about " if found.public else ""
    if certain["stays"]:
        first = f"{count(certain['stays'])} of {plural(stays, *unit)} ({share(certain['stays'], stays)}) certainly lasted longer than the encoded law allowed, by {about}{hour_range(certain['least'], certain['most'])} hours in all."
    else:
        first = f"Of {plural(stays, *unit)}, none certainly lasted longer than the encoded law allowed."
    rest = []
    for name in found.classes:
        cell = classes[name]
        if name == "possible" and cell["stays"]:
            rest.append(f"{count(cell['stays'])} {'more ' if certain['stays'] else ''}may have")
        elif name == "unknown" and cell["stays"]:
            rest.append(f"of {count(cell['stays'])} the record cannot tell")
        elif name == "contradiction" and cell["stays"]:
            rest.append(f"{count(cell['stays'])} {'contradicts itself' if cell['stays'] == 1 else 'contradict themselves'}")
    if classes.get("unknown", {}).get("stays") == stays:
        whether = "any lasted longer than the encoded law allowed" if unit[0] == "stay" else "anybody was kept longer than the encoded law allowed"
        return f"Of {plural(stays, *unit)} the record cannot tell whether {whether}: every one is unknown.", f"{no_stay(found.info)} {consequences.never_told(found, lawbook)} The request that would settle it is in request.md.".strip()
    tail = "; ".join(rest)
    told = [(tail[:1].upper() + tail[1:] + ".") if tail else "", _short(found), _resting(found)]
    return first, " ".join(t for t in told if t)


def _short(found: Gathered) -> str:
    """How many of the certain stays remain without the time that a release itself may take: the first thing that is asked."""
    certain = found.total["classes"].get("certain", {})
    short = int(found.lengths[0].get("least") or 0) if found.lengths else 0
    if found.public or not certain.get("stays"):
        return ""
    if certain["after_least"] != certain["least"]:
        return f"After the time that the agency allows itself to process a release, {count(certain['after_stays'])} of the certain ones remain."
    if not short:
        return ""
    of = "The certain one was" if certain["stays"] == 1 else f"{count(short)} of the certain ones were"
    return f"{of} over by less than an hour at the least, as long as a release itself may take; with --allowance-hours the audit also tells what remains without such time."


def _resting(found: Gathered) -> str:
    """That the answer rests on what the map takes for granted, and what it is without: whoever reads no further must know."""
    assumed = found.info.get("assumptions") or ()
    if not assumed:
        return ""
    names = ", ".join(dict.fromkeys("that the record is complete" if a["column"] == "record_complete" else str(a["column"]).replace("_", " ") for a in assumed))
    if found.bare is None:
        return f"These numbers rest on what the column map takes for granted ({names})."
    with_, without = found.total["classes"], found.bare["classes"]
    if all(with_[c]["stays"] == without[c]["stays"] for c in found.classes):
        return ""
    sure, may = (without[c]["stays"] if c in without else None for c in ("certain", "possible"))
    if sure is None or may is None:
        return f"These numbers rest on what the column map takes for granted ({names})."
    return f"Without what the column map takes for granted ({names}), {count(sure) if sure else 'none'} would be certain and {count(may) if may else 'none'} possible."


def tiles(found: Gathered) -> Tiles:
    """The classes as large numbers."""
    total = found.total
    items = []
    for name in found.classes:
        cell = total["classes"][name]
        under = share(cell["stays"], total["stays"])
        if cell["least"] is not None and cell["stays"]:
            under += f"\n{hour_range(cell['least'], cell['most'])} hours"
        items.append((class_name(name), count(cell["stays"]), under, name.split(" or ")[0] if " or " not in name else "joined"))
    return Tiles(tuple(items))


def report_html(found: Gathered, *, lawbook: Lawbook, run: Mapping[str, Any], daily_cost: float | None, more: Sequence[Section] = ()) -> str:
    """The page. Every text is escaped; the plots are our own drawings. Same numbers, same bytes."""
    from markupsafe import Markup

    style = (_FOLDER.parent / "render" / "page.css").read_text(encoding="utf-8") + (_FOLDER / "report.css").read_text(encoding="utf-8")
    script = (_FOLDER / "report.js").read_text(encoding="utf-8")
    first, second = headline(found, lawbook)
    html = _template().render(
        title="Audit of custody records: holds on immigration detainers",
        public=found.public,
        whose=whose(found),
        first=first,
        second=second,
        tiles=tiles(found),
        run=run,
        parts=[_drawn(p) for p in parts_of(found, lawbook=lawbook, run=run, daily_cost=daily_cost, more=more)],
        notice=NOTICE,
        style=Markup(style),  # our own files, not data
        style_hash=_digest(style),
        script=Markup(script),
        script_hash=_digest(script),
    )
    return html.lstrip() + "\n"


def _digest(text: str) -> str:
    """For the page's own policy: only this style and this script may act, should a text ever come out unescaped."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _drawn(part: Part) -> dict[str, Any]:
    from markupsafe import Markup

    blocks: list[dict[str, Any]] = []
    for block in part.blocks:
        if isinstance(block, Figure):
            blocks.append({"kind": "figure", "svg": Markup(block.svg)})  # drawn by us; its texts are escaped
        elif isinstance(block, Code):
            blocks.append({"kind": "code", "text": block.text})
        elif isinstance(block, Switches):
            blocks.append({"kind": "switches", "items": cleaned(block).items, "texts": Markup(json.dumps(block.texts).replace("<", "\\u003c"))})
        elif block.kind == "table":
            table = cleaned(block)
            numeric = [i > 0 and i not in table.fixed and all(_NUMBER.match(row[i]) for row in table.rows) for i in range(len(table.head))]
            wide = len(table.head) > 6
            # On a phone tables of words are read row by row; those of numbers are moved sideways under the names of their rows.
            stack = not wide and not all(numeric[1:])
            blocks.append({"kind": "table", "caption": table.caption, "head": table.head, "rows": table.rows, "marked": table.marked, "fixed": table.fixed, "numeric": numeric, "wide": wide, "stack": stack, "short": len(table.rows) <= SHORT})
        else:
            blocks.append({"kind": block.kind, "block": cleaned(block)})
    return {"id": part.id, "title": part.title, "fine": part.fine, "blocks": blocks}


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["whole"] = whole
    return environment.get_template("report.html.jinja")
