"""Which agency holds which position by the rules, put together from the stances of sentences and from who is spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dueprocess.extract.accounts import Sensed
from dueprocess.extract.echoes import NEAR, Options, alike, draft, short
from dueprocess.extract.gazetteer import Mention, Survey, of_case
from dueprocess.extract.headings import Headings
from dueprocess.extract.merging import merged
from dueprocess.extract.model import Draft
from dueprocess.extract.papers import findings, says
from dueprocess.extract.people import people, speaker
from dueprocess.extract.quick import Quick
from dueprocess.extract.sentences import Sentence, clauses
from dueprocess.extract.settling import Heard, Told
from dueprocess.extract.stances import answered, blocked, stance
from dueprocess.extract.subjects import OFFICES, Scene, house, main_place, turned_to, who
from dueprocess.extract.tables import Tables, is_head
from dueprocess.extract.turns import Turns


def by_rules(text: str, parts: Sequence[Sentence], survey: Survey, *, published: str | None, title: str | None) -> Told:
    """What the rules alone read of a text; an agency whose state cannot be told gives no claim."""
    scene = Scene(text, survey, tuple(people(text, survey.mentions)), main_place(text, survey, title), house(text, survey), len(re.findall(r"\bbill\b", text)) > 2, _is_sole(text, survey))
    drafts: list[Draft] = []
    topical_until = -1
    # A text that keeps coming back to detainers is about them in between, too.
    named = len(findings("request", text)) + len(findings("for-ice", text)) // 2 + (2 if title and says("request", title) else 0)
    reach = 60 if named > 1 else 14
    if named * _DENSE >= len(parts) or named + len(findings("request-word", text)) // 2 >= _OFTEN or _HEADLINE.search(title or "") or _HEADLINE.search(text[:150]):
        topical_until = len(parts)
    focus, focus_at = scene.main, -100
    crowd: list[Mention] = []
    asking: Sentence | None = None
    options, tables, headings, turns = Options(), Tables(text), Headings(), Turns(text)
    sensed, heard = Sensed(text), Heard()
    for sentence in parts:
        if "\t" in sentence.text and sentence.index == topical_until:
            topical_until += 1  # a table is about its head
        inside = [m for m in survey.mentions if sentence.start <= m.start < sentence.end and (m.kind != "state" or m.office)]
        if says("request", sentence.text) or (says("for-ice", sentence.text) and says("immigration", sentence.text)):
            topical_until = sentence.index + reach
        floor = turns.turned(sentence, inside, scene.main)
        if floor is not None:
            focus, focus_at = floor, sentence.index
        away = sentence.index - focus_at
        near = away <= NEAR or (away <= 3 * NEAR and focus is not None and scene.main is not None and focus.base == scene.main.base)
        if not sentence.text.rstrip().endswith("?"):
            reply = answered(asking.text, turns.said(sentence.text)) if asking is not None and focus is not None and focus.state else None
            if reply is not None and focus is not None:
                drafts.append(draft(focus, reply, sentence.start, sentence.end, sentence, None))
            optional = options.reads(scene, sentence, inside, focus)
            item = headings.reads(sentence, inside, topical=sentence.index <= topical_until)
            if item is not None:
                drafts += [draft(m, item[0], sentence.start, sentence.end, sentence, None) for m in item[1]]
                heard.sure |= {(m.base, m.state or "") for m in item[1]}
                continue
            idle = optional is not None or not (sensed.classes(sentence.start, sentence.end) & _WORTH_READING or _FEW_WORDS.search(sentence.text)) or tables.is_legend(sentence) or is_head(sentence.text, inside)
            found = [] if idle else _of_sentence(scene, sentence, inside, focus, heard, topical=sentence.index <= topical_until, near=near)
            if crowd and _ALL.match(sentence.text):
                found = [replace(d, base=m.base, state=m.state or "", label=m.label, place=m.place, kind=m.kind, role=m.role or m.kind, office=m.office) for d in found[:1] for m in crowd]
            in_row = [] if optional else tables.reads(scene, sentence, inside)
            found = in_row or found
            drafts += optional or found
            heard.sure |= {(d.base, d.state) for d in [*(optional or ()), *in_row]}
            if turns.outsider:
                found = [d for d in found if d.explicit]  # a legislator's "we" is no jail's
            told = {d.base for d in found}
            if not optional and any(m.base not in told for m in inside or (focus,) if m is not None):
                drafts += [d for d in alike(scene, sentence, inside, drafts, focus) or ([] if found else short(scene, sentence, inside, drafts, focus if near and sentence.index <= topical_until else None)) if d.base not in told]
        asking = sentence if sentence.text.rstrip().endswith("?") and sentence.index <= topical_until else None
        crowd = [m for m in inside if m.kind == "county" and m.state and not of_case(text, m)]
        crowd = crowd if len(crowd) > 1 else []
        turned = turned_to(text, inside)
        if turned is not None:
            focus, focus_at = turned, sentence.index
    return Told(scene, merged(scene, drafts, parts, published), sensed, heard)


def _is_sole(text: str, survey: Survey) -> bool:
    """Whether all agencies and counties of a text are of one county."""
    return len({(m.base, m.state) for m in survey.mentions if m.kind != "state" and (m.kind == "county" or m.role in OFFICES) and not of_case(text, m)}) == 1


_OFTEN = 2
_DENSE = 40
_HEADLINE = Quick(r"\b(?:detainers?|(?:ICE|immigration)[ \n]holds?|holds|I-247)\b", re.IGNORECASE)
# Who was named together just before: "All have told us that ...".
_ALL = re.compile(r"\W*(?:All|Both|Each|They all|They both|All (?:of them|two|three|four|five|six|seven)|The (?:two|three|four|five|six))\b(?! (?:the|inmates|persons|detainers|people|prisoners|requests))")


# Nothing is read of sentences without a word of these, or one that says it without them ("hung up", "we're done").
_FEW_WORDS = Quick(r"\b(?:hung|mum|rewrit\w*|redraft\w*|revis\w*|reconsider\w*|saying|done|finished|through|fence|language|same|over|air|look\w*|minds?|time|no|yes|does|do|don't|doesn't|won't)\b", re.IGNORECASE)
_WORTH_READING = frozenset(
    ["keep", "stay", "honor", "refuse", "stop", "go", "neg", "need", "judge", "warrant", "order", "cause", "agency-warrant", "removal", "offense", "law", "req", "ice", "tell", "undecided", "silent", "urge", "time", "sign", "ask", "said", "only", "unless"]
)


def _of_sentence(scene: Scene, sentence: Sentence, inside: list[Mention], focus: Mention | None, heard: Heard, *, topical: bool, near: bool) -> list[Draft]:
    """The drafts of one sentence by rules; ``heard`` is told each stance, whether it counts or not."""
    if scene.house is not None and len(sentence.text) < _LONGEST_HEADING and _HEADING.match(sentence.text):
        return []
    found: list[Draft] = []
    for begin, end in clauses(sentence):
        if _OPENS_LIST.search(scene.text[begin:end]):
            end = _with_items(scene.text, end)
        begin += len(scene.text[begin:end]) - len(scene.text[begin:end].lstrip())
        words = scene.text[begin:end]
        taken = stance(words, topical=topical)
        if taken is None:
            continue
        mild = taken.position in ("undecided", "unknown")
        hindered = blocked(words, taken.at, mild=mild)
        heard.add(begin, taken.position, hindered=hindered)
        if hindered and not (says("statewide", words) and not says("hypothetical", words) and not says("urging", words)):
            continue
        if not mild and re.search(r"\bwould\b|\b(?:we|he|she|they|it|I)'d\b", words[: taken.at + 12]) and (not says("reported", sentence.text) or _CANDIDATES.search(scene.text, max(0, begin - 400), end)):
            continue
        state = _statewide(scene, sentence, words, begin)
        if state is None and hindered:
            continue
        if state is not None:
            found.append(draft(state, taken, begin, end, sentence, None))
            continue
        whose = who(scene, sentence, inside, focus, begin, begin + taken.at, end, taken, near=near)
        said = speaker(sentence, list(scene.people), scene.text)
        found += [draft(mention, taken, begin, end, sentence, said) for mention in whose if mention.state is not None]
    return found


# Of what a candidate would do, nothing is told of the agency.
_CANDIDATES = re.compile(r"\b(?:candidates?|candidacy|running for|challengers?|if elected|forum)\b")
# "HOLDS AND DETAINERS": the heading of a chapter says nothing.
_HEADING = re.compile(r"[^a-z\n]{4,80}(?:\n|\Z)")
_LONGEST_HEADING = 100
_OPENS_LIST = re.compile(r"(?::|\b(?:unless|if|when|except|either))\s*$")
_ITEM = re.compile(r"[ \t]*(?P<mark>[-*•–]|\(?(?:\d{1,2}|[ivx]{1,4}|[a-z])[.)])\s+\S")
_MOST_ITEMS = 5
_LONGEST_LIST = 900


def _with_items(text: str, end: int) -> int:
    """Where the list ends that a colon opens: its items belong to the sentence ("unless one of the following ...:")."""
    at = end
    style, items, closed = "", 0, True
    while at - end < _LONGEST_LIST:
        begin = at + 1 if text[at : at + 1] == "\n" else at
        line_end = text.find("\n", begin)
        line_end = len(text) if line_end < 0 else line_end
        line = text[begin:line_end]
        item = _ITEM.match(line)
        if item is not None:
            kind = re.sub(r"\d+", "1", re.sub(r"[a-z]+", "a", item["mark"]))
            if items >= _MOST_ITEMS or (style and kind != style):
                break
            style, items = style or kind, items + 1
        elif (line.strip() and (closed or not items)) or (not line.strip() and items):
            break
        if line_end >= len(text):
            return len(text)
        closed = line.rstrip().endswith((".", ";", "; or", "; and", ":"))
        at = line_end
    return at if items else end


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
