"""Counties that a list names without the word: one a line, behind a colon, or as the heads of its items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from dueprocess.extract.atlas import Mention, base_of, codes, headed, index, state_heads, states_of
from dueprocess.extract.quick import Quick
from dueprocess.places.names import fold

_CAP = r"(?:St\.|Ste\.|[A-Z][\w'’-]*)"
_NAME = rf"{_CAP}(?: (?:{_CAP}|of|du|la|and(?= Clark| Queen| William))){{0,2}}"
_BODIES = r"(?:[Cc]ounties|[Pp]arishes|[Ss]heriffs|[Jj]ails|[Aa]gencies|[Jj]urisdictions|[Pp]laces|COUNTIES|SHERIFFS|JAILS)"
_IN_STATE = r"(?:[ ]\((?P<state>[A-Z][A-Za-z. ]{1,13})\))?"
# "These counties want a judge's warrant: Linn, Benton (since May) and Lane."
_LEAD = Quick(rf"\b{_BODIES}\b[^.:\n]{{0,160}}:[ \n]+(?P<names>{_NAME}(?:(?:,| and|, and|;)[ \n]+{_NAME}){{0,60}})")
# "Want a judge's warrant: Arlington, Fairfax": a line of its own.
_LINE = re.compile(rf"^[^:\n]{{1,90}}:[ ]+(?P<names>{_NAME}(?:(?:,| and|, and|;)[ ]+{_NAME}){{0,60}}){_IN_STATE}[ .]*$", re.MULTILINE)
# "Cumberland. The jail says ...": what an item is about.
_TOPIC = re.compile(rf"^[ \t]*(?:[-*•▪‣◦·]|\(?\d{{1,2}}[.)])?[ \t]*(?P<name>{_NAME})(?=[.:][ ]+[\"A-Z])", re.MULTILINE)
_ITEM = re.compile(rf"^[ \t]*(?:[-*•▪‣◦·–—]|\(?\d{{1,2}}[.)])?[ \t]*(?P<name>{_NAME})(?=[ \t]*(?:\([^)\n]{{1,40}}\))?[ \t]*$)", re.MULTILINE)
# "SAN LUIS OBISPO", alone above indented lines or bullets that tell of it.
_OVER = re.compile(rf"^(?P<name>{_NAME})[ \t]*\n(?=[ \t]+\S|[-*•▪‣◦·])", re.MULTILINE)
_RUN = re.compile(r"^[^\n]{2,60}(?:\n[ \t]*[^\n]{2,60})+$", re.MULTILINE)
# "FORSYTH - New sheriff ...", "Steuben | that's confidential", "Boulder ..... refuse", "Alpena 3", "Niagara — nothing": the head of an item, wherever it stands.
_HEAD = re.compile(
    rf"(?:^[ \t]*(?:[-*•▪‣◦·–—]|\(?\d{{1,2}}[.)/])?[ \t]*(?:\d{{1,2}}[:.]\d\d[.:]?[ ])?|(?<=[.!?;|\"'”’)][ ])|(?<=\t)[ ]*)(?P<name>{_NAME}?)(?:[ ](?:C[Oo]\b\.?|Par\b\.?|jail|Jail|sheriff|Sheriff))?{_IN_STATE}(?:[ ]\([^)\n]{{1,30}}\))?"
    r"(?=[ ]?(?:[:—–|]|--?[ ])|[ ]?\.{3,}|[ ]*\t|;[ ]|[ ]{2,}\S|[ ](?:\d|[A-Z])(?:[ ]\(|[ ]*$))",
    re.MULTILINE,
)
_NO_NAME = re.compile(r"(?:From|To|Sent|Subject|Date|Cc|Re|Fw|Fwd|Source|Notes?|Key|Legend|Codes?|Total|Yes|No|N|Y|Q|A|County|Agency|Jail|State|Sheriff|Chair|Host)(?: .*)?", re.IGNORECASE)
_MOSTLY = 0.6
_FEWEST = 2
_VOTES = 3

Group = list[tuple[str, int, str | None]]
"""Names that stand alike, where each begins, and the state written with it."""


def with_lists(text: str, chosen: list[Mention], state: str | None, title: str | None = None) -> list[Mention]:
    """The mentions with the police of towns, in a text that lists police by their towns, and with counties that stand by their names alone, one a line, behind a colon or as the heads of items: of the text's
    state, of one written with them, or of the only state that has all of a list."""
    found: dict[int, Mention] = {}
    for mention in [*_listed(text, state), *(_towns(text, state) if state and _POLICE.search(f"{title}\n{text}") else ())]:
        if not any(c.start < mention.end and mention.start < c.end and (c.kind == "county" or c.office) for c in chosen):
            found.setdefault(mention.start, mention)
    if not found:
        return chosen
    kept = [c for c in chosen if not any(c.start < m.end and m.start < c.end for m in found.values())]
    return sorted([*kept, *found.values()], key=lambda m: m.start)


def by_lists(text: str) -> str | None:
    """The state that has the counties by whose names the items of a text begin, by far more of them than any other."""
    names = {base_of(name) for group in _groups(text) for name, _, told in group if told is None}
    known = [{e[1] for e in index().counties[n]} for n in names if n in index().counties]
    if len(known) < max(_VOTES, _MOSTLY * len(names)):
        return None
    ranked = Counter(state for states in known for state in states).most_common(2)
    (best, most), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0
    return best if most >= _VOTES and most >= second + 2 and most > _MOSTLY * len(known) else None


@lru_cache(maxsize=1)  # asked for of one text several times
def _groups(text: str) -> Sequence[Group]:
    return list(_grouped(text))


def _grouped(text: str) -> Iterator[Group]:
    for lead in _LEAD.finditer(text):
        yield [(re.sub(r" and .*", "", m.group()), lead.start("names") + m.start(), None) for m in re.finditer(_NAME, lead["names"])]
    yield [(m.group(), line.start("names") + m.start(), _code(line["state"])) for line in _LINE.finditer(text) for m in re.finditer(_NAME, line["names"])]
    yield [(m["name"], m.start("name"), None) for m in _TOPIC.finditer(text)]
    yield [(m["name"], m.start("name"), None) for m in _OVER.finditer(text)]
    yield [(m["name"], m.start("name"), _code(m["state"])) for m in _HEAD.finditer(text) if not _NO_NAME.fullmatch(m["name"])]
    for run in _RUN.finditer(text):
        names: Group = [(m["name"], run.start() + m.start("name"), None) for m in _ITEM.finditer(run.group())]
        if len(names) >= _FEWEST:
            yield names


def _code(written: str | None) -> str | None:
    return None if written is None else index().states.get(fold(written)) or (written if written.lower() in codes() else None)


def _listed(text: str, state: str | None) -> Iterator[Mention]:
    heads = state_heads(text)
    counties = index().counties
    for group in _groups(text):
        known = [(name, at, told or headed(heads, at), {e[1]: e for e in counties.get(base_of(name), ())}) for name, at, told in group]
        own = state
        if own is None:
            pools = [set(entries) for _, _, told, entries in known if entries and told is None]
            common = set.intersection(*pools) if len(pools) >= _FEWEST else set()
            own = common.pop() if len(common) == 1 else None
        fitting = {base_of(name): None for name, _, told, entries in known if (told or own) in entries}
        if len(fitting) < max(_FEWEST, _MOSTLY * len({base_of(name) for name, *_ in known})):
            continue
        for name, at, told, entries in known:
            if told is None and own not in entries and len(entries) == 1 and base_of(name) not in index().cities:
                told = next(iter(entries))  # a neighbor state's county, by a name that no other state has: "Skamania", among Oregon's
            entry = entries.get(told or own or "")
            if entry is not None:
                given = told or (own if state is None else None)
                yield Mention(at, at + len(name), "county", base_of(name), entry[2], given, entry[0] if given else None, "county", None, told is not None)


# "Municipal police, Cook and collar counties": a text that lists police by their towns.
_POLICE = Quick(r"\b(?:[Pp]olice (?:[Dd]epartments|[Cc]hiefs)|(?:[Mm]unicipal|[Cc]ity|[Ll]ocal|[Tt]own|[A-Z][a-z]+) police(?=[,.:]?$|[,.:]| (?:policies|practice|answers))|PDs\b|[Cc]ities with jails)", re.MULTILINE)


def _towns(text: str, state: str) -> Iterator[Mention]:
    for group in _groups(text):
        known = [(name, at, told or state) for name, at, told in group if (told or state) in states_of(name)]
        if len(known) < max(_FEWEST, _MOSTLY * len(group)):
            continue
        for name, at, where in known:
            yield Mention(at, at + len(name), "city", base_of(name), name, where, None, "police", f"{name} Police Department", True)
