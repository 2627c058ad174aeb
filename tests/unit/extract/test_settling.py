"""What is claimed in the end, and when the encoder need not be asked about it."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from dueprocess.extract import encoder, settling
from dueprocess.extract.claims import by_rules
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.model import POSITIONS, Claim
from dueprocess.extract.odds import CLASSES, Odds
from dueprocess.extract.sentences import sentences

TEXTS = (
    "The Linn County Sheriff's Office in Iowa honors ICE detainers.",
    "The Linn County Sheriff's Office in Iowa requires a warrant signed by a judge before it holds anyone on an ICE detainer.",
    "The Linn County Sheriff's Office in Iowa was asked about immigration detainers and their cost on Monday.",
    "ICE detainers in Iowa:\n\nLinn County: honors all\nStory County: declines all\n",
)


def drawn(dice: random.Random, liked: Sequence[str]) -> dict[str, float]:
    """Chances of which a few are large, most often one of those liked."""
    favorite = dice.choice([*liked, dice.choice(CLASSES)])
    shares = [dice.random() ** dice.choice([1, 3, 9, 30]) + 9 * dice.random() * (name == favorite) for name in CLASSES]
    return {name: share / sum(shares) for name, share in zip(CLASSES, shares, strict=True)}


def sole(name: str) -> dict[str, float]:
    return {one: float(one == name) for one in CLASSES}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("theme", [0.01, 0.9])
def test_where_the_encoder_is_not_asked_no_answer_would_change_a_claim(text: str, theme: float, monkeypatch: pytest.MonkeyPatch) -> None:
    parts, asked = sentences(text), list[bool]()
    told = by_rules(text, parts, survey(text), published=None, title=None)
    read = sorted({claim.position for found in told.claims.values() for claim in found})
    first: dict[str, float] = {}
    second: dict[str, float] = {}

    def heard(before: Odds, sensed: object, account: object, mentions: object, parts: object, weight: float) -> Odds:
        asked.append(True)
        return Odds.out_of({name: (1 - weight) * before.of[name] + weight * second[name] for name in CLASSES})

    def claims() -> Sequence[Claim]:
        return settling.settled(told, parts, None)

    plain = settling.may_turn
    monkeypatch.setattr(settling, "likely", lambda *_: theme)
    monkeypatch.setattr(settling, "odds", lambda _: Odds.out_of(first))
    monkeypatch.setattr(encoder, "heard", heard)
    dice, spared = random.Random(text), 0
    for _ in range(60):
        first = drawn(dice, read)
        asked.clear()
        monkeypatch.setattr(settling, "may_turn", plain)
        second = first
        found = claims()
        if asked:
            continue
        spared += 1
        monkeypatch.setattr(settling, "may_turn", lambda *_, **__: True)
        for second in (first, drawn(dice, read), drawn(dice, read), *(sole(name) for name in CLASSES)):
            assert claims() == found, (first, second)
    assert spared or (theme > 0.5 and not read)


def test_it_is_asked_where_its_answer_could_turn_what_the_rules_read() -> None:
    split = Odds.out_of({name: 0.0 for name in CLASSES} | {"honors_all": 0.5, "declines_all": 0.4, "none": 0.1})
    assert settling.may_turn(split, 0.25, {"honors_all"}, doubtful=False, sure=False)
    assert settling.may_turn(split, 0.25, set(), doubtful=False, sure=False)
    assert not settling.may_turn(split, 0.25, {"honors_all", "declines_all"}, doubtful=False, sure=False)
    assert not settling.may_turn(split, 0.25, set(), doubtful=False, sure=True)
    assert not settling.may_turn(split, 0.25, {"honors_all"}, doubtful=True, sure=False)
    assert settling.may_turn(split, 0.25, set(POSITIONS) - {"honors_all"}, doubtful=False, sure=False)
