"""The rules of arbitration, one by one, on made-up claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.registry import Actor, Claim, Registry, View, days, side
from dueprocess.registry.disputes import changes, disagreements

ACTOR = Actor("us/or/clackamas-county/sheriff", "agency", "Clackamas County, sheriff", "us/or/clackamas-county", "OR", "41005", "sheriff", True)
LATE = date(2030, 1, 1)


def claim(id: str, position: str, day: str, *, voice: str = "report", effective: str = "", claimant: str = "", confidence: str = "high", **more: object) -> Claim:
    made = Claim(id, ACTOR.id, "policy", position, "src", claimant or voice, voice, source_date=day, effective=effective, confidence=confidence)
    return replace(made, **more)  # type: ignore[arg-type]


def ask(claims: list[Claim], day: str, known: date = LATE) -> View:
    return Registry([ACTOR], [], claims, []).view(ACTOR.id, as_of=date.fromisoformat(day), known_at=known)


def test_nothing_known_is_unknown() -> None:
    assert (ask([], "2014-01-01").position, ask([], "2014-01-01").rule) == ("unknown", "no-claim")


def test_own_words_stand_against_a_newer_list() -> None:
    view = ask([claim("own", "honors_all", "2014-01-01", voice="own"), claim("list", "declines_all", "2016-01-01", voice="list")], "2017-01-01")
    assert (view.position, view.claim, view.losing, view.contested) == ("honors_all", "own", (("list", "own-over-list"),), True)


def test_a_review_of_its_own_is_no_word_against_a_later_list() -> None:
    view = ask([claim("own", "undecided", "2014-06-06", voice="own"), claim("list", "declines_all", "2017-03-31", voice="list")], "2018-01-01")
    assert (view.position, view.rule, view.losing) == ("declines_all", "newer-over-older", (("own", "newer-over-older"),))
    same = ask([claim("own", "undecided", "2017-03-31", voice="own"), claim("list", "declines_all", "2017-03-31", voice="list")], "2018-01-01")
    assert (same.position, same.losing) == ("undecided", (("list", "own-over-others"),))


def test_an_older_list_loses_because_it_is_older() -> None:
    view = ask([claim("list", "declines_all", "2012-01-01", voice="list"), claim("own", "honors_all", "2014-01-01", voice="own")], "2017-01-01")
    assert view.losing == (("list", "newer-over-older"),) and not view.contested


def test_newer_over_older_also_against_own_words() -> None:
    view = ask([claim("own", "honors_all", "2014-01-01", voice="own"), claim("news", "declines_all", "2016-01-01", effective="2015-12-01")], "2017-01-01")
    assert (view.position, view.rule, view.age_days) == ("declines_all", "newer-over-older", 366)


def test_of_the_same_day_own_words_then_reports() -> None:
    view = ask([claim("own", "honors_all", "2014-01-01", voice="own"), claim("news", "declines_all", "2014-01-01")], "2015-01-01")
    assert (view.position, view.rule) == ("honors_all", "own-over-others")


def test_equal_claims_that_contradict_are_unknown() -> None:
    view = ask([claim("a", "honors_all", "2014-01-01"), claim("b", "declines_all", "2014-01-01")], "2015-01-01")
    assert (view.position, view.rule, view.claim, view.contested, view.confirmed_on) == ("unknown", "same-day", "", True, None)


def test_the_condition_named_stands_before_a_bare_refusal() -> None:
    view = ask([claim("a", "requires_court_order", "2014-01-01"), claim("b", "declines_all", "2014-01-01")], "2015-01-01")
    assert (view.position, view.rule, view.contested) == ("requires_court_order", "specific-over-bare", False)


@pytest.mark.parametrize(("voice", "claimant", "counts"), [("own", "agency", True), ("list", "ICE", True), ("report", "newspaper", False)])
def test_a_denial_counts_from_the_actor_or_from_who_said_it(voice: str, claimant: str, counts: bool) -> None:
    said = claim("ice", "declines_all", "2017-03-20", voice="list", claimant="ICE")
    denial = claim("denial", "unknown", "2017-04-01", voice=voice, claimant=claimant, disputes=("ice",))
    view = ask([said, denial], "2017-05-01")
    assert (view.position, view.rule) == (("unknown", "denied") if counts else ("declines_all", "only-claim"))


def test_a_denial_is_known_only_from_its_day() -> None:
    claims = [claim("ice", "declines_all", "2017-03-20", voice="list", claimant="ICE"), claim("denial", "unknown", "2017-04-01", voice="own", disputes=("ice",))]
    assert ask(claims, "2017-03-21", known=date(2017, 3, 25)).position == "declines_all"
    assert ask(claims, "2017-03-21", known=date(2017, 4, 1)).position == "unknown"


def test_held_and_known_are_two_times() -> None:
    """A source of 2016 tells of a change of 2014: it held in 2015, and in 2015 nobody knew."""
    told = [claim("late", "declines_all", "2016-05-01", effective="2014-05-01")]
    assert ask(told, "2015-01-01").position == "declines_all"
    assert ask(told, "2015-01-01", known=date(2015, 1, 1)).rule == "no-claim"
    assert ask(told, "2014-04-30").position == "unknown"


def test_an_unsure_day_is_not_certain_until_it_has_passed() -> None:
    bounded = [claim("old", "honors_all", "2013-01-01"), claim("new", "declines_all", "2014-08-18", since_from="2014-04-11", since_until="2014-08-18")]
    between, after = ask(bounded, "2014-06-01"), ask(bounded, "2014-08-18")
    assert (between.position, between.certain, between.maybe) == ("honors_all", False, ("declines_all",))
    assert (after.position, after.certain, after.maybe) == ("declines_all", True, ())


def test_what_ended_is_over_and_nothing_is_carried_on() -> None:
    ended = [claim("a", "declines_all", "2014-01-01", effective="2014-01-01", ended="2016")]
    assert ask(ended, "2015-12-31").certain and not ask(ended, "2016-06-01").certain
    assert (ask(ended, "2017-01-01").position, ask(ended, "2017-01-01").rule) == ("unknown", "ended")


def test_practice_stands_beside_the_paper() -> None:
    claims = [claim("paper", "declines_all", "2014-01-01", voice="own"), claim("done", "honors_all", "2015-01-01", about="practice")]
    view = ask(claims, "2016-01-01")
    assert (view.position, view.practice) == ("declines_all", ("done",))
    registry = Registry([ACTOR], [], claims, [])
    assert [d.kind for d in disagreements(registry, as_of=date(2016, 1, 1), known_at=LATE)] == ["unlike-kinds"]


def test_the_order_of_claims_changes_nothing() -> None:
    claims = [claim(f"c{i}", p, d, voice=v) for i, (p, d, v) in enumerate([("honors_all", "2014-01-01", "own"), ("declines_all", "2014-06-01", "list"), ("limits_by_offense", "2014-06", "report"), ("declines_all", "2013", "list")])]
    views = {repr(ask(order, "2015-01-01")) for order in (claims, claims[::-1], claims[2:] + claims[:2])}
    assert len(views) == 1


def test_changes_and_statements_of_status() -> None:
    claims = [claim("status", "honors_all", "2014-01-01"), claim("new", "declines_all", "2014-05-02", effective="2014-05-01"), claim("again", "declines_all", "2014-06-01", effective="2014-06-01")]
    registry = Registry([ACTOR], [], claims, [])
    found = changes(registry, since=date(2014, 4, 1), until=date(2014, 7, 1), known_at=LATE)
    assert [(c.before, c.after, c.earliest, c.certain, c.claims) for c in found] == [("honors_all", "declines_all", date(2014, 5, 1), True, ("again", "new"))]
    assert changes(registry, since=date(2013, 1, 1), until=date(2014, 4, 1), known_at=LATE) == ()


def test_dates_as_printed() -> None:
    assert days("2014") == (date(2014, 1, 1).toordinal(), date(2014, 12, 31).toordinal())
    assert days("2016-02") == (date(2016, 2, 1).toordinal(), date(2016, 2, 29).toordinal())
    for wrong in ("", "14", "2014-13", "2014-02-30", "5025-01-01", "2014/04/11"):
        with pytest.raises(InputError):
            days(wrong)


def test_sides() -> None:
    assert [side(p) for p in ("honors_all", "notify_only", "undecided", "unknown")] == ["holds", "limits", "undecided", "unknown"]
    with pytest.raises(InputError, match="declines_all"):
        side("declines")


def test_a_claim_about_nobody_is_refused() -> None:
    with pytest.raises(InputError, match="which is no actor"):
        Registry([], [], [claim("a", "declines_all", "2014")], [])
