"""What a text tells of each agency, gathered over its sentences, and how likely that comes to a position.

A sentence seldom says it all: one names the agency, the next what is asked of it, a third what it does. So all pieces that speak of one
agency are weighed together: those that name it, and those that go on without naming another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from dueprocess.extract.atlas import Mention, mail_heads, of_case
from dueprocess.extract.codes import Legend
from dueprocess.extract.people import Person
from dueprocess.extract.quick import Quick
from dueprocess.extract.senses import sensed
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.subjects import OFFICES, RESIDENT
from dueprocess.extract.telling import Piece, aways, looks, weight

_OF_PERSON = re.compile(rf"[ \n](?:{RESIDENT}|judge|court)\b")
_JOINED = re.compile(r"(?:['’]s)?(?:[ ][A-Z]{2}\b|[ ]\([A-Z][A-Za-z.]{1,5}\))?(?:,?[ \n](?:and|or|nor|&)|[,;])[ \n](?:the[ \n]|neighboring[ \n])?")
_OURS = re.compile(r"\b(?:[Ww]e|[Oo]ur|us|I|my|this (?:office|agency|department|facility|jail))\b")
_ASIDE = Quick(r"\b(?:unlike|than|from|near|outside|neighboring|versus)[ \n](?:the[ \n]|neighboring[ \n])?$", re.IGNORECASE)
# "How about Connecticut?": of a place that is no agency the answers tell, up to the next that is.
_ASKS_OF_OTHER = re.compile(r"\b(?:[Ww]hat|[Hh]ow) about (?:in )?[A-Z]\w+(?: [A-Z]\w+)?\?")
_COMPARED = re.compile(r"\b(?:unlike|like|than)[ \n](?:the[ \n]|neighboring[ \n])?\Z", re.IGNORECASE)
# "ANCHORAGE, Alaska (AP) -- ": where a story was written, not whom it is about.
_BEHIND_DATELINE = re.compile(r",[ ][A-Z][A-Za-z.]+(?:[ ][A-Z][a-z.]+)?(?:[ ]\([^)\n]{1,24}\))?[ ]?(?:—|–|--)")
_HEAD = 300
"""So far from the beginning of a text, a title before it included, a dateline may stand."""
MOST_PIECES = 9
_MOST_CHARACTERS = 1_600


@dataclass(slots=True)
class Account:
    """The pieces of a text that speak of one agency: spans, with the index of their sentence; ``mention`` is its first name."""

    mention: Mention
    pieces: list[Piece] = field(default_factory=list)


def side_of(mention: Mention) -> str:
    """Whose account a mention belongs to, of those of one place: the police's or the county's."""
    return "state" if mention.kind == "state" else "police" if mention.role == "police" else "city" if mention.kind == "city" and mention.role in ("city", "body") else "jail"


def _is_dateline(text: str, mention: Mention) -> bool:
    name = text[mention.start : mention.end]
    return mention.start < _HEAD and name.isupper() and not name.endswith(("COUNTY", "PARISH", "BOROUGH")) and _BEHIND_DATELINE.match(text, mention.end) is not None


def _usable(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    return [m for m in mentions if m.state and not _is_dateline(text, m) and (m.kind == "county" or m.role in OFFICES) and not of_case(text, m) and not _OF_PERSON.match(text, m.end)]


def accounts(text: str, parts: Sequence[Sentence], mentions: Sequence[Mention], main: Mention | None, own: Mention | None = None, people: Sequence[Person] = ()) -> list[Account]:
    """The accounts of a text's agencies, in the order in which it names them; ``main`` is whom it is about, ``own`` whose "we" it is,
    ``people`` those with a title: what names the head of an agency goes on about that agency."""
    found: dict[tuple[str, str, str], Account] = {}
    usable = _usable(text, mentions)
    heads: dict[str, Mention] = {}
    group: list[Mention] = [main] if main is not None and main.state and (main.kind == "county" or main.role in OFFICES) else []

    def add(one: Mention, begin: int, end: int, index: int, named: bool) -> None:
        key = (one.base, one.state or "", side_of(one))
        account = found.setdefault(key, Account(one))
        account.pieces.append((begin, end, index, named))

    former: list[Mention] = []

    def lend(part: Sentence, inside: Sequence[Mention], group: list[Mention]) -> list[Mention]:
        """Give those that do as another does what was told of the other ("Clayton: same.", "Taos does as Rio Arriba does"); who says so of
        itself, naming the other alone ("Same as Linn"), is returned."""
        if not _SAME.search(part.text) or _UNLIKE.search(part.text):
            return []
        models = [m for m in inside if _AS.search(text, max(part.start, m.start - 16), m.start)]
        if not models and main is not None and _AS_WE.search(part.text):
            models = [own or main]
        elif not inside and _SAME_HERE.match(part.text):
            models = former[:1]
        alike = [m for m in inside if m not in models] or group
        for one in (models or group)[:1]:
            theirs = found.get((one.base, one.state or "", side_of(one)))
            lent = theirs.pieces[-_LENT:] if theirs is not None else []
            for other in alike:
                for begin, end, _, _ in lent if (other.base, other.state) != (one.base, one.state) else []:
                    add(other, begin, end, part.index, False)
        return [] if not models or not inside or alike is not group else [m for m in group if (m.base, m.state) != (models[0].base, models[0].state)]

    heading: Sentence | None = None
    paragraph = 0
    legend = Legend(text)
    issuer, letters = own, mail_heads(text) if own is not None else ()
    named_in = [[m for m in usable if part.start <= m.start < part.end] for part in parts]
    for part, inside, after in zip(parts, named_in, [*named_in[1:], []], strict=True):
        bare = _is_bare(part, inside)
        if any(part.start <= at < part.end for at in letters):
            own = inside[0] if inside else issuer  # in a thread that an agency gives out "we" are the writer's
        if not bare:
            heading = part if not inside and _is_heading(text, part) else heading if "\t" in part.text else None
        if own is not None and part.paragraph != paragraph:
            group = [own]  # a new paragraph of an agency's own text is about that agency again
        paragraph = part.paragraph
        if not inside and heads:
            named = [m for last, m in heads.items() if (last in part.text or last.upper() in part.text) and re.search(rf"\b(?:{re.escape(last)}|{re.escape(last.upper())})\b", part.text)]
            group = named[:1] or group
        if not inside and (legend.explains(part.start, part.end) or (part is heading and after and _is_bare(parts[part.index + 1], after))):
            continue
        if not inside and own is None and _ASKS_OF_OTHER.search(part.text):
            group = []
        if not inside:
            lend(part, inside, group)
            for person in people:
                if part.start <= person.start < part.end and person.side == "own" and len(group) == 1:
                    heads.setdefault(person.last, group[0])
            for one in [own] if own is not None and _OURS.search(part.text) and not _AS_WE.search(part.text) else group:
                add(one, part.start, part.end, part.index, False)
            continue
        for person in people:
            if part.start <= person.start < part.end and person.side == "own":
                near = person.place if person.place in inside else min(inside, key=lambda m: abs(m.start - person.start))
                heads[person.last] = near
        doing_so = lend(part, inside, group)
        clusters = _clusters(text, inside)
        for i, cluster in enumerate(clusters):
            begin = part.start if i == 0 else cluster[0].start
            end = part.end if i == len(clusters) - 1 else clusters[i + 1][0].start
            begin = legend.behind(begin, cluster[0].start) if i == 0 else begin
            meant = legend.meant(cluster[-1].end, end)
            for key in {(m.base, m.state, side_of(m)): m for m in cluster}.values():
                add(key, begin, end, part.index, True)
                if meant is not None:
                    add(key, *meant, part.index, False)
                elif bare and heading is not None:
                    add(key, heading.start, heading.end, part.index, False)
        if doing_so:
            for one in doing_so:
                add(one, part.start, part.end, part.index, False)
            continue
        if len(clusters) == 1 and group and _ASIDE.search(text[max(part.start, inside[0].start - 20) : inside[0].start]):
            for one in group:  # "Unlike Travis County, we ...": it goes on about whom it was about
                if (one.base, one.state) not in {(m.base, m.state) for m in inside}:
                    add(one, part.start, part.end, part.index, False)
            continue
        # "In Gallatin County, which like Lincoln had held people, ...": it goes on about the one that is not only compared with.
        told = next((c for c in reversed(clusters) if not _COMPARED.search(text[max(part.start, c[0].start - 16) : c[0].start])), clusters[-1])
        if {m.base for m in group} != {m.base for m in told}:
            former = group
        group = list({(m.base, m.state): m for m in told}.values())
    return list(found.values())


# What says that an agency does as another; "the same day" does not.
_SAME = Quick(
    r"(?<!not )(?<!not the )(?<!n't the )\b(?:[Ss]ame(?! (?:day|time|week|month|year|afternoon|morning|night|page|e-mail|judge|building|counsel|firm|county|jail|room|man|person|question|hour|clerk|paper)\b)|[Dd]itto|likewise|[Ss]o (?:do|does|will)\b(?! not)|follow(?:s|ed)? suit|[Aa]s (?:do|does|we do)\b|[Dd]o(?:es)? what we do\b|[Aa]sks? for what we\b|[Aa]s ours (?:do(?:es)?|has|is)\b|\bcop(?:y|ies) of (?:ours|this)\b|\blike (?:ours|this one)\b|\b(?:do|does|doing|did) (?:so|that|it) (?:too|also|already)\b|\b[Ww]hat [A-Z][\w.]+(?: [A-Z]\w+)? does\b|[:,.] (?:[Aa]s|[Ll]ike|[Ss]ee)(?: in)? [A-Z])"
)
_AS = re.compile(r"\b(?:as|like|see|what)(?: (?:do|does|did|in|the|what))?\s\Z", re.IGNORECASE)
_AS_WE = re.compile(r"\b(?:same (?:thing )?as (?:us|we|ours|me)|as we do|what we (?:do|ask for)|like (?:us|ours|this one)|as ours (?:does|do|is|has)|cop(?:y|ies) of (?:ours|this))\b")
_UNLIKE = re.compile(r"\b(?:no|not|nothing|never)\b[^.;,]{0,40}\blike (?:ours|us|this one)\b|n't\b[^.;,]{0,40}\blike (?:ours|us|this one)\b")
_SAME_HERE = re.compile(r"(?:[^:\n]{0,60}: )?\W*(?:[Ss]ame(?: here| with us| for us| thing| answer)?|[Dd]itto)\b[^,;]{0,12}\Z")  # what was said of the agency before
_LENT = 3


def _clusters(text: str, inside: Sequence[Mention]) -> list[list[Mention]]:
    """The mentions of a sentence in their order, those together that a list joins or that name the same place."""
    found: list[list[Mention]] = []
    for one in inside:
        if found and (_JOINED.fullmatch(text[found[-1][-1].end : one.start]) or (found[-1][-1].base == one.base and found[-1][-1].state == one.state)):
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _is_bare(part: Sentence, inside: Sequence[Mention]) -> bool:
    """Whether a sentence, an item of a list, has little more than the names in it."""
    rest = part.text if inside else "?"
    for one in inside:
        rest = rest.replace(part.text[one.start - part.start : one.end - part.start], " ")
    return len(_WORDS.findall(rest)) <= _FEW and "?" not in rest


_WORDS = re.compile(r"[A-Za-z]{2,}")
_FEW = 2
_LONGEST_HEADING = 160


def _is_heading(text: str, part: Sentence) -> bool:
    """Whether a sentence is a line of its own that heads what follows: it ends with a colon or without a mark."""
    line_end = text.find("\n", part.end)
    alone = not text[text.rfind("\n", 0, part.start) + 1 : part.start].strip() and not text[part.end : line_end if line_end >= 0 else len(text)].strip()
    return alone and len(part.text) < _LONGEST_HEADING and re.search(r"(?::|[A-Za-z)])\s*\Z", part.text) is not None


CORE = frozenset(
    ["keep", "stay", "honor", "refuse", "stop", "go", "neg", "unless", "only", "if", "need", "regardless", "every", "judge-warrant", "order", "agency-warrant", "cause", "offense", "minor", "removal", "req", "ice", "tell", "undecided", "silent", "past", "time", "once", "urge", "bill", "suppose", "still", "no-tell"]
)
_TOPIC = frozenset(["keep", "stay", "honor", "refuse", "stop", "go", "req", "ice", "tell", "no-tell", "undecided", "silent", "judge-warrant", "order", "agency-warrant", "cause", "offense", "past", "time", "every"])
_OTHER = frozenset(["other-state", "beds", "program", "raid", "court-case", "bill", "urge", "many", "board", "ask", "law", "past-case", "suppose", "once", "disclaim", "elect", "means", "beast"])
# Without any of these a bare yes or no is what it seems.
_QUALIFIED = frozenset(["unless", "only", "judge-warrant", "order", "agency-warrant", "cause", "offense", "minor", "tell", "urge", "bill", "suppose", "once", "undecided", "silent", "removal", "warrant"])
_CORE_OF_TEXT = frozenset(["ice", "req", "keep", "stay", "tell", "honor", "refuse", "go", "every", "judge", "time", "past"])


_LONGEST_WHOLE = 300
"""A longer sentence is a list, of which most is not about the agency."""


def widened(account: Account, parts: Sequence[Sentence]) -> Account:
    """An account of whole sentences, where its pieces end at another agency's name: for whom tells one name from another."""
    found: dict[tuple[int, int], Piece] = {}
    for begin, end, index, named in account.pieces:
        part = parts[index]
        if part.start <= begin < part.end and part.end - part.start <= _LONGEST_WHOLE:
            begin, end = part.start, part.end
        known = found.get((begin, end))
        found[begin, end] = (begin, end, index, named or (known is not None and known[3]))
    return Account(account.mention, list(found.values()))


class Sensed:
    """The words of spans of one text and their classes, each span looked up once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[tuple[int, int], tuple[Sequence[str], Sequence[tuple[str, int, int]]]] = {}
        self._telling: dict[tuple[int, int, int], float] = {}

    def of(self, begin: int, end: int) -> tuple[Sequence[str], Sequence[tuple[str, int, int]]]:
        """The words of a span and the classes that they have."""
        found = self._known.get((begin, end))
        if found is None:
            found = self._known[begin, end] = sensed(self.text[begin:end])
        return found

    def classes(self, begin: int, end: int) -> frozenset[str]:
        """The names of the classes of a span."""
        return frozenset(name for name, _, _ in self.of(begin, end)[1])

    def by_telling(self, account: Account) -> list[Piece]:
        """The pieces of an account, first those that most likely tell what the agency does."""
        found: list[tuple[float, Piece]] = []
        for piece, away in aways(account.pieces):
            key = (piece[0], piece[1], away)
            likely = self._telling.get(key)
            if likely is None:
                likely = self._telling[key] = weight(looks(*self.of(*piece[:2]), away))
            found.append((likely, piece))
        return [piece for _, piece in sorted(found, key=lambda one: -one[0])]


def pieces_weighed(sensed: Sensed, account: Account, most: int = _MOST_CHARACTERS) -> list[Piece]:
    """The pieces that are weighed together, in their order: as many of those that most likely tell what the agency does as fit into ``most``
    characters, the first of them in any case."""
    chosen: list[Piece] = []
    left = most
    for piece in sensed.by_telling(account):
        length = piece[1] - piece[0]
        if not chosen or length <= left:
            chosen.append(piece)
            left -= length
        if len(chosen) == MOST_PIECES or left <= 0:
            break
    return sorted(chosen)


def features(sensed: Sensed, account: Account, of_text: frozenset[str], *, others: int, rules: Set[str]) -> set[str]:
    """What the model weighs of an account; ``of_text`` are the classes of the whole text (none: it is not asked), ``others`` the number of its further
    agencies, ``rules`` what the rules made of the account."""
    found = {f"text:{name}" for name in of_text & _OTHER}
    if of_text:
        found |= {f"text:no-{name}" for name in _CORE_OF_TEXT - of_text}
    found |= rules
    pieces = pieces_weighed(sensed, account)
    found |= {f"others:{min(others, 3)}", f"pieces:{min(len(pieces), 4)}", f"named:{min(sum(named for *_, named in pieces), 3)}"}
    before: set[str] = set()
    seen: set[str] = set()
    for begin, end, _, own in pieces:
        words, of = sensed.of(begin, end)
        names = {n for n, _, _ in of}
        found |= {f"s:{n}" for n in names}
        if own:
            found |= {f"own:{n}" for n in names & CORE}
        found |= {f"w:{w}" for w in words if w[0].isalpha()}
        found.update(_pairs(of))
        found |= {f"x:{a}>{b}" for a in before & _TOPIC for b in names & _TOPIC}
        before = names
        seen |= names
        if words and words[-1] == "?":
            found |= {f"q:{n}" for n in names & CORE}
    if not seen & _QUALIFIED:
        found |= {f"plain:{name}" for name in rules}
    return found


def _pairs(of: Sequence[tuple[str, int, int]]) -> Iterator[str]:
    core = [one for one in of if one[0] in CORE]
    for i, (name, _, end) in enumerate(core):
        for other, begin, _ in core[i + 1 :]:
            if begin >= end:
                if begin - end > 12:
                    break
                yield f"{'a' if begin - end <= 2 else 'b'}:{name}>{other}"
