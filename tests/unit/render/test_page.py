"""Sheets as a page: self-contained, escaped, with the structure that a screen reader needs."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

from dueprocess.render.page import page_html
from dueprocess.render.sheet import Entries, Entry, Pairs, Paragraph, Section, Sheet, Table

VOID = {"meta", "br", "hr", "img", "input", "link"}
HOSTILE = "<script>alert(1)</script><img src=x onerror=y>{{ 7 * 7 }}\"' & 2017-08-16"


class Page(HTMLParser):
    """Tags with their attributes, in order; fails where they are not nested."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def sheet(text: str = "text") -> Sheet:
    return Sheet(
        status="STATUS",
        headline=f": {text}",
        tone="caution",
        lead=(text,),
        about=text,
        asked=text,
        sections=(
            Section(
                text,
                (
                    Paragraph(text),
                    Pairs(((text, text),)),
                    Entries((Entry(text, text, text, text),), title=text),
                    Table(text, (text, "b"), ((text, text),), (0,), fixed=(0,)),
                ),
                fine=True,
            ),
        ),
        notice=text,
    )


def test_every_text_is_escaped() -> None:
    html = page_html([sheet(HOSTILE)], title=HOSTILE, lang="en")
    page = Page(html)
    assert not page.named("script")
    assert not page.named("img")
    assert "<script" not in html
    assert "{{ 7 * 7 }}" in page.text
    assert page.text.count("<script>alert(1)</script>") > 12


def test_the_page_needs_nothing_else_and_says_so_to_the_browser() -> None:
    html = page_html([sheet()], title="Title", lang="en")
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    assert "url(" not in html
    assert "@import" not in html
    assert not [
        v for _, attrs in page.tags for v in attrs.values() if v and v.startswith(("http", "//", "data:"))
    ]
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(a["content"] for a in page.named("meta") if a.get("http-equiv"))
    assert policy
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert not [
        attrs for _, attrs in page.tags if any(name.startswith("on") or name == "style" for name in attrs)
    ]


def test_structure() -> None:
    page = Page(page_html([sheet("one"), sheet("two")], title="Title", lang="en"))
    assert page.named("html") == [{"lang": "en"}]
    assert len(page.named("main")) == len(page.named("h1")) == len(page.named("nav")) == 1
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings == [1, 2, 3, 2, 3]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in page.tags:
        if "aria-labelledby" in attrs:
            assert attrs["aria-labelledby"] in ids
        if str(attrs.get("href", "")).startswith("#"):
            assert str(attrs["href"])[1:] in ids
    assert page.named("th")
    assert all(attrs.get("scope") == "col" for attrs in page.named("th"))


def test_one_sheet_has_no_contents_and_is_the_title() -> None:
    html = page_html([sheet("Only & one")], title="Title", lang="en")
    assert not Page(html).named("nav")
    assert "<title>Only &amp; one</title>" in html


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_has_contrast_on_every_ground_and_no_frame_is_green() -> None:
    """WCAG 2 asks 4.5 of text and 3 of what carries meaning; a green frame would read as "go"."""
    html = page_html([sheet()], title="Title", lang="en")
    ink, soft = (re.search(rf"--{name}: (#\w+)", html) for name in ("ink", "soft"))
    assert ink
    assert soft
    grounds = {"#ffffff", *re.findall(r"background: (#\w{6})", html)}
    inks = {ink[1], soft[1]}
    assert len(grounds) > 3
    for ground in grounds:
        for color in inks:
            assert (_luminance(ground) + 0.05) / (_luminance(color) + 0.05) >= 4.5
    for color in re.findall(r"border-color: (#\w{6})", html):
        assert 1.05 / (_luminance(color) + 0.05) >= 3
        red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
        assert not (green > red and green > blue)


def test_same_input_same_bytes() -> None:
    assert page_html([sheet()], title="T", lang="en") == page_html([sheet()], title="T", lang="en")
