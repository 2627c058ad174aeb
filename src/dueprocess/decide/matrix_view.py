"""A decision table as what stands on counsel's page and on the wall card: texts only, ready for any renderer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dueprocess.decide import wording
from dueprocess.decide.matrix import DETERMINED
from dueprocess.decide.matrix_rows import (
    Cube,
    Line,
    Row,
    Rule,
    clock_key,
    may_be_held,
    of_the_duty,
    rows_of,
    running,
)
from dueprocess.decide.matrix_words import Words
from dueprocess.decide.messages import Messages
from dueprocess.decide.packets import DEFECTS

TONES = {"must_hold": "strong", "may_hold": "caution", "review": "open", "release": "info"}
DETERMINATION = "determination"
"""The authority that a determination names: a person, no law, and so without a number."""
MOST_ON_CARD = 4
"""A cell with more conditions than this is no matter for a wall card: the card then says how many questions it takes."""


def view_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """Both pages as texts: ``rows`` and ``lists`` for counsel, ``card`` for the desk; equal tables give equal views."""
    return _View(table).page()


class _View:
    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = table
        self.words = Words()
        self.columns, self.rows, self.service = rows_of(table)
        self.facts = {f["name"]: f for f in table["facts"]}
        self.norms: Mapping[str, Mapping[str, Any]] = table["norms"]
        self.numbers: Mapping[tuple[str, bool], str] = self._numbers()
        self.asked: dict[str, None] = {}

    # -- authorities by number ---------------------------------------------------------------------------

    def _rules(self) -> Iterable[Rule]:
        def inside(lines: Iterable[Line]) -> Iterable[Rule]:
            for line in lines:
                yield from line.rules
                for _, _, more in line.inner:
                    yield from inside(more)

        for row in self.rows:
            for cell in row.cells:
                yield from inside(cell)

    def _numbers(self) -> dict[tuple[str, bool], str]:
        """(authority, whether it binds) to its number: binding ones first, by rank, then those that persuade."""
        found: dict[tuple[str, bool], tuple[Any, ...]] = {}
        for ref in self._used():
            norm = self.norms[ref]
            if norm["authority"] == DETERMINATION:
                continue
            key = (norm["authority"], norm["binds"])
            rank = (not norm["binds"], norm["rank"] or 99, norm["authority"])
            found[key] = min(found.get(key, rank), rank)
        ordered = sorted(found, key=lambda k: found[k])
        binding = [k for k in ordered if k[1]]
        return {k: str(ordered.index(k) + 1) if k[1] else self.words("persuades", number=ordered.index(k) + 1 - len(binding)) for k in ordered}

    def _used(self) -> list[str]:
        """The norms that the rows name, in order."""
        refs: set[str] = set()
        for rule in self._rules():
            for key in ("for", "against", "persuasive_for", "persuasive_against"):
                refs.update(rule[key])
            refs.update(c["norm"] for c in rule["clocks"])
        return sorted(refs)

    def _list(self, refs: Iterable[str]) -> str:
        keys = {(self.norms[r]["authority"], self.norms[r]["binds"]) for r in refs}
        order = list(self.numbers)
        return ", ".join(self.numbers[k] for k in sorted(keys & set(order), key=order.index))

    def _refs(self, rules: Sequence[Rule], *, inner: bool) -> str:
        """The authorities for and against; inside a determination those that persuade are not named again."""
        told = []
        for key in ("for", "against"):
            kinds = (key,) if inner else (key, f"persuasive_{key}")
            text = self._list(r for rule in rules for k in kinds for r in rule[k])
            if text:
                told.append(self.words(f"refs.{key}", list=text))
        return "; ".join(told)

    # -- cells ---------------------------------------------------------------------------------------------

    def _name(self, fact: str) -> str:
        fact = fact.removeprefix(DETERMINED)
        return self.words.get(f"fact.{fact}", wording.plain(fact))

    def _one(self, name: str, values: frozenset[Any]) -> str:
        self.asked[name] = None
        known = [v for v in self.facts[name]["values"] if v in values]
        if self.facts[name]["type"] == "boolean":
            answer = str(known[0]).lower()
            return self.words.get(f"fact.{name}.{answer}", self.words(f"is.{answer}", name=self._name(name)))
        stretch = self._stretch(name, known)
        phrase = self.words.get(f"fact.{name}.value", "")
        return phrase.format(value=stretch) if phrase else self.words("is", name=self._name(name), value=stretch)

    def _stretch(self, name: str, keys: list[Any]) -> str:
        """Neighboring classes of numbers in one phrase: ``below 5`` and ``5`` are ``at most 5``."""
        classes = self.facts[name]["classes"]
        if not classes:
            return self.words("list.or").join(map(str, keys))
        spans: list[list[Mapping[str, Any]]] = []
        for index, entry in enumerate(classes):
            if entry["key"] in keys:
                if spans and index and classes[index - 1] is spans[-1][-1]:
                    spans[-1].append(entry)
                else:
                    spans.append([entry])
        return self.words("list.or").join(_bounds(s[0], s[-1]) for s in spans)

    def _when(self, line: Line) -> str:
        """The condition in words; what all alternatives share is told once."""
        if line.otherwise:
            return self.words("otherwise")
        cubes = [c for c in line.cubes if c]
        if not cubes or len(cubes) < len(line.cubes):
            return ""
        shared = {n: v for n, v in cubes[0].items() if len(cubes) > 1 and all(c.get(n) == v for c in cubes)}
        rest = [self._all({n: v for n, v in c.items() if n not in shared}) for c in cubes]
        alternatives = self.words("or.long" if any(len(c) - len(shared) > 1 for c in cubes) else "or").join(rest)
        if shared:
            return self.words("shared", shared=self._all(shared), rest=alternatives)
        return self.words("if", conditions=alternatives)

    def _all(self, cube: Cube) -> str:
        told = [self._one(n, v) for n, v in sorted(cube.items(), key=lambda item: list(self.facts).index(item[0]))]
        last = self.words("and").join(told[-2:])
        return self.words("and.long").join((*told[:-2], last))

    def _clock(self, clock: Mapping[str, Any]) -> str:
        words = self.words
        if clock["until_end_of_day"]:
            told = words("clock.day")
        else:
            days = words("clock.and").join(words.get(f"clock.{d}", wording.plain(d)) for d in sorted(clock["excluding"], reverse=True))
            told = words("clock.hours", hours=clock["hours"] or 0, which=words("clock.without", days=days) if days else words("clock.every"))
        if clock["counted_from"] != "release_due":
            event = words.get(f"event.{clock['counted_from']}", wording.plain(clock["counted_from"]))
            told = words("clock.from", clock=told, event=event)
        return words("clock.maybe", clock=told) if clock["state"] == "unknown" else told

    def _clocks(self, rules: Sequence[Rule]) -> str:
        told: dict[tuple[Any, ...], str] = {}
        refs: dict[tuple[Any, ...], set[str]] = {}
        for rule in rules:
            for clock in running(rule):
                told[clock_key(clock)] = self._clock(clock)
                refs.setdefault(clock_key(clock), set()).add(clock["norm"])
        duties = {clock_key(c): c for rule in rules for c in of_the_duty(rule)}
        duty = "".join(f"; {self.words('clock.duty', clock=self._clock(c))} [{self._list([c['norm']])}]" for c in duties.values())
        if not told:
            return self.words("clock.none") + duty
        parts = [f"{told[k]} [{self._list(refs[k])}]" for k in sorted(told, key=repr)]
        return (self.words("clock.first", clocks="; ".join(parts)) if len(parts) > 1 else parts[0]) + duty

    def _open(self, rules: Sequence[Rule]) -> str:
        kinds = {r["open_because"] for r in rules}
        if kinds <= {"duty"}:
            return self.words("open.duty")
        if kinds <= {"adoption"}:
            return self.words("open.adoption")
        names = list(dict.fromkeys(n for r in rules for n in r["open_law"]))
        if not names:
            return self.words("open.law.none")
        return self.words("open.law", names="; ".join(self.words.get(f"open.{n}", wording.plain(n)) for n in names))

    def _line(self, line: Line, *, inside: bool = False) -> dict[str, Any]:
        held = all(map(may_be_held, line.rules))
        inner = []
        for fact, value, lines in line.inner:
            key = "determined.true" if value else "determined.false"
            self.asked[fact] = None
            head = self.words(key, who=self._who(fact), what=self._name(fact))
            inner.append({"head": head, "lines": [self._line(x, inside=True) for x in lines]})
        return {
            "tone": TONES[line.outcome],
            "status": self.words(line.outcome),
            "when": self._when(line),
            "clock": self._clocks(line.rules) if held else "",
            "why": self._open(line.rules) if line.outcome == "review" else "",
            "refs": self._refs(line.rules, inner=inside),
            "inner": inner,
        }

    def _who(self, fact: str) -> str:
        return self.words("list.or").join(self.words.get(f"who.{w}", w) for w in self.facts[fact]["determined_by"])

    # -- packets ---------------------------------------------------------------------------------------------

    def _form(self, papers: Sequence[Mapping[str, Any]]) -> str:
        """``Form I-247A 3/17``: the form and what its footer prints."""
        kind, edition = papers[0]["kind"], papers[0]["edition"]
        year, month = edition.split("-")
        blank = self.words("form.blank") if "hold_blank" in papers[0].get("boxes", ()) else ""
        return self.words("form.name", kind=kind.upper(), month=int(month), year=year[2:]) + blank

    def _label(self, row: Row) -> str:
        words, packets = self.words, row.packets
        companions = list(dict.fromkeys(p["companion"] for p in packets))
        requests = list(dict.fromkeys(p["request"] for p in packets))
        told = self._join(words(f"companion.{c}") for c in companions if c != "alone")
        if companions == ["judge-warrant"]:
            every = {p["request"] for p in self.table["packets"]} - (set() if self.service else {"unserved"})
            if set(requests) == every:
                return words("packet.warrant.all")
            return words("packet.warrant", requests=self._requests(packets, requests))
        if requests == ["good"]:
            if companions == ["alone"]:
                return words("packet.alone")
            return words("packet.alone.or" if "alone" in companions else "packet.with", **{"with": told})
        most = max(len({p["companion"] for p in self.table["packets"] if p["request"] == r}) for r in requests)
        if len(companions) >= most - 1:
            beside = words("with.any")
        elif companions == ["alone"]:
            beside = words("with.alone")
        else:
            beside = words("with.alone.or" if "alone" in companions else "with.list", **{"with": told})
        text = words("packet.failed", requests=self._requests(packets, requests), **{"with": beside})
        return text[0].upper() + text[1:]

    def _requests(self, packets: Sequence[Mapping[str, Any]], requests: Sequence[str]) -> str:
        """``a detainer in force``, ``unsigned or incomplete detainer, notice-only form (…) or no detainer``."""
        defects = [self.words(f"request.{r}") for r in requests if r in DEFECTS]
        told = [self.words("request.good")] if "good" in requests else []
        if defects:
            told.append(self.words("request.defects", defects=self._join(defects)))
        notice = next((p for p in packets if p["request"] == "notice"), None)
        if notice:
            told.append(self.words("request.notice", form=self._form(notice["papers"])))
        if "none" in requests:
            told.append(self.words("request.none"))
        return self._join(told)

    def _join(self, items: Iterable[str]) -> str:
        found = list(items)
        return self.words("list.or").join((", ".join(found[:-1]), found[-1])) if len(found) > 1 else "".join(found)

    # -- lists ---------------------------------------------------------------------------------------------------

    def _questions(self) -> list[dict[str, str]]:
        found = []
        for name, fact in self.facts.items():
            if name not in self.asked:
                continue
            text = fact["question"]
            if fact["do_not_ask_the_person"]:
                text = self.words("question.do_not_ask", question=text)
            if fact["determined_by"]:
                text = self.words("question.determined", who=self._who(name), what=self._name(name))
            label = self.words("determined.label", what=self._name(name)) if fact["determined_by"] else self._name(name)
            found.append({"label": label, "text": text})
        return found

    def _clock_list(self) -> list[str]:
        """Every clock of the page once, with what it ends; those that are overruled or only claimed say so."""
        found: dict[str, set[str]] = {}
        for rule in self._rules():
            if rule["outcome"] == "release":
                continue
            for clock in rule["clocks"]:
                key = "clock.claimed" if clock["state"] == "claimed" else "clock.defeated" if clock["defeated"] else "clock.line"
                ends = self.words(f"ends.{clock['ends']}")
                text = self.words(key, clock=self._clock(clock), ends=ends) if key == "clock.line" else self.words(key, clock=self._clock(clock))
                found.setdefault(text, set()).add(clock["norm"])
        return [f"{text} [{self._list(refs)}]" for text, refs in found.items()]

    def _authorities(self) -> list[list[dict[str, Any]]]:
        shown: dict[tuple[str, bool], list[Mapping[str, Any]]] = {}
        for ref in self._used():
            norm = self.norms[ref]
            shown.setdefault((norm["authority"], norm["binds"]), []).append(norm)
        lists: list[list[dict[str, Any]]] = [[], []]
        for key, number in self.numbers.items():
            norms = shown[key]
            sides = sorted({n["side"] for n in norms})
            entry = {
                "number": number,
                "title": norms[0]["title"] or key[0],
                "citation": norms[0]["citation"],
                "side": self.words("clock.and").join(self.words(f"side.{x}") for x in sides),
                "because": " ".join(dict.fromkeys(n["because"] for n in norms if n["because"])),
                "id": key[0],
                "mark": "" if norms[0]["reviewed"] else self.words("unreviewed.mark"),
            }
            lists[0 if key[1] else 1].append(entry)
        return lists

    def _duties(self) -> list[str]:
        """What else is to be done, for a detainer in force: alike for all that comes with it, or packet by packet."""
        told: dict[str, list[str]] = {}
        for packet in self.table["packets"]:
            if packet["request"] != "good" or packet["companion"] == "judge-warrant":
                continue
            duties = []
            for name, action in packet["actions"].items():
                what = self.words.get(f"action.{name}", wording.plain(name))
                duties.append(self.words(f"duty.{action['result']}", action=what))
            told.setdefault("; ".join(duties), []).append(packet["companion"])
        lines = []
        for text, companions in told.items():
            if not text:
                continue
            beside = self._join(self.words(f"companion.{c}") for c in companions if c != "alone")
            if len(told) == 1 or companions == ["alone"]:
                label = self.words("packet.alone") if len(told) > 1 else ""
            else:
                label = self.words("packet.alone.or" if "alone" in companions else "packet.with", **{"with": beside})
            line = self.words("duty.packets", packets=label, duties=text) if label else f"{text}."
            lines.append(line[0].upper() + line[1:])
        return lines

    def _checked(self) -> list[str]:
        table, words = self.table, self.words
        unreviewed = len(table["unreviewed"])
        told = [words("checked", unreviewed=unreviewed, all=table["authorities"]) if unreviewed else words("checked.all", all=table["authorities"])]
        told.append(words("checked.adoption.on", count=len(table["not_adopted"])) if table["adoption"] else words("checked.adoption.off"))
        told.append(words("checked.table"))
        told.append(words("version", law=table["law_version"], engine=table["engine_version"]))
        return told

    def _where(self) -> str:
        """``Alachua County, FL (sheriff)``."""
        told = wording.agency(Messages(), self.table["agency"]).removesuffix(f" ({self.table['agency']})")
        place, _, role = told.rpartition(": ")
        return self.words("where", place=place, role=role) if place else told

    # -- the pages -------------------------------------------------------------------------------------------------

    def page(self) -> dict[str, Any]:
        table, words = self.table, self.words
        where = self._where()
        rows = [{"label": self._label(r), "cells": [[self._line(x) for x in cell] for cell in r.cells]} for r in self.rows]
        asked = words("asked", agency=table["agency"], as_of=table["as_of"], known=table["law_known_at"], zone=table["zone"])
        form = self._form(table["packets"][0]["papers"])
        asked = f"{asked} {words('form', form=form)}"
        if table["next_change"]:
            asked += " " + words("next", day=table["next_change"])
        unreviewed = len(table["unreviewed"])
        warning = words("warning", checked=words("checked.short", unreviewed=unreviewed, all=table["authorities"]))
        notes = [words("judge.note")] if len(self.columns) > 1 else [words("judge.note"), words("custody.note")]
        if not self.service:
            notes.append(words("service.note", form=form))
        lists = self._authorities()
        return {
            "lang": "en",
            "title": words("title", where=where),
            "asked": asked,
            "head": [words("head.packet"), *(words(f"custody.{c['id']}") for c in self.columns)],
            "rows": rows,
            "legend": words("legend"),
            "notes": notes,
            "questions": {"title": words("title.questions"), "items": self._questions()},
            "clocks": {"title": words("title.clocks"), "items": self._clock_list()},
            "duties": {"title": words("title.duties"), "items": self._duties()},
            "authorities": [
                {"title": words(t), "items": items}
                for t, items in zip(("title.authorities", "title.persuasive"), lists, strict=True)
                if items
            ],
            "checked": {"title": words("title.checked"), "items": self._checked()},
            "warning": warning,
            "card": self._card(where),
        }

    # -- the wall card ---------------------------------------------------------------------------------------------

    def _card(self, where: str) -> dict[str, Any]:
        table, words = self.table, self.words
        rows = []
        for row in self.rows:
            cells = []
            for column, cell in zip(self.columns, row.cells, strict=True):
                head = "" if len(self.columns) == 1 else words(f"custody.{column['id']}")
                cells.append({"head": head, "lines": self._card_lines(cell)})
            merged = [c for i, c in enumerate(cells) if i == 0 or c["lines"] != cells[0]["lines"]]
            if len(merged) == 1:
                merged[0]["head"] = ""
            else:
                merged = cells
            rows.append({"label": self._label(row), "cells": merged})
        unreviewed = len(table["unreviewed"])
        checked = words("checked", unreviewed=unreviewed, all=table["authorities"]) if unreviewed else words("checked.all", all=table["authorities"])
        adoption = words("checked.adoption.on", count=len(table["not_adopted"])) if table["adoption"] else words("checked.adoption.off")
        asked = words("card.asked", where=where, as_of=table["as_of"], known=table["law_known_at"])
        if table["next_change"]:
            asked += " " + words("next", day=table["next_change"])
        return {
            "title": words("card.title"),
            "asked": asked,
            "rows": rows,
            "notes": [words("card.unknown"), words("card.no"), words("card.call")],
            "fine": [f"{checked} {adoption}", words("version", law=table["law_version"], engine=table["engine_version"])],
            "notice": words("notice"),
        }

    def _card_lines(self, cell: Sequence[Line]) -> list[dict[str, str]]:
        told = []
        for line in cell:
            many = not line.otherwise and sum(len(c) for c in line.cubes) > MOST_ON_CARD
            when = words_of(self, line) if many else self._when(line)
            held = all(map(may_be_held, line.rules))
            duty = held and line.outcome == "review"
            told.append(
                {
                    "tone": TONES[line.outcome],
                    "status": self.words(f"card.{line.outcome}"),
                    "tail": self.words("card.tail.duty" if duty else f"card.tail.{line.outcome}"),
                    "when": when,
                    "clock": self._card_clock(line) if held else "",
                }
            )
        return told

    def _card_clock(self, line: Line) -> str:
        """The clocks of a hold, without those that can never be the first to end."""
        found = {clock_key(c): c for r in line.rules for c in running(r)}
        kept = [c for c in found.values() if not any(o is not c and _always_first(o, c) for o in found.values())]
        parts = sorted({self._clock(c) for c in kept})
        text = self.words("clock.first", clocks="; ".join(parts)) if len(parts) > 1 else "".join(parts)
        duties = sorted({self.words("clock.duty", clock=self._clock(c)) for r in line.rules for c in of_the_duty(r)})
        return "; ".join(t for t in (self.words("card.until", clock=text) if text else "", *duties) if t)


def _always_first(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a clock ends no later than another on every day: from the same event, no more hours, no day more left out."""
    if one["until_end_of_day"] or other["until_end_of_day"] or one["state"] != "applies":
        return False
    same = one["counted_from"] == other["counted_from"]
    return same and one["hours"] <= other["hours"] and set(one["excluding"]) <= set(other["excluding"]) and clock_key(one) != clock_key(other)


def words_of(view: _View, line: Line) -> str:
    """How many questions a long condition takes."""
    count = len({n for cube in line.cubes for n in cube})
    return view.words("card.more", count=count)


def _bounds(first: Mapping[str, Any], last: Mapping[str, Any]) -> str:
    """``under 5``, ``5 or less``, ``over 5``, ``5 or more``, ``5``, ``over 5 and under 15``."""
    low, high = first["low"], last["high"]
    exact_low = first["low"] is not None and first["low"] == first["high"]
    exact_high = last["high"] is not None and last["low"] == last["high"]
    if low is not None and low == high:
        return str(low)
    told = []
    if low is not None:
        told.append(f"{low} or more" if exact_low else f"over {low}")
    if high is not None:
        told.append(f"{high} or less" if exact_high else f"under {high}")
    return " and ".join(told) or "any"


__all__ = ["Cube", "view_of"]
