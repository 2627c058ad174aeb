"""The decision tables of a law in a family's words: for each packet what the encoded law says, and under which "if".

Nothing is decided here: rows come from ``decide.matrix_rows``, and the words from ``words``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dueprocess.decide.matrix import DETERMINED
from dueprocess.decide.matrix_rows import (
    Cube,
    Line,
    Row,
    clock_key,
    may_be_held,
    of_the_duty,
    rows_of,
    running,
)
from dueprocess.public.gather import Law
from dueprocess.public.words import Words

TONES = {"must_hold": "strong", "may_hold": "caution", "review": "open", "release": "info"}
PAPERS = ("alone", "i-200", "i-205", "immigration-judge", "judge-order", "judge-finding", "judge-warrant")
CUSTODY = ("dismissed", "bail", "sentence")


@dataclass(frozen=True)
class End:
    """One limit in words. ``clock`` is what the arithmetic needs (None where it cannot be worked out from when release
    was due), ``ends`` whether the hold ends with it."""

    text: str
    clock: tuple[float | None, tuple[str, ...], bool] | None = None
    ends: bool = False


@dataclass(frozen=True)
class Said:
    """One answer: ``when`` in words (or nothing), and what it becomes once an open point is decided (``inner``)."""

    tone: str
    status: str
    text: str
    when: str
    ends: tuple[End, ...]
    against: str
    for_: str
    inner: tuple[tuple[str, tuple[Said, ...]], ...] = ()


@dataclass(frozen=True)
class Part:
    """The answers for some kinds of custody; ``head`` is empty where they are all alike."""

    custody: tuple[str, ...]
    head: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Block:
    """One "if" of a page: on which forms, with which papers, what follows."""

    forms: tuple[str, ...]
    papers: tuple[str, ...]
    head: str
    parts: tuple[Part, ...]
    always: bool = False
    """Whether it is shown whatever papers were named: a defect of the detainer, notice only, no detainer."""


@dataclass(frozen=True)
class Source:
    """One authority by its number."""

    number: str
    title: str
    citation: str
    because: str
    reviewed: bool


@dataclass(frozen=True)
class Answers:
    """All that a page says of one law, in one language."""

    blocks: tuple[Block, ...]
    sources: tuple[Source, ...]
    facts: tuple[str, ...]
    """The questions on which the answers turn."""
    against: tuple[str, ...] = field(default=())
    """Citations of what binds and stands against a hold: for the letter."""


def answers_of(law: Law, words: Words) -> Answers:
    """Put the tables of a law into words; the same for the same law and language."""
    return _Teller(law, words).answers()


class _Teller:
    def __init__(self, law: Law, words: Words) -> None:
        self.law, self.words = law, words
        self.rows = {kind: rows_of(table) for kind, table in law.tables.items()}
        self.norms: dict[str, Mapping[str, Any]] = {}
        for table in law.tables.values():
            self.norms.update(table["norms"])
        self.facts = {f["name"]: f for t in law.tables.values() for f in t["facts"]}
        self.asked: dict[str, None] = {}
        self.numbers = self._numbers()

    # -- authorities ---------------------------------------------------------------------------------------------

    def _numbers(self) -> dict[tuple[str, bool], str]:
        """(authority, whether it binds) to its number: those that bind first, by rank."""
        found: dict[tuple[str, bool], tuple[Any, ...]] = {}
        for ref in sorted(self._used()):
            norm = self.norms[ref]
            if norm["authority"] == "determination":
                continue
            key = (norm["authority"], norm["binds"])
            rank = (not norm["binds"], norm["rank"] or 99, norm["authority"])
            found[key] = min(found.get(key, rank), rank)
        ordered = sorted(found, key=lambda k: found[k])
        binding = sum(1 for k in ordered if k[1])
        return {k: str(i + 1) if k[1] else self.words("persuades", number=i + 1 - binding) for i, k in enumerate(ordered)}

    def _used(self) -> set[str]:
        refs: set[str] = set()

        def inside(lines: Iterable[Line]) -> None:
            for line in lines:
                for rule in line.rules:
                    for key in ("for", "against", "persuasive_for", "persuasive_against"):
                        refs.update(rule[key])
                    refs.update(c["norm"] for c in rule["clocks"])
                for _, _, more in line.inner:
                    inside(more)

        for _, rows, _ in self.rows.values():
            for row in rows:
                for cell in row.cells:
                    inside(cell)
        return refs

    def _list(self, refs: Iterable[str]) -> str:
        keys = {(self.norms[r]["authority"], self.norms[r]["binds"]) for r in refs}
        return ", ".join(n for k, n in self.numbers.items() if k in keys)

    def _sources(self) -> tuple[Source, ...]:
        shown: dict[tuple[str, bool], list[Mapping[str, Any]]] = {}
        for ref in sorted(self._used()):
            norm = self.norms[ref]
            shown.setdefault((norm["authority"], norm["binds"]), []).append(norm)
        return tuple(
            Source(
                number, shown[k][0]["title"] or k[0], shown[k][0]["citation"],
                " ".join(dict.fromkeys(n["because"] for n in shown[k] if n["because"])), shown[k][0]["reviewed"],
            )
            for k, number in self.numbers.items()
        )  # fmt: skip

    # -- conditions --------------------------------------------------------------------------------------------------

    def _one(self, name: str, values: frozenset[Any]) -> str:
        fact = self.facts[name]
        self.asked[name] = None
        known = [v for v in fact["values"] if v in values]
        if fact["type"] == "boolean":
            return self.words.fact(fact, bool(known[0]))
        return self.words("fact.value", question=self.words.question(fact), answer=" / ".join(map(str, known)))

    def _when(self, cubes: Sequence[Cube], otherwise: bool) -> str:
        if otherwise:
            return self.words("otherwise")
        told = [self.words("and").join(self._one(n, v) for n, v in cube.items()) for cube in cubes]
        if not told or "" in told:
            return ""
        return self.words("if", conditions=self.words("or").join(dict.fromkeys(told)))

    # -- clocks ----------------------------------------------------------------------------------------------------------

    def _which(self, clock: Mapping[str, Any]) -> str:
        days = [self.words(f"end.{d}") for d in sorted(clock["excluding"], reverse=True)]
        return self.words("end.without", days=", ".join(days)) if days else self.words("end.every")

    def _end(self, clock: Mapping[str, Any], key: str) -> str:
        if clock["until_end_of_day"]:
            return self.words("end.day")
        start = clock["counted_from"]
        from_ = self.words("end.from.release_due") if start == "release_due" else self.words("end.from.other", event=start.replace("_", " "))
        return self.words(key, hours=f"{clock['hours']:g}", from_=from_, which=self._which(clock))

    def _ends(self, line: Line) -> tuple[End, ...]:
        found: dict[End, None] = {}
        ending = {clock_key(c): c for r in line.rules for c in running(r)}
        for clock in ending.values():
            own = (clock["hours"], tuple(clock["excluding"]), clock["until_end_of_day"]) if clock["counted_from"] == "release_due" else None
            found[End(self._end(clock, "end.hours"), own, True)] = None
        for rule in line.rules:
            for clock in of_the_duty(rule):
                found[End(self._end(clock, "end.duty"))] = None
        if not found:
            found[End(self.words("end.none"))] = None
        for rule in line.rules:
            for clock in rule["clocks"]:
                if clock["state"] == "claimed" and not clock["until_end_of_day"] and clock_key({**clock, "state": "applies"}) not in ending:
                    found[End(self._end(clock, "end.claimed"))] = None
        return tuple(found)

    # -- answers -----------------------------------------------------------------------------------------------------------

    def _said(self, line: Line) -> Said:
        held = all(map(may_be_held, line.rules))
        review = line.outcome == "review"
        text = self.words("review.duty" if review and held else line.outcome)
        names = sorted({n for r in line.rules for n in r["open_law"]})
        if review and names and not held:
            told = [self.words.get(f"open.{n}", n.replace("_", " ")) for n in names]
            text += " " + self.words("review.names", names="; ".join(told))
        against = self._list(r for rule in line.rules for k in ("against", "persuasive_against") for r in rule[k])
        pro = self._list(r for rule in line.rules for k in ("for", "persuasive_for") for r in rule[k])
        inner = tuple(
            (self.words("determined.true" if value else "determined.false", what=self._what(fact)), tuple(self._said(x) for x in lines))
            for fact, value, lines in line.inner
        )
        return Said(
            TONES[line.outcome], self.words(f"{line.outcome}.status"), text, self._when(line.cubes, line.otherwise),
            self._ends(line) if held else (), self.words("refs.against", list=against) if against else "",
            self.words("refs.for", list=pro) if pro else "", inner,
        )  # fmt: skip

    def _what(self, fact: str) -> str:
        name = fact.removeprefix(DETERMINED)
        return self.words.get(f"what.{name}", name.replace("_", " "))

    def _parts(self, row: Row, columns: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
        if len(columns) == 1:
            return (Part(CUSTODY, "", tuple(self._said(x) for x in row.cells[0])),)
        found: dict[tuple[Said, ...], list[str]] = {}
        for column, cell in zip(columns, row.cells, strict=True):
            found.setdefault(tuple(self._said(x) for x in cell), []).append(column["id"])
        if len(found) == 1:
            return (Part(CUSTODY, "", next(iter(found))),)
        return tuple(Part(tuple(ids), " / ".join(self.words(f"custody.{i}") for i in ids), said) for said, ids in found.items())

    def _blocks(self, kind: str) -> Iterable[Block]:
        columns, rows, service = self.rows[kind]
        table = self.law.tables[kind]
        asks = any(p["request"] == "good" for p in table["packets"])
        for row in rows:
            own = [p for p in row.packets if p["request"] == ("good" if asks else "notice")]
            parts = self._parts(row, columns)
            named = tuple(c for c in PAPERS if any(p["companion"] == c for p in own))
            if named:
                yield Block((kind,), named, self._head(named, asks), parts)
        for wanted in (("unsigned", "incomplete", "unserved"), ("none",)) if asks else (("none",),):
            yield from self._others(kind, wanted, service)

    def _head(self, named: Sequence[str], asks: bool) -> str:
        if set(named) == set(PAPERS) - {"judge-warrant"}:
            return self.words("if.any" if asks else "if.any.notice")
        return self._joined("if.notice" if c == "alone" and not asks else f"if.{c}" for c in named)

    def _joined(self, keys: Iterable[str]) -> str:
        """``If …, or if …``."""
        start = self.words("if", conditions="").strip() + " "
        told = [self.words(k) for k in keys]
        return self.words("if.or").join([told[0], *(t.removeprefix(start) for t in told[1:])])

    def _others(self, kind: str, wanted: Sequence[str], service: bool) -> Iterable[Block]:
        """What follows where the detainer is no request in force, or none came; a judge's warrant left aside."""
        columns, rows, _ = self.rows[kind]
        found = [(r, [p for p in r.packets if p["request"] in wanted and p["companion"] != "judge-warrant"]) for r in rows]
        found = [(r, ps) for r, ps in found if ps]
        every = [c for c in PAPERS if any(p["companion"] == c for _, ps in found for p in ps)]
        for row, packets in found:
            requests = [q for q in wanted if any(p["request"] == q for p in packets) and (q != "unserved" or service)]
            head = self._joined(f"if.{q}" for q in requests)
            beside = [c for c in PAPERS if any(p["companion"] == c for p in packets)]
            if beside != every:
                head = self.words("if.beside", head=head, papers=self._joined(f"if.{c}" for c in beside))
            yield Block((kind,), (), head, self._parts(row, columns), always=True)

    def answers(self) -> Answers:
        merged: dict[Block, list[str]] = {}
        for kind in self.law.tables:
            for block in self._blocks(kind):
                merged.setdefault(replace(block, forms=()), []).append(kind)
        blocks = [replace(b, forms=tuple(kinds)) for b, kinds in merged.items()]
        order = list(self.law.tables)
        blocks.sort(key=lambda b: (b.always, PAPERS.index(b.papers[0]) if b.papers else 99, order.index("i-247a") if "i-247a" in b.forms else 99, order.index(b.forms[0])))
        facts = tuple(self.words.question(self.facts[n]) for n in self.facts if n in self.asked and not n.startswith(DETERMINED))
        against = tuple(dict.fromkeys(
            f"{s.title}, {s.citation}" for s, key in zip(self._sources(), self.numbers, strict=True)
            if key[1] and any(n["authority"] == key[0] and n["side"] == "against" for n in self.norms.values())
        ))  # fmt: skip
        return Answers(tuple(blocks), self._sources(), facts, against)
