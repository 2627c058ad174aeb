"""``dueprocess clock``: every limit that counts from a release, with its steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import iso, local_date, parse_instant, zone


def run(
    *, due: str, zone: str | None, form: str, edition: str | None, place: str | None, folders: Sequence[Path], as_json: bool
) -> None:
    """Print the limits of the form's edition and of federal law, and of a county's law where one is named."""
    found = limits(due=due, zone_name=zone, form=form, edition=edition, place=place, folders=folders)
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for limit in found:
        claimed = " (claimed reading, persuasive only)" if limit["state"] == "claimed" else ""
        typer.echo(f"{limit['ends_at']}  ends the {limit['ends']}{claimed}: {limit['citation']}")
        typer.echo(f"    {limit['because']}")
        for step in limit["steps"]:
            told = f"not counted: {step['excluded']}" if step["excluded"] else f"{step['counted_hours']:g} h"
            typer.echo(f"    {step['from']}  to  {step['until']}  {told}")
    if not found:
        typer.echo(f"Form {form} prints no limit: it asks for no hold.")


def limits(
    *, due: str, zone_name: str | None, form: str, edition: str | None, place: str | None, folders: Sequence[Path]
) -> list[dict[str, Any]]:
    """The limits counted from release, each with steps and end in the zone, the first end first."""
    from dueprocess.clock import steps
    from dueprocess.kernel.instants import hours
    from dueprocess.law import load_lawbook
    from dueprocess.places import load_places

    book = load_lawbook(*folders)
    start = parse_instant(due, where="--due")
    sets: tuple[str, ...] = ()
    agency = "us"
    if place is not None:
        places = load_places()
        try:
            found_place = places.place(place if place.startswith("us") else places.resolve(place))
        except InputError as error:
            raise InputError(error.what, where="--place", do=error.do) from None
        agency, sets, zone_name = f"{found_place.id}/sheriff", places.sets(found_place), zone_name or found_place.zone
    if zone_name is None:
        raise InputError(f"[{place}] has no one zone" if place else "neither --zone nor --place", where="clock", do="add --zone America/Chicago, or --place us/ia/polk-county")
    try:
        zone(zone_name)
    except InputError as error:
        raise InputError(error.what, where="--zone", do=error.do) from None
    editions = book.forms.get(form)
    if editions is None:
        raise InputError(f"[{form}] is no detainer form", where="--form", do=f"one of {', '.join(sorted(book.forms))}")
    if edition is not None and edition not in editions:
        raise InputError(f"there is no edition [{edition}] of form {form}", where="--edition", do=f"one of {', '.join(sorted(editions))}")
    chosen = [editions[edition]] if edition else list(editions.values())
    day, known_at = local_date(zone_name, start).toordinal(), now.today().toordinal()
    norms = [(n, "request", "applies") for a in chosen for n in a.norms if n.verb == "limit"]
    norms += [(a.norm, "power", "applies") for a in book.applied(agency, sets, day, known_at, None) if a.norm.verb == "limit"]
    norms += [
        (n, "power", "claimed") for a in book.persuading(agency, sets, day, known_at) for n in a.norms if n.verb == "limit"
    ]
    rows: list[tuple[int, dict[str, Any]]] = []
    for norm, ends, state in norms:
        if norm.counted_from != "release_due":
            continue
        counted = steps(start, zone_name=zone_name, hours=norm.hours, excluding=norm.excluding, until_end_of_day=norm.until_end_of_day)
        row = {
            "norm": norm.ref,
            "citation": book.authorities[norm.authority].citation,
            "ends": ends,
            "state": state,
            "starts_at": iso(start, zone_name),
            "ends_at": iso(counted[-1].until, zone_name),
            "because": norm.because,
            "steps": [
                {"from": iso(s.start, zone_name), "until": iso(s.until, zone_name), "counted_hours": hours(s.counted), "excluded": s.excluded}
                for s in counted
            ],
        }
        if not any(end == counted[-1].until and r["because"] == row["because"] for end, r in rows):
            rows.append((counted[-1].until, row))
    return [row for _, row in sorted(rows, key=lambda r: (r[1]["state"] == "claimed", r[0], r[1]["norm"]))]
