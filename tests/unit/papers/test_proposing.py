"""A reading as values that the desk shows, each with its place and how sure it is."""

from __future__ import annotations

from dataclasses import replace

from reader_common import about_one, paper, read

from dueprocess.papers import Correction, apply, case_of, proposed
from dueprocess.testing.papers.making import with_

CAME = "2026-03-02T10:00:00-06:00"


def test_each_paper_is_the_entry_that_a_case_file_would_have() -> None:
    reading = read(*about_one(40, ["fax_cover", "i-247a_2017-03", "i-200_2016-09"]))
    found = proposed(reading, received=CAME)
    assert [p.entry for p in found.papers] == case_of(reading, received=CAME)["papers"]
    detainer = found.papers[1]
    keys = [v.key for v in detainer.values]
    assert {"kind", "edition", "signed_by", "signature", "boxes.biometric", "boxes.cancels", "issuer"} <= set(keys)
    assert len(keys) == len(set(keys))
    for value in detainer.values:
        assert 0 <= value.confidence <= 1 and value.page == 2 and (value.certain or value.value is None)
        assert value.box is None or 0 <= value.box.x0 < value.box.x1 <= 1


def test_what_is_below_its_threshold_is_unknown_and_shown_as_perhaps() -> None:
    reading = read(paper(41, "i-247a_2017-03"))
    fields = tuple(replace(f, value=None, confidence=0.4) if f.key == "statements" else f for f in reading.papers[0].fields)
    doubtful = replace(reading, papers=(replace(reading.papers[0], fields=fields),))
    value = next(v for v in proposed(doubtful).papers[0].values if v.key == "boxes.statements")
    assert value.value is None and isinstance(value.perhaps, bool) and not value.certain
    assert proposed(doubtful).papers[0].entry["boxes"] is None
    said = apply(doubtful, [Correction(1, "statements", True, "clerk", CAME, "seen")])
    assert "statements" in proposed(said).papers[0].entry["boxes"]


def test_another_person_s_paper_is_left_out_and_says_why() -> None:
    found = proposed(read(paper(42, "i-247a_2017-03"), paper(43, "i-200_2016-09")))
    assert found.papers[1].entry is None and "another" in found.papers[1].left_out
    assert not found.complete


def test_no_name_and_no_file_number() -> None:
    drawn = paper(44, "i-247a_2017-03")
    told = repr(proposed(read(drawn)))
    surname, given = drawn.values["name"].split(", ")
    assert surname not in told and given not in told and drawn.values["file_no"] not in told


def test_when_it_came_is_what_is_given_or_an_e_mail_s_date() -> None:
    reading = read(with_(paper(45, "i-247a_2017-03")))
    assert proposed(reading).received is None
    assert proposed(replace(reading, received="2026-03-02T09:30")).received is None  # a fax's line has no zone
    assert proposed(replace(reading, received=CAME)).received == CAME
