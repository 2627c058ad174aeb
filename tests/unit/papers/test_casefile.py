"""A reading to a case: what is not surely read is unknown, and unknown never holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from reader_common import about_one, codes, paper, read

from dueprocess.case import read_case
from dueprocess.decide import decide_case
from dueprocess.law import load_lawbook
from dueprocess.papers import Reading, case_of, case_text
from dueprocess.places import load_places
from dueprocess.testing.papers import Paper, facts, names
from dueprocess.testing.papers.making import with_

CAME = "2026-03-02T10:00:00-06:00"
BASE = {"agency": "us/tx/travis-county/sheriff", "at": "2026-03-03T10:00:00-06:00", "record_complete": True, "custody": {"booked_at": "2026-03-01T08:00:00-06:00", "grounds": [{"kind": "charge", "until": "2026-03-02T12:00:00-06:00"}]}, "facts": {"citizenship_claimed": False, "status_proof_shown": False}}


def clean(drawn: Paper, *ticked: str) -> Paper:
    return with_(drawn, ticked=frozenset(ticked), marks={k: "x" for k in ticked}, values={"remark": "", "cancel_date": ""})


def decided(reading: Reading) -> dict:
    case = case_of(reading, base=BASE, received=CAME)
    return decide_case(case, today=__import__("datetime").date(2026, 11, 22), lawbook=load_lawbook())


def packet() -> Reading:
    detainer, warrant = about_one(1, ["i-247a_2017-03", "i-200_2016-09"])
    detainer = with_(clean(detainer, "pc_biometric", "served_in_person"), values={"served_on": "03/02/2026", "date": "03/02/2026"})
    return read(detainer, warrant)


@pytest.mark.parametrize("name", [n for n in names() if n != "holiday_photo"])
def test_every_paper_makes_a_case_that_can_be_read(name: str) -> None:
    drawn = paper(2, name)
    case = case_of(read(drawn), base=BASE, received=CAME)
    made = read_case(case, lawbook=load_lawbook(), places=load_places(), today=__import__("datetime").date(2026, 11, 22))
    true = facts(drawn)
    kinds = [p.kind for p in made.papers]
    if true.kind == "i-247a" or true.kind.startswith("i-247"):
        assert kinds == [true.kind] or true.cancels
        if kinds == [true.kind]:
            assert made.papers[0].boxes == frozenset(true.boxes or ()) and made.papers[0].signed_by == true.signed_by


def test_a_packet_that_is_in_order_leads_to_a_hold_where_the_law_says_so() -> None:
    assert decided(packet())["outcome"] == "must_hold"


@pytest.mark.parametrize("key", ["biometric", "signature", "officer", ":cancels"])
def test_what_is_not_surely_read_never_holds(key: str) -> None:
    reading = packet()
    detainer = reading.papers[0]
    fields = tuple(replace(f, value=None, confidence=0.4) if f.key == key else f for f in detainer.fields)
    from dueprocess.papers.assembling import _signer

    doubtful = replace(detainer, fields=fields, signed_by=_signer(detainer.kind, fields))
    answer = decided(replace(reading, papers=(doubtful, *reading.papers[1:])))
    assert answer["outcome"] in ("review", "release")


def test_a_field_that_was_not_found_never_holds() -> None:
    reading = packet()
    detainer = reading.papers[0]
    for key in ("biometric", "signature", ":cancels"):
        fields = tuple(f for f in detainer.fields if f.key != key)
        from dueprocess.papers.assembling import _signer

        answer = decided(replace(reading, papers=(replace(detainer, fields=fields, signed_by=_signer(detainer.kind, fields)), *reading.papers[1:])))
        assert answer["outcome"] in ("review", "release"), key


def test_boxes_that_were_read_count_beside_one_that_was_not() -> None:
    reading = packet()
    detainer = reading.papers[0]
    fields = tuple(replace(f, value=None, confidence=0.4) if f.key == "statements" else f for f in detainer.fields)
    case = case_of(replace(reading, papers=(replace(detainer, fields=fields), *reading.papers[1:])), base=BASE, received=CAME)
    assert case["papers"][0]["boxes"] is None
    assert case["facts"]["basis_biometric"] is True and "basis_statements" not in case["facts"]


def test_a_cancellation_ends_the_detainer_that_it_names() -> None:
    detainer, warrant, letter = about_one(3, ["i-247a_2017-03", "i-200_2016-09", "cancellation"])
    detainer = with_(clean(detainer, "pc_biometric", "served_in_person"), values={"date": "03/02/2026", "served_on": "03/02/2026"})
    letter = with_(letter, values={"cancel_date": "03/02/2026", "date": "03/03/2026"})
    case = case_of(read(detainer, warrant, letter), base=BASE, received=CAME)
    assert [p["kind"] for p in case["papers"]] == ["i-247a", "i-200", "cancellation"]
    assert case["papers"][0]["cancelled_at"] == CAME
    other = case_of(read(detainer, warrant, with_(letter, values={"cancel_date": "01/02/2026"})), base=BASE, received=CAME)
    assert "cancelled_at" not in other["papers"][0]


def test_a_form_that_cancels_is_no_new_request() -> None:
    drawn = with_(clean(paper(4, "i-247a_2017-03"), "cancel", "pc_biometric"), values={"cancel_date": "01/02/2026"})
    case = case_of(read(drawn), base=BASE, received=CAME)
    assert [p["kind"] for p in case["papers"]] == ["cancellation"]


def test_a_return_of_service_gives_the_day() -> None:
    detainer, served = about_one(5, ["i-247a_2017-03", "return_of_service"])
    detainer = with_(clean(detainer, "pc_biometric"), values={"served_on": "", "date": "03/02/2026"})
    served = with_(served, values={"served_on": "03/03/2026"}, drawn=frozenset({"service_signature"}))
    case = case_of(read(detainer, served), base=BASE, received=CAME)
    assert case["papers"][0]["served_at"] == "2026-03-03"


def test_papers_are_added_to_a_case_once() -> None:
    reading = packet()
    once = case_of(reading, base={**BASE, "papers": [{"kind": "i-203"}]}, received=CAME)
    twice = case_of(reading, base=once, received=CAME)
    assert [p["kind"] for p in twice["papers"]] == ["i-203", "i-247a", "i-200"]
    assert twice["custody"] == BASE["custody"]


def test_the_line_of_a_log_is_the_paper_that_was_read() -> None:
    """An export of bookings lists the detainer that the fax then brings."""
    listed = {"kind": "i-247a", "edition": None, "received_at": "2026-03-02T09:00:00-06:00", "served_at": None, "signed_by": None, "boxes": None}
    assert [p["kind"] for p in case_of(packet(), base={**BASE, "papers": [listed]}, received=CAME)["papers"]] == ["i-247a", "i-200"]
    told = {**listed, "boxes": ["final_order"]}
    assert len(case_of(packet(), base={**BASE, "papers": [told]}, received=CAME)["papers"]) == 3


def warrant(*, returned: bool) -> Paper:
    drawn = paper(31, "judicial_warrant_criminal")
    values = {k: "03/01/2026" if returned else "" for k in ("received_on", "arrested_on", "returned_on")}
    drawn_ink = (drawn.drawn - {"return_signature"}) | ({"return_signature"} if returned else set())
    return with_(drawn, values=values, drawn=frozenset(drawn_ink))


def test_a_warrant_that_was_carried_out_counts_for_nothing_until_somebody_says_so() -> None:
    from dueprocess.papers import Correction, apply

    blank = read(warrant(returned=False))
    assert [p["kind"] for p in case_of(blank)["papers"]] == ["judicial_warrant"] and not {"returned", "return_unclear"} & set(codes(blank))
    done = read(warrant(returned=True))
    assert done.papers[0].judicial == "yes" and "returned" in codes(done)
    assert [p["kind"] for p in case_of(done)["papers"]] == ["other"]
    said = apply(done, [Correction(1, "stands", True, "counsel", CAME, "the court confirmed it")])
    assert [p["kind"] for p in case_of(said)["papers"]] == ["judicial_warrant"] and "returned" not in codes(said)


def test_a_return_that_was_not_surely_read_counts_as_no_warrant() -> None:
    reading = read(warrant(returned=False))
    fields = tuple(replace(f, value=None, read=None, confidence=0.4) if f.key == "arrested_on" else f for f in reading.papers[0].fields)
    assert any(f.key == "arrested_on" for f in fields)
    doubtful = replace(reading, papers=(replace(reading.papers[0], fields=fields),))
    assert [p["kind"] for p in case_of(doubtful)["papers"]] == ["other"]


def test_the_jail_and_the_office_that_the_detainer_names() -> None:
    drawn = with_(paper(32, "i-247a_2017-03"), values={"to": "Sheriff, Clackamas County\nClackamas County Jail, 1 Made-up Way\nNowhere, OR 97045", "from": "U.S. Immigration and Customs Enforcement\nEnforcement and Removal Operations\n9 Example Road"})
    reading = read(drawn)
    got = reading.papers[0]
    assert got.value("to") == "us/or/clackamas-county/sheriff" and got.value("from") == "ice"
    assert got.value("office") == "U.S. Immigration and Customs Enforcement Enforcement and Removal Operations"
    assert case_of(reading)["agency"] == "us/or/clackamas-county/sheriff"
    text = case_text(case_of(reading, agency="us/tx/travis-county/sheriff"), reading)
    assert "addressed to us/or/clackamas-county/sheriff" in text


def test_the_jail_s_own_sheet_is_told_with_its_problems() -> None:
    from dueprocess.papers import as_dict, as_text

    sheet = with_(paper(33, "face_sheet"), values={"booked_stamp": "03/01/2026 08:15", "released_stamp": "", "released_to": "", "holds": "ICE DETAINER", "charge_disposition_1": "PENDING", "charge_disposition_2": ""})
    reading = read(sheet)
    told = as_dict(reading)
    assert told["custody"]["booked_at"] == "2026-03-01T08:15" and told["papers"][0]["about"] == "a jail's own record"
    booked = next(f for f in told["papers"][0]["fields"] if f["key"] == "booked_at")
    assert booked["box"] and booked["quote"] and booked["value"] == "2026-03-01T08:15"
    assert "face_sheet" in [f["code"] for f in told["findings"]]
    text = as_text(reading)
    assert "booked at: 2026-03-01T08:15" in text and "no local ground" in text
    assert sheet.values["name"].split(",")[0] not in text + str(told)


def test_the_case_file_is_yaml_and_tells_what_is_open() -> None:
    reading = packet()
    text = case_text(case_of(reading, base=BASE, received=CAME), reading)
    assert yaml.safe_load(text)["papers"][0]["kind"] == "i-247a"
    assert reading.files[0].sha256 in text


def test_no_name_and_no_file_number_anywhere() -> None:
    """The canary: what people are called stays inside."""
    import json

    from dueprocess.papers import as_dict, as_text

    detainer, warrant = about_one(6, ["i-247a_2017-03", "i-200_2016-09"])
    reading = read(detainer, warrant)
    out = json.dumps(as_dict(reading)) + as_text(reading) + case_text(case_of(reading, base=BASE, received=CAME), reading) + repr(reading)
    surname, given = detainer.values["name"].split(", ")
    digits = detainer.values["file_no"]
    for secret in (surname, given, surname.title(), digits, digits.replace(" ", ""), detainer.values["local_booking_no"], detainer.values["subject_id"], detainer.values["citizenship"]):
        assert secret not in out, secret
    assert '"value": "present"' in out
