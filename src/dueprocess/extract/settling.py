"""What is claimed of each agency in the end: what the rules read, weighed with all that the text tells of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from dueprocess.extract import encoder
from dueprocess.extract.accounts import Account, Sensed, accounts, features, side_of
from dueprocess.extract.echoes import draft
from dueprocess.extract.merging import Key, claim_of
from dueprocess.extract.model import POSITIONS, Claim
from dueprocess.extract.odds import Odds, odds
from dueprocess.extract.papers import Stance
from dueprocess.extract.people import speaker
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.subjects import Scene
from dueprocess.extract.theme import likely

LEAST_OF_TEXT = 0.1
"""A text that is less likely to tell any agency's position is taken to be about something else."""
_LEAST_DOUBTFUL = 0.8
"""So likely a position must be to be claimed there."""
LEAST = 0.42
"""So likely a position must be to be claimed where the rules read none, or another."""
_LEAST_SILENT = 0.5
"""The same of ``unknown`` where the rules read nothing: who says little is soon taken for one who would not say."""
_LEAST_READ = 0.35
"""So likely it must be where the rules read it, too."""
_OVERRULES = 0.55
"""So likely none must be for what a table, a list under a heading or a numbered option tells to be weighed like the rest."""
_AGREES = 0.5
"""Less likely than that none must be for the model of words to agree with the rules; then the encoder counts ``_BESIDE_BOTH`` only."""
_BESIDE_BOTH = 0.25
_CHANGES_PAPER = 0.8
_OF_JUDGE = ("requires_judicial_warrant", "requires_court_order")
"""Between these the rules, which read the name of the paper, are changed only where the other is 0.8 likely."""
_MOST_SINGLE = 20

_ACCEPTED = {
    "honors_all": ("detainer",), "requires_judicial_warrant": ("judicial_warrant",), "requires_court_order": ("court_order",), "requires_any_warrant": ("admin_warrant",),
    "requires_probable_cause": ("probable_cause",), "limits_by_offense": ("listed_offense",),
}  # fmt: skip


class Heard:
    """The stances of single clauses that the rules recognized, whether they counted or not, by where they stand."""

    def __init__(self) -> None:
        self._found: list[tuple[int, str]] = []
        self.sure: set[tuple[str, str]] = set()
        """Base and state of the agencies whose position a table, a list under a heading or a numbered option tells."""

    def add(self, at: int, position: str, *, hindered: bool) -> None:
        """A stance at an offset; ``hindered`` where the clause urges, supposes, alleges or recalls."""
        self._found.append((at, f"{'stb' if hindered else 'st'}:{position}"))

    def within(self, account: Account) -> set[str]:
        """The stances that stand in an account's pieces, as features."""
        return {name for at, name in self._found if any(begin <= at < end for begin, end, _, _ in account.pieces)}


@dataclass(frozen=True, slots=True)
class Told:
    """What the rules read of a text: its claims by agency, and what they heard on the way."""

    scene: Scene
    claims: Mapping[Key, list[Claim]]
    sensed: Sensed
    heard: Heard


def weighed(told: Told, parts: Sequence[Sentence]) -> list[tuple[Key, Account, set[str]]]:
    """The accounts of a text, each with what the model weighs of it."""
    scene = told.scene
    found = accounts(scene.text, parts, scene.survey.mentions, scene.main, scene.survey.own, scene.people)
    of_text: frozenset[str] = frozenset().union(*(told.sensed.classes(p.start, p.end) for p in parts))
    result = []
    for account in found:
        key = (account.mention.base, account.mention.state or "", side_of(account.mention))
        rules = {f"claim:{c.position}" for c in told.claims.get(key, ())} or {"claim:none"}
        result.append((key, account, features(told.sensed, account, of_text, others=len(found) - 1, rules=rules | told.heard.within(account))))
    return result


def settled(told: Told, parts: Sequence[Sentence], published: str | None) -> list[Claim]:
    """The claims of a text in its order: the likeliest position of each agency, in the rules' words where they read the same."""
    doubtful = likely(told.sensed, parts) < LEAST_OF_TEXT
    claims, scene = dict(told.claims), told.scene
    for key, account, found in weighed(told, parts):
        mine = {c.position for c in told.claims.get(key, ())}
        first = odds(found)
        agreed = first.position in mine and first.none < _AGREES
        counted = _BESIDE_BOTH if agreed else encoder.WEIGHT
        turns = may_turn(first, counted, mine, doubtful=doubtful, sure=key[:2] in told.heard.sure)
        chances = encoder.heard(first, told.sensed, account, scene.survey.mentions, parts, counted) if turns else first
        position = chances.position
        if doubtful and chances.chance < _LEAST_DOUBTFUL:
            claims.pop(key, None)
            continue
        if key[:2] in told.heard.sure and chances.none < _OVERRULES:
            continue
        if position in _OF_JUDGE and chances.chance < _CHANGES_PAPER:
            position = next((one for one in _OF_JUDGE if one in mine), position)
        if chances.chance < (_LEAST_READ if position in mine else _LEAST_SILENT if position == "unknown" and not mine else LEAST):
            claims.pop(key, None)
        elif position not in mine and (mine or not _of_no_say(scene.text, account, position)):
            claims[key] = [_new(told, key, account, position, parts, published)]
    return sorted((c for found in claims.values() for c in found), key=lambda c: c.start)


def may_turn(first: Odds, counted: float, mine: Set[str], *, doubtful: bool, sure: bool) -> bool:
    """Whether the encoder, whose chances count ``counted`` beside ``first``, could change what ``settled`` makes of an account: it is dear, and need not
    be asked where no answer could. ``mine`` are the positions that the rules read."""
    kept = {name: (1 - counted) * share for name, share in first.of.items()}  # what is left of each chance at worst; at best ``counted`` is added
    if doubtful:
        return max(kept[name] for name in POSITIONS) + counted >= _LEAST_DOUBTFUL
    if sure and kept["none"] + counted < _OVERRULES:
        return False
    best = max((kept[name] for name in mine), default=0.0)
    return best < _LEAST_READ or best <= max((kept[name] for name in POSITIONS if name not in mine), default=0.0) + counted


_NO_ANSWER = re.compile(r"\b(?:did not|didn't|has not|hasn't|never) (?:answer|respond|reply|return|call back)", re.IGNORECASE)
# Words of a cell that say something.
_SAYS = re.compile(r"[A-Za-z]{2,}\W+[A-Za-z]{2,}")


def _of_no_say(text: str, account: Account, position: str) -> bool:
    """Whether an account is all questions, or a table's row of single words, which say something by their columns or not at all, or is taken
    to be silent because it did not answer: that tells nothing."""
    pieces = [text[begin:end].rstrip() for begin, end, _, _ in account.pieces]
    return all(p.endswith("?") for p in pieces) or all("\t" in p and not any(_SAYS.search(cell) for cell in p.split("\t")[1:]) for p in pieces) or (position == "unknown" and all(_NO_ANSWER.search(p) for p in pieces))


def of_pieces(told: Told, key: Key, account: Account) -> list[set[str]]:
    """What the model weighs of the pieces of an account that most likely tell, each as an account of its own."""
    found = []
    for piece in told.sensed.by_telling(account)[:_MOST_SINGLE]:
        alone = Account(account.mention, [piece])
        rules = {f"claim:{c.position}" for c in told.claims.get(key, ()) if piece[0] <= c.start < piece[1]} or {"claim:none"}
        found.append(features(told.sensed, alone, frozenset(), others=0, rules=rules | told.heard.within(alone)))
    return found


def _new(told: Told, key: Key, account: Account, position: str, parts: Sequence[Sentence], published: str | None) -> Claim:
    """The claim of a position that no rule read, in the words of the piece that speaks for it most."""
    text = told.scene.text
    pieces = told.sensed.by_telling(account)[:_MOST_SINGLE]
    begin, end, index, _ = max(zip(pieces, of_pieces(told, key, account), strict=True), key=lambda one: odds(one[1]).of[position])[0] if len(pieces) > 1 else pieces[0]
    if not parts[index].start <= begin < parts[index].end:
        begin, end = parts[index].start, parts[index].end  # what a heading, a code or another agency's sentence tells of it
    while end > begin and (text[end - 1].isspace() or text[end - 1] in ",;"):
        end -= 1
    said = speaker(parts[index], list(told.scene.people), text)
    one = draft(account.mention, Stance(position, _ACCEPTED.get(position, ()), 0, position == "notify_only", True), begin, end, parts[index], said)
    return claim_of(told.scene, one, [one], parts, published, key[2])
