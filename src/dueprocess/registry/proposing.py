"""The queue: what was read out of texts and waits for a reviewer. Positions lie in ``queue.csv``, all else in ``entries.csv``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.law.durable import write_whole
from dueprocess.places.names import slug
from dueprocess.registry import entries
from dueprocess.registry.entries import Entry
from dueprocess.registry.importing import checked_date
from dueprocess.registry.model import POSITIONS
from dueprocess.registry.store import read_rows, table_text

_MOST = 20_000_000


@dataclass(frozen=True, slots=True)
class Proposed:
    """A claim proposed from a text, as the extractor (or a person) gave it, with the words it rests on (``quote``)."""

    id: str
    agency: str
    county_or_city: str
    state: str
    position: str
    accepts: str
    announced: str
    effective: str
    ended: str
    speaker: str
    claimant: str
    voice: str
    motive: str
    cites: str
    confidence: str
    quote: str
    text: str
    source_title: str
    source_publisher: str
    source_url: str
    source_date: str
    sha256: str = ""


COLUMNS = tuple(f.name for f in fields(Proposed))


def queued(registry: Path) -> dict[str, Proposed]:
    """The claims of the queue by id, in the order of ids."""
    return {row["id"]: Proposed(**row) for row in read_rows(registry / "queue.csv", COLUMNS)}


def queued_entries(registry: Path) -> dict[str, Entry]:
    """The counts, rulings, laws and incidents of the queue by id, in the order of ids."""
    return {row["id"]: Entry(**row) for row in read_rows(registry / "entries.csv", entries.COLUMNS)}


def propose(lines: Path, registry: Path, *, title: str, publisher: str, date: str, url: str) -> int:
    """Put what a file of JSON lines (as ``dueprocess claims`` writes it) proposes into the queue; how much of it was new.

    ``date`` is the text's, as printed; "" takes the one that the line itself gives. The same text again adds nothing; another
    text under the same name is told apart by its bytes.

    Raises:
        InputError: a line that cannot be read, with its number; nothing is written then.
    """
    if date:
        checked_date(date, where="--source-date")
    claims, others = queued(registry), queued_entries(registry)
    before = len(claims) + len(others)
    taken = {text: sha for text, sha in [(c.id.rpartition("-")[0], c.sha256) for c in claims.values()] + [(e.id.rpartition("--")[0], e.sha256) for e in others.values()] if sha}
    try:
        if lines.stat().st_size > _MOST:
            raise InputError(f"more than {_MOST} bytes", where=lines.name, do="split the file")
        listed = lines.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputError("it cannot be read as UTF-8", where=str(lines), do="check the path") from None
    for number, line in enumerate(listed, 1):
        if line.strip():
            found, beside = _proposed(line, where=f"{lines.name}:{number}", source=(title, publisher, url, date), taken=taken)
            for claim in found:
                claims.setdefault(claim.id, claim)
            for entry in beside:
                others.setdefault(entry.id, entry)
    registry.mkdir(parents=True, exist_ok=True)
    for name, columns, records in (("queue.csv", COLUMNS, claims), ("entries.csv", entries.COLUMNS, others)):
        rows: Mapping[str, Any] = records
        write_whole(registry / name, table_text(columns, ([getattr(rows[i], c) for c in columns] for i in sorted(rows))).encode())
    return len(claims) + len(others) - before


def _proposed(line: str, *, where: str, source: tuple[str, str, str, str], taken: dict[str, str]) -> tuple[list[Proposed], list[Entry]]:
    title, publisher, url, date = source
    try:
        raw = json.loads(line)
        text, claims = str(raw["id"]), raw["claims"]
        told = raw.get("source") or {}
        if not isinstance(claims, list) or not all(isinstance(c, dict) for c in claims) or not isinstance(told, dict):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError("no line of claims", where=where, do="give the lines that dueprocess claims prints") from None
    date, sha = checked_date(date or str(told.get("date") or ""), where=where), str(told.get("sha256") or "")
    id = slug(text)[:60]
    if sha and taken.get(id, sha) != sha:
        id = f"{id}-{slug(sha)[:8]}"
    if sha:
        taken[id] = sha
    found = []
    for index, claim in enumerate(claims, 1):

        def text_of(key: str, claim: Mapping[str, Any] = claim) -> str:
            value = claim.get(key)
            if isinstance(value, list):
                return ";".join(str(v) for v in value)
            return "" if value is None else " ".join(str(value).split())

        position = "undecided" if text_of("position") == "reviewing" else text_of("position")
        if position not in POSITIONS:
            raise InputError(f"[{shown(position)}] is no position", where=where, do=nearest(position, POSITIONS) or f"one of {', '.join(POSITIONS)}")
        found.append(
            Proposed(
                f"{id}-{index}", text_of("agency"), text_of("county_or_city"), text_of("state"), position, text_of("accepts"), text_of("announced_date"), text_of("effective_date"), "",
                text_of("speaker"), text_of("claimant"), text_of("voice") or "report", text_of("motive"), text_of("cites"), "", text_of("quote"), text, title, publisher, url, date, sha,
            )
        )  # fmt: skip
    beside = entries.entries_in(raw, id=id, where=where, source=(title, publisher, url, date), text=text, sha256=sha)
    if (found or beside) and not date:
        raise InputError("the date of the text is not known", where=where, do="give --source-date, if only the year")
    return found, beside
