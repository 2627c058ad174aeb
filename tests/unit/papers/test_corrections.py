"""What a person saw stands beside what the program read, and counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reader_common import about_one, codes, paper, read

from dueprocess.kernel.errors import InputError
from dueprocess.papers import (
    Correction,
    Reading,
    apply,
    as_dict,
    as_text,
    case_of,
    case_text,
    read_corrections,
    review_page,
)
from dueprocess.testing.papers.making import with_

WHEN = "2026-11-22T10:00:00-06:00"


def correct(reading: Reading, field: str, value: object, *, number: int = 1) -> Reading:
    return apply(reading, [Correction(number, field, value, "clerk", WHEN, "looked at the paper")])


def test_a_box_a_date_and_the_signer() -> None:
    reading = read(with_(paper(1, "i-247a_2017-03"), drawn=frozenset(), values={"served_on": ""}))
    assert "unsigned" in codes(reading)
    done = correct(correct(correct(reading, "signed_by", "immigration_officer"), "served_on", "2026-03-02"), "statements", True)
    got = done.papers[0]
    assert got.signed_by == "immigration_officer" and got.value("served_on") == "2026-03-02" and got.value("statements") is True
    assert got.field("statements").how == "person"
    assert not {"unsigned", "not_served"} & set(codes(done))
    assert done.machine == reading.papers and len(done.corrections) == 3
    told = as_dict(done)
    assert told["machine"][0]["signed_by"] == "none" and told["corrections"][0]["why"] == "looked at the paper"


def test_a_judge_s_paper_that_was_in_doubt() -> None:
    reading = read(with_(paper(2, "judicial_warrant_criminal"), values={"case_no": ""}))
    assert reading.papers[0].judicial == "unknown"
    done = correct(correct(correct(reading, "kind", "judicial_warrant"), "signed_by", "judge"), "matter", "criminal")
    assert (done.papers[0].kind, done.papers[0].judicial, done.papers[0].signed_by) == ("judicial_warrant", "yes", "judge")
    assert "judge_in_doubt" not in codes(done)


def test_the_same_person_after_all() -> None:
    reading = read(paper(3, "i-247a_2017-03"), paper(4, "i-200_2016-09"))
    assert "file_number_differs" in codes(reading)
    done = correct(reading, "same_person", True, number=2)
    assert not {"person_differs", "file_number_differs"} & set(codes(done))


@pytest.mark.parametrize(
    ("field", "value", "number"),
    [("statments", True, 1), ("statements", "yes", 1), ("edition", "2016-01", 1), ("kind", "i-9", 1), ("served_on", "soon", 1), ("signed_by", "me", 1), ("name", " ", 1), ("statements", True, 7), ("same_person", "yes", 1), ("stands", True, 1), ("issuer", "fbi", 1), ("booked_at", "2026-03-01", 1)],
)
def test_what_cannot_be_corrected(field: str, value: object, number: int) -> None:
    with pytest.raises(InputError):
        correct(read(paper(5, "i-247a_2017-03")), field, value, number=number)


def test_another_person_after_all_is_left_out_of_the_case() -> None:
    reading = read(*about_one(7, ["i-247a_2017-03", "i-200_2016-09"]))
    done = correct(reading, "same_person", False, number=2)
    assert "person_differs" in codes(done) and [p["kind"] for p in case_of(done)["papers"]] == ["i-247a"]
    assert done.comparisons["person"].startswith("differs")


@pytest.mark.parametrize("field", ["name", "file_no"])
def test_a_name_that_a_person_read_is_compared_and_written_nowhere(field: str) -> None:
    detainer, warrant = about_one(8, ["i-247a_2017-03", "i-200_2016-09"])
    reading = read(detainer, warrant)
    secret = {"name": "ELSEWHERE, PERSON", "file_no": "A000 999 999"}[field]
    done = correct(reading, field, secret, number=2)
    assert {"name": "person_differs", "file_no": "file_number_differs"}[field] in codes(done)
    mended = correct(done, field, detainer.values["name"] if field == "name" else detainer.values["file_no"], number=2)
    assert not {"person_differs", "file_number_differs"} & set(codes(mended))
    out = json.dumps(as_dict(done)) + as_text(done) + review_page(done) + repr(done) + case_text(case_of(done), done)
    assert secret not in out and "ELSEWHERE" not in out and "000 999" not in out and "000999" not in out
    assert done.corrections[0].value == "[withheld]"


def test_what_a_person_saw_on_the_jail_s_own_sheet() -> None:
    sheet = paper(9, "face_sheet")
    done = correct(correct(read(sheet), "booked_at", "2026-03-01T08:15"), "left_to", "ice")
    assert done.custody is not None and done.custody["booked_at"] == "2026-03-01T08:15" and done.custody["left_to"] == "ice"
    assert case_of(done, agency="us/tx/travis-county/sheriff")["custody"]["booked_at"] == "2026-03-01T08:15:00-06:00"
    assert done.papers[0].field("booked_at").how == "person" and done.machine is not None


def write(folder: Path, text: str) -> Path:
    path = folder / "corrections.yaml"
    path.write_text(text, encoding="utf-8")
    return path


ENTRY = f'{{paper: 1, field: statements, value: true, by_role: clerk, when: "{WHEN}", why: seen}}'


def test_a_file_of_corrections(tmp_path: Path) -> None:
    about, found = read_corrections(write(tmp_path, f"reading: abc\ncorrections:\n  - {ENTRY}\n"))
    assert about == "abc" and found == [Correction(1, "statements", True, "clerk", WHEN, "seen")]


@pytest.mark.parametrize(
    "text",
    [
        "corrections: 3\n", "[]\n", "corrections:\n  - 4\n", "corrections:\n  - " + ENTRY.replace("seen", "' '") + "\n", f"corrections:\n  - {ENTRY.replace('clerk', 'Ann')}\n",
        f"corrections:\n  - {ENTRY.replace('paper: 1', 'paper: one')}\n", f"corrections:\n  - {ENTRY.replace('why', 'because')}\n", f"other: 1\ncorrections:\n  - {ENTRY}\n",
        f"corrections:\n  - {ENTRY.replace(WHEN, '2026-11-22')}\n",
    ],
)  # fmt: skip
def test_a_file_that_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_corrections(write(tmp_path, text))
    assert "corrections.yaml" in str(refused.value)


def test_corrections_of_another_file() -> None:
    with pytest.raises(InputError, match="another file"):
        apply(read(paper(6, "i-247a_2017-03")), [], about="0" * 64)
