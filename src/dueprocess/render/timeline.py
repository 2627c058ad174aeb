"""Two drawings over time as SVG: the spans of one actor with the claims about it, and a two-sided curve. Knows no law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from dueprocess.render.county_map import STYLES
from dueprocess.render.sheet import clean

_FONT = 'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif"'
_WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of days [start, until) in a lane. From ``start`` to ``sure`` it may not have begun (drawn open).

    ``style`` is a key of STYLES, ``said`` the day on which the source speaks (a tick), ``number`` leads to the table.
    """

    lane: str
    start: date
    sure: date
    until: date
    style: str
    label: str
    number: str = ""
    said: date | None = None
    lost: bool = False


def spans_svg(bars: Sequence[Bar], *, lanes: Mapping[str, str], start: date, until: date, title: str, description: str, standalone: bool) -> str:
    """Bars in lanes (key to title, in order); those of one lane that would cover each other stand in rows of it."""
    left, right = 24, _WIDTH - 24
    total = max((until - start).days, 1)

    def x(day: date) -> float:
        return round(left + (right - left) * min(max((day - start).days, 0), total) / total, 1)

    body: list[str] = []
    y = 66
    for lane, words in lanes.items():
        here = [b for b in bars if b.lane == lane]
        body.append(f'<text x="{left}" y="{y}" font-size="15" font-weight="600" fill="#1a1a1a">{_text(words)}{"" if here else ": none"}</text>')
        y += 8
        for bar in here:
            a, s, b = x(bar.start), x(bar.sure), max(x(bar.until), x(bar.start) + 6)
            s = min(max(s, a), b)
            words_ = f"{bar.number}  {bar.label}" if bar.number else bar.label
            body.append(f"<g><title>{_text(words_)}</title>")
            if s > a:
                body.append(f'<rect x="{a}" y="{y}" width="{s - a:.1f}" height="14" fill="#fff" stroke="#1a1a1a" stroke-dasharray="3 2"/>')
            body.append(f'<rect x="{s}" y="{y}" width="{max(b - s, 4):.1f}" height="14" fill="url(#t-{bar.style})" stroke="#1a1a1a"{" stroke-dasharray=" + chr(34) + "2 3" + chr(34) if bar.lost else ""}/>')
            if bar.said:
                at = x(bar.said)
                body.append(f'<path d="M{at} {y - 3}V{y + 17}" stroke="#000" stroke-width="2.5"/>')
            # The words stand where there is room: after the bar's start, on their own line below it.
            near = a if a < _WIDTH * 0.62 else right
            anchor = "start" if near == a else "end"
            body.append(f'<text x="{near}" y="{y + 29}" font-size="13" fill="#1a1a1a" text-anchor="{anchor}">{_text(_short(words_, int((right - a if anchor == "start" else near - left) / 6.6)))}</text></g>')
            y += 40
        y += 26
    height = y + 6
    grid = []
    years = list(range(start.year + 1, until.year + 1))
    step = max(1, -(-len(years) // 16))
    for year in years[::step]:
        at = x(date(year, 1, 1))
        grid.append(f'<path d="M{at} 48V{height - 22}" stroke="#d0d0d0"/><text x="{at}" y="{height - 6}" font-size="12" text-anchor="middle" fill="#4a4a4a">{year}</text>')
    return _svg(height, title, description, sorted({b.style for b in bars}), [*grid, *body], standalone)


@dataclass(frozen=True, slots=True)
class Step:
    """From ``day`` on: how many stand above and below the line, firmly, and with those that are unsure or contested."""

    day: date
    above: int
    above_all: int
    below: int
    below_all: int


def curve_svg(
    steps: Sequence[Step], *, start: date, until: date, above: str, below: str, loose: str, title: str, description: str, standalone: bool, name: str = "v", height: int = 444
) -> str:
    """A stepped curve to both sides of a line: filled what is firm, open what is unsure on top of it.

    ``loose`` empty: there is nothing unsure. ``name`` tells the ids of two drawings in one page apart.
    """
    left, right, top = 56, _WIDTH - 20, 76
    bottom = top + height
    total = max((until - start).days, 1)
    high = max([s.above_all for s in steps] + [1])
    low = max([s.below_all for s in steps] + [1])
    every = next(n for n in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 5000, 10**9) if (high + low) / n <= 12)
    high, low = -(-high // every) * every, -(-low // every) * every

    def x(day: date) -> float:
        return round(left + (right - left) * min(max((day - start).days, 0), total) / total, 1)

    def y(value: int) -> float:
        return round(top + (bottom - top) * (high - value) / (high + low), 1)

    def area(values: Sequence[int]) -> str:
        out = [f"M{x(steps[0].day)} {y(0)}"]
        for step, value in zip(steps, values, strict=True):
            out.append(f"H{x(step.day)}V{y(value)}")
        return "".join(out) + f"H{x(until)}V{y(0)}z"

    body = []
    for value in range(-low, high + 1, every):
        body.append(f'<path d="M{left} {y(value)}H{right}" stroke="{"#1a1a1a" if value == 0 else "#d8d8d8"}"/><text x="{left - 8}" y="{y(value) + 4}" font-size="12" text-anchor="end" fill="#4a4a4a">{abs(value):,}</text>')
    if steps:
        body.append(f'<path d="{area([s.above_all for s in steps])}" fill="url(#{name}-sky)" stroke="#1f4e86"/><path d="{area([s.above for s in steps])}" fill="url(#{name}-blue)" stroke="#1f4e86"/>')
        body.append(f'<path d="{area([-s.below_all for s in steps])}" fill="url(#{name}-yellow)" stroke="#5c3700"/><path d="{area([-s.below for s in steps])}" fill="url(#{name}-amber)" stroke="#5c3700"/>')
    for year in range(start.year, until.year + 1):
        at = x(max(date(year, 1, 1), start))
        body.append(f'<path d="M{at} {bottom}v6" stroke="#1a1a1a"/><text x="{at}" y="{bottom + 20}" font-size="12" text-anchor="middle" fill="#4a4a4a">{year}</text>')
    for place, (style, words) in enumerate((("blue", above), ("sky", f"{above}: {loose}"), ("amber", below), ("yellow", f"{below}: {loose}"))):
        column, row = place // 2, place % 2
        if row and not loose:
            continue
        at = left + column * 490
        body.append(f'<rect x="{at}" y="{bottom + 40 + row * 26}" width="34" height="18" fill="url(#{name}-{style})" stroke="#1a1a1a"/><text x="{at + 42}" y="{bottom + 54 + row * 26}" font-size="14" fill="#1a1a1a">{_text(words)}</text>')
    return _svg(bottom + (106 if loose else 80), title, description, ["amber", "blue", "sky", "yellow"], body, standalone, name=name)


def stacked_svg(drawings: Sequence[str]) -> str:
    """Several standalone drawings of the same width as one file, one under the other."""
    parts, y = [], 0
    for drawing in drawings:
        inner = drawing.partition("?>\n")[2]
        height = int(inner.partition(f'viewBox="0 0 {_WIDTH} ')[2].partition('"')[0])
        parts.append(inner.replace("<svg ", f'<svg x="0" y="{y}" width="{_WIDTH}" height="{height}" ', 1))
        y += height
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}">\n{"".join(parts)}</svg>\n'


def _svg(height: int, title: str, description: str, styles: Sequence[str], body: Sequence[str], standalone: bool, name: str = "t") -> str:
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="{name}-title {name}-desc" {_FONT}>',
        f'<title id="{name}-title">{_text(title)}</title><desc id="{name}-desc">{_text(description)}</desc><defs>',
    ]
    for style in styles:
        ground, ink, marks = STYLES[style]
        out.append(f'<pattern id="{name}-{style}" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="{ground}"/>{marks.format(ink=ink)}</pattern>')
    out.append(f'</defs><rect width="{_WIDTH}" height="{height}" fill="#fff"/><text x="24" y="30" font-size="19" font-weight="600" fill="#1a1a1a">{_text(title)}</text>')
    text = "\n".join([*out, *body, "</svg>"]) + "\n"
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + text if standalone else text


def _short(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(room - 1, 8)].rstrip() + "…"


def _text(value: str) -> str:
    return escape(clean(value))
