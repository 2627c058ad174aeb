"""A map of the counties as SVG: one tone and one pattern a class, a legend, a title and a description. Knows no law.

The shapes are those of ``data/shapes``: the Census Bureau's, in an Albers projection with Alaska and Hawaii as insets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
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
    "teal": ("#bfe3da", "#0f5a4b", '<path d="M0 2H4M4 6H8" stroke="{ink}" stroke-width="1.4"/>'),
    "violet": ("#6d4b9c", "#ffffff", '<path d="M4 0V8" stroke="{ink}" stroke-width="1.1"/>'),
    "rose": ("#f3dbe4", "#8c2b55", '<circle cx="4" cy="4" r="1.9" fill="none" stroke="{ink}" stroke-width=".8"/>'),
    "sand": ("#efe9dc", "#6f6551", '<path d="M2.6 2.6L5.4 5.4" stroke="{ink}" stroke-width=".9"/>'),
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
    marked: Mapping[str, int] | None = None,
    mark_labels: Sequence[str] = (),
) -> str:
    """The map. ``of`` gives each shape's class by FIPS code (a code without one is left white), ``names`` its tooltip.

    ``prefix`` goes before every id in the drawing: two maps of one page must not share any. ``marked`` puts a mark onto a
    shape, 1 a diamond, 2 a ring, 3 both; ``mark_labels`` are their two lines in the legend.

    Same input, same bytes. Ends with a newline.
    """
    atlas = shapes(vintage)
    counts = {c.key: sum(1 for f in atlas["counties"] if of.get(f) == c.key) for c in classes}
    columns = 2 if mark_labels else _COLUMNS  # their labels are long
    rows = -(-(len(classes) + len(mark_labels)) // columns)
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
    for bit in (1, 2) if marked else ():
        spots = [middle(vintage, f) for f in atlas["counties"] if (marked or {}).get(f, 0) & bit]
        out.append(f'<path d="{"".join(mark(x, y, bit) for x, y in spots)}" {_MARKS[bit]} stroke-width="14"/>')
    out.append("</g>")

    def spot(place: int) -> tuple[int, int]:
        column, row = place % columns, place // columns
        return LEFT + 14 + column * (WIDTH - 24) // columns, TOP + HEIGHT + 12 + row * _ROW

    for number, label in enumerate(mark_labels, 1):
        x, y = spot(len(classes) + number - 1)
        out.append(f'<g transform="translate({x + 17} {y + 9}) scale({scale * 1.5:g})"><path d="{mark(0, 0, number)}" {_MARKS[number]} stroke-width="14"/></g>')
        out.append(f'<text x="{x + 42}" y="{y + 14}" font-size="14" fill="#1a1a1a">{_text(label)}</text>')
    for place, item in enumerate(classes):
        x, y = spot(place)
        out.append(f'<rect x="{x}" y="{y}" width="34" height="18" fill="url(#{prefix}p-{item.key})" stroke="#1a1a1a" stroke-width=".8"/>')
        out.append(f'<text x="{x + 42}" y="{y + 14}" font-size="14" fill="#1a1a1a">{_text(item.label)} ({counts[item.key]:,})</text>')
    out.append("</svg>")
    text = "\n".join(out) + "\n"
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + text if standalone else text


_MARKS = {1: 'fill="#ffffff" stroke="#000000"', 2: 'fill="none" stroke="#000000"'}


def mark(x: int, y: int, bit: int) -> str:
    """The outline of one mark around a point, in units of the shapes: 1 a diamond, 2 a ring."""
    return f"M{x} {y - 48}l48 48l-48 48l-48 -48z" if bit == 1 else f"M{x - 36} {y}a36 36 0 1 0 72 0a36 36 0 1 0 -72 0z"


def county_path(vintage: str, fips: str) -> str:
    """The outline of one county, as the data of an SVG path in units of the shapes."""
    return _path(shapes(vintage), fips)


def middle(vintage: str, fips: str) -> tuple[int, int]:
    """A point within, or near, the largest part of a county: where a mark stands. In units of the shapes."""
    atlas = shapes(vintage)
    best, size = (0, 0), -1.0
    for polygon in atlas["counties"][fips]:
        points = _points(atlas, polygon[0])
        area, x, y = 0.0, 0.0, 0.0
        for (ax, ay), (bx, by) in pairwise([*points, points[0]]):
            cross = ax * by - bx * ay
            area, x, y = area + cross, x + (ax + bx) * cross, y + (ay + by) * cross
        if abs(area) > size:
            size = abs(area)
            best = (round(x / (3 * area)), round(y / (3 * area))) if area else points[0]
    return best


def _points(atlas: Mapping[str, Any], ring: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for i in ring:
        line = atlas["lines"][i] if i >= 0 else _backward(atlas["lines"][~i])
        x, y = line[0], line[1]
        found.append((x, y))
        for dx, dy in zip(line[2::2], line[3::2], strict=True):
            x, y = x + dx, y + dy
            found.append((x, y))
    return found


def _text(value: str) -> str:
    return escape(clean(value))


def _path(atlas: Mapping[str, Any], fips: str) -> str:
    out: list[str] = []
    for polygon in atlas["counties"][fips]:
        for ring in polygon:
            lines = [atlas["lines"][i] if i >= 0 else _backward(atlas["lines"][~i]) for i in ring]
            steps = [n for line in lines for n in line[2:]]
            if steps:  # a ring simplified to a point would be an error that hides the rest of the path
                out.append(f"M{lines[0][0]} {lines[0][1]}l{_pairs(steps)}z")
    if not out:  # a city too small to keep its outline: a square of less than a pixel
        x, y = _points(atlas, atlas["counties"][fips][0][0])[0]
        out.append(f"M{x - 3} {y - 3}l6 0 0 6 -6 0z")
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


__all__ = ["STYLES", "MapClass", "county_map", "county_path", "mark", "middle", "shape_ids", "shapes", "vintages"]
