"""The queue, double review with its figures, and promotion into a file of law that nobody has adopted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.places import load_places
from dueprocess.registry import load_registry, read_registry
from dueprocess.registry.promote import promote
from dueprocess.registry.review import agreement, cohens_kappa, propose, review, reviews_of, waiting

ROOT = Path(__file__).resolve().parents[3]
LINES = ROOT / "docs" / "examples" / "made-up-claims.jsonl"
TODAY = date(2026, 11, 22)
ID = "made-up-article-1"


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    assert propose(LINES, folder, title="A made-up article", publisher="Made-up Times", date="2014-05-02", url="") == 1
    return folder


def decide(folder: Path, decision: str, *, reviewer: str = "A", claim: str = ID, **correction: str) -> None:
    review(folder, claim, decision=decision, correction=correction, reviewer=reviewer, role="researcher", reason="Read beside the text.", date="2026-11-22", known=load_registry().claims, places=load_places())


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
    assert [(a.first, a.second, a.n, a.observed, a.kappa) for a in found] == [("A", "B", 1, 1.0, None)]


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
def test_reviews_that_cannot_be(queue: Path, given: dict[str, object], message: str) -> None:
    base: dict[str, object] = {"claim": ID, "decision": "accept", "correction": {}, "reviewer": "A", "role": "researcher", "reason": "r", "date": "2026-11-22"}
    claim = str((base | given)["claim"])
    rest = {k: v for k, v in (base | given).items() if k != "claim"}
    with pytest.raises(InputError, match=message):
        review(queue, claim, known=(), places=load_places(), **rest)  # type: ignore[arg-type]
    assert reviews_of(queue) == {}


def test_lines_that_are_no_claims(tmp_path: Path) -> None:
    for text, message in (("{", "no line of claims"), ('{"id": "x", "claims": [{"position": "declines_all"}]}', "the date of the text is not known"), ('{"id": "x", "claims": [{"position": "never"}]}', r"x.jsonl:1: \[never\] is no position")):
        path = tmp_path / "x.jsonl"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=message):
            propose(path, tmp_path / "mine", title="t", publisher="", date="" if "date" in message else "2014", url="")
    assert not (tmp_path / "mine").exists()


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
