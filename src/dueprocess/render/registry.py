"""The registry's map as one page: shapes, spans and words in one file that needs nothing else. Knows no law.

Without a script it is the map and the table of one day. With it (one inline text, its hash in the page's own policy) a
slider moves both. Every text is escaped, and no text becomes markup. Same input, same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.render.county_map import (
    HEIGHT,
    LEFT,
    STYLES,
    WIDTH,
    county_path,
    mark,
    middle,
    shapes,
    vintages,
)
from dueprocess.render.page import whole
from dueprocess.render.sheet import cleaned

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).resolve().parent
PATTERNS: Mapping[str, str] = {
    "honors": "amber", "offense": "yellow", "cause": "teal", "judge": "blue", "declines": "violet", "notify": "sky",
    "review": "gray", "contradiction": "black", "listed": "rose", "agreement": "sand", "unknown": "none",
}  # fmt: skip


def map_page(data: Mapping[str, Any], *, as_of: date, known_at: date, day: int, notice: str, states: Mapping[str, str]) -> str:
    """The page for ``registry.views.mapping.map_data``; ``day`` is ``as_of`` counted from the data's first day."""
    from markupsafe import Markup

    data = cleaned(data)
    here = {f: s for f, spans in data["counties"].items() if (s := _at(spans, day)) is not None}
    counts = [0] * len(data["kinds"])
    drawn = []
    unknown = len(counts) - 1
    for fips, path in _paths():
        name, start, end = data["names"].get(fips, (fips, None, None))
        out = (start is not None and day < start) or (end is not None and end <= day)
        kind, marks = (here[fips][1], here[fips][2]) if fips in here else (unknown, 0)
        counts[kind] += not out
        drawn.append({"fips": fips, "path": path, "kind": kind, "marks": marks, "out": out, "name": name})
    middles = _middles()
    marked = {f: middles[f] for f, spans in data["counties"].items() if f in middles and any(s[2] for s in spans)}
    rows = _rows(data, day, states)
    agreement = next(i for i, k in enumerate(data["kinds"]) if k["key"] == "agreement")
    only: dict[str, list[str]] = {}
    for c in drawn:
        if c["kind"] == agreement and not c["out"]:
            name, _, state = c["name"].rpartition(", ")
            only.setdefault(state, []).append(name)
    sent = {**data, "day": day, "middles": marked, "states": dict(states)}
    style, style_hash = _asset("page.css", "site.css", "registry.css")
    code, code_hash = _asset("registry.js")
    borders = "".join(_borders())
    html = _template("registry.html.jinja").render(
        as_of=as_of.isoformat(), known_at=known_at.isoformat(), notice=notice, counties=drawn, kinds=data["kinds"], counts=counts, marks=data["marks"],
        contested=_marks(drawn, marked, 1), unsure=_marks(drawn, marked, 2), borders=borders, rows=rows, only=sorted(only.items()), agreements=counts[agreement], first=data["first"],
        months=(known_at.year - 2008) * 12 + known_at.month - 1, month=min((as_of.year - 2008) * 12 + as_of.month - 1, (known_at.year - 2008) * 12 + known_at.month - 1),
        states=sorted({r["state"] for r in data["rows"] if r["state"]}), state_names=states, patterns=Markup(_patterns(data["kinds"])), view=f"{LEFT} 0 {WIDTH} {HEIGHT}",
        style=Markup(style), style_hash=style_hash, script=Markup(code), script_hash=code_hash, data=Markup(_embedded(sent)),
    )  # fmt: skip
    return html.lstrip() + "\n"


def _rows(data: Mapping[str, Any], day: int, states: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the table on a day: agencies of which something is said by then."""
    made = []
    first = date.fromisoformat(data["first"])
    for row in data["rows"]:
        span = _at(row["spans"], day)
        if span is None or not span[1]:
            continue
        _, _, position, doubt, confirmed, source, beside = span
        made.append(
            {
                "state": row["state"],
                "place": row["place"] or states.get(row["state"], row["state"]),
                "name": row["name"],
                "position": data["texts"][position],
                "doubt": data["texts"][doubt],
                "confirmed": None if confirmed is None else (first + timedelta(days=confirmed)).isoformat(),
                "age": None if confirmed is None else day - confirmed,
                "source": None if source is None else data["sources"][source],
                "beside": data["texts"][beside],
            }
        )
    return made


def _at(spans: Iterable[list[Any]], day: int) -> list[Any] | None:
    last = None
    for span in spans:
        if span[0] > day:
            break
        last = span
    return last


@lru_cache(maxsize=1)
def _paths() -> tuple[tuple[str, str], ...]:
    """All shapes: those of the newest vintage, and of the older ones the counties that it does not have."""
    found: dict[str, str] = {}
    for vintage in reversed(vintages()):
        for fips in shapes(vintage)["counties"]:
            if fips not in found:
                found[fips] = county_path(vintage, fips)
    return tuple(sorted(found.items()))


@lru_cache(maxsize=1)
def _middles() -> Mapping[str, tuple[int, int]]:
    return {f: middle(v, f) for v in vintages() for f in shapes(v)["counties"]}


def _borders() -> Iterable[str]:
    atlas = shapes(vintages()[-1])
    for i in atlas["between_states"]:
        line = atlas["lines"][i]
        if len(line) > 2:
            yield f"M{line[0]} {line[1]}l{' '.join(str(n) for n in line[2:])}"


def _marks(drawn: Iterable[Mapping[str, Any]], middles: Mapping[str, tuple[int, int]], bit: int) -> str:
    """One path for all marks of a kind: a diamond for contested, a ring for unsure."""
    out = []
    for c in drawn:
        if c["marks"] & bit and not c["out"] and c["fips"] in middles:
            x, y = middles[c["fips"]]
            out.append(mark(x, y, bit))
    return "".join(out)


def _patterns(kinds: Iterable[Mapping[str, str]]) -> str:
    out = []
    for kind in kinds:
        ground, ink, marks = STYLES[PATTERNS[kind["key"]]]
        body = f'<rect width="8" height="8" fill="{ground}"/>{marks.format(ink=ink)}</pattern>'
        out.append(f'<pattern id="p-{kind["key"]}" width="8" height="8" patternUnits="userSpaceOnUse">{body}')
        out.append(f'<pattern id="m-{kind["key"]}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="scale(7.5)">{body}')
    return "".join(out)


def _embedded(data: Mapping[str, Any]) -> str:
    """JSON that can stand in a script element: nothing in it can end that element or open a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def ago(days: int) -> str:
    """How old, in whole days, months or years."""
    if days < 1:
        return "that day"
    if days < 60:
        return f"{days} day{'' if days == 1 else 's'} before"
    if days < 730:
        return f"{int(days / 30.44)} months before"
    return f"{int(days / 365.25)} years before"


@lru_cache(maxsize=4)
def _asset(*names: str) -> tuple[str, str]:
    text = "".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)
    return text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@lru_cache(maxsize=2)
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["whole"] = whole
    environment.filters["ago"] = ago
    return environment.get_template(name)


def view_page(view: Mapping[str, Any], drawing: str = "") -> str:
    """A page of a drawing and tables, without a script. ``view`` has ``title``, ``lead`` and ``notice`` (texts) and
    ``tables``, each ``title, text, head, rows``; a cell is a text, or a text with its address. ``drawing`` is SVG of our own.
    """
    from markupsafe import Markup

    style, style_hash = _asset("page.css", "site.css", "registry.css")
    html = _template("registry_view.html.jinja").render(v=cleaned(view), drawing=Markup(drawing), style=Markup(style), style_hash=style_hash)
    return html.lstrip() + "\n"
