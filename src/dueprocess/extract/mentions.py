"""Where a text names places and offices: counties, cities, states, sheriffs, jails, police and boards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dueprocess.extract.atlas import Kind, Mention, base_of, codes, county_of, index, states_of
from dueprocess.extract.wording import table, word_set
from dueprocess.places.names import fold

_CAP = r"(?:St\.|Ste\.|Mt\.|Ft\.|[A-ZÀ-Ý][\w'’À-ÿ-]*)"
_NO_END = r"(?!(?:County|Parish|Borough|COUNTY|PARISH)\b)"  # a name does not run on over another county's end
_NAME = rf"{_CAP}(?:[ \n]{_NO_END}(?:{_CAP}|de|du|la|los|the|of|and(?=[ \n]Clark|[ \n]Queen|[ \n]William|[ \n]Pend))){{0,3}}"
_COUNTY = re.compile(rf"(?P<name>{_NAME})[ \n](?P<end>County|Parish|Borough|COUNTY|PARISH)\b(?![ \n](?:Courthouse|Road|Line|Fair)\b)")
_COUNTY_OF = re.compile(rf"\b(?:County|COUNTY|Parish|PARISH)[ ](?:of|OF)[ ](?P<name>{_NAME})")
_COUNTIES = re.compile(rf"(?P<names>{_NAME}(?:,[ \n]{_NAME}){{0,40}}(?:,?[ \n](?:and|or)[ \n]{_NAME}))[ \n](?:[Cc]ounties|[Pp]arishes|[Cc]ounty(?=[ \n](?:jails|sheriffs)))\b")
_COUNTIES_OF = re.compile(rf"\b(?:[Cc]ounties|[Pp]arishes)(?:[ ]of|:|,[ ]including)?[ ](?P<names>{_NAME}(?:,[ \n]{_NAME}){{0,40}}(?:,?[ \n](?:and|or)[ \n]{_NAME}))")
# What may stand between a place and the end of its office's name.
_OFFICE = re.compile(
    r"(?:['’]s?)?[ \n](?:City[ ])?(?:(?P<sheriff>SO\b|S\.O\.|Sheriff['’]?s?['’]?[ \n](?:Office|Department|Dept\.?)|SHERIFF['’]?S['’]?[ ](?:OFFICE|DEPARTMENT)|Sheriff|SHERIFF|sheriff['’]s[ \n](?:office|department)|sheriff)"
    r"|(?P<corrections>(?:DOC|HOC|ADC|MDC)\b|Det(?:ention|\.)?[ ]C(?:en)?te?r\b\.?|(?:(?:Adult|Regional|Metro|Metropolitan|Main|Central|Public[ ]Safety|Community|Juvenile)[ \n])*(?:Department|Division|Bureau|Office)[ \n]of[ \n](?:[A-Z][\w]+(?:,)?[ \n](?:and[ \n])?){0,4}?(?:Corrections?|Detention|Jails?|Prisons|Rehabilitation|Rehabilitative[ \n]Services)(?:[ \n]and[ \n][A-Z]\w+(?:[ \n](?:Services|Detention))?)?"
    r"|(?:(?:Adult|Regional|Metro|Metropolitan|Main|Central|Public[ ]Safety|Community|Justice|Law[ ]Enforcement)[ \n])*(?:Corrections(?:[ \n](?:Department|Center|and[ \n]Rehabilitation))?|(?:Criminal[ ])?(?:Justice|Law[ ]Enforcement|Public[ ]Safety)[ \n](?:Center|Complex|Facility)|City[ ]Jail|Correctional[ \n](?:Facility|Center|Institution)|Detention[ \n](?:Center|Facility)|Jail|Prison|House[ \n]of[ \n]Corrections?|DEPARTMENT[ ]OF[ ]CORRECTIONS?|DETENTION[ ](?:CENTER|FACILITY)|JAIL|CORRECTIONS|jail|prison|detention[ \n]center|workhouse|lockup))"
    r"|(?P<police>PD\b|POLICE[ ]DEPARTMENT|BUREAU[ ]OF[ ]POLICE|Bureau[ \n]of[ \n]Police|(?:Metropolitan[ ])?Police(?:[ \n](?:Department|Dept\.?|Bureau))?|police(?:[ \n]department)?)"
    r"|(?P<body>Board(?:[ \n]of[ \n](?:County[ ])?(?:Commissioners|Supervisors|Freeholders))?|Commission(?:ers)?|Council|Supervisors|Commissioners|City[ ]Council|County[ ]Council|Legislature|Executive|commissioners|supervisors|council|board))\b"
)
_NAMED_OFFICE = re.compile(rf"\b(?P<name>{_NAME})(?:['’]s)?[ \n](?:Sheriff['’]s[ \n](?:Office|Department)|(?P<police>Police[ \n](?:Department|Dept)|POLICE[ ]DEPARTMENT|BUREAU[ ]OF[ ]POLICE|Bureau[ \n]of[ \n]Police)|Metro[ \n]Corrections|County[ \n]Jail|(?:Adult[ \n]|Regional[ \n])?(?:Correctional|Corrections|Detention|Justice)[ \n](?:Center|Facility|Complex|Institution)|Regional[ \n]Jail|sheriff['’]s[ \n](?:office|department))")
# "Kitsap sheriff", "the Berks jail": a county by its name alone, with its office in small letters behind it.
_PLAIN = r"[A-ZÀ-Ý][\wÀ-ÿ-]*"
_NAME_BESIDE = re.compile(rf"(?<![\w'-])(?P<name>{_PLAIN}(?:[ ]{_PLAIN})?)(?:'s)?[ ](?P<office>sheriff|jail|warden|jailer|deputies|undersheriff|corrections|detention|SO|HOC|ADC|MDC|DOC)\b")
_NAME_ACTS = re.compile(rf"(?:^|(?<=[.:;]\s)|(?<=\n))(?P<name>{_CAP}[ ]{_CAP})(?=[ ](?:won't|will|wouldn't|doesn't|does|ends|stops|halts|requires|wants|says|holds|keeps|to)\b)", re.MULTILINE)
# "Baldwin Co., Alabama", "Athens-Clarke, Georgia": a county without the word, its state behind it.
_SHORT_COUNTY = re.compile(rf"(?<![\w&-])(?P<name>{_CAP}(?:[ ](?!Co\b|Cty\b|Cnty\b|CO\b|[A-Z]{{2}}\b){_CAP})?)(?P<co>[ ](?:Co|CO|Cty|Cnty|Par)\b\.?)?(?=(?:(?:,[ \n]|[ ]\()(?P<state>[A-Z][A-Za-z.]+(?:[ ][A-Z][a-z]+)?)|[ ](?P<code>[A-Z]{{2}})(?=[:;),.|]|[ ]+[\d(–—-]|\t|[ ]*$))?)", re.MULTILINE)
_LEAD = word_set("before names")
_TITLED = word_set("titles")


# "FULTON. On paper it follows ...", "ADAMS, DENVER, BROOMFIELD. All have ...": counties as the heads of a list's items.
_ITEM_HEADS = re.compile(r"^[ \t]*((?:[A-Z][A-Z'-]+(?: [A-Z][A-Z'-]+)?)(?:(?:, | AND |, AND )[A-Z][A-Z'-]+(?: [A-Z][A-Z'-]+)?){0,12})[.:](?=\s)", re.MULTILINE)
_FEWEST_HEADS = 2


def with_headings(text: str, chosen: list[Mention], state: str) -> list[Mention]:
    """The mentions with the counties of the text's state that stand in capitals as the heads of items."""
    data = index()
    heads: list[Mention] = []
    for line in _ITEM_HEADS.finditer(text):
        for name in re.finditer(r"[A-Z][A-Z'-]+(?: (?!AND\b)[A-Z][A-Z'-]+)?", line[1]):
            base = base_of(name.group())
            entry = next((e for e in data.counties.get(base, ()) if e[1] == state), None)
            if entry is not None:
                at = line.start(1) + name.start()
                heads.append(Mention(at, at + len(name.group()), "county", base, entry[2], None, None, "county", None))
    if len(heads) < _FEWEST_HEADS:
        return chosen
    kept = [h for h in heads if not any(c.start < h.end and h.start < c.end and c.kind != "city" for c in chosen)]
    chosen = [c for c in chosen if not any(c.start < h.end and h.start < c.end for h in kept)]
    return sorted([*chosen, *kept], key=lambda m: m.start)


def named(text: str) -> Iterable[Mention]:
    """Everything that could be a mention, in no order; what overlaps is settled by the caller."""
    data = index()
    counties = list(_COUNTY.finditer(text))
    for pattern, matches in ((_COUNTY, counties), (_COUNTY_OF, _COUNTY_OF.finditer(text))):
        for match in matches:
            end = match["end"] if pattern is _COUNTY else "County"
            hit = _county(match["name"], match.start("name"), end, trim=pattern is _COUNTY)
            if hit is None:
                continue
            base, label, start = hit
            first = start if pattern is _COUNTY else match.start()
            yield _with_office(text, first, match.end(), "county", base, label)
    for pattern in (_COUNTIES, _COUNTIES_OF):
        for match in pattern.finditer(text):
            for part in re.finditer(rf"(?:^|,[ \n]|[ \n](?:and|or)[ \n]|,[ \n](?:and|or)[ \n])({_NAME}?)(?=,|[ \n](?:and|or)[ \n]|$)", match["names"]):
                hit = _county(part[1], match.start("names") + part.start(1), "County", trim=True)
                if hit is not None and hit[0] in data.counties and not (fold(part[1]) in data.states and text[: match.start("names") + part.start(1)].endswith(("In ", " in "))):
                    begin = hit[2]
                    yield Mention(begin, match.start("names") + part.end(1), "county", hit[0], hit[1], None, None, "county", None)
    for match in data.city_pattern.finditer(text):
        name = match[1]
        lead = _WORD_BEFORE.search(text, max(0, match.start() - 12), match.start())
        if lead is not None and states_of(f"{lead[1]} {name}"):
            continue  # "West Springfield" is a town of its own
        after = text[match.end() : match.end() + 12]
        if re.match(r"[ \n](?:County|Parish|COUNTY|Times|Post|Tribune|Chronicle|Avenue|Street|Amendment)", after):
            continue
        yield _with_office(text, match.start(), match.end(), "city", base_of(name), name)
    for match in _NAMED_OFFICE.finditer(text):
        line = match["name"].rfind("\n") + 1
        name, start = _trimmed(match["name"][line:], match.start() + line)
        police = match["police"] is not None
        if not name or name in data.states:
            continue
        if re.match(r"(?:City|CITY) (?:of|OF) ", name):
            start, name = start + 8, name[8:]
        parts = name.split("-")
        if len(parts) == 2 and not police and base_of(name) not in data.counties and base_of(parts[0]) in data.counties:
            # "Rockingham-Harrisonburg Regional Jail": the first of those that share it.
            yield _with_office(text, start, match.end("name"), "county", base_of(parts[0]), f"{parts[0]} County")
            continue
        if base_of(name) in data.counties or (police and len(name.split()) < 4):
            kind: Kind = "city" if police else "county"
            yield _with_office(text, start, match.end("name"), kind, base_of(name), _cased(name) if police else f"{_cased(name)} County")
    for match in _NAME_BESIDE.finditer(text):
        name, start = _trimmed(match["name"], match.start("name"))
        base = base_of(name) if name else ""
        if base and fold(name) not in data.states and base in data.counties and (base not in data.cities or match["office"] == "sheriff" or match["office"].isupper()):
            yield _with_office(text, start, match.end("name"), "county", base, f"{name} County")
    for match in re.finditer(rf"\b(?:And|What about|How about)[ ](?:in[ ])?(?P<name>{_CAP}(?:[ ]{_CAP})?)\?", text):
        base = base_of(match["name"])
        if base in data.counties and base not in data.cities and fold(match["name"]) not in data.states:
            yield Mention(match.start("name"), match.end("name"), "county", base, f"{match['name']} County", None, None, "county", None)
    for match in _NAME_ACTS.finditer(text):
        base = base_of(match["name"])
        # Only a name that no other place and no person is likely to have.
        if base not in data.cities and len(data.counties.get(base, ())) == 1 and " " in match["name"]:
            yield Mention(match.start("name"), match.end("name"), "county", base, f"{match['name']} County", None, None, "county", None)
    for match in re.finditer(rf"\b(?:City|Town|Village|CITY|TOWN)[ ](?:of|OF)[ ](?P<name>{_CAP}(?:[ ]{_CAP})?)", text):
        flat = _cased(match["name"])
        if fold(flat) not in data.states:
            yield Mention(match.start(), match.end(), "city", base_of(flat), f"City of {flat}", None, None, "city", None)
    short = [one for match in _SHORT_COUNTY.finditer(text) if match["co"] or match["state"] or match["code"] for one in _short_county(text, match)]
    several = sum(sure for _, sure in short) >= _FEWEST_HEADS
    yield from (one for one, sure in short if sure or (several and not _WHERE.search(text[max(0, one.start - 8) : one.start])))
    for name in table("places")["bare counties"]:
        for match in re.finditer(rf"\b{name}\b(?![ \n](?:County|Parish))", text):
            yield _with_office(text, match.start(), match.end(), "county", base_of(name), f"{name} County")
    yield from _bare(text, counties)
    for match in data.state_pattern.finditer(text):
        code = data.states[fold(match[1])]
        office = re.match(r"['’]?s?[ \n](Department of (?:Corrections?|Public Safety and Correctional Services|Correctional Services)(?: and Rehabilitation)?|State Police|Highway Patrol)", text[match.end() : match.end() + 70])
        end = match.end() + (office.end() if office else 0)
        role = None if office is None else "corrections" if "Correct" in office[1] else "police"
        yield Mention(match.start(), end, "state", fold(match[1]), match[1], code, f"us/{code.lower()}", role, text[match.start() : end] if office else None, True)


_WORD_BEFORE = re.compile(r"\b(North|South|East|West|Upper|Lower|New|Old|Port|Fort|Mount|Lake)[ ]\Z")
_WHERE = re.compile(r"\b(?:in|at|of|to|from|near) $", re.IGNORECASE)


def _short_county(text: str, match: re.Match[str]) -> Iterable[tuple[Mention, bool]]:
    """A county that is written without the word: with "Co.", or with its state behind it where it is no city's name there; and whether no town of
    another county has the name."""
    data = index()
    name, start = _trimmed(match["name"], match.start("name"))
    if not name:
        return
    base = base_of(name)
    told = (match["state"] or match["code"] or "").rstrip(".")
    code = data.states.get(fold(told)) or data.states.get(fold(told.split(" ")[0])) or (told if told.lower() in codes() else None)
    if match["co"]:
        if base in data.counties:
            yield _with_office(text, start, match.end("co"), "county", base, f"{name} County"), True
        return
    if code is None or fold(name) in data.states:
        return
    last = base_of(name.split("-")[-1])  # "Athens-Clarke": a city and its county that are one
    for one in (base, last) if "-" in name else (base,):
        lies = county_of(name, code)
        entry = next((e for e in data.counties.get(one, ()) if e[1] == code), None)
        if entry is not None and not any(e[1] == code for e in data.cities.get(one, ())):
            yield _with_office(text, start, match.end("name"), "county", one, f"{name} County"), lies in (None, entry[0])
            return


def _bare(text: str, counties: Iterable[re.Match[str]]) -> Iterable[Mention]:
    """Counties by their names alone, where the text names them with the word elsewhere, or the jail or sheriff beside them."""
    data = index()
    names: dict[str, str] = {}
    for match in counties:
        hit = _county(match["name"], match.start("name"), match["end"], trim=True)
        if hit is not None:
            names.setdefault(hit[1].rsplit(" ", 1)[0], hit[1])
    for name, label in names.items():
        if name in data.states or fold(name) in data.states or len(name) < 4:
            continue
        for start in _alone(text, name):
            before = re.search(r"([\w.]+)[ \n]$", text[max(0, start - 20) : start])
            if before and before[1][0].isupper() and fold(before[1]).strip(".") not in _LEAD - _TITLED:
                continue  # somebody's last name
            yield _with_office(text, start, start + len(name), "county", base_of(name), label)
    for match in re.finditer(rf"\b[Ii]n[ \n](?P<name>{_CAP}(?:[ ]{_CAP})?),[ \n](?=(?:where[ \n])?the[ \n](?:jail|sheriff|county))", text):
        base = base_of(match["name"])
        if base in data.counties and base not in data.cities and match["name"] not in names:
            yield Mention(match.start("name"), match.end("name"), "county", base, f"{match['name']} County", None, None, "county", None)


# What makes more of a name than a county's: a word that goes on, a street, a last name whose bearer speaks.
_GOES_ON = re.compile(r"[\w-]|[ \n](?:County|Parish|Street|Avenue|Road|City|Police|[Cc]ounties|said|says|told|wrote)|[ \n](?!Sheriff|Jail|Department|Detention|Correct)[A-Z]")
_IN_WORD = re.compile(r"[\w-]")


def _alone(text: str, name: str) -> Iterator[int]:
    """Where a name stands by itself. It is looked for as it is: a pattern of its own for each name takes longer to make than to ask."""
    at = text.find(name)
    while at >= 0:
        alone = (not at or _IN_WORD.match(text, at - 1) is None) and _GOES_ON.match(text, at + len(name)) is None
        if alone:
            yield at
        at = text.find(name, at + (len(name) if alone else 1))


def _trimmed(name: str, start: int) -> tuple[str, int]:
    """A run of capitalized words without those at its start that only begin a sentence or carry a title."""
    while True:
        head = re.match(r"([\w.'’-]+)[ \n]+", name)
        if head is None:
            return ("", start) if fold(name).strip(".") in _LEAD else (name, start)
        if fold(head[1]).strip(".") not in _LEAD and not head[1].endswith(("’s", "'s")):
            return name, start
        name, start = name[head.end() :], start + head.end()


def _county(name: str, start: int, end: str, *, trim: bool) -> tuple[str, str, int] | None:
    """Base, label and start of a county: the longest end of the words that the book knows, else what is left of them."""
    data = index()
    ending = end.capitalize()
    tail, at = name, start
    if trim:
        while True:
            base = base_of(tail)
            if base in data.counties and tail[0].isupper() and not tail.startswith(("The ", "THE ", "And ")):
                return base, f"{_cased(tail)} {ending}", at
            head = re.match(r"\S+[ \n]+", tail)
            if head is None:
                break
            tail, at = tail[head.end() :], at + head.end()
    else:
        parts = re.split(r"[ \n]+", name)
        for length in range(len(parts), 0, -1):
            base = base_of(" ".join(parts[:length]))
            if base in data.counties:
                return base, f"{_cased(' '.join(parts[:length]))} {ending}", start
    left, at = _trimmed(name, start)
    last = left.split("-")[-1]
    if "-" in left and trim and base_of(last) in data.counties:  # "Athens-Clarke County": a city and its county that are one
        return base_of(last), f"{_cased(last)} {ending}", at
    # A county that the book does not know is believed only where it looks like a name.
    if fold(left) in _NO_COUNTY or name.isupper() or len(left.split()) > 2 or "\n" in left:
        return None
    return (base_of(left), f"{_cased(left)} {ending}", at) if left and base_of(left) else None


# Words before "County" that name none.
_NO_COUNTY = frozenset(["urban", "metro", "metropolitan", "unified", "rural", "regional", "consolidated", "home", "tri", "bi", "multi", "any", "every", "each", "another", "neighboring", "board of", "assistant", "associate", "deputy", "former", "acting"])


def _cased(name: str) -> str:
    flat = " ".join(name.split())
    return flat.title() if flat.isupper() else flat


_IN_FULL = {
    "SO": "Sheriff's Office", "S.O.": "Sheriff's Office", "PD": "Police Department", "DOC": "Department of Corrections", "HOC": "House of Correction", "ADC": "Adult Detention Center", "MDC": "Metropolitan Detention Center",
}  # fmt: skip


def _with_office(text: str, start: int, end: int, kind: Kind, base: str, label: str) -> Mention:
    match = _OFFICE.match(text, end)
    # "County in Oregon Sheriff" is none: the office stands right behind the place.
    if match is None:
        return Mention(start, end, kind, base, label, None, None, "city" if kind == "city" else "county", None)
    role = match.lastgroup or ""
    if role == "body":
        return Mention(start, match.end(), kind, base, label, None, None, "body", " ".join(text[start : match.end()].split()))
    office = " ".join(text[start : match.end()].split())
    short = office.rsplit(" ", 1)[-1]
    if short in _IN_FULL:
        return Mention(start, match.end(), kind, base, label, None, None, role, f"{label} {_IN_FULL[short]}")
    if office.isupper():
        office = office.title().replace("'S", "'s").replace("’S", "’s").replace(" Of ", " of ")
    return Mention(start, match.end(), kind, base, label, None, None, role, office)
