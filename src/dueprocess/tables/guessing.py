"""What the columns of a table that nobody has seen before may hold, by their names, the words of these, and their cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from dueprocess.tables.cells import NO, UNSURE, YES
from dueprocess.tables.columns import TIME_OF, personal
from dueprocess.tables.engine import Engine
from dueprocess.tables.header import plain, spoken
from dueprocess.tables.moments import NUMERIC, local_of, month_first
from dueprocess.tables.raw import Raw
from dueprocess.terms.vocabulary import Vocabulary

MOST_CODES, FEWEST = 40, 3
"""A column of more different values, or of one that fewer rows have, is none of codes: what was typed once may be a name, and a map would show it."""
_RELEASED, _TO = frozenset({"released", "release", "discharged", "discharge"}), frozenset({"to", "who", "whom"})
_CLOCK_ALONE = re.compile(r"\d{1,2}:?\d{2}(:\d{2})?( ?[AaPp][Mm])?")


class Headers:
    """Reads headers by the shipped ``words``. ``guessed`` are (file, header) that were taken by the words of their names, which
    ``notes`` say; ``doubtful`` those that were left out since they may hold names; ``idle`` are, by table, headers of times of which nothing was made."""

    def __init__(self, opened: Engine, words: Mapping[str, Any], vocabulary: Vocabulary, notes: list[str]) -> None:
        self.engine, self.words, self.vocabulary, self.notes = opened, words, vocabulary, notes
        self.guessed: set[tuple[str, str]] = set()
        self.doubtful: set[tuple[str, str]] = set()
        self.day_first = False
        self.idle: dict[int, list[str]] = {}

    def values(self, raw: Raw, header: str, *, most: int = 400) -> list[str]:
        """Cells of a column that hold anything, marks for missing left out."""
        cell = raw.column([header])
        rows = self.engine.rows(f"SELECT v FROM (SELECT dp_clean({cell}) AS v FROM {raw.table} LIMIT 20000) WHERE v IS NOT NULL LIMIT {most}")
        return [row[0] for row in rows]

    def columns(self, raw: Raw, synonyms: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """Own name to header: by the table of synonyms, then by likeness, then by the lower of a header's two lines; a time must
        read as one."""
        whole = {form: h for form_of in (spoken, plain) for h in reversed(raw.headers) for form in (form_of(h),)}
        found: dict[str, str] = {}
        taken: set[str] = set()
        for headers, likeness in ((whole, False), (whole, True), (_lower_lines(raw), False)):
            for own, listed in synonyms.items():
                if own in found:
                    continue
                wanted = [plain(n) for n in listed]
                match = next((n for n in wanted if n in headers and n not in taken), None)
                if match is None and likeness:
                    near = [n for n in get_close_matches(wanted[0], [h for h in headers if h not in taken], n=1, cutoff=0.88)]
                    match = near[0] if near else None
                if match is None or headers[match] in found.values() or (personal(headers[match]) and own not in ("agency_name", "facility_name")):
                    continue
                if own == "agency" and not any(v.startswith("us/") for v in self.values(raw, headers[match])):
                    continue  # an agency's initials name none; its path does
                if own == "detainer" and not all(v.lower() in (*YES, *NO, *UNSURE) for v in self.values(raw, headers[match])):
                    continue
                if own == "detainer_edition" and self.mostly(raw, headers[match], [r"i-?247"]):
                    continue  # "Form Rev" that holds the form, too
                if own == "detainer_served_ever" and not self.yes_or_no(raw, headers[match]):
                    continue
                if (own.endswith("_at") or own in ("from", "until")) and not self.is_time(raw, headers[match]):
                    continue
                found[own] = headers[match]
                taken.add(match)
        if synonyms is self.words["columns"]:
            for name, header in whole.items():
                if name in self.vocabulary.facts and self.vocabulary.facts[name].origin != "declared" and name not in taken and name not in found:
                    found[name] = header
        return found

    def by_words(self, raw: Raw, found: Mapping[str, str]) -> dict[str, str]:
        """Own name to header by what the header's words mean, for times that nothing was found for yet; noted, since it is
        a guess. Times of which nothing is made are noted, too."""
        if not found:
            return {}
        taken = {*found.values(), *self.columns(raw, self.words["charges"]).values(), *(h for h in raw.headers if plain(h) in {plain(c) for own in found for c in self.words["clocks"].get(own, ())})}
        more: dict[str, str] = {}
        free = [h for h in raw.headers if h not in taken and not personal(h) and self.is_time(raw, h) and self.values(raw, h, most=1)]
        for entry in self.words["meanings"]:
            fits = [h for h in free if h not in more.values() and means(self.words_of(h), entry)]
            if entry["column"] not in (*found, *more) and len(fits) == 1:
                more[entry["column"]] = fits[0]
                self.guessed.add((raw.file, fits[0]))
                self.notes.append(f"[{fits[0]}] was taken for {entry['column']} by the words of its name: check that it is that")
        clocks = {h for own, header in {**found, **more}.items() if (h := self.clock_of(raw, own, header))}
        idle = [h for h in free if h not in more.values() and h not in clocks and not all(is_clock(v) for v in self.values(raw, h))]
        self.idle[id(raw)] = idle
        return more

    def by_values(self, raw: Raw, found: Mapping[str, str]) -> dict[str, str]:
        """Own name to header by what stands in the cells: forms of detainers, words for a hold under a header that says hold,
        yes or no under one that says that a detainer was served, and words for an end under one that says to whom somebody was released."""
        if not found:
            return {}
        free = [h for h in raw.headers if h not in found.values() and not personal(h)]
        asked = [h for h in free if "served" in self.words_of(h) and self.words_of(h) & {"detainer", "hold"} and self.yes_or_no(raw, h)]
        more = {"detainer_served_ever": asked[0]} if len(asked) == 1 and "detainer_served_ever" not in found else {}
        if "left_to" not in found and (end := self.end_of_stays(raw, free)):
            more["left_to"] = end
        if "detainer_form" not in found and (form := next((h for h in free if self.mostly(raw, h, [r"^(form )?i-?247"])), None)):
            return {"detainer_form": form, **more}
        said = [h for h in free if self.words_of(h) & {"hold", "holds", "detainer", "detainers"}]
        if not found.keys() & {"detainer", "detainer_form"}:
            # Most cells say so, or some of a list of codes of all sorts of holds.
            named = (h for h in said if self.mostly(raw, h, self.words["holds"]) or any(re.search(w, v, re.IGNORECASE) for v in self.codes(raw, h) for w in self.words["holds"]))
            if (hold := next(named, None)) is not None:
                return {"detainer": hold, **more}
        return more

    def end_of_stays(self, raw: Raw, headers: Sequence[str]) -> str | None:
        """The column that says to whom people were released ("Released To – Who"). Such a column may hold names, which a map would show: it is
        taken only where it holds codes, each with a known word for an end; that another was left out is noted."""
        ends = [w for entry in self.words["left_to"] for w in entry["words"]]
        for header in (h for h in headers if self.words_of(h) & _RELEASED and self.words_of(h) & _TO):
            codes = self.codes(raw, header)
            if codes and all(v.lower() in UNSURE or any(re.search(w, v, re.IGNORECASE) for w in ends) for v in codes):
                return header
            if self.values(raw, header, most=1):
                self.doubtful.add((raw.file, header))
                self.notes.append(f"[{header}] was left out: it may say where people went, and it may hold names. If it holds none, name it under columns as left_to")
        return None

    def codes(self, raw: Raw, header: str) -> set[str]:
        """The different cells of a column, where they are few and each stands in several rows; else none."""
        found = Counter(self.values(raw, header, most=20_000))
        return set(found) if len(found) <= MOST_CODES and all(n >= FEWEST or v.lower() in UNSURE for v, n in found.items()) else set()

    def yes_or_no(self, raw: Raw, header: str) -> bool:
        """Whether a column's cells say yes or no, but for a slip here and there."""
        values = self.values(raw, header)
        return bool(values) and sum(v.lower() in (*YES, *NO, *UNSURE) for v in values) >= 0.9 * len(values)

    def mostly(self, raw: Raw, header: str, patterns: Sequence[str]) -> bool:
        """Whether most cells hold one of these patterns."""
        values = self.values(raw, header)
        return bool(values) and sum(any(re.search(p, v, re.IGNORECASE) for p in patterns) for v in values) >= 0.6 * len(values)

    def words_of(self, header: str) -> set[str]:
        """The words of a header, abbreviations written out."""
        short = self.words["short"]
        text = f"_{spoken(header)}_"
        for part, written in short.items():
            if "_" in part:
                text = text.replace(f"_{part}_", f"_{written}_")
        return {short.get(w, w) for w in text.strip("_").split("_")}

    def clock_of(self, raw: Raw, own: str, header: str) -> str | None:
        """The column that holds the clock hour of a time whose own column is a date."""
        clocks = [plain(c) for c in self.words["clocks"].get(own, ())]
        named = next((h for h in raw.headers if plain(h) in clocks and plain(h) != plain(header)), None)
        if named is not None or (own not in TIME_OF and own != "until"):
            return named
        # "Bkg Date" and "Bkg Time": the same words but for the clock, in every cell.
        rest = self.words_of(header) - {"date"}
        alike = [h for h in raw.headers if h != header and rest and self.words_of(h) - {"time"} == rest and "time" in self.words_of(h) and not personal(h)]
        return next((h for h in alike if (values := self.values(raw, h)) and all(is_clock(v) for v in values)), None)

    def is_time(self, raw: Raw, header: str) -> bool:
        """Whether most cells read as times, or there are none but rows."""
        values = self.values(raw, header)
        if not values:
            return raw.rows > 0
        return sum(reads_as_time(month_first(v) if self.day_first else v) for v in values) >= 0.6 * len(values)

    def writes_day_first(self, raws: Sequence[Raw]) -> bool:
        """Whether the files write the day before the month: some dates can be read in no other way, and none in this one alone
        the other way round."""
        found = [m for raw in raws for h in raw.headers if not personal(h) for v in self.values(raw, h) if (m := NUMERIC.match(v.strip()))]
        days, months = (sum(int(m[i]) > 12 and 1 <= int(m[3 - i]) <= 12 for m in found) for i in (1, 2))
        return days > 0 and months == 0


def _lower_lines(raw: Raw) -> dict[str, str]:
    """What stands once in the lower line of a header of two, to the whole name of its column: one above several says of what
    they are, as ``Inmate`` over ``Booking #``."""
    if raw.top is None or not raw.top.lines:
        return {}
    forms = [plain(c) for c in raw.top.lines[1]]
    return {form: header for form, header in zip(forms, raw.headers, strict=False) if form and forms.count(form) == 1}


def means(words: set[str], entry: Mapping[str, Any]) -> bool:
    """Whether a header's words fit an entry of the shipped word lists: one of each group of ``all``, none of ``none``."""
    return all(words & set(group) for group in entry["all"]) and not words & set(entry["none"])


def is_clock(value: str) -> bool:
    """Whether a cell is a time of day and nothing else."""
    return bool(_CLOCK_ALONE.fullmatch(value.strip()))


def reads_as_time(value: str) -> bool:
    """Whether a cell is a time that the program reads."""
    try:
        return value.lower() in ("never", "open") or local_of(" ".join(value.split())) is not None
    except ValueError:
        return False
