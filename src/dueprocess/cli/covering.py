"""``dueprocess law coverage`` and ``dueprocess law export``: what the lawbook holds, as a map, a table and pages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer

from dueprocess.cli.deciding import write
from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import parse_date
from dueprocess.law import load_lawbook

LISTING = "export.json"
_FORMAT = "dueprocess-export-1"
_STYLES = {
    "forbids": "blue", "turns_on_facts": "sky", "open": "gray", "silent": "pale", "permits": "yellow",
    "forbids_refusal": "amber", "mandates": "red", "in_conflict": "black", "no_form": "none",
}  # fmt: skip


def _days(as_of: str | None, known_at: str | None) -> tuple[date, date]:
    today = now.today()
    return (
        parse_date(as_of, where="--as-of") if as_of else today,
        parse_date(known_at, where="--known-at") if known_at else today,
    )


# -- coverage -----------------------------------------------------------------------------------------------


def coverage(*, as_of: str | None, known_at: str | None, folders: Sequence[Path], form: str, out: Path | None) -> None:
    """Print the coverage as text, JSON, CSV, an HTML page or an SVG map; both dates default to today."""
    from dueprocess.decide import coverage as covering

    day, known = _days(as_of, known_at)
    book = load_lawbook(*folders)
    rows = covering.coverage(book, as_of=day, known_at=known)
    table = covering.as_table(book, rows, as_of=day, known_at=known)
    if form == "json":
        text = json.dumps(table, indent=1, ensure_ascii=False) + "\n"
    elif form == "csv":
        text = _csv(table)
    elif form == "text":
        text = _text(table)
    else:
        from dueprocess.render.county_map import MapClass, county_map, shape_ids

        vintage = covering.vintage_of(day)
        of, names = covering.on_map(rows, shape_ids(vintage), as_of=day)
        classes = [MapClass(k, _STYLES[k], r["label"]) for k, r in table["regimes"].items()]
        told = "; ".join(f"{r['label']}: {table['totals'][k]}" for k, r in table["regimes"].items() if table["totals"][k])
        text = county_map(
            vintage,
            classes,
            of=of,
            names=names,
            title=f"Immigration detainers: what the encoded law says on {day.isoformat()}",
            description=f"Counties of the United States by regime. {told}. The legend counts shapes; the territories have none. {table['asked']}",
            standalone=form == "svg",
        )
        if form == "html":
            from dueprocess.law.export import NOTICE
            from dueprocess.render.site import coverage_page

            text = coverage_page(table, text, notice=NOTICE)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write(out, text.encode())


def _csv(table: Mapping[str, Any]) -> str:
    columns = (
        "place", "fips", "name", "state", "agency", "regime", "outcome", "outcome_without_determination", "open_because",
        "deciding", "state_law", "local_law", "agreements", "bases", "reviewed", "next_change",
    )  # fmt: skip
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in table["counties"]:
        cells = ("; ".join(row[c]) if isinstance(row[c], list) else row[c] for c in columns)
        writer.writerow("" if c is None else c for c in cells)
    return out.getvalue()


def _text(table: Mapping[str, Any]) -> str:
    from textwrap import wrap

    labels = {k: r["label"] for k, r in table["regimes"].items()}
    lines = [f"Coverage of the lawbook on {table['as_of']}, law known on {table['law_known_at']}", *wrap(table["asked"], 78), ""]
    for key, entry in table["regimes"].items():
        lines.append(f"{table['totals'][key]:>6}  {entry['label']}: {entry['means']}")
    lines.append("")
    for state in table["states"]:
        told = ", ".join(f"{labels[k]} {n}" for k, n in state["regimes"].items())
        encoded = len(state["state_law"]) + len(state["local_law"])
        what = f"{encoded} encoded, {state['reviewed']} reviewed" if encoded else "nothing encoded"
        lines.append(f"{state['name']:<28} {told} ({what})")
    lines += ["", f"{len(table['counties'])} counties; lawbook {table['law_version'][:19]}"]
    return "\n".join(lines) + "\n"


# -- export -------------------------------------------------------------------------------------------------


def export(folder: Path, *, as_of: str | None, known_at: str | None, folders: Sequence[Path]) -> None:
    """Write the lawbook as pages into a folder: a new or empty one, or one that an export before this one wrote."""
    from dueprocess.law.export import site_of
    from dueprocess.render.site import site_pages

    day, known = _days(as_of, known_at)
    earlier = _earlier(folder)
    book = load_lawbook(*folders)
    pages = dict(site_pages(site_of(book, as_of=day, known_at=known)))
    listing = {
        "format": _FORMAT,
        "as_of": day.isoformat(),
        "law_known_at": known.isoformat(),
        "law_version": book.version,
        "pages": sorted(pages),
    }
    try:
        for name in earlier:
            if name not in pages:
                (folder / name).unlink(missing_ok=True)
        for name, text in pages.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        (folder / LISTING).write_bytes((json.dumps(listing, indent=1) + "\n").encode())
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(folder), do="name a folder that you may write to") from None
    typer.echo(f"{len(pages)} pages in {folder}; open {folder / 'index.html'}")


def _earlier(folder: Path) -> list[str]:
    """The pages that an earlier export wrote there. Raises InputError for a folder that holds anything else."""
    try:
        if not folder.exists() or not any(folder.iterdir()):
            return []
        raw = json.loads((folder / LISTING).read_text(encoding="utf-8"))
        if raw["format"] != _FORMAT:
            raise ValueError
        return [p for p in raw["pages"] if isinstance(p, str) and p.endswith(".html") and ".." not in p.split("/") and not p.startswith("/")]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError("it is no new folder, and no earlier export lies in it", where=str(folder), do="name a folder that is new or empty") from None
