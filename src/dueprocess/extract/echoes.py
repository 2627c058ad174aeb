"""Positions that a sentence takes over from others: "follows suit", "adopted this", "Option B".

What such a sentence says is told elsewhere: of another agency just before, or of a numbered option.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dueprocess.extract.gazetteer import Mention, of_case
from dueprocess.extract.merging import RANK
from dueprocess.extract.model import Draft
from dueprocess.extract.papers import Stance, says
from dueprocess.extract.people import speaker
from dueprocess.extract.quick import Quick
from dueprocess.extract.sentences import Sentence, clauses
from dueprocess.extract.stances import blocked, elliptic, stance
from dueprocess.extract.subjects import OFFICES, Scene, cluster

NEAR = 2
"""So many sentences on, what has no subject of its own is still about the agency just named."""


def draft(mention: Mention, taken: Stance, begin: int, end: int, sentence: Sentence, said: str | None) -> Draft:
    """A draft of the mentioned agency's stance, told by the words from ``begin`` to ``end``."""
    assert mention.state is not None
    return Draft(
        base=mention.base, state=mention.state, label=mention.label, place=mention.place, kind=mention.kind, role=mention.role or mention.kind,
        office=mention.office, position=taken.position, accepts=taken.accepts, start=begin, end=end, sentence=sentence.index,
        firm=taken.firm, notice=taken.notice, speaker=said, explicit=sentence.start <= mention.start < sentence.end,
    )  # fmt: skip


def usable(scene: Scene, inside: Sequence[Mention]) -> list[Mention]:
    """The mentions that can be whose position it is."""
    return [m for m in inside if m.state and (m.kind == "county" or m.role in OFFICES) and not of_case(scene.text, m)]


# "took the same step", "follow suit", "Same as Cobb": the position that was told of another agency just before.
_ALIKE = Quick(
    r"\b(?:the same (?:step|position|approach|line|stance|policy|rule|practice|thing|way|answer|course|decision|choice|call|change|move|demand|condition|requirement)|(?:does|do|did|done) (?:the same|likewise|so too|so|as much)|follow(?:s|ed|ing)? (?:suit|its lead|their lead)|likewise|(?:the )?same (?:as|here|goes for|is true|holds|in|story|at)|so (?:do|does|did|has|have)|as (?:do|does|did)|a similar (?:policy|rule|step|order|stance|line|practice)"
    r"|(?:just|exactly|much) (?:the same|as)|same (?:test|rule|policy|terms|practice|answer) as|similar (?:policies|rules|steps)|joined (?:it|them|in)|much the same|no different|is the same|are the same|(?:want(?:s|ed)?|ask(?:s|ed)?(?: for)?|require[sd]?|demand(?:s|ed)?|says?|said|answered|told \w+|reported|does) (?:much )?the same|ditto|in the same boat|too)\b",
    re.IGNORECASE,
)
_UNLIKE = Quick(r"\b(?:not|n't|no longer|never|if|whether|should|would|could|might|may|asked|urged)\b", re.IGNORECASE)
_MODELS_BACK = 6


def alike(scene: Scene, sentence: Sentence, inside: Sequence[Mention], drafts: Sequence[Draft], focus: Mention | None) -> list[Draft]:
    """Drafts of a sentence that says of an agency no more than that it does as another does."""
    match = _ALIKE.search(sentence.text)
    if match is None or not drafts or (match.group().lower() == "too" and len(sentence.text) > 60) or _UNLIKE.search(sentence.text[: match.end()].replace("no different", "")):
        return []
    if says("past", sentence.text[max(0, match.start() - 40) : match.end()]):
        return []
    here = usable(scene, inside)
    at = sentence.start + match.start()
    mine = [m for m in here if m.start < at] or ([] if _BARE_SAME.match(sentence.text) else here)
    theirs = [m for m in here if m.start >= match.end() + sentence.start] if _AS_THEY.search(match.group()) else []
    if not mine and _BARE_SAME.match(sentence.text) and focus is not None and focus.state and focus not in theirs:
        mine = [focus]  # "HALL. Same as Cobb."
    if not mine:
        return []
    group = cluster(scene.text, mine, mine[-1]) if mine[-1] in inside else mine
    bases = {m.base for m in group}
    models = [d for d in drafts if d.base not in bases and (d.base in {m.base for m in theirs} or (not theirs and sentence.index - d.sentence <= _MODELS_BACK))]
    if not models:
        return []
    model = max((d for d in models if d.base == models[-1].base), key=lambda d: (RANK[d.position], d.sentence))
    said = speaker(sentence, list(scene.people), scene.text)
    return [
        replace(model, base=m.base, state=m.state or "", label=m.label, place=m.place, kind=m.kind, role=m.role or m.kind, office=m.office,
                start=sentence.start, end=sentence.end, sentence=sentence.index, speaker=said, explicit=True)
        for m in group
    ]  # fmt: skip


_AS_THEY = Quick(r"\b(?:same (?:as|goes for|holds|in|at)|as (?:do|does|did)|so (?:do|does|did|has|have))$", re.IGNORECASE)
_BARE_SAME = re.compile(r"\W*(?:The )?[Ss]ame\b|\W*Ditto\b")


def short(scene: Scene, sentence: Sentence, inside: Sequence[Mention], drafts: Sequence[Draft], focus: Mention | None = None) -> list[Draft]:
    """The draft of an agency of which a sentence says only that it does, or does not, right after others were told of;
    ``focus`` is whose "we" it is, in a text on detainers."""
    ours = _WE.match(sentence.text)
    if ours and focus is not None and focus.state:
        taken = elliptic(sentence.text)
        if taken is not None and taken.at <= ours.end() + 4 and not blocked(sentence.text, taken.at):
            return [draft(focus, taken, sentence.start, sentence.end, sentence, None)]
    if not drafts or sentence.index - drafts[-1].sentence > NEAR or not any(d.position in _BARE for d in drafts[-3:]):
        return []
    found: list[Draft] = []
    for begin, end in clauses(sentence):
        words = scene.text[begin:end]
        taken = elliptic(words)
        if taken is not None and taken.position == "declines_all" and drafts[-1].position in ("declines_all", "notify_only") and re.search(r"\b(?:hasn't|has not|haven't|have not)\b", words):
            taken = replace(taken, position="honors_all", accepts=("detainer",))  # others have stopped; this one has not
        here = [m for m in usable(scene, inside) if begin <= m.start < begin + (taken.at if taken else 0)]
        if taken is not None and here and not blocked(words, taken.at):
            found += [draft(m, taken, begin, end, sentence, speaker(sentence, list(scene.people), scene.text)) for m in cluster(scene.text, here, here[-1])]
    return found


_WE = re.compile(r"[\W\d]*(?:A[.:]\s*)?(?:Now,? |Today,? |These days,? |Not any ?more\.? )?(?:So,? )?(?:[Ss]ince [^,]{3,20}, )?(?:[Ww]e|[Tt]hey|[Ii]t|[Hh]e|[Ss]he)(?= (?:do|does|don't|doesn't|won't|will)\b)")
_BARE = ("honors_all", "declines_all", "notify_only")


_OPTION = re.compile(r"\W*(?P<name>(?:Model|Option|Approach|Alternative|Choice|Type|Path|Course|Version)[ \n](?:\d|[A-Z]|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our))\b\s*[:.)–—-]")
_CHOSEN = Quick(r"\b(?:go(?:es|ing)? with|went with|adopt\w*|ch(?:o|oo)se\w*|choice|follow\w*|decided (?:on|for)|pick(?:s|ed)?|settled (?:on|for)|took|take|takes|use[sd]?|uses|practice|does so|this|it)\b", re.IGNORECASE)


class Options:
    """The options that a memo or a report lists ("Model 3: insist upon a warrant by a judge"), and who has taken which."""

    def __init__(self) -> None:
        self._known: dict[str, Stance] = {}
        self._open: tuple[Stance | None, int] | None = None

    def reads(self, scene: Scene, sentence: Sentence, inside: Sequence[Mention], focus: Mention | None) -> list[Draft] | None:
        """Drafts of a sentence that names an option, or goes on about the one just named; None where it does neither."""
        head = _OPTION.match(sentence.text)
        if head is not None:
            taken = stance(sentence.text[head.end() :], topical=True)
            self._open = (taken, sentence.paragraph)
            if taken is not None:
                self._known[head["name"].lower()] = taken
            return []
        named = next((s for n, s in self._known.items() if re.search(rf"\b{re.escape(n)}\b", sentence.text, re.IGNORECASE)), None)
        here = usable(scene, inside)
        if named is not None and _CHOSEN.search(sentence.text):
            whose = here or [m for m in (scene.house or focus,) if m is not None and m.state]
            return [draft(m, named, sentence.start, sentence.end, sentence, None) for m in whose]
        if self._open is not None and sentence.paragraph == self._open[1] and here and _CHOSEN.search(sentence.text) and not _UNLIKE.search(sentence.text):
            taken = self._open[0]
            return [draft(m, taken, sentence.start, sentence.end, sentence, None) for m in here] if taken is not None else []
        return None
