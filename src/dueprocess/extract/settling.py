"""What is claimed of each agency in the end: what the rules read, weighed with all that the text tells of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dueprocess.extract.accounts import MOST_PIECES, Account, Sensed, accounts, features, side_of
from dueprocess.extract.echoes import draft
from dueprocess.extract.merging import Key, claim_of
from dueprocess.extract.model import Claim
from dueprocess.extract.odds import odds
from dueprocess.extract.papers import Stance
from dueprocess.extract.people import speaker
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.subjects import Scene

LEAST = 0.4
"""So likely a position must be to be claimed where the rules read none."""
_OVERRULES = 0.5
"""So likely none must be to take back what the rules read."""
_CHANGES = 0.6
"""So likely another position must be to take the place of what the rules read."""
_HINDERED = 0.6
"""So likely a position must be that the rules heard only where something is urged, supposed, alleged or recalled."""
_STANDS = 0.15
"""As likely as that, at least, what the rules read must be to stand."""

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
    found = accounts(scene.text, parts, scene.survey.mentions, scene.main, scene.survey.own)
    of_text: frozenset[str] = frozenset().union(*(told.sensed.classes(p.start, p.end) for p in parts))
    result = []
    for account in found:
        key = (account.mention.base, account.mention.state or "", side_of(account.mention))
        rules = {f"claim:{c.position}" for c in told.claims.get(key, ())} or {"claim:none"}
        result.append((key, account, features(told.sensed, account, of_text, others=len(found) - 1, rules=rules | told.heard.within(account))))
    return result


def settled(told: Told, parts: Sequence[Sentence], published: str | None) -> list[Claim]:
    """The claims of a text in its order: the likeliest position of each agency, in the rules' words where they read the same."""
    claims, scene = dict(told.claims), told.scene
    for key, account, found in weighed(told, parts):
        chances = odds(found)
        mine = told.claims.get(key, ())
        if key[:2] in told.heard.sure and chances.none < _OVERRULES:
            continue
        if not mine:
            if chances.chance >= (_HINDERED if f"stb:{chances.position}" in found and f"st:{chances.position}" not in found else LEAST) and not _of_no_say(scene.text, account):
                claims[key] = [_new(told, account, chances.position, parts, published, key[2])]
        elif chances.none >= _OVERRULES:
            claims.pop(key, None)
        elif any(c.position == chances.position for c in mine):
            continue
        elif chances.chance >= _CHANGES:
            claims[key] = [_new(told, account, chances.position, parts, published, key[2])]
        elif max(chances.of[c.position] for c in mine) < _STANDS:
            claims.pop(key, None)
    return sorted((c for found in claims.values() for c in found), key=lambda c: c.start)


def _of_no_say(text: str, account: Account) -> bool:
    """Whether an account is all questions, or rows of a table, which say something by their columns or not at all."""
    pieces = [text[begin:end].rstrip() for begin, end, _, _ in account.pieces]
    return all(p.endswith("?") for p in pieces) or "\t" in pieces[0]


def _new(told: Told, account: Account, position: str, parts: Sequence[Sentence], published: str | None, side: str) -> Claim:
    """The claim of a position that no rule read, in the words of the piece that speaks for it most."""
    text = told.scene.text

    def weight(piece: tuple[int, int, int, bool]) -> float:
        alone = Account(account.mention, [piece])
        return odds(features(told.sensed, alone, frozenset(), others=0, rules=set())).of[position]

    begin, end, index, _ = max(account.pieces[:MOST_PIECES], key=weight)
    while end > begin and (text[end - 1].isspace() or text[end - 1] in ",;"):
        end -= 1
    said = speaker(parts[index], list(told.scene.people), text)
    one = draft(account.mention, Stance(position, _ACCEPTED.get(position, ()), 0, position == "notify_only", True), begin, end, parts[index], said)
    return claim_of(told.scene, one, [one], parts, published, side)
