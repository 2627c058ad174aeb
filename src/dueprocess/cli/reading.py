"""``dueprocess read``: papers to papers and facts, with page, place and quote; a case file; a page to review."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from dueprocess.kernel.errors import InputError

_MOST_FILES = 100


def register(app: typer.Typer) -> None:
    """Add the command to ``dueprocess``."""
    app.command("read", epilog="Example: dueprocess read docs/examples/made-up-packet.pdf --html review.html")(_read)


def _read(
    files: Annotated[list[Path], typer.Argument(help="The papers of one stay: PDF, TIFF, PNG, JPEG, text or e-mail (.eml).")],
    case: Annotated[Path | None, typer.Option(help="Write the papers into this case file (YAML). One that is there keeps all else that it says.")] = None,
    base: Annotated[Path | None, typer.Option(help="For --case: start from this case file instead; it is left as it is.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page to review: the images with a frame around all that was read.")] = None,
    corrections: Annotated[Path | None, typer.Option(help="What a person saw on the papers (YAML or JSON), applied over what was read.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep the originals, byte for byte, in this folder under their SHA-256.")] = None,
    agency: Annotated[str | None, typer.Option(help="For --case: the agency, as us/or/clackamas-county/sheriff.")] = None,
    at: Annotated[str | None, typer.Option(help="For --case: the moment asked about, as 2018-06-05T16:00:00-05:00.")] = None,
    received: Annotated[str | None, typer.Option(help="For --case: when the papers came; default: what the e-mail or the fax's line says.")] = None,
) -> None:
    """Read the papers that came: what each is, who signed it, what is ticked, whether it was served, what does not fit."""
    run(files, case=case, base=base, as_json=json_, html=html, corrections=corrections, keep=keep, agency=agency, at=at, received=received)


def run(
    files: Sequence[Path], *, case: Path | None, base: Path | None, as_json: bool, html: Path | None, corrections: Path | None, keep: Path | None,
    agency: str | None, at: str | None, received: str | None,
) -> None:  # fmt: skip
    """Read, correct, write what was asked for, print."""
    from dueprocess import papers
    from dueprocess.cli.deciding import write
    from dueprocess.kernel.instants import parse_instant
    from dueprocess.kernel.yamlread import read_mapping

    if len(files) > _MOST_FILES:
        raise InputError(f"more than {_MOST_FILES} files", do="give the papers of one stay")
    for name, value in (("--at", at), ("--received", received)):
        if value is not None:
            parse_instant(value, where=name)
    if case is None and (agency or at or received or base):
        raise InputError("--base, --agency, --at and --received are for a case file", do="add --case case.yaml")
    start = base or (case if case is not None and case.exists() else None)
    given = read_mapping(start) if start is not None else None
    about, changes = papers.read_corrections(corrections) if corrections is not None else (None, [])
    if keep is not None:
        # Before anything is parsed: whatever happens then, the original is there.
        from dueprocess.papers.files import media_of

        for path in files:
            try:
                data = path.read_bytes()
            except OSError as error:
                raise InputError(f"it cannot be read ({error.strerror})", where=str(path), do="name a file") from None
            try:
                media = media_of(data)
            except InputError:
                media = "bin"
            papers.keep(data, keep, media=media)
    reading = papers.read_files(files, progress=_progress if sys.stderr.isatty() else _sparse(), pictures=html is not None)
    if sys.stderr.isatty():
        print(end="\r\x1b[K", file=sys.stderr)  # noqa: T201
    if corrections is not None:
        reading = papers.apply(reading, changes, about=about, name=str(corrections))
    if case is not None:
        made = papers.case_of(reading, base=given, agency=agency, at=at, received=received)
        write(case, papers.case_text(made, reading).encode())
    if html is not None:
        write(html, papers.review_page(reading, name=files[0].name).encode())
    if as_json:
        typer.echo(json.dumps(papers.as_dict(reading), indent=2, ensure_ascii=False))
    else:
        typer.echo(papers.as_text(reading), nl=False)


def _progress(done: int, pages: int) -> None:
    if pages > 1:
        print(f"\rread {done} of {pages} pages", end="", file=sys.stderr, flush=True)  # noqa: T201


def _sparse() -> Callable[[int, int], None]:
    """For a log: a line each fifty pages."""
    told = 0

    def progress(done: int, pages: int) -> None:
        nonlocal told
        if pages > 50 and done - told >= 50:
            told = done
            print(f"read {done} of {pages} pages", file=sys.stderr, flush=True)  # noqa: T201

    return progress
