"""A map proposed for tables nobody has seen before, from their headers and values; a person reads and corrects it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.tables.cells import NO, UNSURE, YES, prepare_macros
from dueprocess.tables.choosing import counts, known_names, own_map, recognized
from dueprocess.tables.columns import TIME_OF, personal
from dueprocess.tables.engine import Engine, engine
from dueprocess.tables.header import plain
from dueprocess.tables.moments import local_of, read_time
from dueprocess.tables.problems import Problems
from dueprocess.tables.raw import Raw
from dueprocess.tables.sources import Reading, read_all
from dueprocess.terms.vocabulary import Vocabulary

MOST_VALUES = 80
"""So many different dispositions or release types are listed in a proposed map."""
HIDDEN = "(not shown)"
_NAME = re.compile(r"[^\W\d_][^\d,:;/]{0,40}, ?[^\W\d_][^\d,:;/]{0,40}")
_CLOCK_ALONE = re.compile(r"\d{1,2}:?\d{2}(:\d{2})?( ?[AaPp][Mm])?")


@dataclass
class Proposal:
    """What was found: per table its headers with what each would become, sample rows, and the text of the map.

    ``preset`` names a known release that needs no map. Columns that name people are never shown.
    """

    text: str
    preset: str | None
    tables: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def propose(inputs: Sequence[Path | str], *, vocabulary: Vocabulary, sheet: str | None = None, agency: str | None = None) -> Proposal:
    """A map for these tables, as text to be written to a file, read and corrected.

    Raises:
        InputError: a file is missing or no table.
    """
    words = read_mapping(data_dir("presets") / "words" / "columns.yaml")
    with TemporaryDirectory() as folder, engine(within=Path(folder)) as opened:
        prepare_macros(opened)
        names = known_names(None, vocabulary) | {plain(n) for part in ("columns", "charges", "clocks") for listed in words[part].values() for n in listed}
        raws, _ = read_all(opened, inputs, problems=Problems(opened), known=names, readings=[Reading(sheet=sheet)] if sheet else [])
        notes: list[str] = []
        preset = "own" if own_map(raws, vocabulary=vocabulary, notes=[]) else recognized(raws, vocabulary=vocabulary)
        return _Proposer(opened, raws, words, vocabulary, agency=agency, notes=notes).propose(preset)


class _Proposer:
    def __init__(self, opened: Engine, raws: Sequence[Raw], words: Mapping[str, Any], vocabulary: Vocabulary, *, agency: str | None, notes: list[str]) -> None:
        self.engine, self.raws, self.words, self.vocabulary, self.agency, self.notes = opened, raws, words, vocabulary, agency, notes
        self.guessed: set[tuple[str, str]] = set()

    def propose(self, preset: str | None) -> Proposal:
        # The stays are in the table in which most of their columns are found.
        guesses = {id(raw): self._columns(raw, self.words["columns"]) for raw in self.raws}
        for raw in self.raws:
            guesses[id(raw)] |= self._by_words(raw, guesses[id(raw)])
        main = max(self.raws, key=lambda raw: len(guesses[id(raw)]))
        columns = guesses[id(main)]
        if preset is None and counts(main):
            raise InputError("each row is a count, not a stay: nothing can be decided from it", where=main.file, do="ask for the records behind the counts, one row a stay, with times")
        if not columns and preset is None:
            raise InputError("no column of a stay is recognized", where=main.file, do="write a map by hand, as in docs/reference/map-file.md")
        text = self._text(main, columns, guesses)
        tables = [{"file": raw.file, "rows": raw.rows, "columns": self._shown(raw, guesses[id(raw)]), "before": self._sample(raw)} for raw in self.raws]
        return Proposal(text, preset, tables, self.notes)

    def _values(self, raw: Raw, header: str, *, most: int = 400) -> list[str]:
        cell = raw.column([header])
        rows = self.engine.rows(f"SELECT v FROM (SELECT dp_clean({cell}) AS v FROM {raw.table} LIMIT 20000) WHERE v IS NOT NULL LIMIT {most}")
        return [row[0] for row in rows]

    def _columns(self, raw: Raw, synonyms: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """Own name to header: by the table of synonyms, then by likeness; a time must read as one."""
        headers = {plain(h): h for h in reversed(raw.headers)}
        found: dict[str, str] = {}
        taken: set[str] = set()
        for likeness in (False, True):
            for own, listed in synonyms.items():
                if own in found:
                    continue
                wanted = [plain(n) for n in listed]
                match = next((n for n in wanted if n in headers and n not in taken), None)
                if match is None and likeness:
                    near = [n for n in get_close_matches(wanted[0], [h for h in headers if h not in taken], n=1, cutoff=0.88)]
                    match = near[0] if near else None
                if match is None or (personal(headers[match]) and own not in ("agency_name", "facility_name")):
                    continue
                if own == "agency" and not any(v.startswith("us/") for v in self._values(raw, headers[match])):
                    continue  # an agency's initials name none; its path does
                if own == "detainer" and not all(v.lower() in (*YES, *NO, *UNSURE) for v in self._values(raw, headers[match])):
                    continue
                if (own.endswith("_at") or own in ("from", "until")) and not self._is_time(raw, headers[match]):
                    continue
                found[own] = headers[match]
                taken.add(match)
        if synonyms is self.words["columns"]:
            for name, header in headers.items():
                if name in self.vocabulary.facts and self.vocabulary.facts[name].origin != "declared" and name not in taken and name not in found:
                    found[name] = header
        return found

    def _by_words(self, raw: Raw, found: Mapping[str, str]) -> dict[str, str]:
        """Own name to header by what the header's words mean, for times that nothing was found for yet; noted, since it is
        a guess. Times of which nothing is made are noted, too."""
        if not found:
            return {}
        taken = {*found.values(), *self._columns(raw, self.words["charges"]).values(), *(h for h in raw.headers if plain(h) in {plain(c) for own in found for c in self.words["clocks"].get(own, ())})}
        more: dict[str, str] = {}
        free = [h for h in raw.headers if h not in taken and not personal(h) and self._is_time(raw, h) and self._values(raw, h, most=1)]
        for entry in self.words["meanings"]:
            fits = [h for h in free if h not in more.values() and _means(self._words(h), entry)]
            if entry["column"] not in (*found, *more) and len(fits) == 1:
                more[entry["column"]] = fits[0]
                self.guessed.add((raw.file, fits[0]))
                self.notes.append(f"[{fits[0]}] was taken for {entry['column']} by the words of its name: check that it is that")
        clocks = {h for own in more if (h := self._clock_of(raw, own, more[own]))}
        idle = [h for h in free if h not in more.values() and h not in clocks and not all(_is_clock(v) for v in self._values(raw, h))]
        if idle:
            self.notes.append(f"nothing was made of these columns, which hold times: {', '.join(f'[{h}]' for h in idle[:12])}. If one is a time of the stay, name it under columns")
        return more

    def _words(self, header: str) -> set[str]:
        """The words of a header, abbreviations written out."""
        short = self.words["short"]
        text = f"_{plain(header)}_"
        for part, whole in short.items():
            if "_" in part:
                text = text.replace(f"_{part}_", f"_{whole}_")
        return {short.get(w, w) for w in text.strip("_").split("_")}

    def _clock_of(self, raw: Raw, own: str, header: str) -> str | None:
        """The column that holds the clock hour of a time whose own column is a date."""
        clocks = [plain(c) for c in self.words["clocks"].get(own, ())]
        return next((h for h in raw.headers if plain(h) in clocks and plain(h) != plain(header)), None)

    def _is_time(self, raw: Raw, header: str) -> bool:
        values = self._values(raw, header)
        if not values:
            return raw.rows > 0
        return sum(_is_time(v) for v in values) >= 0.6 * len(values)

    # -- the text --------------------------------------------------------------------------------------------------

    def _text(self, main: Raw, columns: Mapping[str, str], guesses: Mapping[int, Mapping[str, str]]) -> str:
        lines = [
            "# Proposed by dueprocess columns. Read every line: what a column means, only the jail that keeps it knows.",
            "# Keys and examples: docs/reference/map-file.md",
            f"map: {plain(main.name).replace('_', '-') or 'map'}",
        ]
        several = len(self.raws) > 1
        layout = {id(raw): self._layout(raw, guesses[id(raw)]) for raw in self.raws}
        if several or main.sheet or layout[id(main)]:
            lines.append("tables:")
            lines += [f"  {_name(raw)}: {{file: {_q(raw.file.split('[')[0])}{f', sheet: {_q(raw.sheet)}' if raw.sheet else ''}{layout[id(raw)]}}}" for raw in self.raws]
        if not any(own in TIME_OF for own in columns):
            self.notes.append("no column was taken for a time of a stay: without one nothing can be decided. If each row is a count, ask for the records behind the counts")
        elif "booked_at" not in columns:
            self.notes.append("no column was taken for the booking: name it under columns, as booked_at. The day of an arrest or an offense is not the booking")
        lines += self._stays(main, columns, several)
        lines += ["columns:"]
        for own, header in columns.items():
            lines += self._column(main, own, header)
        for raw in self.raws:
            if raw is not main:
                lines += [f"  {own}: {{table: {_name(raw)}, column: {_q(h)}}}" for own, h in guesses[id(raw)].items() if own not in columns and own not in ("stay_id", "person_key") and guesses[id(raw)].get("stay_id")]
        lines += self._agency(columns)
        lines += self._posted(main, columns)
        for raw in self.raws:
            lines += self._charges(raw, main, several)
        lines += [
            "# What the files cannot tell may be assumed, one line each; every assumption is printed, and hours are given with and without.",
            "# assume: {record_complete: true, detainer_form: i-247a, judicial_warrant: false}",
        ]
        return "\n".join(lines) + "\n"

    def _layout(self, raw: Raw, columns: Mapping[str, str]) -> str:
        """What the table's map says of lines that name a group, and of cells that stand only on the first line of a stay."""
        cells = [f"c{i}" for i in range(len(raw.headers))]
        if len(cells) < 3:
            return ""
        filled = " + ".join(f"(nullif(trim({c}), '') IS NOT NULL)::INT" for c in cells)
        alone, usual = self.engine.one(f"SELECT count(*) FILTER (WHERE n = 1 AND nullif(trim(c0), '') IS NOT NULL), median(n) FROM (SELECT c0, {filled} AS n FROM {raw.table})")
        said = ""
        if alone >= 2 and usual >= 3:
            said += ", group_header: Group"
            self.notes.append(f"[{raw.file}]: {alone} lines hold one cell only; they are read as titles of the rows below (group_header)")
        owned = [h for own, h in columns.items() if own not in ("agency", "state", "county")]
        first = raw.column([columns["stay_id"]]) if "stay_id" in columns else None
        if first and raw.rows > alone:
            below = f"nullif(trim({first}), '') IS NULL AND {filled} > 1"
            (count, *blank) = self.engine.one(f"SELECT count(*), {', '.join(f'count(nullif(trim({raw.column([h])}), {chr(39) * 2}))' for h in owned)} FROM {raw.table} WHERE {below}")
            (top,) = self.engine.one(f"SELECT arg_min(nullif(trim({first}), '') IS NOT NULL, _line) FROM {raw.table} WHERE {filled} > 1")
            if count and top:
                down = [h for h, n in zip(owned, blank, strict=True) if n == 0]
                said += f", fill_down: [{', '.join(_q(h) for h in down)}]"
                self.notes.append(f"[{raw.file}]: {count} rows have no [{columns['stay_id']}]; they are read as further rows of the stay above (fill_down). If they are stays of their own, take that out")
        return said

    def _stays(self, main: Raw, columns: Mapping[str, str], several: bool) -> list[str]:
        if "stay_id" not in columns:
            self.notes.append("no column names the booking: every row is taken as a stay of its own")
            return [f"stays: {{table: {_name(main)}}}"] if several else []
        return [f"stays: {{{f'table: {_name(main)}, ' if several else ''}id: {_q(columns['stay_id'])}}}"]

    def _column(self, raw: Raw, own: str, header: str) -> list[str]:
        if own == "left_to":
            listed = Counter(self._values(raw, header, most=5000)).most_common(MOST_VALUES)
            return [f"  left_to:   # ice, community, other_agency or unknown", f"    column: {_q(header)}", "    values:", *(f"      {_q(v)}: {self._answer('left_to', v, 'unknown')}" for v, _ in listed), "    else: unknown"]  # noqa: F541
        clock = self._clock_of(raw, own, header)
        guess = "   # by the words of its name: check" if (raw.file, header) in self.guessed else ""
        if clock:
            return [f"  {own}: {{column: {_q(header)}, clock: {_q(clock)}}}{guess}"]
        return [f"  {own}: {_q(header)}{guess}"]

    def _answer(self, part: str, value: str, otherwise: str) -> str:
        for entry in self.words[part]:
            if any(re.search(w, value, re.IGNORECASE) for w in entry["words"]):
                return str(entry["answer"])
        return otherwise

    def _agency(self, columns: Mapping[str, str]) -> list[str]:
        if "agency" in columns or ("state" in columns and ("county" in columns or "facility_name" in columns)):
            return []
        if self.agency:
            return [f"constants: {{agency: {_q(self.agency)}}}"]
        self.notes.append("no column names the agency: write its path under constants (or run again with --agency us/or/clackamas-county/sheriff)")
        return ["# constants: {agency: us/or/clackamas-county/sheriff}   # whose jail is it? Without this line nothing can be decided."]

    def _posted(self, raw: Raw, columns: Mapping[str, str]) -> list[str]:
        """Clock hours that stand again and again are posted, not observed."""
        found = []
        ends = {k: v for k, v in self._columns(raw, self.words["charges"]).items() if k == "until"}
        for own, header in {**columns, **ends}.items():
            if own != "until" and (own not in TIME_OF or own == "booked_at"):
                continue
            clocks = Counter(c for c in (_clock(v) for v in self._values(raw, header, most=20000)) if c)
            often = [c for c, n in clocks.most_common(6) if n >= 0.15 * sum(clocks.values()) and n >= 5]
            if often and sum(clocks[c] for c in often) >= 0.5 * sum(clocks.values()):
                found.append(f"  {own}: [{', '.join(_q(c) for c in sorted(often))}]   # {sum(clocks[c] for c in often)} of {sum(clocks.values())} times: posted hours, good only as dates")
        return ["posted:", *found] if found else []

    def _charges(self, raw: Raw, main: Raw, several: bool) -> list[str]:
        """Rows that are charges or holds: grounds, and detainers known by a text."""
        charges = self._columns(raw, self.words["charges"])
        text = charges.get("text")
        if not text and "disposition" not in charges:
            return []
        table = f"table: {_name(raw)}" if several else ""
        stay = self._columns(raw, {"stay_id": self.words["columns"]["stay_id"]}).get("stay_id")
        if stay is None:
            self.notes.append(f"[{raw.file}] looks like charges, but no column names the booking")
            return []
        lines = ["grounds:   # each row a local reason to hold, until a disposition that ends it"]
        entries = [e for e in (table, f"stay: {_q(stay)}" if raw is not main else "") if e]
        entries += [f"{part}: {_q(charges[part])}" for part in ("kind", "from", "until") if part in charges]
        lines += [f"  - {entries[0]}" if entries else "  - complete: false", *(f"    {e}" for e in entries[1:])]
        if "disposition" in charges:
            listed = Counter(self._values(raw, charges["disposition"], most=5000)).most_common(MOST_VALUES)
            lines += ["    dispositions:   # does it end local authority? yes, no, unknown, hold (a request to hold, no ground), transfer", f"      column: {_q(charges['disposition'])}", "      table:"]
            lines += [f"        {_q(v)}: {self._answer('dispositions', v, 'unknown')}   # {n} rows" for v, n in listed] or ["        {}"]
        holds = [h for h in self.words["holds"] if text and any(re.search(h, v, re.IGNORECASE) for v in self._values(raw, text, most=20000))]
        if text and holds:
            lines += ["papers:   # rows that are holds for immigration, not charges", *([f"  - {table}", "    kind: {value: detainer}"] if table else ["  - kind: {value: detainer}"])]
            lines += [f"    stay: {_q(stay)}"] if raw is not main else []
            lines += [f"    when: {{{_q(text)}: [{', '.join(_q(h) for h in holds)}]}}"]
            if "from" in charges:
                lines.append(f"    received_at: {_q(charges['from'])}")
            if "until" in charges and "disposition" in charges and any("cancel" in v.lower() for v in self._values(raw, charges["disposition"], most=5000)):
                lines.append(f"    cancelled_at: {{column: {_q(charges['until'])}, only: {{{_q(charges['disposition'])}: cancel}}}}")
        return lines

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _shown(self, raw: Raw, columns: Mapping[str, str]) -> list[dict[str, str]]:
        own = {header: name for name, header in columns.items()}
        charges = {h: f"grounds: {n}" for n, h in self._columns(raw, self.words["charges"]).items()}
        for name in list(columns):
            clocks = [plain(c) for c in self.words["clocks"].get(name, ())]
            own |= {h: f"{name}: its clock" for h in raw.headers if plain(h) in clocks and h not in own}
        return [{"column": h, "becomes": own.get(h) or charges.get(h) or ("" if not personal(h) else "never read")} for h in raw.headers]

    def _sample(self, raw: Raw) -> list[dict[str, str]]:
        rows = self.engine.rows(f"SELECT {', '.join(f'c{i}' for i in range(len(raw.headers)))} FROM {raw.table} ORDER BY _line LIMIT 10")
        hidden = {h for h in raw.headers if personal(h) or self._is_names(raw, h)}
        return [{h: HIDDEN if h in hidden and v else (v or "") for h, v in zip(raw.headers, row, strict=True)} for row in rows]

    def _is_names(self, raw: Raw, header: str) -> bool:
        """Whether a column holds names, whatever it is called: most values are words, a comma, words."""
        values = self._values(raw, header)
        return bool(values) and sum(bool(_NAME.fullmatch(v)) for v in values) >= 0.6 * len(values)


def _means(words: set[str], entry: Mapping[str, Any]) -> bool:
    return all(words & set(group) for group in entry["all"]) and not words & set(entry["none"])


def _is_clock(value: str) -> bool:
    return bool(_CLOCK_ALONE.fullmatch(value.strip()))


def _is_time(value: str) -> bool:
    try:
        return value.lower() in ("never", "open") or local_of(" ".join(value.split())) is not None
    except ValueError:
        return False


def _clock(value: str) -> str | None:
    found = read_time(value, "UTC")
    if found.low is None or found.open:
        return None
    return f"{found.low // 3600 % 24:02}:{found.low // 60 % 60:02}"


def _name(raw: Raw) -> str:
    return plain(raw.name) or "table"


def _q(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
