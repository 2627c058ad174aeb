"""A map of the counties as SVG: one tone and one pattern a class, a legend, a title and a description. Knows no law.

The shapes are those of ``data/shapes``: the Census Bureau's, in an Albers projection with Alaska and Hawaii as insets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.render.sheet import clean

LEFT, WIDTH, HEIGHT, TOP = -60, 1035, 610, 62
"""In units of the projection; the last of the Aleutians lie left of its frame."""
_ROW = 26
_COLUMNS = 3

# Ground and ink of each style; the pattern alone tells the classes apart where no color is printed.
STYLES: Mapping[str, tuple[str, str, str]] = {
    "blue": ("#2f6db5", "#ffffff", '<path d="M0 4H8" stroke="{ink}" stroke-width="1.1"/>'),
    "sky": ("#c3dcf2", "#1f4e86", '<circle cx="4" cy="4" r="1.1" fill="{ink}"/>'),
    "gray": ("#e4e4e4", "#7d7d7d", '<path d="M-2 2L2 -2M0 8L8 0M6 10L10 6" stroke="{ink}" stroke-width=".8"/>'),
    "pale": ("#f4f2ec", "#f4f2ec", ""),
    "yellow": ("#f2e39a", "#6b5a00", '<path d="M4 1.8V6.2M1.8 4H6.2" stroke="{ink}" stroke-width=".9"/>'),
    "amber": ("#eda53a", "#5c3700", '<path d="M-2 6L2 10M0 0L8 8M6 -2L10 2" stroke="{ink}" stroke-width=".8"/>'),
    "red": ("#a8323e", "#ffffff", '<path d="M0 0L8 8M8 0L0 8" stroke="{ink}" stroke-width=".7"/>'),
    "black": ("#ffffff", "#000000", '<path d="M0 0H4V4H0ZM4 4H8V8H4Z" fill="{ink}"/>'),
    "none": ("#ffffff", "#8a8a8a", '<circle cx="4" cy="4" r=".6" fill="{ink}"/>'),
}


@dataclass(frozen=True, slots=True)
class MapClass:
    """One class of the legend: its key, its style (a key of STYLES), its label."""

    key: str
    style: str
    label: str


def vintages() -> tuple[str, ...]:
    """The vintages of county shapes that ship, oldest first."""
    return tuple(sorted(p.stem.removeprefix("counties-") for p in data_dir("shapes").glob("counties-*.json")))


@lru_cache(maxsize=2)
def shapes(vintage: str) -> Mapping[str, Any]:
    """One vintage as built. Raises InputError where it does not ship or is broken."""
    path: Path = data_dir("shapes") / f"counties-{vintage}.json"
    try:
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(f"the shapes of [{vintage}] cannot be read", where=str(path), do="install dueprocess again") from None
    return found


def shape_ids(vintage: str) -> tuple[str, ...]:
    """The FIPS codes that have a shape in a vintage."""
    return tuple(shapes(vintage)["counties"])


def county_map(
    vintage: str,
    classes: Sequence[MapClass],
    *,
    of: Mapping[str, str],
    names: Mapping[str, str],
    title: str,
    description: str,
    standalone: bool = True,
    prefix: str = "",
) -> str:
    """The map. ``of`` gives each shape's class by FIPS code (a code without one is left white), ``names`` its tooltip.

    ``prefix`` goes before every id in the drawing: two maps of one page must not share any.

    Same input, same bytes. Ends with a newline.
    """
    atlas = shapes(vintage)
    counts = {c.key: sum(1 for f in atlas["counties"] if of.get(f) == c.key) for c in classes}
    rows = -(-len(classes) // _COLUMNS)
    height = TOP + HEIGHT + 16 + rows * _ROW + 14
    scale = 1 / atlas["units"]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{LEFT} 0 {WIDTH} {height}" role="img" aria-labelledby="{prefix}map-title {prefix}map-desc" '
        'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">',
        f'<title id="{prefix}map-title">{_text(title)}</title>',
        f'<desc id="{prefix}map-desc">{_text(description)}</desc>',
        "<defs>",
    ]
    for item in classes:
        ground, ink, marks = STYLES[item.style]
        out.append(
            f'<pattern id="{prefix}p-{item.key}" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<rect width="8" height="8" fill="{ground}"/>{marks.format(ink=ink)}</pattern>'
        )
        # On the map one unit is a tenth, so that the same pattern is drawn there ten times as large.
        out.append(
            f'<pattern id="{prefix}m-{item.key}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="scale({atlas["units"] * 0.75:g})">'
            f'<rect width="8" height="8" fill="{ground}"/>{marks.format(ink=ink)}</pattern>'
        )
    out.append("</defs>")
    out.append(f'<rect x="{LEFT}" width="{WIDTH}" height="{height}" fill="#ffffff"/>')
    out.append(f'<text x="{LEFT + 14}" y="28" font-size="20" font-weight="600" fill="#1a1a1a">{_text(title)}</text>')
    out.append(f'<g transform="translate(0 {TOP - 14}) scale({scale:g})" stroke-linejoin="round">')
    for key in (*(c.key for c in classes), None):
        members = [f for f in atlas["counties"] if (of.get(f) if of.get(f) in counts else None) == key]
        if not members:
            continue
        fill = f"url(#{prefix}m-{key})" if key else "#ffffff"
        out.append(f'<g fill="{fill}" stroke="#9a9a9a" stroke-width="2">')
        for fips in members:
            tip = names.get(fips)
            inner = f"<title>{_text(tip)}</title>" if tip else ""
            out.append(f'<path d="{_path(atlas, fips)}">{inner}</path>' if inner else f'<path d="{_path(atlas, fips)}"/>')
        out.append("</g>")
    borders = "".join(_line(line) for i in atlas["between_states"] if len(line := atlas["lines"][i]) > 2)
    out.append(f'<path d="{borders}" fill="none" stroke="#1a1a1a" stroke-width="8" stroke-linecap="round"/>')
    out.append("</g>")
    for place, item in enumerate(classes):
        column, row = place % _COLUMNS, place // _COLUMNS
        x, y = LEFT + 14 + column * (WIDTH - 24) // _COLUMNS, TOP + HEIGHT + 12 + row * _ROW
        out.append(f'<rect x="{x}" y="{y}" width="34" height="18" fill="url(#{prefix}p-{item.key})" stroke="#1a1a1a" stroke-width=".8"/>')
        out.append(f'<text x="{x + 42}" y="{y + 14}" font-size="14" fill="#1a1a1a">{_text(item.label)} ({counts[item.key]:,})</text>')
    out.append("</svg>")
    text = "\n".join(out) + "\n"
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + text if standalone else text


def _text(value: str) -> str:
    return escape(clean(value))


def _path(atlas: Mapping[str, Any], fips: str) -> str:
    out: list[str] = []
    for polygon in atlas["counties"][fips]:
        for ring in polygon:
            lines = [atlas["lines"][i] if i >= 0 else _backward(atlas["lines"][~i]) for i in ring]
            steps = [n for line in lines for n in line[2:]]
            out.append(f"M{lines[0][0]} {lines[0][1]}l{_pairs(steps)}z")
    return "".join(out)


def _line(line: Sequence[int]) -> str:
    return f"M{line[0]} {line[1]}l{_pairs(line[2:])}"


def _pairs(numbers: Sequence[int]) -> str:
    return " ".join(str(n) for n in numbers)


def _backward(line: Sequence[int]) -> list[int]:
    """The same line from its end: the last point, then each step turned round."""
    x, y = sum(line[0::2]), sum(line[1::2])
    back = [x, y]
    for i in range(len(line) - 2, 0, -2):
        back += [-line[i], -line[i + 1]]
    return back


__all__ = ["STYLES", "MapClass", "county_map", "shape_ids", "shapes", "vintages"]
