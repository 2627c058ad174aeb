"""The encoder that is asked about accounts in doubt."""

from __future__ import annotations

import pytest

from dueprocess.extract import encoder
from dueprocess.extract.accounts import Sensed, accounts
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.model import POSITIONS
from dueprocess.extract.odds import CLASSES, Odds
from dueprocess.extract.sentences import sentences

VOCABULARY = {token: i for i, token in enumerate(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "the", "detain", "##er", "##s", "cafe", ".", "@", "#", "'"])}
TEXT = "The Linn County Sheriff's Office holds nobody for ICE. The Benton County Jail does."


def odds_of(**shares: float) -> Odds:
    of = {name: shares.get(name, 0.0) for name in CLASSES}
    best = max(POSITIONS, key=lambda name: of[name])
    return Odds(of["none"], best, of[best], of)


def test_a_word_is_split_into_the_longest_pieces_that_are_known() -> None:
    found = [next(t for t, i in VOCABULARY.items() if i == n) for n in encoder.numbers("The detainers' café. Ünknown", VOCABULARY)]
    assert found == ["[CLS]", "the", "detain", "##er", "##s", "'", "cafe", ".", "[UNK]", "[SEP]"]


def test_accents_are_dropped_and_signs_stand_alone() -> None:
    assert encoder._words("Él dijo:\u00a0«No»\t$5+tax\x00, İzmir_2\u2003ok") == ["el", "dijo", ":", "«", "no", "»", "$", "5", "+", "tax", "\x00", ",", "izmir", "_", "2", "ok"]


def test_a_long_text_is_cut_and_closed() -> None:
    found = encoder.numbers("the " * 500, VOCABULARY)
    assert len(found) == encoder.MOST_TOKENS
    assert found[-1] == VOCABULARY["[SEP]"]


def test_agencies_are_marked_as_the_accounts_own_or_another() -> None:
    text = TEXT + " Iowa"
    parts, places = sentences(text), survey(text)
    found = [encoder.marked(Sensed(text), one, places.mentions) for one in accounts(text, parts, places.mentions, None)]
    assert any(words.startswith("The @ holds nobody for ICE.") for words in found), found


def test_it_is_not_asked_where_the_model_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(text: str) -> list[float]:
        raise AssertionError(text)

    monkeypatch.setattr(encoder, "chances", never)
    text = TEXT + " Iowa"
    parts, places = sentences(text), survey(text)
    account = accounts(text, parts, places.mentions, None)[0]
    first = odds_of(none=0.95, honors_all=0.05)
    assert encoder.heard(first, Sensed(text), account, places.mentions, parts) is first


def test_its_chances_count_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "chances", lambda text: [0.0 if name != "honors_all" else 1.0 for name in CLASSES])
    text = TEXT + " Iowa"
    parts, places = sentences(text), survey(text)
    account = accounts(text, parts, places.mentions, None)[0]
    found = encoder.heard(odds_of(none=0.7, honors_all=0.3), Sensed(text), account, places.mentions, parts)
    assert (found.position, round(found.chance, 6), round(found.none, 6)) == ("honors_all", 0.65, 0.35)
    found = encoder.heard(odds_of(none=0.7, honors_all=0.3), Sensed(text), account, places.mentions, parts, 0.25)
    assert (found.position, round(found.chance, 6), round(found.none, 6)) == ("honors_all", 0.475, 0.525)


@pytest.mark.parametrize(
    ("words", "likeliest", "before_rounding"),
    [
        ("@ honors every ICE detainer and keeps the person for up to 48 hours.", "honors_all", 1.0),
        ("@ will not hold anyone for ICE unless a judge has signed a warrant.", "requires_judicial_warrant", 0.999),
        ("The county fair opens on Saturday at the grounds near # .", "none", 0.994),
        ("@ tells the agents when somebody walks out, nothing more. | Asked about # , he had no answer.", "notify_only", 0.999),
    ],
)
def test_its_chances_are_those_of_the_fit_but_for_the_rounding(words: str, likeliest: str, before_rounding: float) -> None:
    """The figures are those of the library that it was fitted with, before the weights were rounded to seven bits."""
    shares = encoder.chances(words)
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    assert CLASSES[shares.index(max(shares))] == likeliest
    assert max(shares) == pytest.approx(before_rounding, abs=0.03)
