"""The plots of the report as inline SVG. Each is drawn from the very rows of the table that stands under it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from dueprocess.render.sheet import clean

COLORS = {"certain": "#7a1020", "possible": "#d08c1c", "unknown": "#e2e2e2", "contradiction": "#5c5c86", "no": "#a5cfd5"}
"""Told apart in gray print, too: beside each other in a bar they differ by a fifth of the scale from black to white or more."""
_JOINED = "#c3b18c"
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH = 680
_ROOM = {"left": 48, "right": 20, "top": 5, "bottom": 5}
"""Around bars with long labels: another font than the one measured with may be wider."""

_SVG = re.compile(r"<svg\b[^>]*>")
_ID = re.compile(r'(id="|url\(#|href="#)')

_FEW_TICKS = 5

Bars = Sequence[Mapping[str, Any]]


def color(name: str) -> str:
    """The color of a class; of classes told together, one of their own."""
    return COLORS.get(name, _JOINED)


def inline(spec: Mapping[str, Any], *, name: str, title: str, text: str) -> str:
    """A Vega-Lite specification drawn as SVG that can stand in a page: no script, no style, ids of its own."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(dict(spec))
    start = _SVG.search(svg)
    assert start is not None
    size = re.search(r'viewBox="([^"]+)"', start[0])
    box = size[1] if size else "0 0 680 300"
    body = _ID.sub(lambda m: f"{m[1]}{name}-", svg[start.end() :])
    # The drawing is one picture with one description: its groups are no pictures of their own.
    body = re.sub(r'\s(?:style|role|aria-roledescription|aria-label)="[^"]*"', "", body)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box}" width="{box.split()[2]}" role="img" aria-labelledby="{name}-t {name}-d">'
    return f'{head}<title id="{name}-t">{_text(title)}</title><desc id="{name}-d">{_text(text)}</desc>{body}'


def _text(value: str) -> str:
    return escape(clean(value))


def _config(chart: Any) -> dict[str, Any]:
    made: dict[str, Any] = (
        chart.configure(font=_FONT, background="#ffffff", aria=False)
        .configure_axis(labelFontSize=13, titleFontSize=13, titleFontWeight="normal", labelColor="#1a1a1a", titleColor="#1a1a1a", gridColor="#dddddd", domainColor="#8a8a8a", labelLimit=360, labelFlush=False, titlePadding=14)
        .configure_legend(labelFontSize=13, titleFontSize=13, orient="top", title=None, labelColor="#1a1a1a", symbolType="square", symbolSize=160, labelLimit=300, columnPadding=26, padding=4)
        .configure_view(stroke=None)
        .to_dict()
    )
    return made


def _whole(most: int) -> Any:
    """An axis of whole numbers up to ``most``: of few, Vega would put ticks between them and round their labels."""
    import altair as alt

    return alt.Axis(format=",d", tickMinStep=1, values=list(range(most + 1)) if most <= _FEW_TICKS else alt.Undefined)


def stacked(rows: Bars, classes: Sequence[str], labels: Mapping[str, str], *, across: bool, name: str, title: str, text: str, marks: Bars = ()) -> str:
    """Bars of counts by class: across (one row a bar) or upright over time, with numbered marks at changes of law.

    ``rows`` are ``{label, classes: {class: {stays}}}``; ``marks`` are ``{label, numbers}`` at a label of the axis.
    """
    import altair as alt

    data = [
        {"bar": r["label"], "class": labels[c], "order": i, "stays": r["classes"][c]["stays"]}
        for r in rows for i, c in enumerate(classes)
    ]  # fmt: skip
    order = [r["label"] for r in rows]
    scale = alt.Scale(domain=[labels[c] for c in classes], range=[color(c) for c in classes])
    axis_of_stays = _whole(max((sum(r["classes"][c]["stays"] for c in classes) for r in rows), default=0))
    count = alt.X("stays:Q", title="Stays", axis=axis_of_stays) if across else alt.Y("stays:Q", title="Stays", axis=axis_of_stays)
    shown = alt.Chart(alt.InlineData(values=data)).mark_bar(stroke="#5a5a5a", strokeWidth=0.5).encode(
        color=alt.Color("class:N", scale=scale, legend=alt.Legend(columns=5 if len(classes) <= 5 and sum(len(labels[c]) for c in classes) < 48 else 3)), order="order:Q", **({"x": count} if across else {"y": count})
    )  # fmt: skip
    if across:
        shown = shown.encode(y=alt.Y("bar:N", sort=order, title=None)).properties(width=WIDTH - 330, height=alt.Step(28), padding=_ROOM)
        return inline(_config(shown), name=name, title=title, text=text)
    axis = alt.X("bar:N", sort=order, title=None, axis=alt.Axis(labelAngle=0 if len(order) <= 12 else -90))
    shown = shown.encode(x=axis)
    if marks:
        base = alt.Chart(alt.InlineData(values=[{"bar": m["label"], "numbers": m["numbers"]} for m in marks]))
        at = alt.X("bar:N", sort=order, bandPosition=0)
        rule = base.mark_rule(strokeDash=[4, 3], color="#1a1a1a").encode(x=at)
        words = base.mark_text(align="left", baseline="top", dx=2, y=-16, fontSize=12, color="#1a1a1a").encode(x=at, text="numbers:N")
        shown = alt.layer(shown, rule, words)
    return inline(_config(shown.properties(width=WIDTH, height=280)), name=name, title=title, text=text)


def lengths(rows: Bars, *, name: str, title: str, text: str) -> str:
    """Certain stays by band: as the least and as the most time over, side by side."""
    import altair as alt

    words = {"least": "by the least time over", "most": "by the most time over"}
    data = [{"band": r["label"], "measure": words[m], "stays": r[m]} for r in rows for m in words]
    chart = (
        alt.Chart(alt.InlineData(values=data))
        .mark_bar()
        .encode(
            x=alt.X("band:N", sort=[r["label"] for r in rows], title=None, axis=alt.Axis(labelAngle=-35)),
            xOffset=alt.XOffset("measure:N", sort=list(words.values())),
            y=alt.Y("stays:Q", title="Certain stays", axis=_whole(max(d["stays"] for d in data))),
            color=alt.Color("measure:N", scale=alt.Scale(domain=list(words.values()), range=["#7a1020", "#cf8f95"])),
        )
        .properties(width=WIDTH, height=260)
    )
    return inline(_config(chart), name=name, title=title, text=text)


def intervals(rows: Bars, *, name: str, title: str, text: str, axis: str) -> str:
    """Shares with their intervals: ``{label, share, low, high}`` in percent, one row each."""
    import altair as alt

    base = alt.Chart(alt.InlineData(values=[dict(r) for r in rows]))
    y = alt.Y("label:N", sort=[r["label"] for r in rows], title=None)
    line = base.mark_rule(strokeWidth=2, color="#7a1020").encode(
        x=alt.X("low:Q", title=axis, scale=alt.Scale(domain=[0, 100])), x2="high:Q", y=y
    )
    dot = base.mark_point(filled=True, size=90, color="#7a1020", opacity=1).encode(x="share:Q", y=y)
    chart = alt.layer(line, dot).properties(width=WIDTH - 330, height=alt.Step(28), padding=_ROOM)
    return inline(_config(chart), name=name, title=title, text=text)


def ranges(rows: Bars, *, name: str, title: str, text: str, axis: str) -> str:
    """Ranges as bars from low to high: ``{label, low, high}``, one row each."""
    import altair as alt

    chart = (
        alt.Chart(alt.InlineData(values=[dict(r) for r in rows]))
        .mark_bar(color="#5c5c86", height=14)
        .encode(x=alt.X("low:Q", title=axis, axis=alt.Axis(format="~s")), x2="high:Q", y=alt.Y("label:N", sort=[r["label"] for r in rows], title=None))
        .properties(width=WIDTH - 330, height=alt.Step(28), padding=_ROOM)
    )
    return inline(_config(chart), name=name, title=title, text=text)


__all__ = ["COLORS", "color", "inline", "intervals", "lengths", "ranges", "stacked"]
