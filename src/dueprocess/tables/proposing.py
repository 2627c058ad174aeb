"""A map proposed for tables nobody has seen before, from their headers and values; a person reads and corrects it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from dueprocess.tables.families import Family, day_column, families, whole
from dueprocess.tables.guessing import Headers, means
from dueprocess.tables.header import plain
from dueprocess.tables.moments import month_first, read_time
from dueprocess.tables.problems import Problems
from dueprocess.tables.raw import Raw
from dueprocess.tables.sources import Reading, read_all
from dueprocess.terms.vocabulary import Vocabulary

MOST_VALUES = 80
"""So many different dispositions or release types are listed in a proposed map."""
HIDDEN = "(not shown)"
_ALIGNED = re.compile(r"\S {2,}\S.*\S {2,}\S")
_EDITION = re.compile(r"(?<![\d/])(0?[1-9]|1[0-2])/(\d{4}|\d{2})(?![\d/])")
_NAME = re.compile(r"[^\W\d_][^\d,:;/]{0,40}, ?[^\W\d_][^\d,:;/]{0,40}")


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
        return _Proposer(opened, families(opened, raws), words, vocabulary, agency=agency, notes=notes).propose(preset)


class _Proposer:
    def __init__(self, opened: Engine, found: Sequence[Family], words: Mapping[str, Any], vocabulary: Vocabulary, *, agency: str | None, notes: list[str]) -> None:
        self.engine, self.words, self.vocabulary, self.agency, self.notes = opened, words, vocabulary, agency, notes
        self.headers = Headers(opened, words, vocabulary, notes)
        self.raws = [whole(opened, family) for family in found]
        self.family = {id(raw): family for raw, family in zip(self.raws, found, strict=True)}
        self.logged: dict[int, dict[str, str]] = {}

    def propose(self, preset: str | None) -> Proposal:
        self.headers.day_first = self.headers.writes_day_first(self.raws)
        if self.headers.day_first:
            self.notes.append("the dates are written with the day first, since some can be read in no other way (day_first)")
        # The stays are in the table in which most of their columns are found.
        guesses = {id(raw): self.headers.columns(raw, self.words["columns"]) for raw in self.raws}
        for raw in self.raws:
            guesses[id(raw)] |= self.headers.by_words(raw, guesses[id(raw)])
            guesses[id(raw)] |= self.headers.by_values(raw, guesses[id(raw)])
        # A log of detainers may have more columns than the bookings that it belongs to.
        main = max(self.raws, key=lambda raw: ("booked_at" in guesses[id(raw)], "left_at" in guesses[id(raw)], len(guesses[id(raw)])))
        columns = guesses[id(main)]
        if preset is None and counts(main):
            raise InputError("each row is a count, not a stay: nothing can be decided from it", where=main.file, do="ask for the records behind the counts, one row a stay, with times")
        if not columns and preset is None:
            raise self._nothing(main)
        text = self._text(main, columns, guesses)
        idle = [h for raw in self.raws for h in self.headers.idle.get(id(raw), ()) if h not in self.logged.get(id(raw), {})]
        if idle:
            self.notes.append(f"nothing was made of these columns, which hold times: {', '.join(f'[{h}]' for h in idle[:12])}. If one is a time of the stay, name it under columns")
        tables = [{"file": raw.file, "rows": raw.rows, "columns": self._shown(raw, guesses[id(raw)]), "before": self._sample(raw)} for raw in self.raws]
        return Proposal(text, preset, tables, self.notes)

    def _nothing(self, raw: Raw) -> InputError:
        """What to do with a table of which nothing was recognized: its columns, and which of them hold times."""
        lines = self.headers.values(raw, raw.headers[0]) if len(raw.headers) < 3 else []
        if lines and sum(bool(_ALIGNED.search(v)) for v in lines) >= 0.5 * len(lines):
            return InputError("no column of a stay is recognized: the columns are lined up by blanks", where=raw.file, do="open it in a spreadsheet program, split it at fixed widths (Text to columns), save it as CSV, and give that")
        shown = [h for h in raw.headers if not personal(h)]
        times = [h for h in shown if self.headers.values(raw, h, most=1) and self.headers.is_time(raw, h)]
        held = f"; these hold times: {', '.join(f'[{h[:40]}]' for h in times[:8])}" if times else "; none of them holds times"
        return InputError(f"no column of a stay is recognized; its columns are {', '.join(f'[{h[:40]}]' for h in shown[:20])}{held}", where=raw.file, do="write a map by hand, as under “A map by hand” in docs/how-to/audit-a-spreadsheet.md")

    def _name(self, raw: Raw) -> str:
        return self.family[id(raw)].name

    # -- the text --------------------------------------------------------------------------------------------------

    def _text(self, main: Raw, columns: Mapping[str, str], guesses: Mapping[int, Mapping[str, str]]) -> str:
        lines = [
            "# Proposed by dueprocess columns. Read every line: what a column means, only the jail that keeps it knows.",
            "# Keys and examples: docs/reference/map-file.md",
            f"map: {self._name(main).replace('_', '-')}",
        ]
        several = len(self.raws) > 1
        layout = {id(raw): self._layout(raw, guesses[id(raw)]) for raw in self.raws}
        others = {id(raw): self._of_other(raw, main, columns, guesses[id(raw)]) for raw in self.raws if raw is not main}
        if several or main.sheet or layout[id(main)] or len(self.family[id(main)].members) > 1:
            lines.append("tables:")
            for raw in self.raws:
                family, via = self.family[id(raw)], self._via(raw, main, columns, guesses[id(raw)]) if others.get(id(raw)) or self._by_person(raw, main, columns, guesses[id(raw)]) else ""
                lines.append(f"  {self._name(raw)}: {{file: {_q(family.file)}{f', sheet: {_q(family.sheet)}' if family.sheet else ''}{layout[id(raw)]}{via}}}")
        if not any(own in TIME_OF for own in columns):
            self.notes.append("no column was taken for a time of a stay: without one nothing can be decided. If each row is a count, ask for the records behind the counts")
        elif "booked_at" not in columns:
            self.notes.append("no column was taken for the booking: name it under columns, as booked_at. The day of an arrest or an offense is not the booking")
        twins = [raw.file for raw in self.raws if raw is not main and [plain(h) for h in raw.headers] == [plain(h) for h in main.headers]]
        if twins:
            self.notes.append(f"{', '.join(f'[{t}]' for t in twins[:6])} have the same header as [{main.file}] and are not read: no one pattern names these tables alone. Give them one by one, or rename them")
        if self.headers.day_first:
            lines.append("day_first: true   # 3/4/2014 is the third of April")
        lines += self._stays(main, columns, several, self._match(main, columns, guesses))
        lines += ["columns:"]
        for own, header in columns.items():
            lines += self._column(main, own, header)
        if "detainer_form" in columns and "detainer_edition" not in columns and (edition := self._edition(main, columns["detainer_form"])):
            lines.append(f"  detainer_edition: {edition}")
        for raw in self.raws:
            lines += [f"  {own}: {{table: {self._name(raw)}, column: {_q(h)}}}" for own, h in others.get(id(raw), {}).items()]
        lines += self._agency(columns)
        lines += self._posted(main, columns)
        charged = [self._charges(raw, main, several) for raw in self.raws]
        logs = [self._log(raw, main, columns, guesses[id(raw)]) for raw in self.raws]
        for key, part in (("grounds:   # each row a local reason to hold, until a disposition that ends it", [g for g, _ in charged]), ("papers:   # detainers, and rows that are holds for immigration and no charges", [*(p for _, p in charged), *logs])):
            if any(part):
                lines += [key, *(line for found in part for line in found)]
        race = next((h for raw in self.raws for h in raw.headers if plain(h) in ("race", "ethnicity")), None)
        if race:
            lines.append(f"# by: {{{plain(race)}: {_q(race)}}}   # breaks the totals down; never a fact of the decision")
        lines += [
            "# What the files cannot tell may be assumed, one line each; every assumption is printed, and hours are given with and without.",
            "# assume: {detainer_form: i-247a, judicial_warrant: false}",
            "# Never assume record_complete unless the files say of every paper when it came, who signed it and when it was served:",
            "# what they do not say would then count as never having happened, and an unserved or unsigned detainer asks for nothing.",
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
        (before_header,) = self.engine.one(f"SELECT count(*) FILTER (WHERE n = 1 AND nullif(trim(c0), '') IS NOT NULL AND next = _line + 2) FROM (SELECT c0, _line, {filled} AS n, lead(_line) OVER (ORDER BY _line) AS next FROM {raw.table})") if alone == 1 else (0,)
        if (alone >= 2 or before_header) and usual >= 3:
            said += ", group_header: Group"
            self.notes.append(f"[{raw.file}]: {alone} {'line holds' if alone == 1 else 'lines hold'} one cell only; read as {'the title' if alone == 1 else 'titles'} of the rows below (group_header)")
        owned = [h for own, h in columns.items() if own not in ("agency", "state", "county")]
        first = raw.column([columns["stay_id"]]) if "stay_id" in columns else None
        if first and raw.rows > alone:
            below = f"nullif(trim({first}), '') IS NULL AND ({filled} > 1 OR nullif(trim(c0), '') IS NULL AND {filled} = 1)"
            (count, *blank) = self.engine.one(f"SELECT count(*), {', '.join(f'count(nullif(trim({raw.column([h])}), {chr(39) * 2}))' for h in owned)} FROM {raw.table} WHERE {below}")
            (top,) = self.engine.one(f"SELECT arg_min(nullif(trim({first}), '') IS NOT NULL, _line) FROM {raw.table} WHERE {filled} > 1")
            if count and top:
                down = [h for h, n in zip(owned, blank, strict=True) if n == 0]
                said += f", fill_down: [{', '.join(_q(h) for h in down)}]"
                self.notes.append(f"[{raw.file}]: {count} rows have no [{columns['stay_id']}]; they are read as further rows of the stay above (fill_down). If they are stays of their own, take that out")
        return said

    def _match(self, main: Raw, columns: Mapping[str, str], guesses: Mapping[int, Mapping[str, str]]) -> str:
        """How other tables find their stay, where they write its number in another way: ``, match: digits`` or nothing."""
        others = [(raw, h) for raw in self.raws if raw is not main and (h := guesses[id(raw)].get("stay_id"))]
        if "stay_id" not in columns or not others:
            return ""
        ours, digits = f"dp_clean({main.column([columns['stay_id']])})", "nullif(regexp_replace({}, '[^0-9]', '', 'g'), '')"
        (same,) = self.engine.one(f"SELECT count(DISTINCT {ours}) = count(DISTINCT {digits.format(ours)}) FROM {main.table}")
        for raw, header in others if same else ():
            theirs = f"dp_clean({raw.column([header])})"
            rows, exact, near = self.engine.one(
                f"SELECT count(*), count(*) FILTER (k IN (SELECT {ours} FROM {main.table})), count(*) FILTER ({digits.format('k')} IN (SELECT {digits.format(ours)} FROM {main.table})) FROM (SELECT {theirs} AS k FROM {raw.table}) WHERE k IS NOT NULL"
            )
            if near >= exact + max(1, 0.05 * rows) and near >= 0.6 * rows:
                self.notes.append(f"[{raw.file}]: {near - exact} of {rows} rows name their booking otherwise than [{main.file}] does; by the digits alone {near} are found (match: digits). Compare a few by hand")
                return ", match: digits"
        return ""

    def _stays(self, main: Raw, columns: Mapping[str, str], several: bool, match: str = "") -> list[str]:
        columns = dict(columns)
        day = self._seen_on(main, columns)
        if day:
            if day in main.headers:
                self.logged.setdefault(id(main), {})[day] = "snapshots: day"
            names = [columns[n] for n in ("stay_id",) if n in columns] or [columns[n] for n in ("person_key", "booked_at") if n in columns]
            self.notes.append(f"[{main.file}]: lists of who was in custody on each day (snapshots). A stay ended between the last list that names the person and the next one: not seen is not released")
            table = f"table: {self._name(main)}, " if several else ""
            return [f"stays: {{{table}id: [{', '.join(_q(n) for n in names)}]}}", f"snapshots: {{day: {_q(day)}}}"]
        if "stay_id" not in columns:
            self.notes.append("no column names the booking: every row is taken as a stay of its own")
            return [f"stays: {{table: {self._name(main)}}}"] if several else []
        return [f"stays: {{{f'table: {self._name(main)}, ' if several else ''}id: {_q(columns['stay_id'])}{match}}}"]

    def _seen_on(self, raw: Raw, columns: Mapping[str, str]) -> str | None:
        """What ``snapshots: {day: …}`` of the map is, where each row is a person seen on a day."""
        who = columns.get("stay_id") or columns.get("person_key")
        if who is None or "left_at" in columns:
            return None
        if self.family[id(raw)].day:
            return self.family[id(raw)].day
        day = day_column(raw)
        if day is None or day in columns.values() or not self.headers.is_time(raw, day):
            return None
        (rows, people) = self.engine.one(f"SELECT count(*), count(DISTINCT {raw.column([who])}) FROM {raw.table}")
        return day if people <= 0.7 * rows else None

    def _of_other(self, raw: Raw, main: Raw, columns: Mapping[str, str], guesses: Mapping[str, str]) -> dict[str, str]:
        """What a table beside that of the stays gives to the stays; a log of detainers gives papers instead."""
        if self._is_log(raw, guesses) or not self._link(main, columns, guesses):
            return {}
        charges = set(self.headers.columns(raw, self.words["charges"]).values())
        return {own: h for own, h in guesses.items() if own not in columns and own not in ("stay_id", "person_key") and h not in charges}

    def _link(self, main: Raw, columns: Mapping[str, str], guesses: Mapping[str, str]) -> tuple[str, str] | None:
        """(theirs, ours): the columns by which rows of another table find their stay."""
        return next(((guesses[n], columns[n]) for n in ("stay_id", "person_key") if n in guesses and n in columns), None)

    def _via(self, raw: Raw, main: Raw, columns: Mapping[str, str], guesses: Mapping[str, str]) -> str:
        link = self._link(main, columns, guesses) if raw is not main else None
        if link is None or ("stay_id" in guesses and plain(link[0]) == plain(link[1])):
            return ""
        return f", via: {{table: {self._name(main)}, on: {{{_q(link[0])}: {_q(link[1])}}}}}"

    def _by_person(self, raw: Raw, main: Raw, columns: Mapping[str, str], guesses: Mapping[str, str]) -> bool:
        """Whether a log of detainers names the person and not the booking, and the stays name the person, too."""
        return raw is not main and self._is_log(raw, guesses) and "stay_id" not in guesses and self._link(main, columns, guesses) is not None

    def _is_log(self, raw: Raw, guesses: Mapping[str, str]) -> bool:
        """Whether a table lists detainers, one a row: it names their forms, or its own name says so."""
        named = self.headers.words_of(f"{self.family[id(raw)].file} {raw.sheet or ''}") & {"detainer", "detainers", "hold", "holds", "ice"}
        return not guesses.keys() & {"booked_at", "left_at"} and ("detainer_form" in guesses or bool(named))

    def _log(self, raw: Raw, main: Raw, columns: Mapping[str, str], guesses: Mapping[str, str]) -> list[str]:
        """A log of detainers beside the stays: papers."""
        if raw is main or not self._is_log(raw, guesses):
            return []
        stay = guesses.get("stay_id")
        if stay is None and not self._by_person(raw, main, columns, guesses):
            self.notes.append(f"[{raw.file}] looks like a log of detainers, but no column names the booking")
            return []
        if stay is None:
            self.notes.append(f"[{raw.file}] names the person and not the booking: it is joined by the person (via), and a detainer goes to the stay in which it came. Compare those who were booked more than once")
        fields = {name: guesses[own] for name, own in (("kind", "detainer_form"), ("edition", "detainer_edition"), ("issuer", "detainer_issuer")) if own in guesses}
        fields |= {n: guesses[f"detainer_{n}"] for n in ("received_at", "served_at", "cancelled_at", "boxes") if f"detainer_{n}" in guesses}
        fields |= {"served": guesses["detainer_served_ever"]} if "detainer_served_ever" in guesses else {}
        free = [h for h in raw.headers if h not in guesses.values() and not personal(h)]
        for entry in self.words["log"]:
            reads = self.headers.is_time if entry["column"].endswith("_at") else self.headers.yes_or_no if entry["column"] == "served" else lambda raw, h: True
            fits = [h for h in free if h not in fields.values() and means(self.headers.words_of(h), entry) and reads(raw, h)]
            if entry["column"] not in fields and len(fits) == 1:
                fields[entry["column"]] = fits[0]
                self.notes.append(f"[{fits[0]}] of [{raw.file}] was taken for a detainer's {entry['column']} by the words of its name: check that it is that")
        self.logged[id(raw)] = {h: f"papers: {n}" for n, h in fields.items()}
        kind = _q(fields.pop("kind")) if "kind" in fields else "{value: detainer}"
        edition = self._edition(raw, guesses["detainer_form"]) if "detainer_form" in guesses and "edition" not in fields else ""
        named = [f"    stay: {_q(stay)}"] if stay else []
        return [f"  - table: {self._name(raw)}", *named, f"    kind: {kind}", *([f"    edition: {edition}"] if edition else []), *(f"    {n}: {_q(h)}" for n, h in fields.items())]

    def _edition(self, raw: Raw, header: str) -> str:
        """How an edition that stands with the form, as ``I-247 (12/12)``, is read; empty where none does."""
        found = {m[0]: f"{m[2] if len(m[2]) == 4 else '20' + m[2] if int(m[2]) < 90 else '19' + m[2]}-{int(m[1]):02}" for v in self.headers.values(raw, header, most=5000) if re.search(r"i-?247", v, re.IGNORECASE) and (m := _EDITION.search(v))}
        patterns = ", ".join(_q("\\b" + text + "\\b") + f": {_q(edition)}" for text, edition in sorted(found.items()))
        return f"{{column: {_q(header)}, patterns: {{{patterns}}}, else: unknown}}" if found else ""

    def _column(self, raw: Raw, own: str, header: str) -> list[str]:
        if own == "left_to":
            listed = Counter(self.headers.values(raw, header, most=5000)).most_common(MOST_VALUES)
            return [f"  left_to:   # ice, community, other_agency or unknown", f"    column: {_q(header)}", "    values:", *(f"      {_q(v)}: {self._answer('left_to', v, 'unknown')}" for v, _ in listed), "    else: unknown"]  # noqa: F541
        if own == "detainer" and not all(v.lower() in (*YES, *NO, *UNSURE) for v in self.headers.values(raw, header)):
            listed = Counter(self.headers.values(raw, header, most=5000)).most_common(MOST_VALUES)
            return ["  detainer:   # which of these says that ICE asked for a hold", f"    column: {_q(header)}", "    values:", *(f"      {_q(v)}: {'yes' if any(re.search(h, v, re.IGNORECASE) for h in self.words['holds']) else 'unknown'}" for v, _ in listed), "    else: unknown"]
        clock = self.headers.clock_of(raw, own, header)
        guess = "   # by the words of its name: check" if (raw.file, header) in self.headers.guessed else ""
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
        ends = {k: v for k, v in self.headers.columns(raw, self.words["charges"]).items() if k == "until"}
        for own, header in {**columns, **ends}.items():
            if own != "until" and (own not in TIME_OF or own == "booked_at"):
                continue
            beside = self.headers.clock_of(raw, own, header)
            texts = self.headers.values(raw, header, most=20000)
            if beside:
                texts = [row[0] for row in self.engine.rows(f"SELECT concat(trim({raw.column([header])}), ' ', trim({raw.column([beside])})) FROM {raw.table} WHERE dp_clean({raw.column([header])}) IS NOT NULL AND dp_clean({raw.column([beside])}) IS NOT NULL LIMIT 20000")]
            clocks = Counter(c for c in (_clock(month_first(v) if self.headers.day_first else v) for v in texts) if c)
            often = [c for c, n in clocks.most_common(6) if n >= 0.15 * sum(clocks.values()) and n >= 5]
            if often and sum(clocks[c] for c in often) >= 0.5 * sum(clocks.values()):
                found.append(f"  {own}: [{', '.join(_q(c) for c in sorted(often))}]   # {sum(clocks[c] for c in often)} of {sum(clocks.values())} times: posted hours, good only as dates")
        return ["posted:", *found] if found else []

    def _charges(self, raw: Raw, main: Raw, several: bool) -> tuple[list[str], list[str]]:
        """(grounds, papers): rows that are charges or holds, and detainers known by a text."""
        charges = self.headers.columns(raw, self.words["charges"])
        text = charges.get("text")
        if not text and "disposition" not in charges:
            return [], []
        table = f"table: {self._name(raw)}" if several else ""
        stay = self.headers.columns(raw, {"stay_id": self.words["columns"]["stay_id"]}).get("stay_id")
        if stay is None:
            self.notes.append(f"[{raw.file}] looks like charges, but no column names the booking")
            return [], []
        lines: list[str] = []
        entries = [e for e in (table, f"stay: {_q(stay)}" if raw is not main else "") if e]
        entries += [f"{part}: {_q(charges[part])}" for part in ("kind", "from", "until") if part in charges]
        lines += [f"  - {entries[0]}" if entries else "  - complete: false", *(f"    {e}" for e in entries[1:])]
        if "disposition" in charges:
            listed = Counter(self.headers.values(raw, charges["disposition"], most=5000)).most_common(MOST_VALUES)
            lines += ["    dispositions:   # does it end local authority? yes, no, unknown, hold (a request to hold, no ground), transfer", f"      column: {_q(charges['disposition'])}", "      table:"]
            lines += [f"        {_q(v)}: {self._answer('dispositions', v, 'unknown')}   # {n} rows" for v, n in listed] or ["        {}"]
        holds = [h for h in self.words["holds"] if text and any(re.search(h, v, re.IGNORECASE) for v in self.headers.values(raw, text, most=20000))]
        held: list[str] = []
        if text and holds:
            held += [f"  - {table}", "    kind: {value: detainer}"] if table else ["  - kind: {value: detainer}"]
            held += [f"    stay: {_q(stay)}"] if raw is not main else []
            held += [f"    when: {{{_q(text)}: [{', '.join(_q(h) for h in holds)}]}}"]
            if "from" in charges:
                held.append(f"    received_at: {_q(charges['from'])}")
            if "until" in charges and "disposition" in charges:
                ended = [w for w in self.words["cancelled"] if any(re.search(w, v, re.IGNORECASE) for v in self.headers.values(raw, charges["disposition"], most=5000))]
                if ended:
                    held.append(f"    cancelled_at: {{column: {_q(charges['until'])}, only: {{{_q(charges['disposition'])}: [{', '.join(_q(w) for w in ended)}]}}}}")
        return lines, held

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _shown(self, raw: Raw, columns: Mapping[str, str]) -> list[dict[str, str]]:
        own = {header: name for name, header in columns.items()}
        charges = {h: f"grounds: {n}" for n, h in self.headers.columns(raw, self.words["charges"]).items()}
        own |= {h: f"{name}: its clock" for name, header in columns.items() if (h := self.headers.clock_of(raw, name, header)) and h not in own}
        return [{"column": h, "becomes": self.logged.get(id(raw), {}).get(h) or own.get(h) or charges.get(h) or ("" if not personal(h) else "never read")} for h in raw.headers]

    def _sample(self, raw: Raw) -> list[dict[str, str]]:
        rows = self.engine.rows(f"SELECT {', '.join(f'c{i}' for i in range(len(raw.headers)))} FROM {raw.table} ORDER BY _line LIMIT 10")
        hidden = {h for h in raw.headers if personal(h) or (raw.file, h) in self.headers.doubtful or self._is_names(raw, h)}
        return [{h: HIDDEN if h in hidden and v else (v or "") for h, v in zip(raw.headers, row, strict=True)} for row in rows]

    def _is_names(self, raw: Raw, header: str) -> bool:
        """Whether a column holds names, whatever it is called: most values are words, a comma, words."""
        values = self.headers.values(raw, header)
        return bool(values) and sum(bool(_NAME.fullmatch(v)) for v in values) >= 0.6 * len(values)


def _clock(value: str) -> str | None:
    found = read_time(value, "UTC")
    if found.low is None or found.open:
        return None
    return f"{found.low // 3600 % 24:02}:{found.low // 60 % 60:02}"


def _q(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
