"""A judge's paper needs signs that can be shown; the word warrant is none of them."""

from __future__ import annotations

import pytest
from reader_common import HERE, codes, one, paper

from dueprocess.papers import read_packet
from dueprocess.testing.papers import Seeded, facts, misread, names, random_paper, text_of
from dueprocess.testing.papers.making import with_

ADMINISTRATIVE = ("i-200_2016-09", "i-200_old", "i-205", "i-203", "i-247a_2017-03", "i-247_2011-06", "i-862", "immigration_judge_order", "cancellation")
JUDGES = ("judicial_warrant_criminal", "judicial_warrant_civil", "judicial_warrant_bench", "court_order", "probable_cause_affidavit")


@pytest.mark.parametrize("name", ADMINISTRATIVE)
def test_an_agency_s_paper_is_never_a_judge_s(name: str) -> None:
    for seed in range(4):
        got = one(paper(seed, name))
        assert got.judicial == "no"
        assert any(not e.for_judge for e in got.evidence)


@pytest.mark.parametrize("name", JUDGES)
def test_a_judge_s_paper_shows_its_signs(name: str) -> None:
    for seed in range(3):
        drawn = paper(20 + seed, name)
        got = one(drawn)
        assert (got.kind, got.judicial) == (facts(drawn).kind, "yes")
        signs = {e.sign for e in got.evidence if e.for_judge}
        assert {"a court in the heading", "a case number"} <= signs
        assert got.signed_by in ("judge", "clerk")


@pytest.mark.parametrize("name", JUDGES)
def test_unsigned_it_does_not_count(name: str) -> None:
    drawn = paper(30, name)
    got = one(with_(drawn, drawn=frozenset()))
    assert got.judicial == "no"
    assert got.signed_by == "none" or got.kind == "other"


@pytest.mark.parametrize(("key", "value"), [("printed_name", "A. MADEUP, Administrative Assistant"), ("printed_name", ""), ("case_no", "")])
def test_with_one_sign_missing_a_person_is_asked(key: str, value: str) -> None:
    got = one(with_(paper(31, "judicial_warrant_criminal"), values={key: value}))
    assert got.kind == "other" and got.judicial == "unknown"
    assert "judge_in_doubt" in codes(got)
    assert any(f.question for f in got.findings)


def test_an_immigration_officer_s_title_on_a_court_s_form_is_in_doubt() -> None:
    got = one(with_(paper(32, "judicial_warrant_criminal"), values={"printed_name": "A. MADEUP, Deportation Officer"}))
    assert got.judicial == "unknown" and got.kind == "other"


def test_an_affidavit_counts_only_with_the_finding() -> None:
    from reader_common import read

    from dueprocess.papers import case_of

    drawn = paper(33, "probable_cause_affidavit")
    yes = case_of(read(with_(drawn, ticked=frozenset({"pc_found"}), marks={"pc_found": "x"})))
    no = case_of(read(with_(drawn, ticked=frozenset({"pc_not_found"}), marks={"pc_not_found": "x"})))
    assert yes["papers"][0]["kind"] == "probable_cause_affidavit"
    assert no["papers"][0]["kind"] == "other"


def test_no_noise_makes_an_agency_s_paper_a_judge_s() -> None:
    """A sample; ``python -m bench.run papers`` reads ten thousand."""
    called = read_noisy(first=910_000, count=160)
    assert called == []


@pytest.mark.soak
def test_no_noise_makes_one_of_ten_thousand_a_judge_s() -> None:
    assert read_noisy(first=920_000, count=10_000) == []


def read_noisy(*, first: int, count: int) -> list[tuple[int, str]]:
    """The administrative papers called judicial, of so many read as noisy text."""
    kinds = [n for n in names() if not facts(random_paper(Seeded("tests/kinds"), n)).judicial and n != "holiday_photo"]
    found = []
    for seed in range(first, first + count):
        source = Seeded(f"tests/noise/{seed}")
        drawn = random_paper(source, kinds[seed % len(kinds)], spoil=0.3)
        text = misread(text_of(drawn), source, rate=(0.0, 0.01, 0.03, 0.08)[seed % 4])
        reading = read_packet([("paper.txt", text.encode())], limits=HERE)
        if any(p.judicial == "yes" for p in reading.papers):
            found.append((seed, drawn.name))
    return found
