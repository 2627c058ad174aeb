"""Counties that a text names without the word: "And what does Fulton do?", "Taos has quit", "Yamhill's jail".

Only counties of the state that the text is about are read, and only where the name stands as who acts, is asked about or
owns a jail; a name that the text gives to a person is nobody's county.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dueprocess.extract.atlas import Mention, base_of, county_of, headed, index, state_heads
from dueprocess.extract.quick import Quick
from dueprocess.extract.wording import word_set
from dueprocess.places.names import fold

_CAP = r"(?:St\.|Ste\.|[A-Z][\w-]*(?:'[A-Z][a-z]+)?)"
_NAME = rf"(?P<name>{_CAP}(?:[ ](?:du[ ]|la[ ]|of[ ]the[ ])?{_CAP})?)"
_JAIL = r"(?:jails?|sheriff|warden|jailers?|deputies|detention[ ]center|county[ ](?:jail|prison|sheriff|lockup)|lockup|undersheriff|prison|regional[ ]jail|captain)"
_OFFICER = r"(?:[Ss]heriff|[Uu]ndersheriff|Captain|Capt\.|Lieutenant|Lt\.|Sergeant|Sgt\.|Commander|Major|Maj\.|Warden|Jailer|Chief[ ]Deputy|[Aa]dministrator)"
ACTS = (
    r"(?:holds?|honors?|keeps?|requires?|wants?|does|doesn't|will|won't|has|hasn't|no[ ]longer|stopped|ended|still|declines?|refuses?|accepts?|asks?|needs?|took|went|followed|follows|also"
    r"|did|didn't|do|don't|would|wouldn't|can't|cannot|is|isn't|had|hadn't|never|now|already|only|simply|told|says|said|signed|takes?|gives?|files|lets|sends|answers?|answered|reviews?|decided|wrote|voted|detains?|notifies|calls|insists|demands|complies|quit|dropped|ignores|turns|releases|joined|changed|switched|limits)\b"
)
# Names that begin a clause: the capital is asked for first, at most letters nothing more is.
STARTS = r"(?=[A-Z])(?:(?<=[.!?;:]\s)|(?<=[\u2014\u2013-]\s)|(?<=[.!?]\"\s)|(?<=\n)|(?<=\A)|(?<=\s\")|(?<=,\sand\s)|(?<=,\sbut\s)|(?<=,\swhile\s)|(?<=;\s)|(?<=,\sso\s)|(?<=\bwhile\s)|(?<=\bas\s))"
_SUBJECT = re.compile(
    rf"{STARTS}{_NAME}(?='s[ ](?:{_JAIL}|policy|practice|rule|answer)|,[ ](?:to[ ](?:our|the|its)|next[ ]door|which|where|whose|in[ ]the|on[ ]the|across|over|north|south|east|west|too|also|meanwhile|by[ ]contrast|for[ ])|[ ]{ACTS}|:[ ]|\.[ ](?=[A-Z]))"
)
_SAME = re.compile(rf"\b(?:[Ss]ame[ ](?:as|goes[ ]for|in|with)|[Dd]itto|like|as[ ](?:do|does|in|with))[ ]{_NAME}(?=[ .,;:])(?![ ][A-Z])")
# "Gwinnett's jail", "Chelan's regional jail"; "Sheriff Amos Delacroix of Crook", "Captain Lusk (Moffat)"; "our neighbor in Nassau"; "From Silver Bow: ..."; "Ask Fulton"; "does Fulton do?"; "DeKalb?"
_SURE = (
    Quick(rf"(?<![\w'-]){_NAME}(?='s[ ](?:\w+[ ])?(?:{_JAIL}|policy|practice|rule|counsel|administrator|superintendent|chief[ ]deputy)\b)"),
    Quick(rf"\b{_OFFICER}(?:[ ]{_CAP}){{1,3}}(?:[ ](?:of|from)[ ]|[ ]\(){_NAME}(?=[ .,;:)])(?![ ][A-Z])"),
    Quick(rf"\b[Nn]eighbors?[ ](?:[a-z]+[ ]){{0,3}}(?:in|of)[ ]{_NAME}(?=[ .,;:)])(?![ ][A-Z])"),
    Quick(rf"(?:(?<=[.?!]\s)|(?<=\n)|(?<=\A))From[ ]{_NAME}(?=:[ ])"),
    Quick(rf"\b(?:Add|Ask|ask|[Nn]ot[ ]so[ ]in|[Bb]ecause[ ]of|[Dd]itto)[ ]{_NAME}(?=[ .,;:])(?![ ][A-Z])"),
    Quick(rf"\b(?:county|neighbor|parish)(?:[ ][a-z]+){{0,5}},[ ]{_NAME}(?=,[ ])"),
    Quick(rf"\b(?:[Ww]hat|[Hh]ow|[Ww]here|[Ww]hy)[ ](?:does|did|is|about)[ ]{_NAME}(?=[ ?])"),
    Quick(rf"\b(?:[Ww]hat|[Tt]he[ ]way|[Ww]here)[ ]{_NAME}(?=[ ](?:does|did|do|stands|says|wants)\b)"),
    Quick(rf"\b(?:is|does|has|did|[Ii]s|[Dd]oes|[Hh]as|[Dd]id)[ ]{_NAME}(?=[ ](?:still|hold|honor|keep|turning|holding|keeping)\b)"),
    Quick(rf"(?:(?<=[.?!:]\s)|(?<=\n)|(?<=\A)){_NAME}(?=\?)"),
)
_IN = re.compile(rf"\b(?:[Ii]n|into|[Oo]ver[ ]in|[Uu]p[ ]in|[Dd]own[ ]in)[ ]{_NAME}(?=[ ,;:]|'s[ ])(?![ ][A-Z])")
_JOINED = re.compile(rf"(?:'s)?(?:,?[ ](?:and|or|nor)|,|,?[ ]not)[ ]{_NAME}(?=[ .,;:?]|'s[ ])(?![ ][A-Z])")
# A name anywhere that no capital stands beside: "Guess what Kalamazoo said", "San Mateo, according to its undersheriff", "FORSYTH: new sheriff".
_FREE = re.compile(rf"(?<![\w'.-])(?P<name>{_CAP}(?:[ ](?=[A-Z]\w*[a-z]){_CAP})?)(?:'s)?(?![\w'-])(?![ ](?:[A-Z](?![A-Z]{{0,3}}\d?[ ]?(?:[,;·/|)]|$))|[Cc]ount(?:y|ies)\b|[Pp]arish))", re.MULTILINE)
_SHOUTED = re.compile(rf"^[ \t*•-]*(?P<name>{_CAP}(?:[ ]{_CAP})?)(?=[ ]?[:—–→]|[ ]--?[ ]|[ ]\()", re.MULTILINE)
# What makes a name a person's, a street's or another place's.
_NOT_A_PLACE = re.compile(r"(?:\b[A-Z][\w'-]*[ ]|\b(?:[A-Z]|Mr|Ms|Mrs|Dr|St|Sgt|Lt|Capt|Rep|Sen|Gov|Maj|Col|Fort|Mt|Ft)\.[ ]|\b(?:to|from|near|outside|around|via|through|towards?|v\.?)[ ](?:the[ ])?|\bICE(?:'s|[ ](?:at|in))?[ ]|\b(?:calls?|called|phones?|telephones?|e-mails?|faxes)[ ])$")
_LOUD_STATE = re.compile(r"(?:^|\n)[ \t]*[A-Z]{3,}[ ]$")
_LOUD = re.compile(r"[A-Z]{4,}[ ][A-Z]\w*[a-z]")  # "OHIO Trumbull: calls", "NEW JERSEY Bergen: judge only"
# "ALBANY (Laramie)": a county's seat, which may bear another county's name.
_SEAT = Quick(rf"{_NAME}(?:[ ](?:County|Co\.|COUNTY|CO\.))?[ ]\($")
_WHERE = re.compile(r"\b(?:in|at|of|by|into|for|with)[ ](?:the[ ])?$", re.IGNORECASE)
_FIRST = re.compile(r"(?:^|[.!?:\n\"][ \n]?)$")
ALSO_WORDS = frozenset(["lake", "park", "union", "iron", "clay", "grant", "price", "wood", "forest", "rock", "rice", "early", "wise", "bath", "noble", "major", "bond", "cook", "hale", "hand", "hill", "hood", "king", "knox", "lamb", "long", "love", "lucky", "ray", "page", "pike", "polk", "power", "rich", "ford", "garden", "golden", "grand", "green", "guard", "harper", "worth", "will", "jasper", "summit", "surry", "teller", "valley", "young", "bell", "best", "camp", "cash", "day", "falls", "fall", "fountain", "orange", "ocean", "republic", "deposit"])
_FEWEST = 2
_LEAD = word_set("before names") | {"then", "only", "ditto", "add", "ask", "even"}
_TITLED = re.compile(r"\b(?:Sheriff|Sgt\.|Lt\.|Capt\.|Chief|Deputy|Commissioner|Director|Warden|Mayor|Judge|Mr\.|Ms\.|Mrs\.|Dr\.|Rep\.|Sen\.|Col\.|Maj\.|[A-Z][a-z]+)[ ](?:[A-Z][\w.]+[ ])?([A-Z][\w'-]+)")
# Words that begin a sentence before a name, and make no person's name of it.
_NO_FIRST_NAME = re.compile(r"(?:And|But|In|So|Add|Ask|Does|Did|Is|Has|What|How|Then|Over|Up|Ditto|Same|Only|While|Like|For|From|Because|Neither|Both)[ ]")


def with_bare_counties(text: str, mentions: Sequence[Mention], state: str | None) -> Iterator[Mention]:
    """Counties of the text's state, or of the one at whose head they stand, by their names alone."""
    data, heads = index(), state_heads(text)
    several = len({m.base for m in mentions if m.kind == "county"}) >= _FEWEST
    people = {m[1].lower() for m in _TITLED.finditer(text) if not _NO_FIRST_NAME.match(m.group())}
    found: list[Mention] = []

    def county(match: re.Match[str]) -> Mention | None:
        name, at = match["name"], match.start("name")
        if " " in name and (fold(name.split(" ")[0]) in _LEAD or _LOUD.match(name)):
            name, at = name.split(" ", 1)[1], at + name.index(" ") + 1  # "Then Mesa, in Grand Junction"
        base, here = base_of(name), headed(heads, at) or state
        entry = next((e for e in data.counties.get(base, ()) if e[1] == here), None)
        seated = _SEAT.search(text[max(0, at - 40) : at])
        if seated is not None and any(e[1] == here for e in data.counties.get(base_of(seated["name"]), ())):
            return None
        if entry is None or fold(name) in data.states or any(m.start <= at < m.end and m.kind == "county" for m in (*mentions, *found)):
            return None
        return Mention(at, at + len(name), "county", base, entry[2], here, entry[0], "county", None)

    doubtful: list[Mention] = []
    free: list[Mention] = []
    for pattern in (*_SURE, _SAME, _SUBJECT):
        for match in pattern.finditer(text):
            name = match["name"]
            if name.lower() in people and pattern is not _SAME and not name.isupper():
                continue
            one = county(match)
            if one is None:
                continue
            lies = county_of(name, one.state or "")
            # A town of another county bears the name, too.
            (doubtful if pattern is _SUBJECT and lies is not None and lies != one.place else found).append(one)
    if several or len({m.base for m in (*found, *doubtful)}) >= _FEWEST:
        found += doubtful
    if several or found:
        for match in _IN.finditer(text):
            one = county(match)
            lies = county_of(match["name"], one.state or "") if one is not None else None
            if one is not None and match["name"].lower() not in people and (lies is None or lies == one.place):
                found.append(one)
    for pattern in (_SHOUTED, _FREE):
        for match in pattern.finditer(text):
            if pattern is _SHOUTED and not text[: match.start("name")].strip() and text[match.end() :].lstrip()[:1] != ":":
                continue  # a dateline
            name, before = match["name"], text[max(0, match.start("name") - 24) : match.start("name")]
            if name.lower() in people or (name.isupper() and pattern is _FREE) or (_NOT_A_PLACE.search(before) and not _LOUD_STATE.search(before)) or (_FIRST.search(before[-3:]) and name.lower() in ALSO_WORDS and pattern is _FREE):
                continue
            one = county(match)
            lies = county_of(name, one.state or "") if one is not None else None
            if one is not None and (lies is None or lies == one.place):
                free.append(one)
            elif one is not None and not _WHERE.search(before):
                doubtful.append(one)  # a town of another county bears the name, too
    if len({m.base for m in (*free, *found)} | {m.base for m in mentions if m.kind == "county"}) >= _FEWEST:
        found += [m for m in (*free, *doubtful) if m not in found]
    for mention in list(found):
        last = mention
        while (beside := _JOINED.match(text, last.end)) is not None:
            one = county(beside)
            if one is None:
                break
            found.append(one)
            last = one
    yield from found
