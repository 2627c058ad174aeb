"""What the shelves do in a process of its own, that can be killed: reading an article, reading a table, an audit, a what-if.

Each function is at the top of the module and takes and gives plain values, as ``kernel.worker`` wants it. Files are named
by their place in a folder of the desk; nothing here knows who asks.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError

REPORT_EVERY = 0.5
"""Seconds between two notes of how far a run is."""
MOST_DATA = 6_000_000_000
"""Bytes that a run may have written to at a time. The library that draws the report's plots reserves far more addresses
than it ever uses, so its process is bounded by data instead."""


def read_article(data: bytes, published: str, title: str) -> dict[str, Any]:
    """The claims of an article, as the line that ``dueprocess claims`` prints, and its text as it was read.

    Raises InputError for what is no text, HTML or PDF.
    """
    import hashlib

    from dueprocess.extract import capture, read

    # Named by its bytes: the name of a file may be somebody's.
    source = capture(data, name=f"text-{hashlib.sha256(data).hexdigest()[:12]}.txt", published=published or None, title=title or None)
    found = read(source)
    line = json.dumps(found.as_dict(), ensure_ascii=False)
    return {"line": line, "text": source.text, "id": source.id, "title": source.title or "", "published": source.published or "", "notes": list(source.notes)}


def look(folder: str, agency: str, law_folders: list[str]) -> dict[str, Any]:
    """What the uploaded tables hold: their columns with what each would become, ten rows before and after, the proposed map."""
    from dueprocess.tables import propose

    book = _book(law_folders, "")
    found = propose(_inputs(Path(folder)), vocabulary=book.vocabulary, agency=agency or None)
    told: dict[str, Any] = {"preset": found.preset, "text": found.text, "tables": found.tables, "notes": list(found.notes), "after": None}
    try:
        told["after"] = after(folder, found.text, found.preset or "", law_folders)
    except InputError as error:
        told["notes"].append(str(error))
    return told


def after(folder: str, text: str, preset: str, law_folders: list[str]) -> dict[str, Any]:
    """Ten rows as the map makes them, and the account of rows read and kept. Raises InputError with the map's line."""
    from tempfile import TemporaryDirectory

    from dueprocess.kernel.yamlread import parse
    from dueprocess.places import load_places
    from dueprocess.tables import prepare, read_map
    from dueprocess.tables.sampling import first_stays

    book = _book(law_folders, "")
    given = None
    if not preset:
        document = parse(text, name="map")
        given = read_map(document.value, vocabulary=book.vocabulary, where=document.where)
    with TemporaryDirectory(dir=folder) as scratch:
        prepared = prepare(_inputs(Path(folder)), out=Path(scratch) / "prepared", lawbook=book, places=load_places(), map=given, preset=preset if preset and preset != "own" else None)
        return {"rows": first_stays(prepared.folder), "account": list(prepared.lines())}


def run_audit(folder: str, preset: str, law_folders: list[str], version: str, today: str, options: dict[str, Any]) -> dict[str, Any]:
    """The audit of the uploaded tables into ``result``; what run.json holds, without what names the machine.

    Raises InputError for what cannot be used, and where the law is no longer the desk's.
    """
    from dueprocess.audit.folder import Options, audit

    _bound()
    place = Path(folder)
    book = _book(law_folders, version)
    told = _Progress(place)
    map_ = None if preset else place / "map.yaml"
    asked = Options(
        law_known_at=None if options.get("as_known_then") else date.fromisoformat(today), today=date.fromisoformat(today), map=map_,
        preset=preset if preset and preset != "own" else None, law_folders=tuple(Path(p) for p in law_folders), command=str(options["command"]),
        as_of=date.fromisoformat(options["as_of"]) if options.get("as_of") else None, by=tuple(options.get("by") or ()),
        theories=tuple(place / t for t in options.get("theories") or ()), public=bool(options.get("public")),
    )  # fmt: skip
    inputs = _inputs(place)
    if inputs == [place / "result" / "prepared"]:
        asked = replace(asked, map=None, preset=None, as_of=None, by=())  # it keeps no column to break down by
    found = audit(inputs, place / ("public" if asked.public else "result"), lawbook=book, options=asked, say=told.say, progress=told.rows)
    return {"rows_in": found["rows_in"], "rows_out": found["rows_out"], "stays": found["stays"], "classes": found["classes"], "law_version": found["law_version"]}


def make_class(folder: str, definition: str, law_folders: list[str], entry: dict[str, Any] | None, passphrase: str) -> dict[str, Any]:
    """The members of a class of an audit's result: counts, and by person as hashes; with an ``entry`` for the log also the list
    by their place in the tables, sealed. Gives back the counts and the name of its folder."""
    from dueprocess.audit.classes import Members, present_columns, read_definition
    from dueprocess.audit.folder import locate
    from dueprocess.audit.sealed import write_sealed

    place = Path(folder)
    vocabulary = _book(law_folders, "").vocabulary
    prepared, results = locate(place / "result")
    wanted = read_definition(place / definition, vocabulary=vocabulary, present=present_columns(prepared))
    target = place / "result" / "classes" / wanted.slug
    with Members(wanted, prepared=prepared, results=results, vocabulary=vocabulary) as members:
        counts = members.counts()
        target.mkdir(parents=True, exist_ok=True)
        members.by_person(target / "members.csv")
        (target / "class.json").write_text(json.dumps(counts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        if entry:
            told = {**entry, "class": wanted.name, "definition": wanted.hash, "stays": counts["members"]["stays"], "persons": counts["members"]["persons"]}
            write_sealed(target, "members.sealed", members.lineage(), passphrase=passphrase, entry=told)
    return {"slug": wanted.slug, "name": wanted.name, "stays": counts["members"]["stays"]}


def run_whatif(folder: str, prepared: str, policy: str, without: str, law_folders: list[str], version: str, today: str) -> dict[str, Any]:
    """A what-if over prepared stays; the figures. ``policy`` is a file of law in ``folder`` or empty."""
    from dueprocess.audit.inputs import decide
    from dueprocess.audit.whatif import ask, question

    place = Path(folder)
    _book(law_folders, version)
    told = _Progress(place)
    told.say("reading the law with the change")
    asked = question(today=date.fromisoformat(today), folders=tuple(Path(p) for p in law_folders), policy=Path(policy) if policy else None, without=without or None)
    told.say("asking every stay under both laws")
    found = ask(Path(prepared), asked, out=place / "tables", decide=partial(decide, engine="duckdb"))
    return json.loads(json.dumps(found, default=str))  # type: ignore[no-any-return]


def _bound() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_DATA if most == resource.RLIM_INFINITY else min(MOST_DATA, most), most))


def _book(folders: list[str], version: str) -> Any:
    from dueprocess.law import load_lawbook

    book = load_lawbook(*(Path(p) for p in folders))
    if version and book.version != version:
        raise InputError("the law on this machine is no longer the law that the desk answers with", do="restart the desk, then start it again")
    return book


def _inputs(folder: Path) -> list[Path | str]:
    """The tables, opened for this process; where they were erased, those that the audit before kept, without names."""
    opened = [p for p in sorted((folder / "opened").iterdir()) if p.is_file()]
    return list(opened) or [folder / "result" / "prepared"]


class _Progress:
    """How far a run is, in a small file that the page reads."""

    def __init__(self, folder: Path) -> None:
        self.path, self.last, self.step = folder / "progress.json", 0.0, ""

    def say(self, text: str, share: float = 0.0) -> None:
        """A new step, with ``share`` of the reading behind it."""
        self.step = text
        self._write(round(100 * share), 100 if share else 0, "%")

    def rows(self, done: int, total: int) -> None:
        """So many stays of so many."""
        if time.monotonic() - self.last > REPORT_EVERY:
            self._write(done, total, "stays")

    def _write(self, done: int, total: int, unit: str) -> None:
        from dueprocess.law.durable import write_whole

        self.last = time.monotonic()
        write_whole(self.path, json.dumps({"step": self.step, "done": done, "total": total, "unit": unit}).encode())


def run_open(folder: str, cases: list[dict[str, Any]], adopted: list[str], policy: str, without: str, law_folders: list[str], version: str, today: str) -> dict[str, Any]:
    """A what-if over stays that are open now, given as cases without a name: counts only.

    Of somebody under local custody the answer for the moment when that ends is counted. What was adopted stays adopted,
    and the rule that is tried counts as adopted, too. The exposure is that of the hours past release until now.
    """
    from collections import Counter

    from dueprocess.audit.exposure import exposure
    from dueprocess.audit.whatif import question
    from dueprocess.case import read_case
    from dueprocess.decide import Setting, Stay, answer
    from dueprocess.kernel.instants import parse_instant
    from dueprocess.law.text import norm_text
    from dueprocess.places import load_places

    place, day = Path(folder), date.fromisoformat(today)
    _book(law_folders, version)
    told = _Progress(place)
    told.say("reading the law with the change")
    asked = question(today=day, folders=tuple(Path(p) for p in law_folders), policy=Path(policy) if policy else None, without=without or None)
    tried = asked.added or asked.removed
    ids = frozenset([*adopted, *([asked.added.id] if asked.added else [])])
    told.say("asking every open stay under both laws")
    sides: dict[str, dict[str, Counter[str]]] = {s: {"outcomes": Counter(), "notices": Counter()} for s in ("before", "after")}
    hours = {"before": 0.0, "after": 0.0}
    past: dict[str, dict[str, dict[str, Any]]] = {"before": {}, "after": {}}
    moves: Counter[tuple[str, str]] = Counter()
    defeated: Counter[tuple[str, str]] = Counter()
    refused = 0
    for number, case in enumerate(cases):
        found = {}
        for side, book in (("before", asked.before), ("after", asked.after)):
            try:
                read = read_case(case, lawbook=book, places=load_places(), today=day)
                found[side] = answer(Stay(read, Setting(book, ids & frozenset(book.authorities))))
            except InputError:
                break
        told.rows(number + 1, len(cases))
        if len(found) < 2:
            refused += 1
            continue
        kinds = {}
        for side, said in found.items():
            later = said["then"] if said["outcome"] == "local_custody" and said["then"] else said
            kinds[side] = str(later["outcome"])
            sides[side]["outcomes"][kinds[side]] += 1
            over = said["overheld_hours"] or {}
            group = past[side].setdefault(str(said["class"]), {"stays": 0, "persons": 0, "hours_least": 0.0, "hours_most": 0.0})
            group["stays"] += 1
            group["persons"] += 1  # nobody has two stays in one jail at a time
            for bound in ("least", "most"):
                group[f"hours_{bound}"] += float(over.get(bound) or 0) if said["class"] in ("certain", "possible") else 0.0
            sides[side]["notices"][said["actions"].get("notify_release", {}).get("result", "free")] += 1
            start, end = (later.get("at") if later is not said else said["release_due_at"]), later.get("hold_until")
            if isinstance(start, str) and isinstance(end, str):
                hours[side] += max(0, parse_instant(end, where="") - parse_instant(start, where="")) / 3600
        if kinds["before"] != kinds["after"]:
            moves[(kinds["before"], kinds["after"])] += 1
        for entry in found["after"]["defeated"]:
            if asked.added and entry["authority"] == asked.added.id:
                defeated[(entry["norm"], entry["by"])] += 1

    def title(norm: str) -> str:
        authority = asked.after.authorities.get(norm.partition("#")[0])
        return norm if authority is None else authority.title

    return {
        "subject": asked.subject, "today": today, "stays": len(cases), "refused": refused,
        "outcomes": {s: dict(v["outcomes"]) for s, v in sides.items()}, "notices": {s: dict(v["notices"]) for s, v in sides.items()},
        "past": past, "exposure": {s: _exposed(exposure(g)) for s, g in past.items()},
        "hours": {s: round(h, 1) for s, h in hours.items()}, "moves": [{"before": b, "after": a, "stays": n} for (b, a), n in moves.most_common()],
        "defeated": [{"norm": n, "by": b, "title": title(b), "stays": c} for (n, b), c in defeated.most_common()], "conflicts": list(asked.conflicts), "revived": list(asked.revived), "dropped": list(asked.dropped),
        "taken_away": asked.added is None, "says": [norm_text(n) for n in tried.norms] if tried else [], "because": [n.because for n in tried.norms if n.because] if tried else [],
    }  # fmt: skip


def _exposed(found: dict[str, Any]) -> dict[str, Any]:
    """Of an exposure what a page of counts shows: the range, what was chosen, and what is to be read with it."""
    chosen = [c["label"] for a in found["assumptions"] if a["key"] in ("basis", "benchmarks", "hours", "include") for c in a["choices"] if c["key"] == a["chosen"]]
    return {"low": found["low"], "high": found["high"], "chosen": chosen, "caveats": found["caveats"]}
