"""A jail's own sheet (face sheet, booking sheet, release sheet): lines of text to facts of custody, each with its place.

What the sheet does not say stays unknown. A hold for another agency, and so an immigration detainer, is no local
ground. Names, dates of birth and numbers of people are never taken over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import zone as zone_of
from dueprocess.papers.dates import read_moment
from dueprocess.papers.values import Box, Line
from dueprocess.places import PlaceBook, load_places

TITLES = re.compile(
    r"\b(?:booking|inmate|custody|jail|arrest|release)\s+(?:face\s+)?(?:sheet|record|report|summary|profile|information|card)\b|\bface\s*sheet\b", re.IGNORECASE
)
# What labels mean. A label ends with a colon, or stands alone above or before its value.
_TIME = r"(?:\s*(?:date|time|on|at|d/t|dt/tm|date\s*(?:/|&|and)\s*time))*"
LABELS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (key, re.compile(rf"(?<![A-Za-z])(?:{pattern})\s*[:;]", re.IGNORECASE))
    for key, pattern in (
        ("bail_refused_at", r"(?:bail|bond)\s+(?:refused|declined|rejected)(?:\s+on)?" + _TIME),
        ("scheduled", r"(?:scheduled|projected|estimated|est\.?|expected|anticipated)\s+release" + _TIME),
        ("release_due_at", r"(?:release\s+(?:due|ordered)|(?:local\s+)?charges\s+(?:cleared|completed|satisfied)|eligible\s+for\s+release)" + _TIME),
        ("left_to", r"(?:released?|transferred|turned\s+over)\s+to(?:\s+(?:agency|whom))?"),
        ("left_at", r"(?:actual\s+)?(?:released|release|discharged?|transferred\s+out)" + _TIME),
        ("release_reason", r"(?:release\s+(?:reason|type|code)|reason\s+(?:for\s+)?released?)"),
        ("booked_at", r"(?:booking|booked(?:\s+in)?|intake|admitted|admission|commitment|received\s+into\s+custody)" + _TIME),
        ("sentence_from", r"(?:sentence|sentenced)\s*(?:begins?|began|start(?:ed|s)?|from|imposed)" + _TIME),
        ("sentence_until", r"(?:sentence\s*(?:ends?|expires|expiration|until|completed)|max(?:imum)?\s+(?:out|release))" + _TIME),
        ("holds", r"(?:holds?|detainers?)(?:\s*(?:/|&|and)\s*(?:holds?|detainers?|warrants?))?"),
        ("bail", r"(?:bail|bond)(?:\s+(?:status|amount|type))?"),
        ("printed_at", r"(?:printed|as\s+of|report\s+date|run\s+date)" + _TIME),
    )
)
ANY_LABEL = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z#.]*(?:[ /&-]+[A-Za-z#.]+){0,4}\s*:")
BOOKING_NUMBER = re.compile(r"\bbooking\s*(?:#|no\b|number|id\b)", re.IGNORECASE)

COLUMN_WORDS = {
    "charge": re.compile(r"^(?:charges?|offenses?|description|charge\s+description|statute\s*/?\s*offense)$", re.IGNORECASE),
    "disposition": re.compile(r"^(?:disposition|disp\.?|status|charge\s+status|outcome)$", re.IGNORECASE),
    "ended": re.compile(r"^(?:disp(?:osition)?\.?\s+date|end\s*date|closed|cleared)$", re.IGNORECASE),
    "bail": re.compile(r"^(?:bail|bond)(?:\s+amount)?$", re.IGNORECASE),
    "case": re.compile(r"^(?:case|docket|court)(?:\s*(?:number|no\.?|#))?$", re.IGNORECASE),
    "number": re.compile(r"^(?:#|no\.?|count|ct)$", re.IGNORECASE),
}
IMMIGRATION = re.compile(r"^\s*(?:ICE|ERO|DHS|CBP)\s*$|\b(?:(?:ICE|ERO|DHS|CBP|INS)\s+(?:hold|detainer|warrant)|hold\s+for\s+(?:ICE|ERO|DHS|CBP|INS)|immigration|[Il1]-?\s?247\s?[ADGNX]?|border\s+patrol)\b", re.IGNORECASE)
HOLD = re.compile(r"^\s*holds?\b|\bhold\s+for\b|\bdetainer\b|\b(?:USM|USMS|US\s+marshals?)\b", re.IGNORECASE)
"""A hold for another agency than immigration: a reason to keep the person that only the paper behind it settles."""
ICE = re.compile(r"\b(?:I\.?C\.?E\.?|ERO|immigration|homeland|DHS)(?![A-Za-z])", re.IGNORECASE)
COMMUNITY = re.compile(r"\b(?:self|community|street|own\s+recog\w*|O\.?R\.?|bail(?:ed)?|bond(?:ed)?|family|home|public)\b", re.IGNORECASE)
AGENCY = re.compile(r"\b(?:county|sheriff|police|department|dept|state|prison|doc|marshal|usms|hospital|court|corrections)\b", re.IGNORECASE)
STANDS = re.compile(r"^(?:pending|open|active|awaiting\b.*|unsentenced|pre-?trial|held|arraigned|pretrial)$", re.IGNORECASE)
SENTENCED = re.compile(r"\bsentenced\b|\bserving\b|\bconvicted\b", re.IGNORECASE)
JURISDICTION = re.compile(r"\b([A-Z][A-Za-z.'-]+(?:[ -][A-Z][A-Za-z.'-]+){0,2})\s+County(?:\s*,\s*([A-Z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?))?\s+(?:Jail|Sheriff|Detention|Correction)", re.IGNORECASE)

_NUMBER = re.compile(r"\bbooking\s*(?:#|no\b\.?|number|id\b)\s*[:;#.]*\s*([A-Za-z0-9][A-Za-z0-9-]{0,24})?", re.IGNORECASE)
LEAST_LABELS = 2
FACTS = ("booked_at", "release_due_at", "bail_refused_at", "left_at", "left_to")
"""What of a case's custody a sheet gives beside the grounds."""
SURE = 0.9
"""Recognized with less confidence than this, a fact waits for a person."""
NO_GROUND = "the sheet lists an immigration hold; it is no local ground: the paper behind it counts"
OTHER_HOLD = "the sheet lists a hold for another agency; what it is and how long it stands is for a person to say"


@dataclass(frozen=True, slots=True)
class Found:
    """One fact of a sheet: ``value`` as local time, date or word; ``quote`` the words it was read in, and where."""

    key: str
    value: Any
    quote: str
    box: Box
    confidence: float
    how: str = "text"

    def listed(self) -> dict[str, Any]:
        return {"key": self.key, "value": self.value, "quote": self.quote, "box": self.box.listed(), "confidence": round(self.confidence, 3), "how": self.how}


def face_sheet(lines: Sequence[Line]) -> dict[str, Any] | None:
    """What a jail's sheet says, or None where the page is no such sheet.

    The mapping has ``agency`` (a path, or null), the keys of a case's ``custody`` that the sheet gives, with local
    times that have no zone yet (see ``local_custody``), ``found`` (each fact with key, value, quote, box in fractions
    of the page and confidence) and ``problems`` (sentences for a person).
    """
    rows = list(_rows(lines))
    labelled = list(_labelled(rows))
    keys = {key for key, *_ in labelled}
    header = _charges_header(rows)
    title = any(TITLES.search(line.text) for row in rows[:8] for line in row) or any(BOOKING_NUMBER.search(line.text) for row in rows for line in row)
    if not title or not ("booked_at" in keys or "left_at" in keys) or len(keys) + (header is not None) < LEAST_LABELS:
        return None
    found: list[Found] = []
    problems: list[str] = []
    for key, value, line, box, confidence in labelled:
        if key in _READ:
            read = _READ[key](value)
            if read is not None and confidence < SURE:
                problems.append(f"the sheet's {key.removesuffix('_at').replace('_', ' ')} is not surely read; it stays unknown until a person looks")
            elif read is not None:
                found.append(Found(key, read, f"{_label_of(line, key)} {value}".strip(), box, confidence, line.how))
            elif value and not _BLANK.match(value):
                problems.append(f"[{value[:40]}] is no time that can be read ({key.removesuffix('_at')}); it stays unknown")
    charges = list(_charges(rows, header)) if header is not None else []
    facts = _settled(found, problems)
    custody: dict[str, Any] = {key: facts[key].value for key in FACTS if key in facts}
    grounds, seen = _grounds(charges, facts, problems)
    if grounds:
        custody["grounds"] = grounds
        if "release_due_at" in custody and any(g.get("until") is not None for g in grounds):
            del custody["release_due_at"]
            problems.append("the sheet gives both ends of charges and a time when release was due; the ends of the charges count")
    if "left_to" in custody and "left_at" not in custody:
        del custody["left_to"]
    elif "left_at" in custody:
        custody.setdefault("left_to", "unknown")
    return {"agency": _agency(rows), **custody, "found": [f.listed() for f in (*found, *seen)], "problems": problems}


def booking_numbers(lines: Sequence[Line]) -> tuple[str, ...]:
    """What stands where a sheet has the jail's own booking number, surely read: to be compared with who is in, never shown.
    A value has a digit; it stands behind its label, beside it, or below it."""
    rows, found = list(_rows(lines)), []
    for number, row in enumerate(rows):
        for index, line in enumerate(row):
            for match in _NUMBER.finditer(line.text):
                read, confidence = match[1] or "", line.confidence
                if not read:
                    beside = row[index + 1] if index + 1 < len(row) else None
                    below = next((other for other in (rows[number + 1] if number + 1 < len(rows) else ()) if other.box.beside(line.box) > 0.5), None)
                    other = next((o for o in (beside, below) if o is not None and not ANY_LABEL.search(o.text)), None)
                    if other is not None:
                        read, confidence = other.text.split()[0] if other.text.split() else "", min(confidence, other.confidence)
                if any(c.isdigit() for c in read) and confidence >= SURE:
                    found.append(read)
    return tuple(dict.fromkeys(found))


def local_custody(sheet: Mapping[str, Any], *, agency: str | None, facility: str | None = None) -> dict[str, Any]:
    """The sheet's ``custody`` for a case of this agency: local times with the zone of the jail.

    A time that the clock showed twice is given as both; one that it skipped, and any time where the jail's zone is not
    known, as its day alone.
    """
    name = None
    if agency is not None:
        places = load_places()
        try:
            name = places.facility(places.agency(agency), facility).zone
        except InputError:
            name = None

    def placed(value: Any) -> Any:
        return _in_zone(value, name) if isinstance(value, str) and len(value) == 16 else value

    custody = {k: placed(v) for k, v in sheet.items() if k not in ("agency", "found", "problems", "grounds")}
    if "grounds" in sheet:
        custody["grounds"] = [{k: placed(v) for k, v in ground.items()} for ground in sheet["grounds"]]
    return custody


def _in_zone(text: str, name: str | None) -> Any:
    if name is None:
        return text[:10]
    zone = zone_of(name)
    first, second = (datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.isoformat()
    # The offset of a skipped hour falls with fold, that of a repeated one rises toward standard time.
    if first.astimezone(zone_of("UTC")) > second.astimezone(zone_of("UTC")):
        return text[:10]
    return {"earliest": first.isoformat(), "latest": second.isoformat()}


# -- labels and values ---------------------------------------------------------------------------------------


def _rows(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines by rows, each from left to right."""
    row: list[Line] = []
    for line in sorted(lines, key=lambda one: (one.box.middle, one.box.x0)):
        if row and not row[0].box.same_row(line.box):
            yield sorted(row, key=lambda one: one.box.x0)
            row = []
        row.append(line)
    if row:
        yield sorted(row, key=lambda one: one.box.x0)


def _labelled(rows: Sequence[Sequence[Line]]) -> Iterator[tuple[str, str, Line, Box, float]]:
    """Each known label: its key, the value beside it or below it, the line, the box around both, the confidence."""
    for number, row in enumerate(rows):
        for index, line in enumerate(row):
            for key, _, end in _label_spans(line.text):
                following = ANY_LABEL.search(line.text, end)
                value = line.text[end : following.start() if following else None].strip(" _.\t")
                box, confidence = line.box, line.confidence
                if not value and following is None:
                    beside = row[index + 1] if index + 1 < len(row) else None
                    below = next((other for other in (rows[number + 1] if number + 1 < len(rows) else ()) if other.box.beside(line.box) > 0.5), None)
                    for other in (beside, below):
                        if other is not None and not ANY_LABEL.search(other.text) and not any(p.match(other.text) for p in COLUMN_WORDS.values()):
                            value, box, confidence = other.text.strip(" _.\t"), box.around(other.box), min(confidence, other.confidence)
                            break
                yield key, value, line, box, confidence


def _label_spans(text: str) -> list[tuple[str, int, int]]:
    """Known labels in a line, the first that fits each place."""
    spans: list[tuple[str, int, int]] = []
    for key, pattern in LABELS:
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for _, start, end in spans):
                spans.append((key, match.start(), match.end()))
    return sorted(spans, key=lambda span: span[1])


def _label_of(line: Line, key: str) -> str:
    return next((line.text[start:end] for found, start, end in _label_spans(line.text) if found == key), "")


_BLANK = re.compile(r"^[\s_.\-/]*$|^(?:n/?a|none|unknown|tbd)$", re.IGNORECASE)


def _moment(text: str) -> str | None:
    read = read_moment(text)
    if read is None:
        return None
    return read.isoformat(timespec="minutes") if isinstance(read, datetime) else read.isoformat()


def _whither(text: str) -> str | None:
    if _BLANK.match(text):
        return None
    if ICE.search(text):
        return "ice"
    if AGENCY.search(text):
        return "other_agency"
    return "community" if COMMUNITY.search(text) else "unknown"


def _word(text: str) -> str | None:
    return None if _BLANK.match(text) else text


_READ: dict[str, Callable[[str], str | None]] = {
    **{key: _moment for key in ("booked_at", "left_at", "bail_refused_at", "release_due_at", "sentence_from", "sentence_until", "scheduled", "printed_at")},
    "left_to": _whither,
    **{key: _word for key in ("release_reason", "holds", "bail")},
}


def _settled(found: Sequence[Found], problems: list[str]) -> dict[str, Found]:
    """One fact a key; what the sheet says twice in different ways is unknown."""
    facts: dict[str, Found] = {}
    for fact in found:
        before = facts.get(fact.key)
        if before is not None and before.value != fact.value and fact.key.endswith(("_at", "_from", "_until")):
            problems.append(f"the sheet gives two values for {fact.key.removesuffix('_at').replace('_', ' ')}; it stays unknown")
            facts[fact.key] = Found(fact.key, None, fact.quote, fact.box, 0.0)
        elif before is None:
            facts[fact.key] = fact
    return {key: fact for key, fact in facts.items() if fact.value is not None}


# -- charges -------------------------------------------------------------------------------------------------


def _charges_header(rows: Sequence[Sequence[Line]]) -> int | None:
    """The row that heads the table of charges: one that names a charge and at least one other column."""
    for number, row in enumerate(rows):
        named = {name for line in row for name, pattern in COLUMN_WORDS.items() if pattern.match(line.text.strip())}
        if "charge" in named and len(named) > 1:
            return number
    return None


def _charges(rows: Sequence[Sequence[Line]], header: int) -> Iterator[tuple[dict[str, str], str, Box, float, str]]:
    """Each row of the table: column -> text, its quote, place, confidence and how it was read. It ends at the next label."""
    columns = [(name, line.box) for line in rows[header] for name, pattern in COLUMN_WORDS.items() if pattern.match(line.text.strip())]
    for row in rows[header + 1 :]:
        if any(ANY_LABEL.search(line.text) for line in row):
            return
        cells: dict[str, str] = {}
        for line in row:
            # The last column that begins no further right: charges run long to the right.
            at = [name for name, box in columns if box.x0 <= line.box.x0 + 0.015]
            name = at[-1] if at else columns[0][0]
            cells[name] = f"{cells[name]} {line.text.strip()}" if name in cells else line.text.strip()
        if "charge" in cells and re.search(r"[A-Za-z]{3}", cells["charge"]):
            box = row[0].box
            for line in row[1:]:
                box = box.around(line.box)
            yield cells, " | ".join(line.text.strip() for line in row), box, min(line.confidence for line in row), row[0].how


def _grounds(charges: Sequence[tuple[dict[str, str], str, Box, float, str]], facts: Mapping[str, Found], problems: list[str]) -> tuple[list[dict[str, Any]], list[Found]]:
    """The local grounds that the sheet lists. Where it does not say that one still stands, or when it ended, its end
    is unknown."""
    grounds: list[dict[str, Any]] = []
    found: list[Found] = []
    gone = "left_at" in facts
    for cells, quote, box, confidence, how in charges:
        if IMMIGRATION.search(cells["charge"]):
            problems.append(NO_GROUND)
            continue
        disposition = cells.get("disposition", "").strip(" .")
        kind = _kind(cells["charge"])
        if kind == "other":
            problems.append(OTHER_HOLD)
        ground: dict[str, Any] = {"kind": kind, "until": None}
        ended = _moment(cells.get("ended", ""))
        if SENTENCED.search(disposition):
            ground["kind"] = "sentence"
            if "sentence_from" in facts:
                ground["from"] = facts["sentence_from"].value
            if "sentence_until" in facts:
                ground["until"] = facts["sentence_until"].value
        elif STANDS.match(disposition) and not gone:
            ground["until"] = "open"
        elif ended is not None:
            ground["until"] = ended
        if confidence < SURE:
            ground["until"] = None
            problems.append("a charge of the sheet is not surely read; when it ended stays unknown until a person looks")
        if _before(ground.get("until"), facts.get("booked_at")):
            # What ended before this booking kept nobody in this stay.
            problems.append("a charge of the sheet ended before the booking; it is left out")
            continue
        grounds.append(ground)
        found.append(Found(f"grounds[{len(grounds) - 1}]", ground["kind"], quote, box, confidence, how))
    if "sentence_until" in facts and not any(g["kind"] == "sentence" for g in grounds):
        fact = facts["sentence_until"]
        sentence = {"kind": "sentence", "until": fact.value}
        if "sentence_from" in facts:
            sentence["from"] = facts["sentence_from"].value
        grounds.append(sentence)
        found.append(Found(f"grounds[{len(grounds) - 1}]", "sentence", fact.quote, fact.box, fact.confidence, fact.how))
    if "holds" in facts:
        fact = facts["holds"]
        if IMMIGRATION.search(str(fact.value)):
            problems.append(NO_GROUND)
        else:
            problems.append(OTHER_HOLD)
            grounds.append({"kind": "other", "until": None})
            found.append(Found(f"grounds[{len(grounds) - 1}]", "other", fact.quote, fact.box, fact.confidence, fact.how))
    if any(g["until"] == "open" for g in grounds) and "printed_at" not in facts:
        problems.append("the sheet does not say when it was printed: whether its open charges still stand is for the jail's record")
    return grounds, found


def _kind(charge: str) -> str:
    if re.search(r"\b(?:warrant|fta|failure\s+to\s+appear)\b", charge, re.IGNORECASE):
        return "warrant"
    return "other" if HOLD.search(charge) else "charge"


def _before(until: Any, booked: Found | None) -> bool:
    if booked is None or until in (None, "open"):
        return False
    return date.fromisoformat(str(until)[:10]) + timedelta(days=1) <= date.fromisoformat(str(booked.value)[:10])


# -- the jail ------------------------------------------------------------------------------------------------


def _agency(rows: Sequence[Sequence[Line]]) -> str | None:
    """The sheriff of the county in the sheet's heading, where only one county can be meant."""
    for row in rows[:6]:
        match = JURISDICTION.search(" ".join(" ".join(line.text for line in row).split()))
        if match:
            return _sheriff(match[1], match[2], load_places())
    return None


_ADDRESS_STATE = re.compile(r"\b([A-Z]{2})\.?,?\s+\d{5}(?:-\d{4})?\b")


_SHERIFF_OF = re.compile(r"\bSheriff(?:'s\s+(?:Office|Department))?\s*(?:,|of)\s+([A-Z][A-Za-z.'-]+(?:[ -][A-Z][A-Za-z.'-]+){0,2})\s+County\b", re.IGNORECASE)


def agency_of(text: str) -> tuple[str | None, str]:
    """The sheriff whose jail some lines of an address name, where only one county can be meant, and the words that say so."""
    match = JURISDICTION.search(" ".join(text.split())) or _SHERIFF_OF.search(" ".join(text.split()))
    if match is None:
        return None, ""
    words = re.split(r"\bCounty\s+", match[1])[-1].split()
    said = match[2] if match.re is JURISDICTION else None
    state = said or next((m[1] for m in _ADDRESS_STATE.finditer(text)), None)
    places = load_places()
    # Before a county's name may stand a person's, which is not repeated.
    for county in (" ".join(words[-size:]) for size in range(len(words), 0, -1)):
        found = _sheriff(county, state, places) or (_sheriff(county, None, places) if said is None else None)
        if found is not None:
            return found, f"{county} County"
    return None, ""


@lru_cache(maxsize=1)
def _counties() -> frozenset[str]:
    return frozenset(_letters(place.name.removesuffix(" County").removesuffix(" Parish").removesuffix(" Borough")) for place in load_places().counties())


def _letters(name: str) -> str:
    low = re.sub(r"^st[. ]", "saint ", name.lower())
    return "".join(c for c in low if c.isalpha())


@lru_cache(maxsize=1024)
def _sheriff(county: str, state: str | None, places: PlaceBook) -> str | None:
    if _letters(county) not in _counties():  # looking for what is near it takes long
        return None
    try:
        return f"{places.resolve(f'{county} County, {state}' if state else f'{county} County')}/sheriff"
    except InputError:
        return None
