"""The result folder: everything is computed beside it and takes its name at the end, so that no half looks whole."""

from __future__ import annotations

import csv
import json
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dueprocess
from dueprocess.audit import numbers
from dueprocess.audit.comparison import compare, section
from dueprocess.audit.gathering import Gathered, gather
from dueprocess.audit.inputs import (
    Input,
    check_engine,
    clean,
    decide,
    drop_passthrough,
    is_prepared,
    prepared_from,
)
from dueprocess.audit.link import linked
from dueprocess.audit.numbers import HOUR, Table
from dueprocess.audit.publishing import published
from dueprocess.audit.records import origins_of
from dueprocess.audit.report import report_html
from dueprocess.audit.request import request_text
from dueprocess.audit.single import explain_row, prepared_info
from dueprocess.audit.stays_file import stays_written
from dueprocess.audit.theories import Asked, Theory, apply, read_theory, tables_for
from dueprocess.kernel.canonical import content_hash
from dueprocess.kernel.errors import InputError
from dueprocess.law import Lawbook
from dueprocess.tables import Say, plain

FORMAT = "dueprocess-audit-1"
RUN = "run.json"
LOG = "access.jsonl"
"""Of each class: who had a list sealed or opened, when, for what."""
READY = "ready"
"""Stands in a folder of tables once they are whole, until they are counted."""
BASE = "this audit"
"""What this audit is called beside rival theories."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How an audit is asked. ``law_known_at`` None is "as known then"; ``by`` are columns to break down by."""

    law_known_at: date | None
    today: date
    engine: str = "duckdb"
    master: str | None = None
    map: Path | None = None
    preset: str | None = None
    theories: tuple[Path, ...] = ()
    public: bool = False
    by: tuple[str, ...] = ()
    as_of: date | None = None
    allowance_hours: float | None = None
    daily_cost: float | None = None
    law_folders: tuple[Path, ...] = ()
    command: str = "dueprocess audit"


def audit(inputs: Sequence[Input], out: Path, *, lawbook: Lawbook, options: Options, say: Say, progress: Progress | None = None) -> dict[str, Any]:
    """Audit the inputs into the folder ``out`` and give back what ``run.json`` holds.

    ``say`` is told each step in a line. Raises InputError for what cannot be used; ``out`` is then as it was. A run that
    is stopped leaves ``<out>.partial``; the same question asked again goes on from there.
    """
    check_engine(options.engine, options.master)
    # Applied before anything is decided: a slip in one of them is told at once.
    theories = [(t, apply(t, lawbook, folders=options.law_folders, today=options.today, law_known_at=options.law_known_at)) for t in _read_theories(options.theories)]
    if options.public and any(out.glob(f"classes/*/{LOG}")):
        raise InputError("it holds the log of lists of people, which is not for the public and must not be lost", where=str(out), do="name another folder for what is published")
    partial = _begin(out, _asked(inputs, lawbook, options))
    try:
        run = _fill(inputs, partial, theories, lawbook=lawbook, options=options, say=say, progress=progress)
        _take_name(partial, out)
    except Exception:  # what cannot be used or went wrong; being stopped is neither
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return run


def locate(folder: Path) -> tuple[Path, Path]:
    """The prepared tables and the results of an audit's folder; InputError where it has none."""
    run = read_run(folder)
    prepared, results = folder / "prepared", folder / "results.parquet"
    if not results.is_file() or not (prepared / "stays.parquet").is_file():
        why = "it was made with --public and keeps no stay" if run["options"]["public"] else "its tables are gone"
        raise InputError(why, where=str(folder), do="audit the files again, without --public")
    return prepared, results


def read_run(folder: Path) -> dict[str, Any]:
    """``run.json`` of an audit's folder."""
    try:
        run = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        run = None
    if not isinstance(run, dict) or run.get("format") != FORMAT:
        raise InputError("it is no folder of an audit", where=str(folder), do="name what was given as --out")
    return run


def explain(folder: Path, stay: str, *, lawbook: Lawbook) -> dict[str, Any]:
    """The full decision of one stay, named as in ``stays.csv`` or as ``row-17``; ``read_from`` tells the columns of the files."""
    prepared, _ = locate(folder)
    known = read_run(folder)["law_known_at"]
    with linked() as link:
        link.read_parquet(str(prepared / "stays.parquet")).create_view("s")
        found = link.execute("SELECT row FROM s WHERE stay_id = $1 OR 'row-' || row = $1 ORDER BY row LIMIT 2", [stay]).fetchall()
    if not found:
        raise InputError("no stay has that id", where="--stay", do="name one as the first column of stays.csv does, or as row-17")
    if len(found) > 1:
        raise InputError("several stays have that id", where="--stay", do=f"name one by its row, as row-{found[0][0]} or row-{found[1][0]}")
    decision = explain_row(prepared, int(found[0][0]), lawbook=lawbook, law_known_at=date.fromisoformat(known) if known else None)
    return {**decision, "read_from": origins_of(prepared_info(prepared))}


def _asked(inputs: Sequence[Input], lawbook: Lawbook, options: Options) -> str:
    """What a stopped run must have in common with the next for its tables to be used again.

    What lies behind an address may have changed unseen, so its tables are read anew.
    """
    files = [p for i in inputs if isinstance(i, Path) for p in (sorted(i.rglob("*")) if i.is_dir() else [i])]
    stats = [[str(p), p.stat().st_size, p.stat().st_mtime_ns] for p in files if p.is_file()]
    stats += [[secrets.token_hex(16)] for i in inputs if not isinstance(i, Path)]
    map_ = options.map.read_bytes().hex() if options.map and options.map.is_file() else None
    return content_hash([stats, map_, options.preset, list(options.by), str(options.as_of), str(options.allowance_hours), lawbook.version, dueprocess.__version__])


def _begin(out: Path, asked: str) -> Path:
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not _is_ours(out))):
        raise InputError("it is there already, and is no older audit", where=str(out), do="name a new folder, or an older audit to be replaced")
    partial = out.with_name(out.name + ".partial")
    if partial.exists():
        if not _is_ours(partial):
            raise InputError("it is in the way, and not of an audit", where=str(partial), do="move it away")
        # Of a run that was stopped only whole tables are used again, and the parts that were answered of them.
        ready = read_run(partial).get("asked") == asked
        for path in partial.iterdir():
            if ready and (path.name.endswith(".parts") or (path.name in ("prepared", "prepared-bare") and (partial / "prepared" / READY).is_file())):
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    try:
        partial.mkdir(parents=True, exist_ok=True)
        (partial / RUN).write_text(json.dumps({"format": FORMAT, "unfinished": True, "asked": asked}) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(out), do="name a folder that you may write to") from None
    return partial


def _is_ours(folder: Path) -> bool:
    try:
        read_run(folder)
    except InputError:
        return False
    return True


def _take_name(partial: Path, out: Path) -> None:
    if out.exists():
        _keep_logs(out, partial)
        old = out.with_name(out.name + ".old")
        if old.exists():
            shutil.rmtree(old)
        out.rename(old)
        partial.rename(out)
        shutil.rmtree(old)
    else:
        partial.rename(out)


def _keep_logs(old: Path, new: Path) -> None:
    """The logs of who had lists of people made or opened outlive the audit that they were made of; its lists do not."""
    for log in sorted(old.glob(f"classes/*/{LOG}")):
        target = new / "classes" / log.parent.name / LOG
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(log, target)


def _fill(inputs: Sequence[Input], folder: Path, theories: Sequence[tuple[Theory, Asked]], *, lawbook: Lawbook, options: Options, say: Say, progress: Progress | None) -> dict[str, Any]:
    prepared, results = folder / "prepared", folder / "results.parquet"
    # The tables call their columns without case, blanks and signs.
    by = tuple(dict.fromkeys(plain(n) for n in options.by))
    say("reading the files")
    without = folder / "prepared-bare"
    if not (prepared / READY).is_file():
        # Both tables come of one reading, so both are read again where one of them is not whole.
        shutil.rmtree(without, ignore_errors=True)
        prepared_from(inputs, prepared, lawbook=lawbook, map=options.map, preset=options.preset, as_of=options.as_of, by=options.by, bare=None if is_prepared(inputs) else without, say=say)
        numbers.check_columns(prepared, by)
        for tables in (prepared, without):
            if (tables / "prepared.json").is_file():
                clean(tables, allowance_hours=options.allowance_hours)
        (prepared / READY).touch()
    info = prepared_info(prepared)

    def decided(tables: Path, out: Path, *, only_classes: bool = False) -> None:
        decide(tables, out, lawbook=lawbook, law_known_at=options.law_known_at, engine=options.engine, master=options.master, only_classes=only_classes, progress=progress)

    say(f"deciding {info['stays']:,} stays")
    decided(prepared, results)
    bare = None
    if (without / "prepared.json").is_file():
        bare = (without, folder / "results-bare.parquet")
        say("deciding them again without what the map assumes")
        decided(*bare, only_classes=True)
    else:
        shutil.rmtree(without, ignore_errors=True)
    more = _compared(theories, prepared, results, folder, options=options, say=say) if theories else []
    # Row by row beside the counting: what is published has no rows.
    with nullcontext() if options.public else stays_written(folder, prepared, results, bare=bare, assumptions=info.get("assumptions") or []):
        say("counting")
        found = gather(prepared, results, lawbook=lawbook, law_known_at=options.law_known_at, today=options.today, by=by, bare=bare, crossed=options.public)
        if found.total["stays"] != info["stays"]:
            raise RuntimeError("rows were lost")  # an internal error: it must never look like a result
        run = _tell(found, folder, more, lawbook=lawbook, options=options, say=say)
    (prepared / READY).unlink()
    drop_passthrough(prepared)
    if options.public:
        for path in folder.iterdir():
            if path.name not in ("by_agency.csv", "by_month.csv", "by_end.csv", "problems.csv", "request.md", "report.html", *(f"by_{_plain(n)}.csv" for n in found.columns)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / RUN).write_text(json.dumps(run, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    return run


def _tell(found: Gathered, folder: Path, more: Sequence[Any], *, lawbook: Lawbook, options: Options, say: Say) -> dict[str, Any]:
    """Write the figures and the report, of what is published only what may be; what ``run.json`` holds."""
    told = found
    if options.public:
        safe = published(found)
        if safe is None:
            raise InputError("fewer than 11 stays (or only small classes): nothing can be published of them", where="--public", do="leave --public out, and keep the result to yourself")
        told = safe
    run = _run(told, lawbook, options)
    say("writing")
    by_class = [(told.agencies, "agencies", "agency"), (told.months, "periods", "month"), (told.ends, "ends", "end"), *((rows, f"by {name}", name) for name, rows in told.columns.items())]
    for rows, table, first in by_class:
        nothing = _by_class([{"key": None, "label": None, "stays": None, "persons": None, "classes": None}], told, table, first)
        write_table(folder / f"by_{_plain(first)}.csv", _by_class(rows, told, table, first), head=list(nothing[0]))
    write_table(folder / "problems.csv", _problems(folder / "prepared", told), head=("file", "column", "code", "what", "count") if options.public else ("file", "row", "column", "code", "what", "count"))
    (folder / "request.md").write_text(request_text(told, lawbook=lawbook), encoding="utf-8")
    (folder / "report.html").write_text(report_html(told, lawbook=lawbook, run=run, daily_cost=options.daily_cost, more=[] if options.public else more), encoding="utf-8")
    return run


def _read_theories(paths: Sequence[Path]) -> list[Theory]:
    """The theories of the files; each has a name of its own."""
    found: list[Theory] = []
    for path in paths:
        theory = read_theory(path)
        if theory.name in (BASE, *(t.name for t in found)):
            raise InputError(f"two theories are called [{theory.name}]", where=str(path), do=f"give each a name of its own, and none [{BASE}]")
        found.append(theory)
    return found


def _compared(theories: Sequence[tuple[Theory, Asked]], prepared: Path, results: Path, folder: Path, *, options: Options, say: Say) -> list[Any]:
    """The same stays under rival theories, side by side; the rows that move are written into the folder."""
    found: dict[str, Path] = {BASE: results}
    allowances: dict[str, int | None] = {BASE: None}
    scratch = folder / "theories"
    scratch.mkdir()
    for theory, asked in theories:
        say(f"deciding under the theory [{theory.name}]")
        tables = tables_for(theory, prepared, scratch)
        out = scratch / f"{len(found)}.parquet"
        decide(tables, out, lawbook=asked.lawbook, law_known_at=asked.law_known_at, engine=options.engine, master=options.master)
        found[theory.name], allowances[theory.name] = out, asked.allowance
    made = compare(found, stays=prepared / "stays.parquet", allowances=allowances, out=folder)
    shutil.rmtree(scratch)
    return [section(made, {t.name: t.because for t, _ in theories})]


def _run(found: Gathered, lawbook: Lawbook, options: Options) -> dict[str, Any]:
    info = found.info
    return {
        "format": FORMAT,
        "command": options.command,
        "inputs": info.get("inputs", []),
        "map": info.get("map"),
        "preset": info.get("preset"),
        "map_text": options.map.read_text(encoding="utf-8") if options.map and not options.public else None,
        "assumptions": info.get("assumptions", []),
        "rows_in": info.get("rows_in"),
        "rows_out": info.get("rows_out"),
        "rows_merged": info.get("merged"),
        "rows_aside": info.get("aside"),
        "stays": found.total["stays"],
        "classes": {name: {"stays": cell["stays"], "hours_least": numbers.hours(cell["least"]), "hours_most": numbers.hours(cell["most"])} for name, cell in found.total["classes"].items()},
        "law_known_at": options.law_known_at.isoformat() if options.law_known_at else None,
        "law_version": lawbook.version,
        "law_folders": [str(p) for p in options.law_folders],
        "engine": options.engine,
        "engine_version": dueprocess.__version__,
        "options": {
            "public": options.public, "by": list(options.by), "theories": [str(p) for p in options.theories], "as_known_then": options.law_known_at is None,
            "as_of": options.as_of.isoformat() if options.as_of else None, "allowance_hours": options.allowance_hours, "daily_cost": options.daily_cost,
        },
        "days": None if found.public else [d.isoformat() if d else None for d in found.days],
    }  # fmt: skip


def _by_class(rows: Table, found: Gathered, table: str, first: str) -> Table:
    """Rows of a file by class: numbers only, hours as decimal hours; empty where a row prints none."""
    made = []
    for row in rows:
        entry: dict[str, Any] = {first: row["label"] if found.public or first not in ("agency",) else row["key"]}
        if first == "agency" and not found.public:
            entry["name"] = row["label"]
        entry |= {"stays": row["stays"], "persons": row["persons"]}
        for name in found.classes_in(table):
            cell = row["classes"][name] if row["classes"] else None
            key = name.replace(" ", "_")
            entry[key] = cell["stays"] if cell else None
            if name in numbers.WITH_HOURS:
                entry |= {f"{key}_hours_least": _hours(cell, "least"), f"{key}_hours_most": _hours(cell, "most")}
        made.append(entry)
    return made


def _hours(cell: Mapping[str, Any] | None, name: str) -> float | None:
    return None if cell is None or cell[name] is None else round(cell[name] / HOUR, 2)


def _problems(prepared: Path, found: Gathered) -> Table:
    if found.public:
        return [{"file": p["file"], "column": p["column"], "code": p["code"], "what": p["what"], "count": "fewer than 11" if p["count"] is None else p["count"]} for p in found.problems]
    with linked() as link:
        link.read_parquet(str(prepared / "problems.parquet")).create_view("p")
        return numbers.fetch(link, 'SELECT file, row, "column", code, what, count FROM p ORDER BY file, row NULLS FIRST, "column", code')


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name)[:60]


def write_table(path: Path, rows: Table, *, head: Sequence[str] = ()) -> None:
    """Rows as CSV with their keys as header, or ``head`` where there are none."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]) if rows else list(head))
        writer.writeheader()
        writer.writerows(rows)
