"""What stands beside the letters: the merge table, the trace, who was left out, what failed, the bundle, the contact sheet."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import dueprocess
from dueprocess.law.durable import write_whole
from dueprocess.letters.columns import DESCRIPTIONS
from dueprocess.letters.fields import TEXTS
from dueprocess.letters.recipients import Recipient, Selection
from dueprocess.letters.run import FORMAT, RUN, TRACE_HEAD, Job, Made, Writer, worker_count
from dueprocess.letters.tables import csv_bytes, xlsx_bytes

MERGE_HEAD = ("recipient", "file", "state_of_letter", "sentences_left_out", *DESCRIPTIONS, *(f"field:{n}" for n in TEXTS))
LEFT_OUT_HEAD = ("recipient", "why", "reason")
FAILED_HEAD = ("recipient", "reason")
ONE_BUNDLE = 250
"""Of more letters the bundle is one file for each state: all in one would take gigabytes to put together."""


def begin(out: Path, before: Mapping[str, Mapping[str, str]]) -> None:
    """Mark the folder as one of letters before the first is written, with what the last run knew of it."""
    out.mkdir(parents=True, exist_ok=True)
    _json(out / RUN, {"format": FORMAT, "unfinished": True, "letters": list(before.values())})


def write_outputs(
    job: Job, chosen: Sequence[Recipient], selection: Selection, made: Sequence[Made], out: Path, *,
    asked: Mapping[str, Any], before: Mapping[str, Mapping[str, str]], bundle: bool, xlsx: bool, jobs: int | None, say: Callable[[str], None],
) -> dict[str, Any]:  # fmt: skip
    """Write everything beside the letters; what ``run.json`` holds. Letters of an earlier run that this one does not have are taken away."""
    rows = {r.id: r for r in chosen}
    good = [m for m in made if m.state != "failed"]
    say("writing the tables")
    table = [_merged(m, rows[m.id]) for m in made]
    _write(out / "merge.csv", csv_bytes(MERGE_HEAD, table))
    if xlsx:
        _write(out / "merge.xlsx", xlsx_bytes(MERGE_HEAD, table, sheet="Letters"))
    _write(out / "left-out.csv", csv_bytes(LEFT_OUT_HEAD, ((o.id, o.kind, o.reason) for o in selection.left_out)))
    _write(out / "failed.csv", csv_bytes(FAILED_HEAD, ((m.id, m.reason) for m in made if m.state == "failed")))
    if job.trace:
        _write(out / "trace.csv", csv_bytes(TRACE_HEAD, (row for m in made for row in m.trace)))
    files = {m.file for m in good}
    for old in before.values():
        if old.get("file") and old["file"] not in files:
            (out / old["file"]).unlink(missing_ok=True)
    bundles: list[str] = []
    if job.form == "pdf" and good:
        say("drawing the contact sheet")
        _contact(job, [rows[m.id] for m in good], out)
        if bundle:
            say("putting the bundle together")
            bundles = _bundles(job, good, out, jobs=jobs)
    run = {
        "format": FORMAT,
        **asked,
        "template": job.template.id,
        "template_hash": job.template.hash,
        "template_reviewed": job.template.reviewed or None,
        "as_of": job.as_of.isoformat(),
        "law_known_at": job.known_at.isoformat(),
        "law_version": job.book.version,
        "engine_version": dueprocess.__version__,
        "counts": counts_of(selection, made),
        "bundles": bundles,
        "letters": [{"id": m.id, "file": m.file, "hash": m.hash} for m in good],
    }
    _json(out / RUN, run)
    return run


def counts_of(selection: Selection, made: Sequence[Made] = ()) -> dict[str, Any]:
    """How many get a letter, are left out (by why), and do not fit the condition."""
    found: dict[str, Any] = {"selected": len(selection.chosen), "left_out": dict(sorted(Counter(o.kind for o in selection.left_out).items())), "not_asked_for": selection.others}
    if made:
        found |= {state: sum(m.state == state for m in made) for state in ("written", "kept", "failed")}
    return found


def _merged(made: Made, row: Recipient) -> list[str]:
    columns = {**row.columns, "accepts": ";".join(row.accepts or ())}
    told = ["" if (v := columns.get(n)) is None else ("yes" if v else "no") if isinstance(v, bool) else str(v) for n in DESCRIPTIONS]
    return [made.id, made.file, made.state, str(made.dropped), *told, *(made.texts.get(n, "") for n in TEXTS)]


def _contact(job: Job, rows: Sequence[Recipient], out: Path) -> None:
    from dueprocess.letters.contact import contact_pdf, shown_of

    writer = Writer(job, out, {})
    shown = [rows[i] for i in shown_of(len(rows))]
    letters = [writer.letter(r)[0] for r in shown]
    notes = [f"{len(shown)} of {len(rows)} letters, {'all' if len(shown) == len(rows) else 'spread evenly'}. Nothing has been sent, and the program sends nothing."]
    notes.append(f"Template {job.template.id}: {'reviewed by ' + job.template.reviewed if job.template.reviewed else 'reviewed by nobody'}.")
    _write(out / "contact-sheet.pdf", contact_pdf([x.as_json() for x in letters], [x.about for x in letters], title=f"Contact sheet: {job.template.title}", notes=notes))


def _bundles(job: Job, made: Sequence[Made], out: Path, *, jobs: int | None) -> list[str]:
    """One bundle, or one for each state; their names."""
    groups: dict[str, list[Made]] = {"bundle.pdf": list(made)}
    if len(made) > ONE_BUNDLE:
        groups = {}
        for m in made:
            groups.setdefault(f"bundle-{m.id.split('/')[1]}.pdf", []).append(m)
    for old in out.glob("bundle*.pdf"):
        if old.name not in groups:
            old.unlink()
    tasks = [(out, name, tuple(m.file for m in group), tuple(m.texts["place"] for m in group), job.template.title, job.template.language) for name, group in groups.items()]
    if len(tasks) == 1:
        _bundle(tasks[0])
    else:
        tasks.sort(key=lambda t: (-len(t[2]), t[1]))
        with ProcessPoolExecutor(worker_count(jobs), mp_context=get_context("spawn")) as pool:
            list(pool.map(_bundle, tasks))
    return sorted(groups)


def _bundle(task: tuple[Path, str, tuple[str, ...], tuple[str, ...], str, str]) -> None:
    from dueprocess.letters.bundle import bundle_pdf

    out, name, files, labels, title, lang = task
    _write(out / name, bundle_pdf([out / f for f in files], labels, title=f"{title}: {len(files)} letters", lang=lang))


def _json(path: Path, value: Any) -> None:
    _write(path, (json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n").encode())


def _write(path: Path, data: bytes) -> None:
    """Write a file, unless it holds just that."""
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data)
