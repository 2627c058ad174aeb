"""``dueprocess law matrix``: what the encoded law says at one place on one day, for every packet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import typer

from dueprocess.cli.deciding import write
from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import parse_date

_USUAL_ROLE = {"county": "sheriff", "city": "police", "state": "corrections", "territory": "corrections"}


def run(
    place: str,
    *,
    as_of: str | None,
    known_at: str | None,
    facility: str | None,
    folders: Sequence[Path],
    adoption: Path | None,
    form: str,
    card: bool,
    kit: bool = False,
    out: Path | None,
) -> None:
    """Print the matrix, or its wall card, or write the kit; a PDF and a kit need ``out``. Both dates default to today."""
    from dueprocess.decide.adoption import adopted_ids
    from dueprocess.decide.matrix import build_table
    from dueprocess.decide.packets import scene_of
    from dueprocess.decide.stay import Setting
    from dueprocess.kernel.yamlread import read_mapping
    from dueprocess.law import load_lawbook

    if form == "pdf" and out is None:
        raise InputError("a PDF needs a file to be written to", where="--format pdf", do="add --out matrix.pdf")
    if form == "json" and card:
        raise InputError("the wall card has no JSON of its own", where="--card", do="leave --card out: the table holds all of it")
    if kit and out is None:
        raise InputError("a kit needs a file to be written to", where="--kit", do="add --out kit.html")
    if kit and (card or form not in ("text", "html")):
        raise InputError("a kit is one HTML file, with the wall card in it", where="--kit", do="leave --card and --format out")
    today = now.today()
    day = parse_date(as_of, where="--as-of") if as_of else today
    known = parse_date(known_at, where="--known-at") if known_at else today
    agency = agency_of(place, day)
    book = load_lawbook(*folders)
    adopted = None
    if adoption is not None:
        adopted = adopted_ids(read_mapping(adoption), lawbook=book, agency=agency, today=today, where=str(adoption))
    try:
        scene = scene_of(agency, facility=facility, as_of=day, known_at=known, setting=Setting(book, adopted))
    except InputError as error:
        raise InputError(error.what, where="law matrix", do=error.do.replace("give facility", "give --facility")) from None
    if kit:
        from dueprocess.public import kit_html

        assert out is not None
        write(out, kit_html(scene).encode())
        return
    table = build_table(scene)
    if form == "json":
        data = (json.dumps(table, indent=2, ensure_ascii=False) + "\n").encode()
    else:
        from dueprocess.decide.matrix_view import view_of
        from dueprocess.render.matrix import matrix_html, matrix_pdf, matrix_text

        view = view_of(table)
        if form == "pdf":
            data = matrix_pdf(view, card=card)
        else:
            data = (matrix_html if form == "html" else matrix_text)(view, card=card).encode()
    if out is None:
        typer.echo(data.decode(), nl=False)
    else:
        write(out, data)


def agency_of(place: str, day: date) -> str:
    """The agency that ``place`` names: an agency's path, or a place (path, FIPS code or name) with its usual role."""
    from dueprocess.places import ROLES, load_places

    places = load_places()
    try:
        # Below a county or city only a role can stand; a mistyped one is then named as such.
        if place.startswith("us/") and (place.rsplit("/", 1)[-1] in ROLES or place.count("/") > 2):
            return places.agency(place).id
        found = places.place_on(places.resolve(place, on=day), on=day)
    except InputError as error:
        raise InputError(error.what, where="law matrix", do=error.do) from None
    if found.kind not in _USUAL_ROLE:
        raise InputError(f"[{place}] is no one's jail", where="law matrix", do="name a county, as us/or/clackamas-county, or an agency")
    return f"{found.id}/{_USUAL_ROLE[found.kind]}"
