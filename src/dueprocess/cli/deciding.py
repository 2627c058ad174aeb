"""``dueprocess decide``: cases in, decisions out; the bad ones are listed and the good ones answered."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError, printable
from dueprocess.kernel.instants import parse_date, parse_instant
from dueprocess.kernel.yamlread import MAX_BYTES, Document, Path_, decode, parse, read, read_mapping


def run(
    names: Sequence[str],
    *,
    at: str | None,
    law_known_at: str | None,
    folders: Sequence[Path],
    adoption: Path | None,
    form: str,
    out: Path | None,
) -> int:
    """Decide each case and print; the status is 2 if any could not be decided, else 0."""
    from dueprocess.decide import decide_case
    from dueprocess.law import load_lawbook

    if form == "pdf" and out is None:
        raise InputError("a PDF needs a file to be written to", where="--format pdf", do="add --out decision.pdf")
    lawbook = load_lawbook(*folders)
    adopted = read_mapping(adoption) if adoption else None
    adoption_name = str(adoption) if adoption else ""
    if at == "now":
        at = now.now_text()
    today: date = now.today()
    # What is wrong with an option is said once, not for each case.
    if at is not None:
        parse_instant(at, where="--at")
    if law_known_at is not None:
        parse_date(law_known_at, where="--law-known-at")
    decisions: list[dict[str, Any]] = []
    status = 0
    several = len(names) > 1
    for document, prefix, count in read_cases(names):
        several = several or count > 1
        try:
            if isinstance(document, InputError):
                raise document

            def where(path: Path_, document: Document = document, prefix: Path_ = prefix) -> str:
                return document.where((*prefix, *path))

            value = document.value
            for part in prefix:
                value = value[part]
            decisions.append(
                decide_case(
                    value,
                    today=today,
                    lawbook=lawbook,
                    adoption=adopted,
                    adoption_name=adoption_name,
                    at=at,
                    law_known_at=law_known_at,
                    where=where,
                )
            )
        except InputError as error:
            if adoption_name and error.where.startswith(adoption_name):
                raise  # the adoption file's own fault: every case would say the same
            name = document.name if isinstance(document, Document) else ""
            shown = error if not name or str(error).startswith(name) else error.at(name)
            typer.echo(f"dueprocess: {printable(str(shown))}", err=True)
            status = 2
    if decisions:
        _print(decisions, several=several, form=form, out=out)
    return status


def read_cases(names: Sequence[str]) -> Iterator[tuple[Document | InputError, Path_, int]]:
    """Each case of each file: the document, where in it the case stands, and how many the file holds."""
    for name in names:
        try:
            if name == "-":
                data = sys.stdin.buffer.read(MAX_BYTES + 1)
                if len(data) > MAX_BYTES:
                    raise InputError(f"more than {MAX_BYTES} bytes", where="standard input", do="split the cases")
                document = parse(decode(data, name="standard input"), name="standard input")
            else:
                document = read(Path(name))
        except InputError as error:
            yield error, (), 1
            continue
        if isinstance(document.value, list) and document.value:
            for index in range(len(document.value)):
                yield document, (index,), len(document.value)
        else:
            yield document, (), 1


def _print(decisions: list[dict[str, Any]], *, several: bool, form: str, out: Path | None) -> None:
    if form == "json":
        text = json.dumps(decisions if several else decisions[0], indent=2, ensure_ascii=False) + "\n"
    elif form == "text":
        from dueprocess.decide.present import to_text

        text = ("\n" + "=" * 78 + "\n\n").join(to_text(d) for d in decisions)
    elif form == "html":
        from dueprocess.decide.present import to_html

        text = to_html(decisions)
    else:
        from dueprocess.decide.present import to_pdf

        assert out is not None
        write(out, to_pdf(decisions))
        return
    if out is None:
        typer.echo(text, nl=False)
    else:
        write(out, text.encode())


def write(path: Path, data: bytes) -> None:
    """Write a file; one clear line where that cannot be done."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(path), do="name a file in a folder that you may write to") from None
