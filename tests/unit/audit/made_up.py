"""A made-up jail as a prepared folder: obviously invented stays, written as the tables room writes them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from dueprocess.case.custody import (
    EVENT_COLUMNS,
    EVENT_TIMES,
    GROUND_COLUMNS,
    GROUND_TIMES,
    NEVER_AT,
    PAPER_COLUMNS,
    PAPER_TIMES,
    stay_schema,
    time_columns,
)
from dueprocess.kernel.instants import day_start, iso
from dueprocess.places import load_places

HOUR, DAY = 3600, 86400
Row = dict[str, Any]

AGENCIES = (
    "us/or/clackamas-county/sheriff", "us/or/multnomah-county/sheriff", "us/or/marion-county/sheriff",
    "us/pa/lehigh-county/corrections", "us/pa/berks-county/corrections", "us/tx/travis-county/sheriff",
    "us/ca/yolo-county/sheriff", "us/ia/polk-county/sheriff",
)  # fmt: skip
FACTS = {"f_citizenship_claimed": "BOOLEAN", "f_under_18": "BOOLEAN", "f_convicted_felony": "BOOLEAN", "f_arrested_for_crime": "BOOLEAN"}
PROBLEMS = {"file": "VARCHAR", "row": "BIGINT", "column": "VARCHAR", "code": "VARCHAR", "what": "VARCHAR", "count": "BIGINT", "stay_row": "BIGINT"}


def at(text: str, zone: str = "America/Los_Angeles") -> int:
    """The instant of ``2012-03-29 15:00`` in a zone."""
    from zoneinfo import ZoneInfo

    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).timestamp())


def exact(row: Row, name: str, instant: int | None) -> None:
    row[f"{name}_lo"] = row[f"{name}_hi"] = instant
    row[f"{name}_open"] = None if instant is None else False


def dated(row: Row, name: str, instant: int, zone: str) -> None:
    """Only the day is recorded."""
    day = date.fromisoformat(iso(instant, zone)[:10])
    row[f"{name}_lo"], row[f"{name}_hi"] = day_start(zone, day), day_start(zone, date.fromordinal(day.toordinal() + 1))
    row[f"{name}_open"] = True


def stay(row: int, agency: str | None = AGENCIES[0], *, booked: str = "2012-03-14 20:00", due: str | None = "2012-03-29 15:00", left: str | None = "2012-03-30 10:00", **other: Any) -> Row:
    """One stay with a complete record and an I-247 of June 2011 whose investigation box is ticked."""
    zone = "America/Los_Angeles" if agency is None else load_places().facility(load_places().agency(agency), None).zone
    found: Row = dict.fromkeys([*stay_schema(), *FACTS])
    found |= {
        "row": row, "stay_id": f"B-{row:05d}", "person": f"{row * 7919 % 10**8:08x}", "source_file": "made-up.csv", "source_row": row + 2,
        "agency": agency, "zone": zone, "record_complete": True, "as_of": at("2026-11-01 00:00", zone), "left_state": "recorded" if left else "missing",
        "left_to": "ice", "has_grounds": due is not None, "allowance": 0, "detainer_form": "i-247", "detainer_edition": "2011-06",
        "detainer_signed_by": "immigration_officer", "detainer_boxes": "investigation", "detainer_issuer": "ice",
    }  # fmt: skip
    exact(found, "booked", at(booked, zone))
    exact(found, "release_due", at(due, zone) if due else None)
    exact(found, "left", at(left, zone) if left else None)
    if not left:
        found["left_lo"], found["left_hi"] = found["booked_lo"], found["as_of"]
    exact(found, "detainer_received", at(booked, zone) + 13 * HOUR)
    for name in ("detainer_served", "detainer_cancelled", "admin_warrant", "removal_warrant", "judicial_warrant"):
        exact(found, name, NEVER_AT)
    return found | other


def write(folder: Path, stays: Iterable[Row], *, grounds: Iterable[Row] = (), papers: Iterable[Row] = (), problems: Iterable[Row] = (), assumptions: Iterable[Mapping[str, Any]] = (), by: Iterable[str] = ()) -> Path:
    """Write a prepared folder and give it back."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(stays)
    schemas = {
        "stays": {**stay_schema(), **FACTS, **{f"by_{b}": "VARCHAR" for b in by}},
        "papers": {**PAPER_COLUMNS, **time_columns(PAPER_TIMES)},
        "grounds": {**GROUND_COLUMNS, **time_columns(GROUND_TIMES)},
        "events": {**EVENT_COLUMNS, **time_columns(EVENT_TIMES)},
        "problems": PROBLEMS,
    }
    data: dict[str, list[Row]] = {"stays": rows, "papers": list(papers), "grounds": list(grounds), "events": [], "problems": list(problems)}
    with duckdb.connect() as link:
        for name, schema in schemas.items():
            link.execute(f"CREATE TABLE {name} ({', '.join(f'{chr(34)}{c}{chr(34)} {k}' for c, k in schema.items())})")
            if data[name]:
                link.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' for _ in schema)})", [[r.get(c) for c in schema] for r in data[name]])
            order = " ORDER BY row" if name == "stays" else ""
            link.execute(f"COPY (SELECT * FROM {name}{order}) TO '{folder / name}.parquet' (FORMAT parquet)")
    info = {
        "inputs": [{"file": "made-up.csv", "sha256": "0" * 64, "bytes": 1234, "rows": len(rows)}],
        "map": "made-up", "preset": None, "assumptions": [dict(a) for a in assumptions], "rows_in": len(rows), "rows_out": len(rows), "stays": len(rows), "notes": [],
    }  # fmt: skip
    (folder / "prepared.json").write_text(json.dumps(info), encoding="utf-8")
    return folder


def county(size: int, *, seed: int = 1) -> list[Row]:
    """Stays of eight jails from 2010 to 2026, with the gaps that real files have."""
    random_ = random.Random(seed)
    forms = ((2012, "i-247", "2011-06", "investigation"), (2015, "i-247", "2012-12", "reason_to_believe"), (2017, "i-247d", "2015-05", "biometric priority"), (2099, "i-247a", "2017-03", "biometric"))
    found = []
    for row in range(size):
        agency = random_.choices(AGENCIES, weights=(30, 20, 8, 12, 5, 14, 8, 3))[0]
        made = stay(row, agency)
        zone = made["zone"]
        booked = at("2010-01-01 00:00", zone) + random_.randrange(0, 16 * 365 * DAY, 600)
        due = booked + random_.randrange(HOUR, 60 * DAY, 600)
        over = random_.choice((0, 0, HOUR, 3 * HOUR, 20 * HOUR, 40 * HOUR, 47 * HOUR, 60 * HOUR, 4 * DAY, 9 * DAY))
        left = due + (over and over + random_.randrange(0, 3 * HOUR, 60))
        year = int(iso(booked, zone)[:4])
        _, kind, edition, boxes = next(f for f in forms if year < f[0])
        made |= {"detainer_form": kind, "detainer_edition": edition, "detainer_boxes": boxes, "left_to": "ice" if over else "community"}
        for name, instant in (("booked", booked), ("release_due", due), ("left", left), ("detainer_received", booked + 9 * HOUR)):
            exact(made, name, instant)
        made["person"] = f"{random_.randrange(size * 9 // 10):08x}"
        made["by_race_as_recorded"] = random_.choices(("Group A", "Group B", "Group C", "Group D"), weights=(50, 30, 19, 1))[0]
        made["f_arrested_for_crime"] = True
        if random_.random() < 0.3:
            dated(made, "release_due", due, zone)
        if random_.random() < 0.2:
            dated(made, "left", left, zone)
        if random_.random() < 0.08:
            made |= {"left_state": "missing", "left_lo": booked, "left_hi": made["as_of"], "left_open": False}
        if random_.random() < 0.06:
            exact(made, "release_due", None)
            made["has_grounds"] = False
        if random_.random() < 0.02:
            exact(made, "left", booked - DAY)
        if random_.random() < 0.03:
            made["agency"] = None
        if random_.random() < 0.25:
            made |= {"record_complete": False}
        if year >= 2017 and random_.random() < 0.8:
            exact(made, "admin_warrant", booked + 9 * HOUR)
        if random_.random() < 0.2:
            exact(made, "detainer_served", booked + 10 * HOUR)
        if random_.random() < 0.05:
            made |= {"detainer_form": None, "detainer_edition": None, "detainer_boxes": None, "record_complete": False}
        found.append(made)
    return found
