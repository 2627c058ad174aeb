"""A norm in plain words: every kind of norm, and the whole lawbook."""

from __future__ import annotations

import re
from datetime import date
from itertools import product

import pytest

from dueprocess.law import Authority, By, Interval, Norm, load_lawbook
from dueprocess.law.model import VERBS
from dueprocess.law.plain import _normal, condition_words, fact_words, place_words, plain, subject_words
from dueprocess.places import load_places
from dueprocess.terms.grammar import parse_condition
from dueprocess.terms.tree import TRUE, Tree, evaluate, facts_of

BOOK, PLACES = load_lawbook(), load_places()
VOCABULARY = BOOK.vocabulary
DAY = date(2019, 7, 1).toordinal()


def condition(text: str) -> Tree:
    return parse_condition(text, vocabulary=VOCABULARY, where="test")


def authority(*, kind: str = "statute", identity: str = "us/fl/test", binds: tuple[str, ...] = ("us/fl",), **more: object) -> Authority:
    given: dict[str, object] = {
        "id": identity, "title": "Test", "kind": kind, "citation": "Test", "rank": 5, "in_force": Interval(DAY), "known": Interval(DAY),
        "binds": binds, "excepts": (), "persuades": (), "norms": (), "hash": "",
    }  # fmt: skip
    return Authority(**(given | more))  # type: ignore[arg-type]


def told(norm: Norm, of: Authority | None = None) -> str:
    return plain(norm, of or authority(), VOCABULARY, PLACES)


def norm(verb: str, object: str = "hold", when: str | None = None, **more: object) -> Norm:
    given: dict[str, object] = {"key": "n", "authority": "us/fl/test", "verb": verb, "object": object, "rank": 5, "start": DAY}
    given["when"] = TRUE if when is None else condition(when)
    return Norm(**(given | more))  # type: ignore[arg-type]


CASES = {
    "forbid": (norm("forbid", when="NOT (judicial_warrant OR court_order)"), "From 1 July 2019 a Florida jail may not hold past release unless there is a judge's warrant or a court has ordered that the person be kept."),
    "permit": (norm("permit", "transfer", "detainer_signed"), "From 1 July 2019 a Florida jail may hand the person to ICE if an immigration officer has signed the detainer."),
    "require": (norm("require", "inform_person", by=By(24, "detainer_received", True)), "From 1 July 2019 a Florida jail must tell the person of the detainer and their rights within 24 hours after the detainer was received."),
    "preempt": (norm("preempt", when="request_stands AND admin_warrant"), "From 1 July 2019 no county, city or agency of Florida may forbid a jail to hold past release if a request to hold is in force and an immigration officer's warrant (Form I-200 or I-205) came with it."),
    "limit": (norm("limit", hours=48.0, counted_from="release_due", excluding=("federal_holidays", "weekends")), "From 1 July 2019 a Florida jail may not hold past release for more than 48 hours after the jail's own reason to keep the person ended, weekends and federal holidays not counted."),
    "declare": (norm("declare", "civil_arrest_power", value=False), "From 1 July 2019 for a Florida jail it is law that the custodian has no power under state law to make a civil immigration arrest."),
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_every_kind_of_norm(verb: str) -> None:
    given, expected = CASES[verb]
    assert told(given) == expected


def test_the_end_of_the_day_and_the_time_before() -> None:
    assert "beyond the end of the day on which the jail's own reason" in told(norm("limit", until_end_of_day=True, counted_from="release_due"))
    assert "at least 1 hour before the jail's own reason" in told(norm("require", "notify_release", by=By(1, "release_due", False)))


def test_a_duty_to_hold_says_that_it_gives_power() -> None:
    assert told(norm("require", when="request_stands")).endswith(" By that, the custodian has power under state law to make a civil immigration arrest in those cases.")


def test_a_form_a_ruling_an_opinion_and_an_end() -> None:
    form = authority(kind="form", identity="forms/i-247a/2017-03", binds=(), rank=None)
    assert told(norm("declare", "hold_requested"), form) == "On Form I-247A, edition 2017-03: the detainer asks the jail to keep the person."
    assert told(norm("limit", hours=48.0, counted_from="release_due"), form).startswith("On Form I-247A, edition 2017-03: the request to hold ends 48 hours after")
    ruling = authority(kind="ruling", known=Interval(DAY, DAY + 31), in_force=Interval())
    assert told(norm("forbid"), ruling).startswith("Decided on 1 July 2019 and good law until 31 July 2019, for conduct from 1 July 2019: a Florida jail")
    opinion = authority(kind="opinion", binds=(), persuades=("us/mn",))
    assert told(norm("forbid"), opinion).startswith("Persuades only, and binds nobody: from 1 July 2019 a Minnesota jail may not")
    ended = authority(in_force=Interval(DAY, DAY + 365))
    assert told(norm("forbid"), ended).startswith("From 1 July 2019 through 29 June 2020 a Florida jail")


def test_an_exception_after_a_list_is_not_a_part_of_its_last_item() -> None:
    text = condition_words(condition("request_stands AND (admin_warrant OR removal_order) AND NOT (under_18 OR victim_or_witness)"), VOCABULARY)
    assert "; all this unless " in text and text.index("(b)") < text.index("unless")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("conviction_age_years < 5", "if the number of years since the conviction that counts is less than 5"),
        ("NOT conviction_age_years < 5", "if the number of years since the conviction that counts is at least 5"),
        ("detainer_form IN ('i-247a', 'i-247d')", "if the detainer's form is I-247A or I-247D"),
        ("conviction_date >= DATE '2014-01-01'", "if the day of the conviction that counts is on or after 1 January 2014"),
        ("NOT (detainer_signed AND convicted_felony)", "if no immigration officer has signed the detainer or the person has not been convicted of a felony"),
        ("under_18 = FALSE", "unless the person is under 18"),
    ],
)
def test_conditions(text: str, words: str) -> None:
    assert condition_words(condition(text), VOCABULARY) == words


def test_a_fact_without_a_phrase_is_named_by_its_question() -> None:
    from dataclasses import replace

    facts = {**VOCABULARY.facts, "under_18": replace(VOCABULARY.facts["under_18"], phrase="", phrase_no="")}
    assert fact_words("under_18", False, replace(VOCABULARY, facts=facts)) == "the answer is no to “Is the person under 18?”"


def test_places() -> None:
    assert place_words("us/nh/*/corrections", PLACES) == "the corrections department of any county of New Hampshire"
    assert place_words("circuit/9", PLACES) == "the Ninth Circuit"
    assert place_words("us/or/clackamas-county/sheriff", PLACES) == "the sheriff of Clackamas County, Oregon"
    assert place_words("us/ice", PLACES) == "U.S. Immigration and Customs Enforcement"
    assert subject_words(authority(binds=("us/ny",), excepts=("us/ny/new-york-city",)), PLACES).startswith("a New York jail (save ")


def _told_truth(tree: Tree, facts: dict[str, bool | None]) -> bool | None:
    """The truth of the tree that is told: NOT only at the leaves."""
    if tree[0] == "leaf":
        value = evaluate(tree[1], facts)
        return value if tree[2] or value is None else not value
    values = [_told_truth(t, facts) for t in tree[1:]]
    if tree[0] == "and":
        return False if False in values else None if None in values else True
    return True if True in values else None if None in values else False


def test_what_is_told_has_the_truth_of_what_stands_in_the_file() -> None:
    seen = {n.when for a in BOOK.authorities.values() for n in a.norms}
    for tree in seen:
        names = sorted(facts_of(tree))
        if len(names) > 6 or any(VOCABULARY.facts[n].type != "boolean" for n in names):
            continue
        made = _normal(tree, True) if tree != TRUE else ("leaf", TRUE, True)
        for values in product((True, False, None), repeat=len(names)):
            facts = dict(zip(names, values, strict=True))
            assert _told_truth(made, facts) is evaluate(tree, facts)


def test_the_whole_lawbook() -> None:
    count = 0
    for found in BOOK.authorities.values():
        for each in found.norms:
            text = plain(each, found, VOCABULARY, PLACES)
            count += 1
            assert text == text.strip() and text.endswith(".") and text[0].isupper(), text
            assert "  " not in text and "_" not in text and "None" not in text, text
            assert not re.search(r"\b(AND|OR|NOT|TRUE|FALSE|IN|BETWEEN)\b", text), text
            for name in facts_of(each.when):
                fact = VOCABULARY.facts[name]
                assert fact.phrase in text or (fact.phrase_no and fact.phrase_no in text), (name, text)
    assert count > 300


def test_every_fact_has_its_phrases() -> None:
    for fact in VOCABULARY.facts.values():
        assert fact.phrase and (fact.type != "boolean" or fact.phrase_no), fact.name
        assert not fact.phrase.endswith(".") and fact.phrase != fact.phrase_no
