"""The use cases: one authorization, one entry each, and the answer stored with it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from desk_common import ALL, CANARY, DETAINER, HOUR, NOW, OREGON, TEXAS, WARRANT, Made, at, book, law, who

from dueprocess.desk import NotAllowed, NotHere, Who, showing
from dueprocess.desk.deciding import deadlines
from dueprocess.desk.people import ROLES, SCOPES
from dueprocess.kernel.errors import InputError
from dueprocess.store import Conflict, rebuild, tables
from dueprocess.store.proving import verify

ROLE_NAMES = ("clerk", "supervisor", "counsel", "auditor", "administrator")


def states(desk: Made) -> dict[str, str]:
    return {row["what"]: row["state"] for row in desk.rows(tables.deadlines)}


def test_a_held_persons_stay_from_booking_to_release(desk: Made) -> None:
    stay = desk.booked()
    assert desk.stay(stay)["outcome"] == "release"  # no paper asks for a hold
    desk.desk.receive_paper(who(), stay, DETAINER, at=at(-8))
    desk.desk.receive_paper(who(), stay, WARRANT, at=at(-8))
    assert desk.stay(stay)["outcome"] == "release"  # this edition counts once it is served
    receipt = desk.desk.serve_copy(who(), stay, paper=desk.papers(stay)[0], at=at(-7))
    assert receipt.result == {"stay": stay, "case": "26-00001", "outcome": "must_hold"}
    row = desk.stay(stay)
    # 48 hours from Wednesday 11:00 end on Friday 11:00; nothing is excluded between.
    assert row["hold_until"] == NOW - HOUR + 48 * HOUR == row["next_deadline_at"] == row["next_decision_at"]
    desk.desk.said(who(), stay, what="proof_shown", answer="A supervisor was called.", at=at(-0.5))
    row = desk.stay(stay)
    # The duty falls away with the proof, and whether anything else gives power is open there: no hold from then on.
    assert row["outcome"] == "review" and row["next_deadline_at"] == NOW - HOUR // 2
    assert states(desk) == {"release": "replaced", "hold_ends": "replaced", "settle_or_release": "open"}
    desk.desk.release(who(), stay)
    row = desk.stay(stay)
    assert (row["status"], row["left_at"], row["left_to"], row["next_deadline_at"], row["next_decision_at"]) == ("released", NOW, "community", None, None)
    assert states(desk)["settle_or_release"] == "missed"
    answer = showing.person(desk.store, who(), stay).answer
    assert answer["undetermined_hours"] == {"least": 0.5, "most": 0.5}
    assert verify(desk.store).ok


def test_the_entry_of_the_answer_is_in_the_same_commit_and_names_its_law(desk: Made) -> None:
    stay = desk.booked()
    receipt = desk.desk.receive_paper(who(), stay, DETAINER, at=at(-8))
    assert len(receipt.numbers) == 2
    row = desk.rows(tables.decisions)[-1]
    assert row["number"] == receipt.numbers[1] and row["law_version"] == desk.laws[0].mark(TEXAS) and row["because"] == "paper.received"
    assert row["law_version"].startswith(row["answer"]["law_version"]) and row["answer"]["outcome"] == row["outcome"]


def test_law_that_is_not_adopted_never_holds(desk: Made) -> None:
    desk.laws[0] = law(adopted=False)
    stay = desk.held()
    answer = showing.person(desk.store, who(), stay).answer
    assert (answer["outcome"], answer["open_because"]) == ("review", "adoption")
    assert answer["not_adopted"]
    with pytest.raises(InputError, match="no hold to go on with"):
        desk.desk.go_on(who(), stay, officer="Sgt. Madeup 12", paper=desk.papers(stay)[0], authority="us/tx/sb-4", seen=desk.stay(stay)["version"])


def test_what_is_not_recorded_is_unknown_until_somebody_has_looked(desk: Made) -> None:
    receipt = desk.desk.book(who(), name=CANARY, booked_at=at(-10), until=at(-1))
    stay = receipt.result["stay"]
    assert receipt.result["outcome"] == "review"
    assert desk.desk.complete(who(), stay).result["outcome"] == "release"


def test_a_hold_takes_a_named_officer_a_paper_and_an_authority(desk: Made) -> None:
    stay = desk.held()
    paper, seen = desk.papers(stay)[0], desk.stay(stay)["version"]
    good: dict[str, Any] = {"officer": "Sgt. Madeup 12", "paper": paper, "authority": "us/tx/sb-4", "seen": seen}
    for change, match in (({"officer": " "}, "not named"), ({"paper": "p_none"}, "not among"), ({"authority": "us/or/hb-3265"}, "rests on no such"), ({"seen": None}, "not known which answer")):
        with pytest.raises(InputError, match=match):
            desk.desk.go_on(who(), stay, **{**good, **change})
    with pytest.raises(Conflict):
        desk.desk.go_on(who(), stay, **{**good, "seen": seen - 1})
    with pytest.raises(NotAllowed):
        desk.desk.go_on(who("counsel"), stay, **good)
    assert desk.desk.go_on(who(), stay, **good).result["outcome"] == "must_hold"
    desk.pass_hours(48)
    with pytest.raises(InputError, match="no hold to go on with"):
        desk.desk.go_on(who(), stay, **{**good, "seen": desk.stay(stay)["version"]})


def test_release_never_waits_for_a_page_to_be_read_again_but_a_charge_is_ended_first(desk: Made) -> None:
    stay = desk.booked(until=None)
    with pytest.raises(InputError, match="a local ground stands"):
        desk.desk.release(who(), stay)
    ground = desk.rows(tables.grounds)[0]["id"]
    desk.desk.end_ground(who(), stay, ground=ground, how="bail_paid", at=at(-2), known_at=at(-1))
    event = next(e for e in desk.rows(tables.events) if e["kind"] == "ground.ended")
    assert (event["at"], event["known_at"]) == (NOW - 2 * HOUR, NOW - HOUR)
    with pytest.raises(InputError, match="ended already"):
        desk.desk.end_ground(who(), stay, ground=ground, how="bail_paid")
    desk.desk.release(who(), stay)
    with pytest.raises(InputError, match="has left"):
        desk.desk.release(who(), stay)
    desk.pass_hours(0.1)
    with pytest.raises(InputError, match="has left"):
        desk.desk.receive_paper(who(), stay, DETAINER)


def test_one_step_takes_a_mis_key_back_and_the_record_keeps_both(desk: Made) -> None:
    stay = desk.held()
    desk.desk.release(who(), stay)
    number = next(e["number"] for e in desk.rows(tables.events) if e["kind"] == "released")
    with pytest.raises(NotAllowed, match="only who recorded it"):
        desk.desk.undo(Who("a_other", TEXAS, "clerk"), stay, number=number)
    assert desk.desk.undo(Who("a_other", TEXAS, "supervisor"), stay, number=number).result["outcome"] == "must_hold"
    row = desk.stay(stay)
    assert (row["status"], row["left_at"], row["outcome"]) == ("in", None, "must_hold")
    assert [d["state"] for d in desk.rows(tables.deadlines) if d["what"] == "hold_ends"] == ["open"]
    taken = next(e for e in desk.rows(tables.events) if e["number"] == number)
    assert taken["undone_by"] is not None and taken["body"]["left_to"] == "community"
    with pytest.raises(NotHere):
        desk.desk.undo(who(), stay, number=number)
    first = next(e["number"] for e in desk.rows(tables.events) if e["kind"] == "paper.received")
    with pytest.raises(InputError, match="take that back first"):
        desk.desk.undo(who(), stay, number=first)


def test_a_correction_stands_and_the_first_reading_stays(desk: Made) -> None:
    stay = desk.held()
    row = next(e for e in desk.rows(tables.events) if e["kind"] == "paper.received")
    seen = desk.stay(stay)["version"]
    receipt = desk.desk.correct_paper(who(), stay, number=row["number"], paper={**DETAINER, "signed_by": "none"}, seen=seen)
    assert receipt.result["outcome"] == "release"  # unsigned, it asks for nothing
    events = [e for e in desk.rows(tables.events) if e["kind"] == "paper.received"]
    assert [(e["amends"], e["undone_by"] is None) for e in events] == [(None, False), (None, True), (row["number"], True)]
    assert events[0]["body"]["paper"]["signed_by"] == "immigration_officer"
    assert len(desk.papers(stay)) == 2 and desk.stay(stay)["outcome"] == "release"
    with pytest.raises(Conflict):
        desk.desk.amend_time(who(), stay, number=events[2]["number"], at=at(-9), seen=seen)


def test_a_moved_deadline_keeps_the_time_it_had(desk: Made) -> None:
    stay = desk.booked(until=5)
    desk.desk.receive_paper(who(), stay, DETAINER, at=at(-8))
    ground = next(e for e in desk.rows(tables.events) if e["kind"] == "ground.added")
    assert [(d["what"], d["due_at"]) for d in desk.rows(tables.deadlines)] == [("release_due", NOW + 5 * HOUR)]
    desk.desk.add_ground(who(), stay, kind="sentence", since=at(-10), until=at(7))
    row = desk.rows(tables.deadlines)[0]
    assert (row["due_at"], row["was_due_at"], row["state"]) == (NOW + 7 * HOUR, NOW + 5 * HOUR, "open")
    desk.desk.undo(who(), stay, number=ground["number"], seen=desk.stay(stay)["version"])
    assert desk.rows(tables.deadlines)[0]["due_at"] == NOW + 7 * HOUR


def test_notice_is_recorded_only_where_the_law_requires_it(desk: Made) -> None:
    with pytest.raises(InputError, match="does not require notice"):
        desk.desk.notify(who(), desk.held())
    stay = desk.booked(agency=OREGON)
    with pytest.raises(InputError, match="ask counsel"):
        desk.desk.notify(who(agency=OREGON), stay)


def test_no_status_question_where_the_law_forbids_it(desk: Made) -> None:
    stay = desk.booked(agency=OREGON)
    oregon = who(agency=OREGON)
    with pytest.raises(InputError, match="may not be asked here"):
        desk.desk.answer_fact(oregon, stay, fact="prior_removal", value=True)
    asked = {q["fact"] for q in showing.person(desk.store, oregon, stay).questions}
    assert not asked & {"citizenship_claimed", "status_proof_shown", "prior_removal"}
    # What the person says unasked is recorded all the same.
    desk.desk.said(oregon, stay, what="citizenship_claimed", answer="Written down; counsel was told.")


def test_the_page_knows_every_question_about_status() -> None:
    """A fact about status that the vocabulary gains is kept off the page where it may not be asked."""
    asked = law().about_status
    assert {"citizenship_claimed", "claim_disproved", "prior_removal"} <= asked <= set(book().vocabulary.facts)
    missing = [{"fact": name, "question": "?", "settled_by": "person", "if": {}} for name in sorted(asked)]
    answer = {"missing": missing, "then": None, "actions": {"ask_status": {"result": "forbidden"}}}
    assert showing.questions(answer) == [] == showing.questions(answer, about_status=asked)
    assert len(showing.questions({**answer, "actions": {}}, about_status=asked)) == len(asked)
    plain = {**answer, "missing": [{"fact": "admin_warrant", "question": "?", "settled_by": "paper", "if": {}}]}
    assert len(showing.questions(plain)) == 1 == len(showing.questions(plain, about_status=asked))


def test_counsel_determines_on_named_papers_and_nobody_else(desk: Made) -> None:
    stay = desk.booked()
    desk.desk.receive_paper(who(), stay, DETAINER, at=at(-8))
    desk.desk.serve_copy(who(), stay, paper=desk.papers(stay)[0], at=at(-7))
    assert desk.stay(stay)["outcome"] == "review"
    seen = desk.stay(stay)["version"]
    with pytest.raises(NotAllowed):
        desk.desk.determine(who("supervisor"), stay, fact="probable_cause", value=True, on="the I-247A", seen=seen)
    with pytest.raises(InputError, match="papers that it rests on"):
        desk.desk.determine(who("counsel"), stay, fact="probable_cause", value=True, on=" ", seen=seen)
    with pytest.raises(InputError, match="only the law settles it"):
        desk.desk.determine(who("counsel"), stay, fact="civil_arrest_power", value=True, on="the I-247A", seen=seen)
    assert desk.desk.determine(who("counsel"), stay, fact="probable_cause", value=False, on="the I-247A", seen=seen).result["outcome"] == "release"


def test_what_was_done_against_the_answer_is_anyones_to_record_and_alerts_counsel(desk: Made) -> None:
    stay = desk.booked()
    before = desk.rows(tables.decisions)[-1]
    desk.desk.against(who("auditor"), stay, what="handed_to_ice", text="Seen on the log of the sally port.", at=at(-0.5))
    row = desk.stay(stay)
    assert (row["status"], row["left_to"], row["outcome"]) == ("transferred", "ice", before["outcome"])
    assert [(a["what"], a["role"]) for a in desk.rows(tables.alerts)] == [("done.against", "counsel")]


def test_handing_over_needs_a_hold(desk: Made) -> None:
    stay = desk.booked()
    with pytest.raises(InputError, match="no authority for it now"):
        desk.desk.transfer(who(), stay, to="ice")
    assert desk.desk.transfer(who(), desk.held(), to="ice").result["case"] == "26-00002"


def test_the_same_request_is_done_once_and_keys_are_the_senders_own(desk: Made) -> None:
    given: dict[str, Any] = {"name": CANARY, "booking_number": "B-9", "complete": True, "once": "made-up-key-1"}
    first = desk.desk.book(who(), **given)
    desk.pass_hours(1)  # sent again later, with no time in it
    again = desk.desk.book(who(), **given)
    assert again.replayed and again.result == first.result and len(desk.rows(tables.stays)) == 1
    with pytest.raises(InputError):
        desk.desk.book(who(), **{**given, "booking_number": "B-10"})
    assert not desk.desk.book(who("supervisor"), **{**given, "booking_number": "B-10"}).replayed


def test_times_as_people_type_them(desk: Made) -> None:
    stay = desk.booked()
    with pytest.raises(InputError, match="still to come"):
        desk.desk.receive_paper(who(), stay, DETAINER, at=at(2))
    with pytest.raises(InputError, match="clocks went forward"):
        desk.desk.receive_paper(who(), stay, DETAINER, at="2026-03-08T02:30")
    desk.desk.receive_paper(who(), stay, DETAINER, at="2026-11-18T10:30")
    size = len(desk.rows(tables.events))
    with pytest.raises(InputError, match="before it was received"):
        desk.desk.serve_copy(who(), stay, paper=desk.papers(stay)[0], at=at(-3))
    assert len(desk.rows(tables.events)) == size
    assert desk.rows(tables.papers)[0]["received_at"] == NOW - HOUR - HOUR // 2


def test_the_hour_that_comes_twice_is_kept_as_both(desk: Made) -> None:
    receipt = desk.desk.book(who(), name=CANARY, booked_at="2026-11-01T01:30", complete=True)
    booked = next(e for e in desk.rows(tables.events) if e["stay"] == receipt.result["stay"] and e["kind"] == "booked")
    assert booked["body"]["when"] == {"earliest": "2026-11-01T01:30:00-05:00", "latest": "2026-11-01T01:30:00-06:00"}


def test_another_agencys_stay_is_not_there(desk: Made) -> None:
    stay = desk.held()
    other = who("supervisor", OREGON)
    for work in (
        lambda: desk.desk.release(other, stay),
        lambda: desk.desk.undo(other, stay, number=1),
        lambda: desk.desk.receive_paper(other, stay, DETAINER),
        lambda: desk.desk.against(other, stay, what="other", text="made up"),
        lambda: showing.person(desk.store, other, stay),
        lambda: showing.by_case(desk.store, other, "26-00001"),
    ):
        with pytest.raises(NotHere):
            work()
    assert showing.board(desk.store, other) == [] == showing.search(desk.store, other, text="Zzcanary", by_name=True)


CALLS: dict[str, Any] = {
    "book": lambda d, w, s: d.book(w, name="Made Up"),
    "ground": lambda d, w, s: d.add_ground(w, s, kind="charge", since=at(-10), until=at(-2)),
    "paper": lambda d, w, s: d.receive_paper(w, s, WARRANT),
    "serve": lambda d, w, s: d.serve_copy(w, s, paper="p_none"),
    "said": lambda d, w, s: d.said(w, s, what="wants_lawyer", answer="The list was given."),
    "answer": lambda d, w, s: d.answer_fact(w, s, fact="under_18", value=False),
    "duty": lambda d, w, s: d.do_duty(w, s, what="person_informed"),
    "notify": lambda d, w, s: d.notify(w, s),
    "determine": lambda d, w, s: d.determine(w, s, fact="probable_cause", value=False, on="made up", seen=None),
    "continue": lambda d, w, s: d.go_on(w, s, officer="Sgt. Madeup", paper="p", authority="a", seen=1),
    "against": lambda d, w, s: d.against(w, s, what="other", text="made up"),
    "amend": lambda d, w, s: d.amend_time(w, s, number=1, at=at(-9), seen=None),
    "undo": lambda d, w, s: d.undo(w, s, number=1),
    "transfer": lambda d, w, s: d.transfer(w, s, to="ice"),
    "release": lambda d, w, s: d.release(w, s),
}


@pytest.mark.parametrize("action", CALLS)
def test_who_may_do_what(desk: Made, action: str) -> None:
    """Each use case asks: a role that is not named for it is refused before anything else."""
    stay = desk.booked()
    size = len(desk.rows(tables.events))
    for role in ROLE_NAMES:
        if role not in ROLES[action]:
            with pytest.raises(NotAllowed):
                CALLS[action](desk.desk, who(role), stay)
    for scope in {*SCOPES.values()} - {SCOPES.get(action)}:
        with pytest.raises(NotAllowed):
            CALLS[action](desk.desk, Who("t_made", TEXAS, scopes=frozenset({scope})), stay)
    assert len(desk.rows(tables.events)) == size
    allowed = next(role for role in ROLE_NAMES if role in ROLES[action])
    try:
        CALLS[action](desk.desk, who(allowed), stay)
    except NotAllowed as error:  # a refusal for another reason is not what is asked here
        raise AssertionError(action) from error
    except InputError:
        pass


def test_read_tables_are_made_again_from_the_record_alike(desk: Made) -> None:
    stay = desk.held()
    desk.desk.said(who(), stay, what="wrong_person", answer="Fingerprints are compared.")
    desk.desk.release(who(), stay)
    number = next(e["number"] for e in desk.rows(tables.events) if e["kind"] == "released")
    desk.desk.undo(who(), stay, number=number)
    row = next(e for e in desk.rows(tables.events) if e["kind"] == "paper.received")
    desk.desk.correct_paper(who(), stay, number=row["number"], paper={**DETAINER, "signed_by": "none"}, seen=None)
    read = [t for t in tables.metadata.sorted_tables if t.info["kind"] == "read"]
    before = {t.name: desk.rows(t) for t in read}
    rebuild(desk.store, ALL)
    assert {t.name: desk.rows(t) for t in read} == before
    assert before["decisions"] and before["alerts"]


def test_nothing_personal_in_the_public_part_of_the_record(desk: Made) -> None:
    stay = desk.held()
    desk.desk.said(who(), stay, what="citizenship_claimed", words=f"I am {CANARY}", answer=f"{CANARY} was told.")
    desk.desk.against(who(), stay, what="other", text=CANARY)
    with desk.store.read(TEXAS) as connection:
        leaves = [row.leaf for row in connection.execute(sa.select(tables.entries.c.leaf))]
        asked = [str(row._mapping) for row in connection.execute(sa.select(tables.idempotency))]
    assert leaves and not any(word.encode() in leaf for leaf in leaves for word in CANARY.split())
    assert not any(word in text for text in asked for word in CANARY.split())


def test_a_booking_number_names_one_person_who_is_in(desk: Made) -> None:
    first = desk.booked()
    second = desk.booked()
    again = {"name": "Example, Another", "booking_number": "B-1", "booked_at": at(-1), "complete": True, "until": at(-0.5)}
    with pytest.raises(InputError, match=r"in already, as case \[26-00001\]"):
        desk.desk.book(who(), **again)
    version = desk.stay(second)["version"]
    with pytest.raises(InputError, match="in already"):
        desk.desk.amend_person(who(), second, name=CANARY, booking_number="B-1", seen=version)
    desk.desk.book(who(agency=OREGON), **again)  # another jail's numbers are its own
    desk.desk.book(who(), **{**again, "booking_number": ""})
    desk.desk.book(who(), **{**again, "booking_number": ""})  # without a number nobody can be taken for another
    desk.desk.release(who(), first)
    back = str(desk.desk.book(who(), **again).result["stay"])  # the same person comes in anew
    assert showing.by_case(desk.store, who(), "B-1") == back


def test_a_number_that_means_two_people_is_refused(desk: Made) -> None:
    first = desk.booked()
    other = desk.desk.book(who(), name="Example, Other", booking_number="26-00001", booked_at=at(-1), complete=True).result
    with pytest.raises(InputError, match="another's booking number"):
        showing.by_case(desk.store, who(), "26-00001")
    assert showing.by_case(desk.store, who(), "B-1") == first
    assert showing.by_case(desk.store, who(), other["case"]) == other["stay"]


def test_whose_bail_was_refused_for_a_detainer_is_released_in_one_step(desk: Made) -> None:
    stay = desk.booked(until=None)
    with pytest.raises(InputError, match="local ground stands"):
        desk.desk.release(who(), stay)
    desk.desk.refuse_bail(who(), stay, at=at(-2))
    assert desk.stay(stay)["outcome"] == "release"
    with pytest.raises(InputError, match="local ground stands"):
        desk.desk.release(who(), stay, at=at(-3))  # before it
    desk.desk.release(who(), stay)
    assert desk.stay(stay)["status"] == "released"


def test_bail_refused_ends_no_ground_that_it_was_not_for(desk: Made) -> None:
    stay = desk.booked(until=None)
    desk.desk.add_ground(who(), stay, kind="sentence", since=at(-9))
    desk.desk.refuse_bail(who(), stay, at=at(-2))
    assert desk.stay(stay)["outcome"] == "local_custody"
    with pytest.raises(InputError, match=r"stands \[sentence\]"):
        desk.desk.release(who(), stay)


def test_a_release_at_another_time_makes_deadlines_met_or_missed_anew(desk: Made) -> None:
    stay = desk.held()
    due = desk.stay(stay)["next_deadline_at"]
    desk.clock[0] = due + HOUR
    desk.desk.release(who(), stay, at=at((due - NOW) / HOUR - 1))
    assert set(states(desk).values()) <= {"met", "replaced"} and "met" in states(desk).values()
    for hours, expected in ((0.5, "missed"), (-2, "met")):
        left = max(e["number"] for e in desk.rows(tables.events) if e["kind"] == "released")
        desk.desk.amend_time(who(), stay, number=left, at=at((due - NOW) / HOUR + hours), seen=desk.stay(stay)["version"])
        assert {d["state"] for d in desk.rows(tables.deadlines) if d["due_at"] == due and d["state"] != "replaced"} == {expected}
    before = desk.rows(tables.deadlines)
    rebuild(desk.store, ALL)
    assert desk.rows(tables.deadlines) == before


def test_where_only_the_duty_to_hold_is_open_its_end_is_a_deadline_all_the_same() -> None:
    clock = {"norm": "made-up#1", "ends_at": at(4), "state": "applies", "defeated": False}
    answer: dict[str, Any] = {
        "outcome": "review", "open_because": "duty", "then": None, "hold_until": None, "obligations": [], "clocks": [clock],
        "timeline": [{"from": at(-9), "outcome": "local_custody"}, {"from": at(-1), "outcome": "review"}, {"from": at(5), "outcome": "release"}],
    }  # fmt: skip
    assert deadlines(answer, NOW) == {"hold_ends": NOW + 5 * HOUR, "clock made-up#1": NOW + 4 * HOUR}
    assert deadlines({**answer, "open_because": "fact", "clocks": []}, NOW) == {"settle_or_release": NOW - HOUR}
