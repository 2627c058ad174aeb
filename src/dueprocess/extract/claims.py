"""Which agency holds which position, put together from the stances of sentences and from who is spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dueprocess.extract.gazetteer import Mention, Survey, of_case
from dueprocess.extract.merging import RANK, merged
from dueprocess.extract.model import Claim, Draft
from dueprocess.extract.people import people, speaker
from dueprocess.extract.sentences import Sentence, clauses
from dueprocess.extract.stances import Stance, answered, blocked, elliptic, findings, says, stance
from dueprocess.extract.subjects import OFFICES, Scene, cluster, main_place, turned_to, who


def claims(text: str, parts: Sequence[Sentence], survey: Survey, *, published: str | None, title: str | None) -> list[Claim]:
    """The claims of a text; an agency whose state cannot be told gives none."""
    scene = Scene(text, survey, tuple(people(text, survey.mentions)), main_place(text, survey, title), len(re.findall(r"\bbill\b", text)) > 2)
    drafts: list[Draft] = []
    topical_until = -1
    # A text that keeps coming back to detainers is about them in between, too.
    named = len(findings("request", text)) + len(findings("for-ice", text)) // 2 + (2 if title and says("request", title) else 0)
    reach = 60 if named >= _OFTEN else 25 if named > 1 else 8
    if named + len(findings("request-word", text)) // 2 >= _OFTEN or _HEADLINE.search(title or "") or _HEADLINE.search(text[:150]):
        topical_until = len(parts)
    focus, focus_at = scene.main, -100
    crowd: list[Mention] = []
    asking: Sentence | None = None
    for sentence in parts:
        if "\t" in sentence.text and sentence.index == topical_until:
            topical_until += 1  # a table is about its head
        inside = [m for m in survey.mentions if sentence.start <= m.start < sentence.end and (m.kind != "state" or m.office)]
        if (says("immigration", sentence.text) and (says("request", sentence.text) or says("for-ice", sentence.text))) or says("request", sentence.text):
            topical_until = sentence.index + reach
        away = sentence.index - focus_at
        near = away <= _NEAR or (away <= 3 * _NEAR and focus is not None and scene.main is not None and focus.base == scene.main.base)
        if not sentence.text.rstrip().endswith("?"):
            reply = answered(asking.text, sentence.text) if asking is not None and focus is not None and focus.state else None
            if reply is not None and focus is not None:
                drafts.append(_draft(focus, reply, sentence.start, sentence.end, sentence, None))
            found = _of_sentence(scene, sentence, inside, focus, topical=sentence.index <= topical_until, near=near)
            if crowd and _ALL.match(sentence.text):
                found = [replace(d, base=m.base, state=m.state or "", label=m.label, place=m.place, kind=m.kind, role=m.role or m.kind, office=m.office) for d in found[:1] for m in crowd]
            drafts += found or _alike(scene, sentence, inside, drafts) or _short(scene, sentence, inside, drafts)
        asking = sentence if sentence.text.rstrip().endswith("?") and sentence.index <= topical_until else None
        crowd = [m for m in inside if m.kind == "county" and m.state and not of_case(text, m)]
        crowd = crowd if len(crowd) > 1 else []
        turned = turned_to(text, inside)
        if turned is not None:
            focus, focus_at = turned, sentence.index
    return merged(scene, drafts, parts, published)


_OFTEN = 4
_HEADLINE = re.compile(r"\b(?:detainers?|(?:ICE|immigration)[ \n]holds?|holds|I-247)\b", re.IGNORECASE)
# So many sentences on, what has no subject of its own is still about the agency just named.
_NEAR = 2
# Who was named together just before: "All have told us that ...".
_ALL = re.compile(r"\W*(?:All|Both|Each|They all|They both|All (?:of them|two|three|four|five|six|seven)|The (?:two|three|four|five|six))\b(?! (?:the|inmates|persons|detainers|people|prisoners|requests))")


# "took the same step", "follow suit", "Same as Cobb": the position that was told of another agency just before.
_ALIKE = re.compile(
    r"\b(?:the same (?:step|position|approach|line|stance|policy|rule|practice|thing|way|answer|course)|(?:does|do|did|done) (?:the same|likewise|so too)|follow(?:s|ed|ing)? suit|likewise|same (?:as|goes for|is true|holds|in)|so (?:do|does|did|has|have)|as (?:do|does|did)|a similar (?:policy|rule|step|order|stance)|joined (?:it|them)|much the same|too)\b",
    re.IGNORECASE,
)
_UNLIKE = re.compile(r"\b(?:not|n't|no longer|never|if|whether|should|would|could|might|may|asked|urged)\b", re.IGNORECASE)


def _alike(scene: Scene, sentence: Sentence, inside: Sequence[Mention], drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts of a sentence that says of an agency no more than that it does as another does."""
    match = _ALIKE.search(sentence.text)
    if match is None or not drafts or (match.group().lower() == "too" and len(sentence.text) > 60) or _UNLIKE.search(sentence.text) or says("past", sentence.text):
        return []
    usable = [m for m in inside if m.state and (m.kind == "county" or m.role in OFFICES) and not of_case(scene.text, m)]
    at = sentence.start + match.start()
    mine = [m for m in usable if m.start < at] or usable
    theirs = [m for m in usable if m.start >= match.end() + sentence.start]
    if not mine:
        return []
    group = cluster(scene.text, mine, mine[-1])
    bases = {m.base for m in group}
    models = [d for d in drafts if d.base not in bases and (d.base in {m.base for m in theirs} or (not theirs and sentence.index - d.sentence <= 6))]
    if not models:
        return []
    model = max((d for d in models if d.base == models[-1].base), key=lambda d: (RANK[d.position], d.sentence))
    return [
        replace(model, base=m.base, state=m.state or "", label=m.label, place=m.place, kind=m.kind, role=m.role or m.kind, office=m.office,
                start=sentence.start, end=sentence.end, sentence=sentence.index, speaker=speaker(sentence, list(scene.people), scene.text), explicit=True)
        for m in group
    ]  # fmt: skip


def _short(scene: Scene, sentence: Sentence, inside: Sequence[Mention], drafts: Sequence[Draft]) -> list[Draft]:
    """The draft of an agency of which a sentence says only that it does, or does not, right after others were told of."""
    if not drafts or sentence.index - drafts[-1].sentence > _NEAR or not any(d.position in _BARE for d in drafts[-3:]):
        return []
    found: list[Draft] = []
    for begin, end in clauses(sentence):
        words = scene.text[begin:end]
        taken = elliptic(words)
        here = [m for m in inside if begin <= m.start < begin + (taken.at if taken else 0) and m.state and (m.kind == "county" or m.role in OFFICES) and not of_case(scene.text, m)]
        if taken is not None and here and not blocked(words, taken.at):
            found += [_draft(m, taken, begin, end, sentence, speaker(sentence, list(scene.people), scene.text)) for m in cluster(scene.text, here, here[-1])]
    return found


_BARE = ("honors_all", "declines_all", "notify_only")


def _of_sentence(scene: Scene, sentence: Sentence, inside: list[Mention], focus: Mention | None, *, topical: bool, near: bool) -> list[Draft]:
    found: list[Draft] = []
    for begin, end in clauses(sentence):
        if scene.text[begin:end].rstrip().endswith(":"):
            end = _with_items(scene.text, end)
        words = scene.text[begin:end]
        taken = stance(words, topical=topical)
        if taken is None or (blocked(words, taken.at) and not (says("statewide", words) and not says("hypothetical", words) and not says("urging", words))):
            continue
        if taken.position not in ("undecided", "unknown") and re.search(r"\bwould\b|\b(?:we|he|she|they|it|I)'d\b", words[: taken.at + 12]) and not says("reported", sentence.text):
            continue
        state = _statewide(scene, sentence, words, begin)
        if state is not None:
            found.append(_draft(state, taken, begin, end, sentence, None))
            continue
        whose = who(scene, sentence, inside, focus, begin, begin + taken.at, end, taken, near=near)
        said = speaker(sentence, list(scene.people), scene.text)
        for mention in whose:
            if mention.state is None:
                continue
            found.append(_draft(mention, taken, begin, end, sentence, said))
    return found


_ITEM = re.compile(r"\s*\n[ \t]*(?:[-*•–]|\(?[a-z0-9]{1,3}[.)])\s[^\n]*(?:\n[ \t]+(?![-*•–]|\(?[a-z0-9]{1,3}[.)]\s)[^\n]*)*")
_MOST_ITEMS = 5


def _with_items(text: str, end: int) -> int:
    """Where the list ends that a colon opens: its items belong to the sentence ("unless one of the following ...:")."""
    for _ in range(_MOST_ITEMS):
        item = _ITEM.match(text, end)
        if item is None or item.end() - end > 400:
            break
        end = item.end()
    return end


def _statewide(scene: Scene, sentence: Sentence, words: str, begin: int) -> Mention | None:
    """All agencies of the state, where a law in force is told: the state of the sentence, else the text's own."""
    match = says("statewide", words)
    if match is None or not says("state-rule", sentence.text):
        return None
    if any(m.kind == "county" and sentence.start <= m.start < begin + match.end() for m in scene.survey.mentions):
        return None
    named = [m.state for m in scene.survey.mentions if m.kind == "state" and sentence.start <= m.start < sentence.end]
    code = named[0] if len(set(named)) == 1 else scene.survey.state if not named else None
    if code is None:
        return None
    at = begin + match.start()
    return Mention(at, at + 1, "state", code.lower(), code, code, f"us/{code.lower()}", "state", "law enforcement agencies (all)", True)


def _draft(mention: Mention, taken: Stance, begin: int, end: int, sentence: Sentence, said: str | None) -> Draft:
    assert mention.state is not None
    return Draft(
        base=mention.base, state=mention.state, label=mention.label, place=mention.place, kind=mention.kind, role=mention.role or mention.kind,
        office=mention.office, position=taken.position, accepts=taken.accepts, start=begin, end=end, sentence=sentence.index,
        firm=taken.firm, notice=taken.notice, speaker=said, explicit=sentence.start <= mention.start < sentence.end,
    )  # fmt: skip
