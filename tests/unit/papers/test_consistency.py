"""What does not fit is found, with its code, its place, and what it changes."""

from __future__ import annotations

import pytest
from reader_common import about_one, codes, one, paper, read

from dueprocess.papers import FINDINGS, case_of
from dueprocess.testing.papers import Paper, Seeded, random_about, random_paper
from dueprocess.testing.papers.making import with_


def blank(drawn: Paper, *keys: str) -> Paper:
    """Without these ticks."""
    return with_(drawn, ticked=drawn.ticked - set(keys))


def test_a_packet_in_order_has_nothing_but_what_a_warrant_is() -> None:
    drawn = about_one(1, ["i-247a_2017-03", "i-200_2016-09"])
    drawn[0] = with_(blank(drawn[0], "cancel", "box2", "pc_final_order"), values={"remark": "", "cancel_date": ""}, ticked=frozenset({"pc_biometric", "served_in_person"}), marks={"pc_biometric": "x", "served_in_person": "x"})
    reading = read(*drawn)
    assert reading.comparisons == {"person": "same", "file_number": "same"}
    assert set(codes(reading)) <= {"not_a_judge", "pages_missing", "not_served", "dates_out_of_order"}


def test_two_people() -> None:
    a, b = random_about(Seeded("tests/a")), random_about(Seeded("tests/b"))
    assert (a.name, a.file_no) != (b.name, b.file_no)
    reading = read(random_paper(Seeded("tests/1"), "i-247a_2017-03", about=a, spoil=0.0), random_paper(Seeded("tests/2"), "i-200_2016-09", about=b, spoil=0.0))
    assert reading.comparisons == {"person": "differs", "file_number": "differs"}
    assert {"person_differs", "file_number_differs"} <= set(codes(reading))
    case = case_of(reading, base={"record_complete": True})
    assert [p["kind"] for p in case["papers"]] in (["i-247a"], ["cancellation"])
    assert case["record_complete"] is False


@pytest.mark.parametrize("name", ["i-247a_2017-03", "i-247_2011-06", "i-247d_2015-05"])
def test_unsigned(name: str) -> None:
    got = one(with_(paper(2, name), drawn=frozenset()))
    assert got.signed_by == "none"
    finding = next(f for f in got.findings if f.code == "unsigned")
    assert finding.page == 1 and "no request to hold" in finding.effect


@pytest.mark.parametrize(("name", "boxes"), [("i-247a_2017-03", {"pc_final_order", "pc_pending", "pc_biometric", "pc_statements", "box2"}), ("i-247_2010-08", {"investigation", "nta", "warrant", "order"})])
def test_no_box(name: str, boxes: set[str]) -> None:
    got = one(blank(paper(3, name), *boxes))
    assert "no_box" in codes(got)


def test_no_priority_on_an_i_247d() -> None:
    drawn = paper(4, "i-247d_2015-05")
    got = one(blank(drawn, *[k for k in drawn.template.boxes if k.startswith("priority") or k == "section2"]))
    assert "no_box" in codes(got)


def test_not_served() -> None:
    got = one(with_(paper(5, "i-247a_2017-03"), values={"served_on": ""}))
    finding = next(f for f in got.findings if f.code == "not_served")
    assert finding.question
    assert "not_served" not in codes(one(with_(paper(5, "i-247_2010-08"))))


@pytest.mark.parametrize("name", ["i-247n_2015-05", "i-247g_2025-03"])
def test_notice_only(name: str) -> None:
    finding = next(f for f in one(paper(6, name)).findings if f.code == "notice_only")
    assert "no request" in finding.effect


def test_a_warrant_that_did_not_come() -> None:
    drawn = with_(paper(7, "i-247a_2017-03"), values={"remark": "See attached Form I-200, Warrant for Arrest of Alien."})
    got = one(drawn)
    assert got.value("refers_to") == "i-200"
    finding = next(f for f in got.findings if f.code == "warrant_not_there" and "refers" in f.text)
    assert finding.box is not None and finding.question


def test_an_old_i_247_whose_warrant_did_not_come() -> None:
    drawn = paper(8, "i-247_2011-06")
    got = one(with_(drawn, ticked=frozenset({"warrant"}), marks={"warrant": "x"}))
    assert "warrant_not_there" in codes(got)


def test_an_edition_after_its_end_and_before_its_time() -> None:
    late = with_(paper(9, "i-247_2010-08"), values={"date": "03/01/2013"})
    assert "edition_ended" in codes(one(late))
    early = with_(paper(9, "i-247a_2017-03"), values={"date": "03/01/2013", "served_on": ""})
    assert "edition_not_yet" in codes(one(early))


def test_served_before_it_was_written() -> None:
    got = one(with_(paper(10, "i-247a_2017-03"), values={"date": "05/05/2020", "served_on": "05/01/2020"}))
    assert "dates_out_of_order" in codes(got)


def test_a_signer_who_may_not_sign() -> None:
    got = one(with_(paper(11, "i-247a_2017-03"), values={"officer": "A. MADEUP, Clerk of Court"}))
    assert "signer_unfit" in codes(got)
    assert "signer_unknown" in codes(one(with_(paper(11, "i-247a_2017-03"), values={"officer": "A. MADEUP, Administrative Assistant"})))


def test_an_immigration_judge_who_ended_the_proceedings() -> None:
    drawn = paper(12, "immigration_judge_order")
    got = read(with_(drawn, ticked=frozenset({"terminated"}), marks={"terminated": "x"}))
    assert "no_removal_order" in codes(got)
    assert case_of(got)["papers"][0]["kind"] == "other"


def test_every_code_is_explained_and_none_is_spare() -> None:
    import re
    from pathlib import Path

    folder = Path(__file__).resolve().parents[3] / "src" / "dueprocess" / "papers"
    source = "\n".join(p.read_text(encoding="utf-8") for p in folder.glob("*.py"))
    used = set(re.findall(r'(?:Finding|note)\(\s*f?"([a-z_]+)"', source)) | {"person_differs", "person_unclear", "file_number_differs", "file_number_unclear"}
    assert used == set(FINDINGS)


def test_the_reference_lists_every_code_and_threshold() -> None:
    from pathlib import Path

    from dueprocess.papers.page import THRESHOLDS

    text = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "reading.md").read_text(encoding="utf-8")
    assert [c for c in FINDINGS if f"| `{c}` | {FINDINGS[c]} |" not in text] == []
    assert [k for k, v in THRESHOLDS.items() if f"| {k.replace('_', ' ')} | {v} |" not in text] == []
