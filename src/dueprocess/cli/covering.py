"""``dueprocess law coverage`` and ``dueprocess law export``: what the lawbook holds, as a map, a table and pages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from dueprocess.cli.deciding import write
from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import parse_date
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.law import Lawbook, load_lawbook

if TYPE_CHECKING:
    from dueprocess.decide.coverage import County

LISTING = "export.json"
_FORMAT = "dueprocess-export-1"
_STYLES = {
    "forbids": "blue", "turns_on_facts": "sky", "open": "gray", "silent": "pale", "permits": "yellow",
    "forbids_refusal": "amber", "mandates": "red", "in_conflict": "black", "no_form": "none",
}  # fmt: skip
_ADOPTION_STYLES = {"all": "blue", "part": "amber", "none": "red", "not_given": "pale"}


def _days(as_of: str | None, known_at: str | None) -> tuple[date, date]:
    today = now.today()
    return (
        parse_date(as_of, where="--as-of") if as_of else today,
        parse_date(known_at, where="--known-at") if known_at else today,
    )


# -- coverage -----------------------------------------------------------------------------------------------


def coverage(
    *,
    as_of: str | None,
    known_at: str | None,
    folders: Sequence[Path],
    form: str,
    out: Path | None,
    adoptions: Sequence[Path] = (),
    layer: str = "regime",
) -> None:
    """Print the coverage as text, JSON, CSV, an HTML page or an SVG map; both dates default to today.

    ``adoptions`` are adoption files, one an agency; ``layer`` is what an SVG map shows, ``regime`` or ``adoption``.
    """
    from dueprocess.decide import coverage as covering

    if layer == "adoption" and (form != "svg" or not adoptions):
        raise InputError("the map of adoption is one SVG drawing of adoption files", where="--map adoption", do="add --format svg and --adoption FILE (an HTML page with --adoption holds both maps)")
    day, known = _days(as_of, known_at)
    book = load_lawbook(*folders)
    adopted = _adopted(adoptions, book)
    rows = covering.coverage(book, as_of=day, known_at=known, adoptions=adopted)
    table = covering.as_table(book, rows, as_of=day, known_at=known, adoptions=adopted)
    if form == "json":
        text = json.dumps(table, indent=1, ensure_ascii=False) + "\n"
    elif form == "csv":
        text = _csv(table)
    elif form == "text":
        text = _text(table)
    elif form == "svg":
        text = _map(table, rows, day, layer=layer)
    else:
        from dueprocess.law.export import NOTICE
        from dueprocess.render.site import coverage_page

        second = _map(table, rows, day, layer="adoption", inside="a-") if adoptions else ""
        text = coverage_page(table, _map(table, rows, day, layer="regime", inside="r-"), second, notice=NOTICE)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write(out, text.encode())


def _adopted(paths: Sequence[Path], book: Lawbook) -> dict[str, frozenset[str]]:
    """By agency, what each adoption file has adopted as of today. Raises InputError for two of one agency."""
    from dueprocess.decide.adoption import adopted_ids
    from dueprocess.places import load_places

    found: dict[str, frozenset[str]] = {}
    for path in paths:
        raw = read_mapping(path)
        written = raw.get("agency")
        if not isinstance(written, str):
            raise InputError("[agency] is missing", where=str(path), do="name an adoption file, as dueprocess law adopt --out writes it")
        try:
            agency = load_places().agency(written).id
        except InputError as error:
            raise error.at(str(path)) from None
        if agency in found:
            raise InputError(f"a second adoption of [{agency}]", where=str(path), do="give one adoption file an agency")
        found[agency] = adopted_ids(raw, lawbook=book, agency=written, today=now.today(), where=str(path))
    return found


def _map(table: Mapping[str, Any], rows: Sequence[County], day: date, *, layer: str, inside: str | None = None) -> str:
    """One map as SVG: a drawing of its own, or one inside a page whose ids begin with ``inside``."""
    from dueprocess.decide import coverage as covering
    from dueprocess.places import vintage_of
    from dueprocess.render.county_map import MapClass, county_map, shape_ids

    vintage = vintage_of(day)
    of, names = covering.on_map(rows, shape_ids(vintage), as_of=day, layer=layer)
    if layer == "adoption":
        entries = {k: (e["label"], e["counties"]) for k, e in table["adoption"].items()}
        title = f"Immigration detainers: law that counsel has adopted, law of {day.isoformat()}"
        end = f"Adoption files of {len(table['adoptions_of'])} agencies were given."
        styles = _ADOPTION_STYLES
    else:
        entries = {k: (r["label"], table["totals"][k]) for k, r in table["regimes"].items()}
        title = f"Immigration detainers: what the encoded law says on {day.isoformat()}"
        end = table["asked"]
        styles = _STYLES
    told = "; ".join(f"{label}: {count}" for label, count in entries.values() if count)
    return county_map(
        vintage,
        [MapClass(k, styles[k], label) for k, (label, _) in entries.items()],
        of=of,
        names=names,
        title=title,
        description=f"Counties of the United States by {layer}. {told}. The legend counts shapes; the territories have none. {end}",
        standalone=inside is None,
        prefix=inside or "",
    )


def _csv(table: Mapping[str, Any]) -> str:
    columns = (
        "place", "fips", "name", "state", "agency", "regime", "outcome", "outcome_without_determination", "open_because",
        "deciding", "state_law", "local_law", "agreements", "bases", "reviewed",
        "adoption", "adopted", "to_adopt", "next_change",
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
    for key, entry in table["adoption"].items():
        if table["adoptions_of"] or key == "not_given":
            lines.append(f"{entry['counties']:>6}  {entry['label']}: {entry['means']}")
    lines += [f"        the adoption of {agency} is of no jail asked about here" for agency in table["adoptions_of_no_jail_here"]]
    lines.append("")
    for state in table["states"]:
        told = ", ".join(f"{labels[k]} {n}" for k, n in state["regimes"].items())
        encoded = len(state["state_law"]) + len(state["local_law"])
        what = f"{encoded} encoded, {state['reviewed']} reviewed" if encoded else "nothing encoded"
        counted = [f"{table['adoption'][k]['label'].lower()} {n}" for k, n in state["adoption"].items()]
        given = f"; {', '.join(counted)}" if set(state["adoption"]) != {"not_given"} else ""
        lines.append(f"{state['name']:<28} {told} ({what}{given})")
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
