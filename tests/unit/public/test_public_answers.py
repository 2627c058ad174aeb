"""What a family reads says what the tables say, in both languages, and never more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import pytest

from dueprocess.decide.matrix import DETERMINED, rules_of
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.public.answers import PAPERS, Answers, Said, answers_of
from dueprocess.public.gather import State, state_of, states
from dueprocess.public.words import LANGUAGES, Words
from dueprocess.public.words_en import EN, EN_FACTS
from dueprocess.public.words_es import ES, ES_FACTS

DAY = date(2026, 11, 22)
CODES = ("ca", "wy", "fl", "nc", "pa")
STATUS = {"release": "release", "may_hold": "may_hold", "must_hold": "must_hold", "review": "review"}


@lru_cache(maxsize=8)
def state(code: str) -> State:
    return state_of(f"us/{code}", as_of=DAY, known_at=DAY)


@lru_cache(maxsize=128)
def told(code: str, number: int, lang: str) -> Answers:
    return answers_of(state(code).laws[number], Words(lang))


def every_said(said: Iterable[Said]) -> Iterable[Said]:
    for s in said:
        yield s
        for _, inner in s.inner:
            yield from every_said(inner)


def test_both_languages_say_everything() -> None:
    assert list(EN) == list(ES) and set(EN_FACTS) == set(ES_FACTS) and set(LANGUAGES) == {"en", "es"}
    for key in EN:
        assert sorted(re.findall(r"\{\w*\}", EN[key])) == sorted(re.findall(r"\{\w*\}", ES[key])), key
    same = {k for k in EN if EN[k] == ES[k]}
    # Of signs and numbers only.
    assert same <= {"persuades", "hours", "hours.minutes", "no", "form.unknown", "authority.english"}, same


def test_the_words_never_call_anything_within_the_law() -> None:
    for table in (EN, ES):
        for key, text in table.items():
            assert not re.search(r"\b(un)?lawful|\blegal(ly)? (to|held)|\bes legal\b|\bilegal", text.replace("lawful status", "")), key


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_packet_has_an_answer_and_it_is_the_tables(code: str, lang: str) -> None:
    """For each form and paper: the parts of the page speak of exactly the outcomes that the table has."""
    words = Words(lang)
    of = {words(f"{o}.status"): o for o in STATUS}
    for number, law in enumerate(state(code).laws):
        answers = told(code, number, lang)
        for kind, table in law.tables.items():
            asks = any(p["request"] == "good" for p in table["packets"])
            for packet in table["packets"]:
                if packet["request"] != ("good" if asks else "notice"):
                    continue
                found = [b for b in answers.blocks if kind in b.forms and packet["companion"] in b.papers]
                assert len(found) == 1, (kind, packet["id"])
                outcomes = {of[s.status] for part in found[0].parts for s in every_said(part.said)}
                # A cell that stays open by a single unknown fact is told by its known values.
                rules = [r for r in rules_of(table, packet) if all(v != [None] for v in r["when"].values())]
                settled = {r["outcome"] for r in rules if r["outcome"] != "review"}
                assert settled == outcomes - {"review"}, (kind, packet["id"])
                if all(r["outcome"] == "review" for r in rules):
                    assert outcomes == {"review"}


@pytest.mark.parametrize("code", CODES)
def test_a_detainer_that_is_no_request_in_force_is_told_for_every_form(code: str) -> None:
    for number, law in enumerate(state(code).laws):
        blocks = told(code, number, "en").blocks
        for kind, table in law.tables.items():
            heads = [b.head for b in blocks if kind in b.forms and b.always]
            assert any("no detainer" in h for h in heads)
            if any(p["request"] == "unsigned" for p in table["packets"]):
                assert any("not signed" in h for h in heads)


@pytest.mark.parametrize("code", CODES)
def test_what_lets_a_jail_hold_has_its_condition_spelled_out(code: str) -> None:
    for number in range(len(state(code).laws)):
        for lang in LANGUAGES:
            words = Words(lang)
            for block in told(code, number, lang).blocks:
                for part in block.parts:
                    for said in every_said(part.said):
                        if said.tone in ("caution", "strong"):
                            assert said.when != words("otherwise") and said.ends


def test_the_same_state_in_both_languages_differs_in_words_only() -> None:
    for code in CODES:
        for number in range(len(state(code).laws)):
            en, es = told(code, number, "en"), told(code, number, "es")
            assert [(b.forms, b.papers, len(b.parts)) for b in en.blocks] == [(b.forms, b.papers, len(b.parts)) for b in es.blocks]
            assert en.sources == es.sources
            for one, other in zip(en.blocks, es.blocks, strict=True):
                assert [s.tone for p in one.parts for s in every_said(p.said)] == [s.tone for p in other.parts for s in every_said(p.said)]


def test_every_fact_that_the_pages_may_name_has_words_of_its_own() -> None:
    named = {f["name"] for code in CODES for law in state(code).laws for t in law.tables.values() for f in t["facts"]}
    assert {n for n in named if not n.startswith(DETERMINED)} <= set(EN_FACTS)


def test_a_fact_without_words_is_told_by_its_question() -> None:
    fact = {"name": "made_up", "type": "boolean", "question": "Is it so?", "question_es": "¿Es así?"}
    assert Words("en").fact(fact, True) == 'to the question "Is it so?" the answer is yes'
    assert Words("es").fact(fact, False) == "a la pregunta «¿Es así?» la respuesta es no"


def test_counties_under_the_same_law_share_it() -> None:
    found = state("wy")
    assert len(found.laws) == 1 and len(found.counties) == 23
    assert {c.zone for c in state("fl").counties} == {"America/New_York", "America/Chicago"}


@pytest.mark.parametrize("code", ["ca", "fl"])
def test_a_countys_law_is_the_one_that_its_own_table_gives(code: str) -> None:
    """Counties put together have one and the same table, as the engine gives it for each of them."""
    from dueprocess.decide import Setting
    from dueprocess.decide.coverage import jail_of
    from dueprocess.decide.matrix import build_table
    from dueprocess.decide.packets import scene_of
    from dueprocess.places import load_places
    from dueprocess.public.gather import OWN_KEYS

    book = load_lawbook()
    for county in state(code).counties[::7]:
        agency = jail_of(book, load_places().place(f"us/{code}/{county.id}"))
        made: dict[str, Any] = build_table(scene_of(agency, facility=None, as_of=DAY, known_at=DAY, setting=Setting(book)))
        shared = state(code).laws[county.law].tables["i-247a"]
        for key in ("rules", "answers", "norms", "packets"):
            assert key not in OWN_KEYS and made[key] == shared[key], (county.id, key)


def test_papers_are_those_of_the_engine() -> None:
    packets = {p["companion"] for t in state("wy").laws[0].tables.values() for p in t["packets"]}
    assert packets == set(PAPERS)


def test_what_is_no_state_is_refused() -> None:
    with pytest.raises(InputError, match="is no state"):
        state_of("us/or/clackamas-county", as_of=DAY, known_at=DAY)
    assert len(states()) == 56
