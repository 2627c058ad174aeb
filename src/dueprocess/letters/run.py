"""A run of letters: one file each, written whole; what fails is listed with its reason, and the same run again does only that."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from dueprocess.kernel.errors import InputError
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.law.durable import write_whole
from dueprocess.letters.audited import Figures
from dueprocess.letters.custody import COLUMNS
from dueprocess.letters.facts import FactBook
from dueprocess.letters.lint import lint
from dueprocess.letters.merge import Letter, Merger
from dueprocess.letters.recipients import LeftOut, Recipient, Rolls, Selection, select
from dueprocess.letters.template import Template
from dueprocess.places import load_places
from dueprocess.registry import Registry, load_registry
from dueprocess.terms import Tree

FORMAT = "dueprocess-letters-1"
RUN = "run.json"
FEW = 24
"""So many letters are made in this process; more are shared among several."""
TRACE_HEAD = ("recipient", "sentence", "text", "variant", "kind", "id", "source", "template_line")


@dataclass(frozen=True, slots=True)
class Job:
    """What a run needs: everything but the recipients."""

    template: Template
    as_of: date
    known_at: date
    form: str = "pdf"
    registry_folders: tuple[Path, ...] = ()
    law_folders: tuple[Path, ...] = ()
    figures: Mapping[str, Figures] = field(default_factory=dict)
    signers: tuple[str, ...] = ()
    trace: bool = False
    letterhead: bytes | None = None

    @property
    def registry(self) -> Registry:
        """The shipped registry with the user's folders over it; loaded once in each process."""
        return load_registry(*self.registry_folders)

    @property
    def book(self) -> Lawbook:
        """The lawbook with the user's folders over it; loaded once in each process."""
        return _lawbook(self.law_folders)


@cache
def _lawbook(folders: tuple[Path, ...]) -> Lawbook:
    return load_lawbook(*folders)


@dataclass(frozen=True, slots=True)
class Made:
    """One letter of a run. ``state``: written, kept (the same as last time) or failed with its ``reason``; ``file`` under the folder."""

    id: str
    state: str
    file: str
    hash: str
    reason: str
    dropped: int
    texts: Mapping[str, str]
    trace: tuple[tuple[str, ...], ...]


def refusal(template: Template) -> Callable[[Recipient], LeftOut | None]:
    """Why a recipient may not get this template: the wrong state's law, or figures that it lacks. None where it may."""

    def refused(row: Recipient) -> LeftOut | None:
        if template.law and row.regime not in template.law:
            return LeftOut(row.id, "guard", f"the template is for places where the encoded law is {' or '.join(template.law)}; here it is {row.regime}")
        for name in template.needs:
            if row.columns.get(name) is not True:
                return LeftOut(row.id, "needs", f"the template needs [{name}], which is not so here")
        return None

    return refused


def choose(job: Job, tree: Tree, *, each: str, sample: int | None = None) -> Selection:
    """Who gets a letter: ``each`` county or each agency that the condition fits."""
    rolls = Rolls(job.registry, load_places(), job.book, as_of=job.as_of, known_at=job.known_at)
    facts = book_of(job)
    rows, out = (rolls.counties(), ()) if each == "county" else rolls.agencies(tree)
    found = select(map(facts.with_columns, rows), tree, refused=refusal(job.template), sample=sample)
    return Selection(found.chosen, tuple(sorted((*found.left_out, *out), key=lambda o: (o.id, o.kind))), found.others)


def book_of(job: Job) -> FactBook:
    """The facts of this run's letters."""
    return FactBook(job.registry, load_places(), job.book, as_of=job.as_of, known_at=job.known_at, figures=job.figures, signers=job.signers, columns=COLUMNS)


def check(template: Template, book: Lawbook) -> None:
    """Raises InputError at the first finding of the lint."""
    found = lint(template, book)
    if found:
        more = f" (and {len(found) - 1} more: dueprocess letters lint)" if len(found) > 1 else ""
        raise InputError(f"{found[0].what}{more}", where=found[0].where, do=found[0].do)


class Writer:
    """Makes and writes letters of one job; one in each process."""

    def __init__(self, job: Job, out: Path, before: Mapping[str, Mapping[str, str]]) -> None:
        self.job, self.out, self.before = job, out, before
        self.facts, self.merger = book_of(job), Merger(job.template)

    def letter(self, row: Recipient) -> tuple[Letter, Mapping[str, str]]:
        """The letter and the fields that it may name. Raises InputError where it cannot be made."""
        facts = self.facts.of(row, lang=self.job.template.language)
        return self.merger.letter(row.id, facts), facts.texts

    def make(self, row: Recipient) -> Made:
        """The letter written, or why it failed. A fault of one letter never stops the others."""
        texts: Mapping[str, str] = {}
        try:
            letter, texts = self.letter(row)
            file = file_of(row, self.job.form)
            target = self.out / file
            known = self.before.get(row.id, {})
            digest = letter.hash
            if known.get("hash") == digest and known.get("file") == file and target.is_file():
                state = "kept"
            else:
                data = _rendered(letter, self.job)
                target.parent.mkdir(parents=True, exist_ok=True)
                write_whole(target, data)
                state = "written"
        except InputError as error:
            return Made(row.id, "failed", "", "", str(error), 0, texts, ())
        except Exception as error:
            # Typst or docxtpl: the kind of error and its first line, no text of the letter.
            return Made(row.id, "failed", "", "", f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}".rstrip(": "), 0, texts, ())
        return Made(row.id, state, file, digest, "", len(letter.dropped), texts, trace_rows(letter) if self.job.trace else ())


def _rendered(letter: Letter, job: Job) -> bytes:
    if job.form == "docx":
        from dueprocess.letters.docx import letter_docx

        return letter_docx(letter.as_json(), base=job.letterhead)
    from dueprocess.letters.pdf import letter_pdf

    return letter_pdf(letter.as_json())


def file_of(row: Recipient, form: str) -> str:
    """Where a letter lies under the folder: ``letters/or/clackamas-county-sheriff.pdf``."""
    parts = row.id.removeprefix("us/").split("/")
    return f"letters/{parts[0]}/{'-'.join(parts[1:])}.{form}"


def trace_rows(letter: Letter) -> tuple[tuple[str, ...], ...]:
    """Sentence by sentence what it rests on: the columns of TRACE_HEAD, a row for each source."""
    found = []
    for number, said in enumerate(letter.said, 1):
        for ref in said.refs:
            found.append((letter.id, str(number), said.text, said.variant, ref.kind, ref.id, ref.source, said.where))
    return tuple(found)


def worker_count(jobs: int | None) -> int:
    """How many processes to use: as asked, else one for each processor."""
    return jobs or os.cpu_count() or 1


def make_all(job: Job, chosen: Sequence[Recipient], out: Path, before: Mapping[str, Mapping[str, str]], *, jobs: int | None = None, progress: Callable[[int, int], None] | None = None) -> list[Made]:
    """All letters, in the order of their ids; in several processes where there are many."""
    workers = min(worker_count(jobs), max(1, len(chosen) // FEW))
    found: list[Made] = []
    for made in _made(job, chosen, out, before, workers):
        found += made
        if progress:
            progress(len(found), len(chosen))
    return sorted(found, key=lambda m: m.id)


def _made(job: Job, chosen: Sequence[Recipient], out: Path, before: Mapping[str, Mapping[str, str]], workers: int) -> Iterator[list[Made]]:
    # By state, the largest first: counties of a state share most of its law, which is then worked out in one process.
    states: dict[str, list[Recipient]] = {}
    for row in chosen:
        states.setdefault(row.id.split("/")[1], []).append(row)
    chunks: list[Sequence[Recipient]] = [states[s] for s in sorted(states, key=lambda s: (-len(states[s]), s))]
    if workers < 2:
        writer = Writer(job, out, before)
        for chunk in chunks:
            yield [writer.make(row) for row in chunk]
        return
    # Started afresh, not forked: Typst has threads of its own, and a fork would wait for them forever.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(job, out, before)) as pool:
        yield from pool.map(_chunk, chunks)


_writer: Writer | None = None


def _begin(job: Job, out: Path, before: Mapping[str, Mapping[str, str]]) -> None:
    global _writer
    _writer = Writer(job, out, before)


def _chunk(rows: Sequence[Recipient]) -> list[Made]:
    """One chunk in a process of the pool."""
    assert _writer is not None
    return [_writer.make(row) for row in rows]


def read_before(out: Path) -> Mapping[str, Mapping[str, str]]:
    """What an earlier run of the folder wrote, by recipient; empty for a new or empty folder. Raises InputError for another's."""
    if not out.exists():
        return {}
    path = out / RUN
    if not path.is_file():
        if out.is_dir() and not any(out.iterdir()):
            return {}
        raise InputError("it is there already, and holds no letters", where=str(out), do="name a new folder")
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        run = None
    if not isinstance(run, dict) or run.get("format") != FORMAT:
        raise InputError("it is there already, and holds no letters", where=str(out), do="name a new folder")
    return {str(e["id"]): e for e in run.get("letters", ())}
