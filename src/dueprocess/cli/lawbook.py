"""``dueprocess law …``: the lawbook listed and shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer

from dueprocess.kernel.errors import InputError, nearest
from dueprocess.kernel.instants import parse_date
from dueprocess.law import RANK_NAMES, Authority, Interval, covers, load_lawbook


def listing(place: str | None, *, as_of: str | None, folders: Sequence[Path], as_json: bool) -> None:
    """One line an authority."""
    book = load_lawbook(*folders)
    day = parse_date(as_of, where="--as-of").toordinal() if as_of else None
    if place:
        from dueprocess.places import load_places

        try:
            known = load_places().known_set(place) or load_places().place(place.rsplit("/", 1)[0] if place.count("/") > 2 else place)
        except InputError as error:
            raise InputError(error.what, where="law list", do=error.do) from None
        del known
    rows = []
    for authority in book.authorities.values():
        if authority.replaced_by is not None:
            continue
        if place and not any(covers(b, place) or covers(place, b) for b in authority.binds):
            continue
        if day is not None and not _in_force(authority, day):
            continue
        rows.append(authority)
    if as_json:
        typer.echo(json.dumps([_summary(a) for a in rows], indent=2, ensure_ascii=False))
        return
    for authority in rows:
        typer.echo(f"{authority.id:<48} {_interval(authority.in_force):<26} {authority.kind:<15} {authority.title}")
    typer.echo(f"{len(rows)} authorities; lawbook {book.version[:19]}")


def show(identity: str, *, folders: Sequence[Path], as_json: bool) -> None:
    """One authority in full."""
    book = load_lawbook(*folders)
    authority = book.authorities.get(identity.removesuffix(".yaml").removeprefix("lawbook/"))
    if authority is None:
        raise InputError(f"[{identity}] is not in the lawbook", where="law show", do=nearest(identity, book.authorities) or "see law list")
    if as_json:
        from dueprocess.law.text import as_mapping

        typer.echo(json.dumps(as_mapping(authority), indent=2, ensure_ascii=False))
        return
    from dueprocess.law.text import as_text

    typer.echo(as_text(authority), nl=False)


def schema(of: str) -> None:
    """Print one of the published JSON Schemas."""
    from dueprocess.kernel.files import data_dir

    if of not in ("authority", "case", "decision"):
        raise InputError(f"there is no schema of [{of}]", where="law schema", do="authority, case or decision")
    path = data_dir("schemas") / f"{of}.schema.json"
    typer.echo(path.read_text(encoding="utf-8"), nl=False)


def _in_force(authority: Authority, day: int) -> bool:
    interval = authority.in_force
    return (interval.start is None or interval.start <= day) and (interval.until is None or day < interval.until)


def _interval(interval: Interval) -> str:
    start = date.fromordinal(interval.start).isoformat() if interval.start else ""
    return f"{start} to {date.fromordinal(interval.until).isoformat()}" if interval.until else f"from {start}" if start else ""


def _summary(authority: Authority) -> dict[str, Any]:
    return {
        "id": authority.id,
        "title": authority.title,
        "kind": authority.kind,
        "citation": authority.citation,
        "rank": RANK_NAMES.get(authority.rank or 0),
        "in_force": _interval(authority.in_force),
        "binds": list(authority.binds),
        "review": dict(authority.review or {}),
    }


__all__ = ["listing", "schema", "show"]
