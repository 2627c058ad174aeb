"""What the encoded law says at one place on one day, as a letter may tell it: texts with the authorities they rest on.

Everything comes from the decision table of the place (``law matrix``). Places bound by the same authorities share one
table, so that the letters of a state ask the engine a few times and not once each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from dueprocess.decide.matrix import build_table
from dueprocess.decide.matrix_rows import Row, rows_of
from dueprocess.decide.matrix_view import view_of
from dueprocess.decide.packets import scene_of
from dueprocess.decide.stay import Setting
from dueprocess.law import Lawbook
from dueprocess.law.export import governs
from dueprocess.law.plain import plain
from dueprocess.places import Place, PlaceBook

PACKETS: Mapping[str, str] = {
    "law_alone": "good/alone",
    "law_i200": "good/i-200",
    "law_removal_order": "good/immigration-judge",
    "law_judge_order": "good/judge-order",
    "law_judge_warrant": "good/judge-warrant",
    "law_unsigned": "unsigned/alone",
}
"""The packets that a sentence may name, by the field that tells their answer."""

ANSWERS: Mapping[str, str] = {
    "MUST": "the jail must hold", "MAY": "the jail may hold and need not", "MAY NOT": "the jail may not hold", "OPEN": "the answer is open",
}  # fmt: skip
"""The matrix's short answers, as part of a sentence that begins "the encoded law says:"."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One side of an authority: ``number`` as the matrix has it, ``name`` with citation, ``because`` of its norms on that
    ``side`` (for, against or limit). ``checked`` says how far it was, ``source`` where it was read.
    """

    id: str
    number: str
    name: str
    because: str
    side: str
    binds: bool
    checked: str
    source: str


@dataclass(frozen=True, slots=True)
class PlaceLaw:
    """The law of a place. ``answers`` by field of PACKETS: the text and the ids it rests on; ``matrix`` (packets, answer, ids)."""

    form: str
    answers: Mapping[str, tuple[str, tuple[str, ...]]]
    matrix: tuple[tuple[str, str, tuple[str, ...]], ...]
    cited: tuple[Cited, ...]
    norms: tuple[tuple[str, str, str], ...]
    """(reference, what it says in plain words, side)."""
    clocks: tuple[str, ...]
    duties: tuple[str, ...]
    questions: tuple[str, ...]
    notes: tuple[str, ...]
    authorities: int
    unreviewed: tuple[str, ...]
    version: str


class Laws:
    """The law of places on one day, each distinct body of law asked once."""

    def __init__(self, book: Lawbook, places: PlaceBook, *, as_of: date, known_at: date) -> None:
        self.book, self.places, self.as_of, self.known_at = book, places, as_of, known_at
        self.setting = Setting(book)
        self._made: dict[tuple[Any, ...], PlaceLaw] = {}

    def key(self, agency: str, place: Place) -> tuple[Any, ...]:
        """What two agencies share that are told the same law: the norms that bind and that persuade there that day."""
        sets = self.places.sets(place)
        day, known = self.as_of.toordinal(), self.known_at.toordinal()
        bound = tuple(a.id for a in self.book.binding(agency, sets) if a.norms and governs(self.book, a, day, known))
        return bound, tuple(a.id for a in self.book.persuading(agency, sets, day, known) if a.norms)

    def next_change(self, agency: str, place: Place) -> date | None:
        """The next day on which the encoded law in force there may change; None where none is known."""
        day = self.as_of.toordinal()
        return next((date.fromordinal(d) for d in self.book.change_days(agency, self.places.sets(place)) if d > day), None)

    def of(self, agency: str, place: Place) -> PlaceLaw:
        """The law of an agency whose jail stands in ``place`` (a county). Raises InputError where no table can be made."""
        key = self.key(agency, place)
        found = self._made.get(key)
        if found is None:
            facility = None if agency.startswith(f"{place.id}/") else place.id
            scene = scene_of(agency, facility=facility, as_of=self.as_of, known_at=self.known_at, setting=self.setting)
            found = self._made[key] = self._told(build_table(scene))
        return found

    def _told(self, table: Mapping[str, Any]) -> PlaceLaw:
        columns, rows, _ = rows_of(table)
        view = view_of(table)
        heads = view["head"][1:] if len(columns) > 1 else [""]
        matrix: list[tuple[str, str, tuple[str, ...]]] = []
        of_packet: dict[str, tuple[str, tuple[str, ...]]] = {}
        for row, shown in zip(rows, view["rows"], strict=True):
            text = _cells(shown["cells"], heads)
            refs = tuple(dict.fromkeys(r for cell in row.cells for line in cell for rule in _rules(line) for k in ("for", "against") for r in rule[k]))
            ids = tuple(dict.fromkeys(table["norms"][r]["authority"] for r in refs if table["norms"][r]["authority"] in self.book.authorities))
            matrix.append((str(shown["label"]), text, ids))
            for packet in row.packets:
                of_packet[packet["id"]] = text, ids
        # An unserved detainer that is answered like a served one has no row of its own.
        answers = {name: of_packet[packet] for name, packet in PACKETS.items() if packet in of_packet}
        cited = tuple(self._cited(table["norms"], numbers_of(view), rows))
        form = view["asked"].split("The detainer is on ")[1].split(",")[0] if "The detainer is on " in view["asked"] else ""
        return PlaceLaw(
            form=form,
            answers=answers,
            matrix=tuple(matrix),
            cited=cited,
            norms=tuple(self._norms(table)),
            clocks=tuple(view["clocks"]["items"]),
            duties=tuple(view["duties"]["items"]),
            questions=tuple(q["text"] for q in view["questions"]["items"]),
            notes=tuple(view["notes"]),
            authorities=int(table["authorities"]),
            unreviewed=tuple(table["unreviewed"]),
            version=str(table["law_version"]),
        )

    def _cited(self, norms: Mapping[str, Mapping[str, Any]], numbers: Mapping[tuple[str, bool], str], rows: Sequence[Row]) -> list[Cited]:
        """Each authority that the matrix numbers, once for each side on which a norm of it stands."""
        rules = [r for row in rows for cell in row.cells for line in cell for r in _rules(line)]
        used = {ref for r in rules for k in ("for", "against", "persuasive_for", "persuasive_against") for ref in r[k]} | {c["norm"] for r in rules for c in r["clocks"]}
        said: dict[tuple[str, bool, str], dict[str, None]] = {}
        for ref in sorted(used):
            told = norms[ref]
            if (told["authority"], told["binds"]) in numbers:
                said.setdefault((told["authority"], told["binds"], told["side"]), {})[told["because"]] = None
        order = list(numbers)
        return [
            Cited(i, numbers[(i, binds)], name_of(self.book, i), " ".join(b for b in because if b), side, binds, checked_words(self.book, i), source_of(self.book, i))
            for (i, binds, side), because in sorted(said.items(), key=lambda e: (order.index(e[0][:2]), e[0][2]))
        ]

    def _norms(self, table: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        found = []
        for ref, told in table["norms"].items():
            authority = self.book.authorities.get(told["authority"])
            norm = next((n for n in authority.norms if n.ref == ref), None) if authority else None
            if authority and norm:
                found.append((ref, plain(norm, authority, self.book.vocabulary, self.places), str(told["side"])))
        return found


@lru_cache(maxsize=4)
def laws_of(book: Lawbook, places: PlaceBook, as_of: date, known_at: date) -> Laws:
    """The laws of one day, shared by all who ask about it in this process."""
    return Laws(book, places, as_of=as_of, known_at=known_at)


def source_of(book: Lawbook, identity: str) -> str:
    """Where an authority was read, in one line: its first source, and how it was learned."""
    authority = book.authorities[identity]
    review = authority.review or {}
    first = next(iter(authority.sources), {})
    told = ", ".join(str(first[k]) for k in ("title", "publisher", "date", "url") if first.get(k))
    return "; ".join(t for t in (told, f"{review.get('status', 'unreviewed')}, {review.get('basis', 'basis not stated')}") if t)


def name_of(book: Lawbook, identity: str) -> str:
    """An authority's name with its citation; of a ruling the citation alone, which has its name."""
    authority = book.authorities[identity]
    first = authority.title.split(" v. ")[0].split()[0]
    return authority.citation if authority.kind in ("ruling", "decree") and first in authority.citation else f"{authority.title}, {authority.citation}"


def checked_words(book: Lawbook, identity: str) -> str:
    """How far an authority was checked."""
    authority = book.authorities[identity]
    review = authority.review or {}
    if authority.reviewed:
        return f"reviewed by {review.get('by_role')} on {review.get('on')}"
    return f"not reviewed; {review.get('basis') or 'basis not stated'}"


def numbers_of(view: Mapping[str, Any]) -> dict[tuple[str, bool], str]:
    """The matrix's numbers by authority and whether it binds there, in their order."""
    return {(i["id"], not i["number"].startswith("P")): i["number"] for listed in view["authorities"] for i in listed["items"]}


def _rules(line: Any) -> list[Mapping[str, Any]]:
    inside = [r for _, _, lines in line.inner for x in lines for r in _rules(x)]
    return [*line.rules, *inside]


def _cells(cells: Sequence[Sequence[Mapping[str, Any]]], heads: Sequence[str]) -> str:
    """The answers of a row, a line each; alike for all kinds of custody, told once."""
    told = [[text for x in cell for text in _line(x)] for cell in cells]
    if all(lines == told[0] for lines in told):
        return "\n".join(told[0])
    return "\n".join(line for head, lines in zip(heads, told, strict=True) for line in (f"{head}:", *lines))


def _line(line: Mapping[str, Any], lead: str = "") -> list[str]:
    otherwise = line["when"] == "otherwise"
    text = lead + ("otherwise " if otherwise else "") + ANSWERS[line["status"]]
    if line["when"] and not otherwise:
        text += f" {line['when']}"
    if line["why"]:
        text += f": {line['why']}"
    if line["clock"]:
        text += f" ({line['clock']})"
    if line["refs"]:
        text += f" [{line['refs']}]"
    found = [f"{text[0].upper()}{text[1:]}."]
    for inner in line["inner"]:
        head = inner["head"].removesuffix(":")
        found += [told for x in inner["lines"] for told in _line(x, f"{head}, then ")]
    return found
