"""``dueprocess claims``: articles, memos and policies to one JSON line a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from dueprocess.kernel.errors import InputError, printable

_MOST_FILES = 10_000


def register(app: typer.Typer) -> None:
    """Add the command to ``dueprocess``."""
    app.command("claims", epilog="Example: dueprocess claims docs/examples/made-up-article.txt --date 2014-05-22")(_claims)


def _claims(
    files: Annotated[list[Path], typer.Argument(help="Articles, press releases, minutes, manuals, memos: text, HTML or PDF.")],
    date: Annotated[str | None, typer.Option(help="The day the text was published, as 2014-05-22: what relative dates count from. Default: what the file says.")] = None,
    title: Annotated[str | None, typer.Option(help="The text's title, where the file has none; a state in it decides ambiguous county names.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Who published the texts; used only as evidence for the state of the places that they name.")] = None,
    texts: Annotated[Path | None, typer.Option(help="Also write the text read out of each file into this folder: offsets count on it.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="Ask a model instead of the rules: the address of an OpenAI-compatible service that you run or trust. The whole text is sent there.")] = None,
    model: Annotated[str | None, typer.Option(help="The model's name at the endpoint.")] = None,
) -> None:
    """What texts say that agencies do with detainers: claims, figures, rulings, laws, incidents, each with its words."""
    raise typer.Exit(run(files, date=date, title=title, publisher=publisher, texts=texts, endpoint=endpoint, model=model))


def run(files: Sequence[Path], *, date: str | None, title: str | None, publisher: str | None = None, texts: Path | None, endpoint: str | None, model: str | None) -> int:
    """Print one line a file, in order; status 2 if a file could not be read, after all the others."""
    from dueprocess.extract import read, read_capture
    from dueprocess.extract.capture import iso_day

    if (endpoint is None) != (model is None):
        raise InputError("--endpoint and --model go together", do="give both, or neither for the rules that ship")
    if date is not None:
        iso_day(date, where="--date")
    if len(files) > _MOST_FILES:
        raise InputError(f"more than {_MOST_FILES:,} files", do="run it in parts")
    if texts is not None:
        if texts.exists() and not texts.is_dir():
            raise InputError("this is no folder", where=str(texts), do="name a new or existing folder")
        texts.mkdir(parents=True, exist_ok=True)
    failed = 0
    for path in files:
        try:
            source = read_capture(path, published=date, title=title, publisher=publisher)
            if endpoint is not None and model is not None:
                from dueprocess.extract.endpoint import ask

                found = ask(source, address=endpoint, model=model)
            else:
                found = read(source)
        except InputError as error:
            # One bad file of many loses nothing of the others.
            failed += 1
            print(f"dueprocess: {printable(str(error))}", file=sys.stderr)  # noqa: T201
            continue
        if texts is not None:
            (texts / f"{source.id}-{source.sha256[:12]}.txt").write_text(source.text, encoding="utf-8", newline="")
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    return 2 if failed else 0
