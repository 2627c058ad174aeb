"""Numbers of a text that could be figures on detainers, each with its unit and with what a reader would weigh about it.

Every number in words or digits is a candidate but for those that are plainly something else (dates, sections, votes,
times of day). Which candidates are figures is decided in ``counts``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from dueprocess.extract.around import BODIES_LATER, near, of_line
from dueprocess.extract.dates import days
from dueprocess.extract.gazetteer import Survey
from dueprocess.extract.money import HEDGE, IN_WORDS, PAID, of_sum, rate, shares, sums
from dueprocess.extract.nearby import REACH, beside, of_sentence, of_text
from dueprocess.extract.numbers import NUMBER, is_year, value_of
from dueprocess.extract.quick import Quick
from dueprocess.extract.senses import tokens
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.units import ACTING, BODIES, again, bare_unit, family, unit_at, unit_words
from dueprocess.extract.wording import pattern as wording

_NUMBER = Quick(rf"(?P<q>{HEDGE}?)(?<![\w$.,/§#:'-])(?<![A-Z]-)(?P<n>{NUMBER})(?![\w:/]|[.,-]\d|-[a-z]*-?(?:old|year|hour|day|page|month|week|minute|bed|member|foot|mile|man|person|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|thirds?|quarters?|halves|teen)\b|(?<=[Tt]wenty)[- ](?:ten|eleven|twelve|\w+teen)\b)", re.IGNORECASE)
# "142 of 206 detainers", "seven of the state's 87 sheriffs": the first number has the unit of the second.
_OF = Quick(rf"[ \n](?:out[ \n])?of[ \n](?:the[ \n](?:\w+'s[ \n])?|its[ \n]|[A-Z]\w+'s[ \n]|those[ \n]|some[ \n])?(?:{NUMBER})", re.IGNORECASE)
# A sentence with more is a pasted table that lost its columns; what its numbers count cannot be told.
_MOST_NUMBERS = 40
_DIGITS = re.compile(r"\d+")
_NEVER = Quick(
    r"(?:\b(?:section|sec\.|article|chapter|page|form|order|policy|exhibit|resolution|bill|act|no\.|nos\.|ch\.|column|number|room|suite|highway|route|district|precinct|item|title|rule|directive|ordinance|enclosure|table|model|working paper|volume|part|question|post|extension|ages?|aged|channel|lodge|hour|minute|revision|version|LB|LD|step|phase|slide|week|marked?[ ]as|bates|plaintiff's|defendant's|ayes:|nays:|noes:|ILCS|RCW|ORS|NRS|stat\.|code|(?:(?<=\d[ ])[FA]|Supp|P|N\.[EW])\.(?:[ ]?\d[a-z]*|[ ]?Supp\.?(?:[ ]?\d[a-z]*)?)?|jan(?:uary|\.)?|feb(?:ruary|\.)?|march|april|may|june|july|aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?"
    r"|costs?[ ](?:at|of)|offen[sc]es?[ ]on[ ]a[ ]list[ ]of|(?:morning|night|evening|afternoon|noon|daily|doors|opens?|closes?|starts?|begins?)[ ]at)|[§#]|\bAB|\bSB|\bHB|\b[Tt]he[ \n](?=20[05]\b|247|287))[ \n]*$",
    re.IGNORECASE,
)
_NOT_AFTER = Quick(r"[ \n-]?(?:at[ ]night|in[ ]the[ ](?:morning|afternoon|evening)|sharp\b|a\.m|p\.m|o'clock|days?|hours?|nights?|weeks?|months?|minutes?|years?|miles?|feet|inches|degrees|cents|th\b|st\b|nd\b|rd\b|votes?|ILCS|V\.S\.A|O\.S\.|U\.?S\.?C|C\.?F\.?R|F\.|WL\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """A candidate: its span in the whole text, value, unit and wording, and the names of the features that it has.

    A number without a unit of its own has ``either``: what it counts if it counts cases, and if it counts agencies.
    """

    start: int
    end: int
    value: int | float
    unit: str
    wording: str
    sentence: int
    features: frozenset[str]
    either: tuple[str, str] | None = None


def candidates(text: str, parts: Sequence[Sentence], survey: Survey) -> Iterator[Figure]:
    """All candidates outside tables, in order of the text."""
    unit = "detainers"
    last = -10
    known: dict[int | float, str] = {}  # the unit that a number had before
    cases, bodies = "detainers", "agencies"  # the last ones spoken of
    shared = of_text(text)
    named = cache(lambda index: sorted((m.end(), m.start(), u) for u, p in unit_words() for m in p.finditer(parts[index].text)))
    subject = [wording("counts", "subject").search(p.text) is not None for p in parts]
    request = [wording("stances", "request").search(p.text) is not None for p in parts]
    for sentence in parts:
        if "\t" in sentence.text:
            continue
        asked = _ASKED_FOR.search(sentence.text)
        if asked is not None:
            unit = next((u for u, p in unit_words() if p.search(asked.group())), unit)
        numbers = list(_numbers(sentence, unit, known))
        if not numbers:
            continue
        spoken = [[family(name) for _, _, name in named(i)] for i in range(max(0, sentence.index - 2), sentence.index)]
        for _, _, name in named(sentence.index):
            if name in BODIES:
                bodies = name
            elif name != "releases":
                cases = name
        around = {f"s:{name}" for name, found in of_line(sentence.text).items() if found} | {f"0:{name}" for name in of_sentence(sentence.text)}
        around |= _context(parts, sentence.index)
        if any(subject[max(0, sentence.index - 1) : sentence.index]):
            around.add("before:subject")
        if any(request[max(0, sentence.index - 2) : sentence.index]):
            around.add("before:request")
        if any(_HOW_MANY.search(p.text) for p in parts[max(0, sentence.index - 2) : sentence.index]):
            around.add("before:how-many")
        if len(sentence.text) < _SHORT_LINE:
            around.add("s:short")
        if any(m.start >= sentence.start and m.end <= sentence.end and m.kind == "county" for m in survey.mentions):
            around.add("s:county")
        earlier: set[str] = set()
        for start, end, value, kind, said, own in numbers:
            first, behind = start - sentence.start, end - sentence.start
            own |= {f"rule:{family(kind)}", f"numbers:{min(len(numbers), _MANY)}", *(f"earlier:{name}" for name in earlier), *_nouns(spoken, named(sentence.index), first, behind)}
            features = frozenset(shared | around | own | near(sentence.text, first, behind) | beside(sentence.text, first, behind) | ({"follows"} if sentence.index - last <= 1 else set()))
            yield Figure(start, end, value, kind, said, sentence.index, features, (cases, bodies) if own & {"bare", "of-them"} else None)
            earlier = earlier | {family(kind)}
            if not kind.startswith(("dollars", "percent")):
                if "bare" not in own:
                    unit = kind
                last = sentence.index


def _context(parts: Sequence[Sentence], index: int) -> set[str]:
    """The senses of the sentences before and after, and the words of the question that a short sentence answers."""
    found = {f"{step}:{name}" for step in (-1, 1) if 0 <= index + step < len(parts) for name in of_sentence(parts[index + step].text)}
    question = next((p.text for p in reversed(parts[max(0, index - 2) : index]) if p.text.rstrip().endswith("?")), None)
    if question is not None and len(parts[index].text) < _SHORT_ANSWER:
        found |= {f"q:{word}" for word in tokens(question)[-REACH:]}
    return found


# What the text asks for the number of is what the next bare numbers count.
_ASKED_FOR = Quick(r"\b(?:[Hh]ow many|(?:[Tt]he|[Aa]|different|same) (?:number|count|tally|list) of)[ \n](?:[\w'-]+[ \n]){0,4}?(?:counties|sheriffs|jails|agencies|departments|jurisdictions|detainers|requests|holds|people|inmates|cities)\b")
_OF_THEM = re.compile(r"\bof (?:them|those|these)$")
_ALL, _MANY = 100, 6
_HOW_MANY = re.compile(r"\b(?:[Hh]ow (?:many|often|much)|[Cc]ounts?\?|[Nn]umbers?[.?:])")
_SHORT_LINE = 60
_SHORT_ANSWER = 80


def _nouns(spoken: Sequence[Sequence[str]], named: Sequence[tuple[int, int, str]], start: int, end: int) -> set[str]:
    """Whether agencies or cases were spoken of last before a number, and are next behind it; ``named`` are the nouns of its sentence (end, start, unit),
    ``spoken`` those of the sentences before."""
    here = [(a, b, family(unit)) for b, a, unit in named]
    before = max(((b, name) for _, b, name in here if b <= start), default=None)
    behind = min(((a, name) for a, _, name in here if a >= end), default=None)
    found = {f"noun-before:{before[1]}"} if before else {"noun-before:none", *(f"noun-earlier:{names[-1]}" for names in [next((n for n in reversed(spoken) if n), [])] if names)}
    if behind:
        found.add(f"noun-behind:{behind[1]}")
    families = {name for _, _, name in here} | {name for names in spoken for name in names}
    return found | {f"only:{name}" for name in families if len(families) == 1}


def _numbers(sentence: Sentence, unit: str, known: dict[int | float, str]) -> Iterator[tuple[int, int, int | float, str, str, set[str]]]:
    text, at = sentence.text, sentence.start
    parted = list(shares(text))
    matches, others = list(_NUMBER.finditer(text)), [*parted, *sums(text)]
    if not (matches or others) or len(_DIGITS.findall(text)) > _MOST_NUMBERS:
        return
    dated = [(d.start, d.end) for d in days(text, "2000-01-01")] if matches else []
    used = -1
    for match in matches:
        begin = match.start("n")
        number = text[begin : match.end()]
        value = value_of(number)
        if value is None or (value < 2 and not _may_be_small(text, match, value)) or begin < used or is_year(number, value) or any(a <= begin < b for a, b in dated) or any(a <= begin < b for a, b, *_ in parted):
            continue
        if _NEVER.search(text[max(0, begin - 26) : begin]) or _NOT_AFTER.match(text, match.end()) or (begin == 0 and number[0].isdigit() and re.match(r"[.)]", text[match.end() :])):
            continue
        end = match.end()
        if value == _THE_HOURS and (re.match(r"(?:[ \n-](?:extra |more )?h(?:ou)?rs?|s\b)|[ \n](?:and not|or)", text[end:]) or _OVER_THE.search(text[:begin])):
            continue
        if _PADDED.match(number) or (text[begin - 1 : begin] == "(" and _LISTED.match(text, begin)):
            continue
        if _is_age(text, begin, end, value) or _IN_LEGEND.match(text, end) or (_LEFT_OUT.match(text, end) and _OF_TIME.search(text[max(0, begin - _NOUN_BEFORE) : begin])):
            continue
        said = " ".join(text[match.start() : match.end()].split())
        own = {"hedge"} if match["q"] else set()
        own.add("words" if number[0].isalpha() else "digits")
        own.add("size:zero" if value == 0 else "size:" + str(next((i for i, most in enumerate((2, 4, 11, 47, 99, 999, 10_000)) if value <= most), 7)))
        if value in _OFTEN:
            own.add(f"value:{value}")
        if value >= TELLING and value in known:
            own.add("again")
        if text[begin - 1 : begin] == "(":
            own.add("in-brackets")
        if number == text:
            own.add("s:alone")
        in_words = IN_WORDS.match(text, end)
        if in_words is not None or (value >= _LEAST_PAID and PAID.search(text[:begin])):
            used = in_words.end() if in_words else end
            yield at + match.start(), at + used, value, rate(None, text[used : used + 25]), said, own | of_sum(value) | (set() if in_words else {"unit:unsaid"})
            continue
        behind = unit_at(text, end)
        if behind is None and (part := _OF.match(text, end)):
            further = unit_at(text, part.end())
            if further and further[0] != "percent":
                behind = (further[0], end)
                own.add("share")
        if behind is not None:
            if "." in number and behind[0] != "percent" and not re.search("illion", number):
                continue
            if (behind[0] == "percent" and value > 100) or (behind[0] in BODIES and _COVERS.search(text[max(0, begin - 20) : begin])):
                continue
            if behind[0] == "people" and text[: behind[1]].endswith(("them", "those", "these")) and unit in BODIES and BODIES_LATER.match(text, behind[1]):
                behind = (unit, behind[1])  # "three of those told reporters": of the counties just counted
            own.add(f"unit:{behind[0]}")
            own |= {f"in:{word}" for word in tokens(text[end : behind[1]])}
            if _OF_THEM.search(text[: behind[1]]):
                own.add("of-them")
            if behind[0] == "percent" and value == _ALL:
                own.add("value:100%")
            if value >= TELLING:
                known.setdefault(value, behind[0])
            used = behind[1]
            yield at + match.start(), at + behind[1], value, behind[0], said, own
            continue
        if "." in number:
            continue
        own |= {"bare", f"unit-was:{family(unit)}"}
        own.add(f"after:{_next_word(text, end)}")
        yield at + match.start(), at + end, value, again(text, end, value, known) or bare_unit(text, match.start(), end, unit), said, own
    for start, end, value, kind, said, own in others:
        yield at + start, at + end, value, kind, said, own


_THE_HOURS = 48
_OFTEN = (48, 200, 205, 247, 287)
"""Numbers that texts on detainers name as the limit of hours and as forms."""
_LEAST_PAID = 1_000
_PADDED = re.compile(r"0\d")  # "0610" is a time of day
_LISTED = re.compile(r"[12]?\d\)|\d{3}\)[ \n-]?\d{3}")  # "(12) The sheriff", "(503) 555-0142"
_ONE = re.compile(r"[ \n](?:(?:immigration|ICE|such|single|federal)[ \n]){0,2}(?:detainer|request|hold)\b")


def _may_be_small(text: str, match: re.Match[str], value: int | float) -> bool:
    """Whether a number below two could be a figure: "0 held", "Released: 1", "one detainer"; most ones count nothing."""
    said = match["n"].lower()
    if value == 0:
        return said in ("0", "zero")
    return (said == "1" and re.search(r"(?:: ?|^)$", text[: match.start("n")]) is not None) or (said == "one" and _ONE.match(text, match.end()) is not None)


_OVER_THE = Quick(r"\b(?:over|past|beyond|within|after|of) the $", re.IGNORECASE)
_IN_LEGEND = re.compile(r"[ ]?=")  # "0 = does not hold"
_OLDEST = 99
_AGED = re.compile(r"\b(?:[A-Z][a-z]+(?:-[A-Z][a-z]+)?|man|woman|father|mother|student), $")  # "Ada Sample, 29, a roofer"
# A length whose noun was said just before: "The longest was 46", "one was kept 160 days and the other 91", "to hold for 49".
_OF_TIME = re.compile(
    r"(?:\b(?:[Ll]ongest|[Ss]hortest)(?:[ \n](?:of|in|on)[ \n](?:\w+[ \n]){1,3}?)?[ \n](?:was|is|being|at)|\b(?:days|hours)\b[^.;\d]{0,60}\b(?:and|but)[ \n]the[ \n]other|\bhours\b[^.;\d]{0,60}\b(?:hold|holding|kept|keeping|held)[ \n]for)[ \n]$"
)
_NOUN_BEFORE = 120
_LEFT_OUT = re.compile(r"[.,;!?)]|[ \n](?:was|is|and)\b|$")
_COVERS = re.compile(r"\b(?:covers?|covering|serves|serving)[ \n](?:all[ \n]|the[ \n])?$")  # how far an office reaches, not how many do what
_WAS_AGED = re.compile(r"\b(?:[Hh]e|[Ss]he|I) was $")
TELLING = 12
"""A smaller number that comes again may well be another."""


def _is_age(text: str, start: int, end: int, value: int | float) -> bool:
    if value > _OLDEST:
        return False
    return bool(_WAS_AGED.search(text[max(0, start - 12) : start]) or (text.startswith(",", end) and _AGED.search(text[max(0, start - 40) : start])))


_NEXT = (
    ("end", re.compile(r"[.;!?\"')]|$")), ("comma", re.compile(r",")), ("be", re.compile(r"[ \n](?:is|are|was|were|be)\b")), ("have", re.compile(r"[ \n](?:has|have|had)\b")),
    ("of", re.compile(r"[ \n](?:out[ \n])?of\b")), ("prep", re.compile(r"[ \n](?:in|at|on|by|from|since|for|during|through|last|this|as|under|over|with|per|a)\b")),
    ("to", re.compile(r"[ \n](?:to|or|and)\b")), ("do", ACTING), ("dash", re.compile(r"[ \n]?-")),
    ("name", re.compile(r"[ \n][A-Z]")), ("plural", re.compile(r"[ \n](?:[a-z-]+[ \n])?[a-z]+[a-rt-z]s\b")),
)  # fmt: skip


def _next_word(text: str, end: int) -> str:
    return next((name for name, p in _NEXT if p.match(text, end)), "word")
