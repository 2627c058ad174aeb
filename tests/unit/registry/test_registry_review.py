"""The queue, double review with its figures, and promotion into a file of law that nobody has adopted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.places import load_places
from dueprocess.registry import Registry, changes, load_registry, read_registry
from dueprocess.registry.entries import EVIDENCE
from dueprocess.registry.promote import promote
from dueprocess.registry.proposing import propose
from dueprocess.registry.review import agreement, cohens_kappa, entries_waiting, review, reviews_of, waiting
from dueprocess.registry.store import read_rows

ROOT = Path(__file__).resolve().parents[3]
LINES = ROOT / "docs" / "examples" / "made-up-claims.jsonl"
TODAY = date(2026, 11, 22)
ID = "made-up-article-1"


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    assert propose(LINES, folder, title="A made-up article", publisher="Made-up Times", date="2014-05-02", url="") == 3
    return folder


def decide(folder: Path, decision: str, *, reviewer: str = "A", claim: str = ID, base: Registry | None = None, **correction: str) -> None:
    review(folder, claim, decision=decision, correction=correction, reviewer=reviewer, role="researcher", reason="Read beside the text.", date="2026-11-22", base=base or load_registry(), places=load_places())


def accepted(folder: Path) -> list[str]:
    return [c.position for c in read_registry(folder).claims.values()]


def test_proposing_twice_adds_nothing(queue: Path) -> None:
    assert propose(LINES, queue, title="A made-up article", publisher="", date="2014-05-02", url="") == 0
    assert [(w.claim.id, w.status, w.actor) for w in waiting(queue, places=load_places())] == [(ID, "pending", "us/or/clackamas-county/sheriff")]


def test_the_texts_own_date_and_hash_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    line = '{"id": "x", "claims": [{"agency": "Clackamas County Sheriff", "county_or_city": "Clackamas County", "state": "OR", "position": "declines_all"}], "source": {"date": "2014-05", "sha256": "ab"}}'
    path.write_text(line, encoding="utf-8")
    propose(path, tmp_path, title="t", publisher="", date="", url="")
    decide(tmp_path, "accept", claim="x-1")
    source = next(iter(read_registry(tmp_path).sources.values()))
    assert (source.date, source.sha256, source.date_basis) == ("2014-05", "ab", "month only")


def test_an_accepted_claim_enters_and_a_rejected_one_leaves(queue: Path) -> None:
    decide(queue, "accept")
    assert accepted(queue) == ["requires_judicial_warrant"]
    claim = next(iter(read_registry(queue).claims.values()))
    assert claim.locator.startswith("“The made-up sheriff") and claim.effective == "2014-05-01"
    decide(queue, "reject")
    assert accepted(queue) == []


def test_two_who_differ_keep_it_out_until_they_agree(queue: Path) -> None:
    decide(queue, "accept", reviewer="A")
    decide(queue, "correct", reviewer="B", position="declines_all")
    assert accepted(queue) == [] and waiting(queue, places=load_places())[0].status == "disputed"
    decide(queue, "correct", reviewer="A", position="declines_all")
    assert accepted(queue) == ["declines_all"]
    found = agreement(queue)
    assert [(a.kind, a.first, a.second, a.n, a.observed, a.kappa) for a in found] == [("claim", "A", "B", 1, 1.0, None)]


def test_kappa_of_the_textbook() -> None:
    """20 both yes, 5 and 10 apart, 15 both no: 0.7 observed, 0.5 by chance, kappa 0.4."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohens_kappa(pairs) == pytest.approx(0.4)
    assert cohens_kappa([]) is None and cohens_kappa([("y", "y")] * 3) is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"claim": "made-up-article-9"}, "no claim of the queue"),
        ({"role": " "}, "needs a role and a reason"),
        ({"reason": ""}, "needs a role and a reason"),
        ({"decision": "correct"}, "say what"),
        ({"decision": "correct", "correction": {"position": "declines"}}, r"\[declines\] is no position"),
        ({"decision": "correct", "correction": {"quote": "x"}}, r"\[quote\] cannot be corrected"),
        ({"decision": "correct", "correction": {"state": "IA"}}, "matches no actor"),
        ({"decision": "correct", "correction": {"accepts": "badge"}}, "nothing to accept"),
    ],
)
def test_reviews_that_cannot_be(queue: Path, given: dict[str, Any], message: str) -> None:
    base: dict[str, Any] = {"claim": ID, "decision": "accept", "correction": {}, "reviewer": "A", "role": "researcher", "reason": "r", "date": "2026-11-22"}
    with pytest.raises(InputError, match=message):
        review(queue, base=load_registry(), places=load_places(), **(base | given))
    assert reviews_of(queue) == {}


def test_lines_that_are_no_claims(tmp_path: Path) -> None:
    for text, message in (("{", "no line of claims"), ('{"id": "x", "claims": [{"position": "declines_all"}]}', "the date of the text is not known"), ('{"id": "x", "claims": [{"position": "never"}]}', r"x.jsonl:1: \[never\] is no position")):
        path = tmp_path / "x.jsonl"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=message):
            propose(path, tmp_path / "mine", title="t", publisher="", date="" if "date" in message else "2014", url="")
    assert not (tmp_path / "mine").exists()


COUNT, INCIDENT = "made-up-article--count-1", "made-up-article--incident-1"


def test_an_accepted_count_is_a_published_count_and_its_words_are_no_number(queue: Path) -> None:
    decide(queue, "accept", claim=COUNT)
    (found,) = read_registry(queue).counts
    assert (found.value, found.number, found.unit, found.scope, found.since, found.as_of) == ("more than 100", None, "counties", "United States", "2014-04", "2014-05")
    assert found.claimant == "A made-up network" and read_registry(queue).sources[found.source].title == "A made-up article"
    decide(queue, "correct", claim=COUNT, wording="100", definition="counties that changed their policy")
    (found,) = read_registry(queue).counts
    assert (found.value, found.number, found.definition) == ("100", 100, "counties that changed their policy")
    decide(queue, "reject", claim=COUNT)
    assert read_registry(queue).counts == ()


def test_counts_are_judged_twice_and_apart_from_positions(queue: Path) -> None:
    decide(queue, "accept", claim=COUNT)
    decide(queue, "reject", claim=COUNT, reviewer="B")
    assert {e.entry.id: e.status for e in entries_waiting(queue)} == {COUNT: "disputed", INCIDENT: "pending"} and read_registry(queue).counts == ()
    for reviewer in "AB":
        decide(queue, "accept", reviewer=reviewer)
    assert [(a.kind, a.n, a.observed) for a in agreement(queue)] == [("claim", 1, 1.0), ("count", 1, 0.0)]
    decide(queue, "accept", claim=COUNT, reviewer="B")
    assert len(read_registry(queue).counts) == 1


def test_an_accepted_incident_is_kept_as_evidence_with_its_words(queue: Path) -> None:
    decide(queue, "correct", claim=INCIDENT, hours_overheld="19.5")
    (row,) = read_rows(queue / "evidence.csv", EVIDENCE)
    assert (row["kind"], row["place"], row["hours_overheld"], row["quote"]) == ("incident", "Clackamas County", "19.5", "A woman had been kept 19 hours too long.")
    assert row["source_title"] == "A made-up article" and accepted(queue) == []
    decide(queue, "reject", claim=INCIDENT)
    assert read_rows(queue / "evidence.csv", EVIDENCE) == []


@pytest.mark.parametrize(
    ("claim", "correction", "message"),
    [
        (COUNT, {"position": "declines_all"}, r"\[position\] cannot be corrected"),
        (COUNT, {"as_of": "lately"}, r"\[lately\] is no date"),
        (COUNT, {"value": "many"}, r"\[many\] is no number"),
        (COUNT, {"unit": ""}, "it has no unit"),
        (INCIDENT, {"place": ""}, "it has no place"),
        (INCIDENT, {"hours_overheld": "-2"}, "is no number"),
    ],
)
def test_corrections_of_entries_that_cannot_be(queue: Path, claim: str, correction: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        decide(queue, "correct", claim=claim, **correction)
    assert reviews_of(queue) == {}


def test_another_text_under_the_same_name_is_told_apart(tmp_path: Path) -> None:
    line = '{"id": "x", "claims": [], "counts": [{"value": %d, "value_text": "%d", "unit": "counties"}], "source": {"date": "2014", "sha256": "%s"}}'
    path = tmp_path / "x.jsonl"
    for value, sha, new in ((3, "a" * 64, 1), (4, "b" * 64, 1), (3, "a" * 64, 0), (4, "b" * 64, 0)):
        path.write_text(line % (value, value, sha), encoding="utf-8")
        assert propose(path, tmp_path, title="t", publisher="", date="", url="") == new
    assert [(e.entry.id, e.says["value"]) for e in entries_waiting(tmp_path)] == [("x--count-1", "3"), ("x-bbbbbbbb--count-1", "4")]


MARICOPA = "us/az/maricopa-county/sheriff"


def test_what_nobody_accepted_is_not_promoted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nobody has accepted"):
        promote(load_registry(), MARICOPA, as_of=date(2018, 1, 1), known_at=TODAY, reviews={}, out=tmp_path / "law")
    assert not (tmp_path / "law").exists()


def test_a_promoted_file_names_its_claims_and_is_not_reviewed(tmp_path: Path) -> None:
    mine, out = tmp_path / "mine", tmp_path / "law"
    registry = load_registry()
    view = registry.view(MARICOPA, as_of=date(2018, 1, 1), known_at=TODAY)
    decide(mine, "accept", claim=view.claim)
    done = promote(registry, MARICOPA, as_of=date(2018, 1, 1), known_at=TODAY, reviews=reviews_of(mine), out=out)
    text = done.files[0].read_text(encoding="utf-8")
    assert f"# For it: {view.claim} (accepted by a reviewer)." in text and view.claim in text.split("sources:")[1]
    authority = load_lawbook(out).authorities["us/az/maricopa-county/sheriff-policy-2017-02-17"]
    assert authority.kind == "agency_policy" and authority.review["status"] == "unreviewed"
    assert len(authority.norms) == 2 and "forbid: hold" in text


def test_a_claim_that_ships_is_corrected_by_one_of_its_own(tmp_path: Path) -> None:
    """The correction stands in the first one's place in the view, both are kept, and the shipped registry is as it was."""
    mine, shipped, day = tmp_path / "mine", load_registry(), date(2018, 1, 1)
    before = shipped.view(MARICOPA, as_of=day, known_at=TODAY)
    target = shipped.claims[before.claim]
    decide(mine, "correct", claim=target.id, position="requires_court_order", accepts="court_order", effective="2017-03-01")
    over = load_registry(mine)
    after = over.view(MARICOPA, as_of=day, known_at=TODAY)
    new = over.claims[after.claim]
    assert before.position != "requires_court_order" and (after.position, after.accepts) == ("requires_court_order", ("court_order",))
    assert (new.source, new.claimant, new.effective, new.origin) == (target.source, target.claimant, "2017-03-01", f"reviews.csv: {target.id}")
    assert (target.id, "corrected") in after.losing and over.claims[target.id] == target
    assert load_registry().view(MARICOPA, as_of=day, known_at=TODAY) == before
    # A change that the wrong reading dated is no change any more; the corrected one is.
    dated = [c for c in changes(over, since=date(2017, 1, 1), until=date(2017, 6, 1), known_at=TODAY, restated=True) if c.actor == MARICOPA]
    assert new.id in {i for c in dated for i in c.claims} and target.id not in {i for c in dated for i in c.claims}
    done = promote(over, MARICOPA, as_of=day, known_at=TODAY, reviews=reviews_of(mine), out=tmp_path / "law")
    assert done.view.claim == new.id
    # Two who correct it differently leave it as it was; so does taking the correction back.
    decide(mine, "correct", claim=target.id, reviewer="B", position="honors_all")
    assert accepted(mine) == []
    decide(mine, "accept", claim=target.id, reviewer="A")
    decide(mine, "accept", claim=target.id, reviewer="B")
    assert accepted(mine) == [] and read_registry(mine).actors == {}


def test_a_claim_that_ships_and_is_rejected_stands_aside(tmp_path: Path) -> None:
    """Its source does not say so: the view goes on without it, both are kept, and an acceptance brings it back."""
    shipped, day = load_registry(), date(2018, 1, 1)
    before = shipped.view(MARICOPA, as_of=day, known_at=TODAY)
    decide(tmp_path, "reject", claim=before.claim)
    over = load_registry(tmp_path)
    after = over.view(MARICOPA, as_of=day, known_at=TODAY)
    assert (before.claim, "corrected") in after.losing and after.claim not in (before.claim, f"review--corrects--{before.claim}")
    instead = over.claims[f"review--corrects--{before.claim}"]
    assert (instead.position, instead.accepts) == ("unknown", ()) and "does not say so" in instead.note
    decide(tmp_path, "accept", claim=before.claim, base=over)
    assert accepted(tmp_path) == []


def test_a_correction_moves_a_claim_to_another_actor_and_keeps_its_denial(tmp_path: Path) -> None:
    shipped = load_registry()
    denied = next(i for i in shipped.denials if shipped.claims[i].about == "policy")
    actor = shipped.claims[denied].actor
    decide(tmp_path, "correct", claim=denied, motive="cost")
    over = load_registry(tmp_path)
    assert shipped.denials[denied] == over.denials[f"review--corrects--{denied}"]
    assert over.view(actor, as_of=TODAY, known_at=TODAY).position == shipped.view(actor, as_of=TODAY, known_at=TODAY).position
    claim = shipped.of(MARICOPA)[0]
    decide(tmp_path, "correct", claim=claim.id, agency="us/ia/montgomery-county/sheriff")
    moved = read_registry(tmp_path).claims[f"review--corrects--{claim.id}"]
    assert moved.actor == "us/ia/montgomery-county/sheriff"
    for given, message in (({"agency": "us/ia/nowhere/sheriff"}, "knows no actor"), ({"state": "IA"}, "cannot be corrected"), ({"position": claim.position}, "changes nothing")):
        with pytest.raises(InputError, match=message):
            decide(tmp_path, "correct", claim=claim.id, **given)


def test_an_earlier_policy_is_ended_by_a_copy(tmp_path: Path) -> None:
    """The shipped lawbook has a policy of 2014 for this sheriff; a later claim ends it in the proposal's folder only."""
    registry = load_registry()
    shipped = load_lawbook()
    policies = {b: a.id for a in shipped.authorities.values() if a.kind == "agency_policy" and a.in_force.until is None for b in a.binds}
    for actor, old in sorted(policies.items()):
        if actor not in registry.actors or not registry.of(actor):
            continue
        try:
            done = promote(registry, actor, as_of=TODAY, known_at=TODAY, reviews={}, out=tmp_path / actor.replace("/", "-"), unreviewed=True)
        except InputError:
            continue
        if done.ends:
            assert done.ends == (old,) and len(done.files) == 2
            assert "ended_by" in done.files[1].read_text(encoding="utf-8")
            return
    pytest.fail("no agency of the registry has a later claim than its policy in the lawbook")


@pytest.mark.parametrize(("actor", "message"), [("us/ca/huntington-beach-city/city", "is unknown"), ("us/ca/state", "is a state"), ("other/ny/sheriffs-association", "no agency"), ("us/ia/montgomery-county/sherif", "knows no actor")])
def test_what_cannot_be_promoted(tmp_path: Path, actor: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        promote(load_registry(), actor, as_of=TODAY, known_at=TODAY, reviews={}, out=tmp_path / "law", unreviewed=True)
