"""From what a user names to prepared tables, and from those to results."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from dueprocess.audit.link import linked
from dueprocess.audit.single import decide_rows, prepared_info
from dueprocess.kernel.errors import InputError
from dueprocess.law import Lawbook
from dueprocess.places import load_places
from dueprocess.tables import Say

ENGINES = ("duckdb", "spark", "single")
TABLES = ("stays", "papers", "grounds", "events", "problems")

# An identifier: at most four letters in a run, no fewer digits than letters, no blank. Anything else might be somebody's name.
_ID = r"^(?:[A-Za-z]{0,4}[0-9._/#-]+)+[A-Za-z]{0,4}$"
_DIGITS, _LETTERS = "length(regexp_replace(stay_id, '[^0-9]', '', 'g'))", "length(regexp_replace(stay_id, '[^A-Za-z]', '', 'g'))"

Progress = Callable[[int, int], None]


Input = Path | str
"""A file or folder, or the address of a database or an object store."""


def is_prepared(inputs: Sequence[Input]) -> bool:
    """Whether the input is one folder that was prepared before."""
    return len(inputs) == 1 and isinstance(inputs[0], Path) and (inputs[0] / "prepared.json").is_file()


def prepared_from(
    inputs: Sequence[Input],
    out: Path,
    *,
    lawbook: Lawbook,
    map: Path | None = None,
    preset: str | None = None,
    as_of: date | None = None,
    by: Sequence[str] = (),
    bare: Path | None = None,
    say: Say | None = None,
) -> Path:
    """The prepared tables of the inputs, in the folder ``out``: prepared now, or a copy of what was prepared before.

    ``bare`` is the folder for the same without what the map assumes; it has no ``prepared.json`` where nothing is
    assumed. ``say`` is told each step.

    Raises InputError for what cannot be read, and where options of preparing are given with a prepared folder.
    """
    if is_prepared(inputs):
        before = Path(inputs[0])
        if map is not None or preset is not None or as_of is not None:
            raise InputError("it is prepared already", where=str(before), do="leave out --map, --preset and --as-of, or name the original files")
        prepared_info(before)
        out.mkdir(parents=True, exist_ok=True)
        for name in (*(f"{t}.parquet" for t in TABLES), "prepared.json"):
            try:
                shutil.copyfile(before / name, out / name)
            except OSError as error:
                raise InputError(f"[{name}] cannot be read ({error.strerror})", where=str(before), do="prepare the files again") from None
        return out
    for given in inputs:
        if isinstance(given, Path) and _is_audit(given):
            raise InputError("it is the folder of an audit, not records", where=str(given), do=f"name its tables, {given / 'prepared'}, or the original files")
    from dueprocess.tables import load_map, prepare

    read = None if map is None else load_map(map, vocabulary=lawbook.vocabulary)
    prepare(inputs, out=out, map=read, preset=preset, as_of=as_of, lawbook=lawbook, places=load_places(), keep_by=tuple(by), bare=bare, progress=say)
    return out


def _is_audit(folder: Path) -> bool:
    """Whether a folder is one that an audit wrote."""
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and str(run.get("format")).startswith("dueprocess-audit-")


def clean(prepared: Path, *, allowance_hours: float | None = None) -> None:
    """Take out what might name somebody: an id that does not look like one becomes ``row-17``, and a value of words that
    a problem repeats becomes […]; file, row and column say where it stands.

    ``allowance_hours``, where given, takes the place of the allowance in every row.
    """
    stays = prepared / "stays.parquet"
    fresh = prepared / "stays.new.parquet"
    # Most ids are a few letters and more digits, which is quickly seen.
    # A CASE, since of an OR every part is worked out for every row.
    looks_like_one = f"CASE WHEN regexp_full_match(stay_id, '[A-Za-z]{{0,4}}[0-9]{{4,36}}') THEN TRUE ELSE regexp_matches(stay_id, '{_ID}') AND length(stay_id) <= 40 AND {_DIGITS} >= greatest(1, {_LETTERS}) END"
    with linked() as link:
        link.execute("SET preserve_insertion_order = true")
        link.read_parquet(str(stays)).create_view("s")
        # The tables without what the map assumes have no ids.
        named = any(c[0] == "stay_id" for c in link.execute("DESCRIBE s").fetchall())
        replaced = [f"{round(allowance_hours * 3600)}::BIGINT AS allowance"] if allowance_hours is not None else []
        if named and (replaced or link.execute(f"SELECT bool_or(({looks_like_one}) IS NOT TRUE) FROM s").fetchall() != [(False,)]):
            replaced.append(f"CASE WHEN {looks_like_one} THEN stay_id ELSE 'row-' || row END AS stay_id")
        if replaced:
            link.execute(f"CREATE VIEW t AS SELECT * REPLACE ({', '.join(replaced)}) FROM s")
            link.table("t").to_parquet(str(fresh), compression="zstd")
            fresh.replace(stays)
        listed, fresh_list = prepared / "problems.parquet", prepared / "problems.new.parquet"
        link.read_parquet(str(listed)).create_view("p")
        link.execute("CREATE VIEW q AS SELECT * REPLACE (regexp_replace(what, '\\[[^\\]]*[[:alpha:]][^\\]]*\\]', '[…]', 'g') AS what) FROM p")
        link.table("q").to_parquet(str(fresh_list), compression="zstd")
    fresh_list.replace(listed)
    for path in prepared.iterdir():  # what could not be read, word for word: it stays in the input
        if path.name not in (*(f"{t}.parquet" for t in TABLES), "prepared.json"):
            path.unlink() if path.is_file() else shutil.rmtree(path)


def drop_passthrough(prepared: Path) -> None:
    """Take the columns that only aggregates are told of (``by_…``) out of the stays, once they are counted."""
    stays, fresh = prepared / "stays.parquet", prepared / "stays.new.parquet"
    with linked() as link:
        link.read_parquet(str(stays)).create_view("s")
        names = [c[0] for c in link.execute("DESCRIBE s").fetchall()]
        kept = [n for n in names if not n.startswith("by_")]
        if kept == names:
            return
        quoted = ", ".join('"' + n.replace('"', '""') + '"' for n in kept)
        link.sql(f"SELECT {quoted} FROM s").to_parquet(str(fresh), compression="zstd")
    fresh.replace(stays)


def check_engine(engine: str, master: str | None) -> None:
    """InputError for an engine that there is not, or a master that it does not have."""
    if engine not in ENGINES:
        raise InputError(f"there is no engine [{engine}]", where="--engine", do=f"one of {', '.join(ENGINES)}")
    if master is not None and engine != "spark":
        raise InputError("only Spark has a master", where="--master", do="add --engine spark")


def decide(
    prepared: Path,
    out: Path,
    *,
    lawbook: Lawbook,
    law_known_at: date | None,
    engine: str = "duckdb",
    master: str | None = None,
    only_classes: bool = False,
    progress: Progress | None = None,
) -> None:
    """Decide every stay and write ``out``. ``engine`` is ``duckdb``, ``spark`` (at ``master``) or ``single``: the
    evaluator of one case, row by row. ``only_classes``: no more is asked than the class and hours over."""
    check_engine(engine, master)
    if engine == "single":
        decide_rows(prepared, lawbook=lawbook, law_known_at=law_known_at, out=out, progress=progress)
        return
    from dueprocess.batch import Options, run_batch

    run_batch(prepared, lawbook=lawbook, law_known_at=law_known_at, out=out, options=Options(engine=engine, master=master, only_classes=only_classes, progress=progress))
    _ask_alone(prepared, out, lawbook=lawbook, law_known_at=law_known_at)


def _ask_alone(prepared: Path, out: Path, *, lawbook: Lawbook, law_known_at: date | None) -> None:
    """Answer one by one the few stays with more papers or grounds than many are asked with at once."""
    from dueprocess.batch import TOO_MANY

    with linked() as link:
        link.read_parquet(str(out)).create_view("found")
        rows = [r[0] for r in link.execute("SELECT row FROM found WHERE problem = ?", [TOO_MANY]).fetchall()]
        if not rows:
            return
        alone = out.with_name(out.name + ".alone")
        decide_rows(prepared, lawbook=lawbook, law_known_at=law_known_at, out=alone, rows=rows)
        link.read_parquet(str(alone)).create_view("alone")
        both = link.sql("SELECT * FROM found WHERE row NOT IN (SELECT row FROM alone) UNION ALL BY NAME SELECT * FROM alone ORDER BY row")
        fresh = out.with_name(out.name + ".new")
        both.write_parquet(str(fresh))
    fresh.replace(out)
    alone.unlink()
