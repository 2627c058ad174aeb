"""Pages and kits as files: their size, policy and bytes, what they answer, and what they refuse."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dueprocess.cli.commands import app
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import parse_instant
from dueprocess.public import RequestError, State, answer_page, index_page, read_request, state_of, state_page
from dueprocess.public.calendars import days_off, good_until, zone_data
from dueprocess.public.fill import asset, digest, json_markup
from dueprocess.public.page import state_links

DAY = date(2026, 11, 22)
NOW = parse_instant("2026-11-22T09:00:00Z", where="")


@lru_cache(maxsize=8)
def state(code: str) -> State:
    return state_of(f"us/{code}", as_of=DAY, known_at=DAY)


@lru_cache(maxsize=16)
def file(code: str, lang: str) -> str:
    return state_page(state(code), lang, file=True, other="x.html")


class Well(HTMLParser):
    """Every element that is opened is closed, ids stand once, labels and fragments lead somewhere."""

    void = frozenset({"meta", "br", "link", "input", "path", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.wanted: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not any(n.startswith("on") or n == "style" for n in given)
        if "id" in given:
            self.ids.append(str(given["id"]))
        for name in ("for", "aria-labelledby", "aria-describedby"):
            if name in given:
                self.wanted.add(str(given[name]))
        if str(given.get("href", "")).startswith("#"):
            self.wanted.add(str(given["href"])[1:])
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.void:
            assert self.open.pop() == tag

    def check(self, text: str) -> None:
        self.feed(text)
        self.close()
        assert not self.open
        assert len(self.ids) == len(set(self.ids)) and self.wanted <= set(self.ids)


def ask(code: str = "wy", **fields: str) -> str:
    given = {"county": "teton-county", **fields}
    request = read_request(state(code), list(given.items()))
    return answer_page(state(code), "en", request, now=NOW, other="/es/wy")


@pytest.mark.parametrize("code", ["ca", "wy", "fl", "or"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_file_is_whole_small_and_the_same_twice(code: str, lang: str) -> None:
    text = file(code, lang)
    assert len(text.encode()) < 1_000_000
    if code == "wy":
        assert text == state_page(state_of("us/wy", as_of=DAY, known_at=DAY), lang, file=True, other="x.html")
    Well().check(text)
    assert f'<html lang="{lang}">' in text and "None" not in re.sub(r"<script.*?</script>|<style.*?</style>", "", text, flags=re.S)
    assert all(html.escape(c.name) in text for c in state(code).counties)


def test_a_file_runs_its_own_script_only_and_reaches_nothing() -> None:
    text = file("ca", "en")
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1])  # type: ignore[index]
    script = asset("engine.js", "family.js")
    assert policy.startswith("default-src 'none'") and f"script-src 'sha256-{digest(script)}'" in policy and "unsafe" not in policy
    assert script in text and "http://" not in text and "https://" not in text and "fetch(" not in script and "innerHTML" not in script
    assert "innerHTML" not in asset("kit.js") and "eval(" not in asset("kit.js") + script


def test_first_stands_before_everything_that_is_asked_or_answered() -> None:
    for text in (file("ca", "en"), ask(), state_page(state("wy"), "en", file=False, other="/es/wy", whole=False)):
        first = text.index("Release from jail is not safety from ICE")
        assert first < text.index("Ask an immigration lawyer before you post it") < text.index("<main")
    assert "Salir de la cárcel no es estar a salvo de ICE" in file("ca", "es")


def test_it_says_how_far_it_was_checked_and_until_when_it_is_good() -> None:
    for lang, words in (("en", "reviewed by no lawyer"), ("es", "Ningún traductor ni abogado ha revisado todavía")):
        text = file("wy", lang)
        assert words in text and "2026-11-22" in text and "2027-05-23" in text and state("wy").law_version in text


def test_an_answer_has_the_clock_the_law_what_to_ask_and_a_letter() -> None:
    text = answer_page(
        state("fl"), "en",
        read_request(state("fl"), [("county", "alachua-county"), ("form", "i-247a"), ("papers", "i-200"), ("day", "2026-11-20"), ("time", "18:30")]),
        now=NOW, other="/es/fl",
    )  # fmt: skip
    for words in (
        "Release was due Friday, November 20, 2026, 6:30 PM.", "Sunday, November 22, 2026, 6:30 PM", "not counting Saturdays and Sundays, federal holidays",
        "Tuesday, November 24, 2026, 6:30 PM", "Saturday not counted", "Fla. Stat. 908", "May the person, or the lawyer, have a copy", "I ask that the jail release this person now.",
        "Alachua County, Florida", "habeas corpus",
    ):  # fmt: skip
        assert words in text, words
    assert "<script" not in text
    Well().check(text)


def test_the_letter_is_in_english_on_the_spanish_page_too() -> None:
    request = read_request(state("fl"), [("county", "alachua-county"), ("day", "2026-11-20"), ("time", "18:30")])
    text = answer_page(state("fl"), "es", request, now=NOW, other="/")
    letter = text[text.index('class="sheet-text" lang="en"') :]
    assert "La salida correspondía el viernes 20 de noviembre de 2026, 18:30." in text
    assert "Release was due Friday, November 20, 2026, 6:30 PM, because:" in letter and "viernes" not in letter


def test_a_time_that_is_over_is_said_to_be_over() -> None:
    request = read_request(state("fl"), [("county", "alachua-county"), ("form", "i-247a"), ("day", "2026-11-16"), ("time", "09:00")])
    assert "That time is over: it ended Wednesday, November 18, 2026, 9:00 AM" in answer_page(state("fl"), "en", request, now=NOW, other="/")


def test_the_papers_that_are_named_narrow_the_answer() -> None:
    every, some = ask(), ask(papers="judge-warrant")
    assert "If a judge of a court signed a warrant" in every and "alone or with any paper" in every
    assert "If a judge of a court signed a warrant" in some and "alone or with any paper" not in some
    assert "If no detainer came" in some and "On I-247A" in every and "On I-247A" not in ask(form="i-247a")


def test_an_hour_that_comes_twice_is_the_first_and_is_said() -> None:
    request = read_request(state("wy"), [("county", "teton-county"), ("day", "2026-11-01"), ("time", "01:30")])
    assert request.twice and request.due == parse_instant("2026-11-01T01:30:00-06:00", where="")


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ([], "problem.county"),
        ([("county", "x")], "problem.county"),
        ([("county", "teton-county"), ("county", "teton-county")], "problem.field"),
        ([("county", "teton-county"), ("name", "x")], "problem.field"),
        ([("county", "teton-county"), ("form", "i-999")], "problem.field"),
        ([("county", "teton-county"), ("papers", "<b>")], "problem.field"),
        ([("county", "teton-county"), ("custody", "x" * 65)], "problem.field"),
        ([("county", "teton-county"), ("day", "2026-11-20")], "problem.due"),
        ([("county", "teton-county"), ("time", "18:00")], "problem.due"),
        ([("county", "teton-county"), ("day", "2026-02-30"), ("time", "18:00")], "problem.due"),
        ([("county", "teton-county"), ("day", "２026-11-20"), ("time", "18:00")], "problem.due"),
        ([("county", "teton-county"), ("day", "2026-11-20"), ("time", "24:00")], "problem.due"),
        ([("county", "teton-county"), ("day", "2027-05-24"), ("time", "00:00")], "problem.range"),
        ([("county", "teton-county"), ("day", "0001-01-01"), ("time", "00:00")], "problem.range"),
        ([("county", "teton-county"), ("day", "2027-03-14"), ("time", "02:30")], "problem.gap"),
    ],
)
def test_what_is_refused(fields: list[tuple[str, str]], key: str) -> None:
    with pytest.raises(RequestError) as found:
        read_request(state("wy"), fields)
    assert found.value.key == key
    Well().check(state_page(state("wy"), "es", file=False, other="/", problem=key, whole=False))


def test_what_a_law_file_says_is_escaped() -> None:
    bad = "<script>alert(1)</script>\u202e\x1b"
    law = state("wy").laws[0]
    tables = json.loads(json.dumps(law.tables))
    for table in tables.values():
        for norm in table["norms"].values():
            norm["title"] = norm["because"] = norm["citation"] = bad
    text = state_page(replace(state("wy"), laws=(replace(law, tables=tables),)), "en", file=True, other="x")
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text and "\u202e" not in text and "\x1b" not in text
    assert "</script" not in str(json_markup({"a": "</script><!--&"}))


def test_the_index_leads_to_every_state() -> None:
    for lang in ("en", "es"):
        text = index_page(lang, state_links("at-{}.html".format), other="x", file=True)
        Well().check(text)
        assert text.count('href="at-') == 56


def test_the_days_that_a_page_answers_for() -> None:
    assert good_until(DAY, None) == date(2027, 5, 24) and good_until(DAY, date(2027, 1, 1)) == date(2027, 1, 1)
    assert "2026-12-25" in days_off(DAY, date(2027, 5, 24))
    with pytest.raises(InputError, match="no holiday table"):
        days_off(DAY, date(2041, 1, 1))
    stretches = zone_data("America/Chicago", DAY, date(2027, 5, 24))
    assert [o for _, o in stretches] == [-21600, -18000] and stretches[1][0] == parse_instant("2027-03-14T02:00:00-06:00", where="")
    assert zone_data("America/Phoenix", DAY, DAY + timedelta(days=400)) == [[zone_data("America/Phoenix", DAY, DAY)[0][0], -25200]]


# -- the commands -----------------------------------------------------------------------------------------------------------


def test_the_export(tmp_path: Path) -> None:
    arguments = ["public", "export", "--state", "us/wy", "--state", "vt", "--out", str(tmp_path / "pages"), "--as-of", "2026-11-22", "--known-at", "2026-11-22"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in (tmp_path / "pages").iterdir()) == ["index.es.html", "index.html", "vt.en.html", "vt.es.html", "wy.en.html", "wy.es.html"]
    assert (tmp_path / "pages" / "wy.en.html").read_text(encoding="utf-8") == state_page(state("wy"), "en", file=True, other="wy.es.html")
    assert 'href="wy.es.html"' in (tmp_path / "pages" / "index.es.html").read_text(encoding="utf-8")


def test_the_kits_command(tmp_path: Path) -> None:
    target = tmp_path / "kit.html"
    result = CliRunner().invoke(app, ["law", "matrix", "us/wy/teton-county", "--kit", "-o", str(target), "--as-of", "2026-11-22", "--known-at", "2026-11-22"])
    assert result.exit_code == 0, result.output
    text = target.read_text(encoding="utf-8")
    assert len(text.encode()) < 300_000 and "Teton County, WY" in text and "http" not in re.sub(r'http-equiv', "", text)
    Well().check(text)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["law", "matrix", "us/wy/teton-county", "--kit"], "a kit needs a file"),
        (["law", "matrix", "us/wy/teton-county", "--kit", "--card", "-o", "x.html"], "a kit is one HTML file"),
        (["public", "export", "--state", "us/wy/teton-county", "--out", "x"], "is no state"),
        (["public", "export", "--as-of", "soon", "--out", "x"], "[soon] is no date"),
        (["serve", "public", "--state", "us/zz"], "zz"),
    ],
)
def test_what_the_commands_refuse(words: list[str], error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, words)
    assert result.exit_code != 0 and error in str(result.exception) and list(tmp_path.iterdir()) == []
