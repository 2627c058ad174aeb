"""The registry at size: 100,000 made-up claims imported and arbitrated, and questions as of any date."""

from __future__ import annotations

import csv
import random
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from bench.measure import quantile, quiet, table, verdict
from dueprocess.places import load_places
from dueprocess.registry import load_registry, read_registry
from dueprocess.registry.model import POSITIONS, VOICES
from dueprocess.registry.sheet import import_sheet
from dueprocess.registry.views.compare import compare, published

CLAIMS = 100_000
IMPORT_SECONDS = 30.0
QUERY_MS = 20.0
_MAP = """\
name: made-up
columns: {id: id, agency: agency, state: state, county: county, position: position, effective: effective, voice: voice, claimant: claimant, source_date: source_date, source_title: title, confidence: confidence}
assume: {kind: sheriff}
"""


def write_sheet(folder: Path, claims: int, *, seed: int = 1) -> tuple[Path, Path]:
    """A made-up sheet of so many claims about the sheriffs of all county equivalents, and its map."""
    draw = random.Random(seed)
    counties = [p for p in load_places().counties(on=date(2020, 1, 1)) if p.state and p.name.endswith(("County", "Parish"))]
    sheet, map = folder / "sheet.csv", folder / "map.yaml"
    first = date(2008, 1, 1)
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "agency", "state", "county", "position", "effective", "voice", "claimant", "source_date", "title", "confidence"])
        for number in range(claims):
            county = draw.choice(counties)
            said = first + timedelta(days=draw.randrange(6600))
            began = said - timedelta(days=draw.randrange(400))
            effective = "" if draw.random() < 0.6 else began.isoformat() if draw.random() < 0.8 else began.isoformat()[:7]
            writer.writerow(
                [number, f"{county.name} Sheriff's Office", county.state, county.name, draw.choice(POSITIONS), effective, draw.choice(VOICES), f"source {draw.randrange(900)}", said.isoformat(), f"made-up {draw.randrange(900)}", draw.choice(("high", "medium", "low"))]
            )
    map.write_text(_MAP, encoding="utf-8")
    return sheet, map


def run() -> bool:
    """Print the figures; whether both targets were met."""
    places = load_places()
    draw = random.Random(2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sheet, map = write_sheet(folder, CLAIMS)
        start, cpu = time.perf_counter(), time.process_time()
        batch, _ = import_sheet(sheet, map=map, registry=folder / "registry", places=places)
        imported = time.perf_counter() - start
        registry = read_registry(folder / "registry")
        loaded = time.perf_counter() - start - imported
        known = date(2026, 11, 22)
        spans = registry.arbitrate(known_at=known)
        total, worked = time.perf_counter() - start, time.process_time() - cpu
        shipped = load_registry()
        shipped.arbitrate(known_at=known)
        one: list[tuple[float, float]] = []
        every: list[tuple[float, float]] = []
        ours: list[tuple[float, float]] = []
        place: list[tuple[float, float]] = []
        fresh: list[tuple[float, float]] = []
        actors = list(registry.actors)
        with quiet():
            for _ in range(300):
                day, then = (date(2008, 1, 1) + timedelta(days=draw.randrange(6600)) for _ in range(2))
                actor = draw.choice(actors)
                one.append(_timed(lambda a=actor, d=day, k=then: registry.view(a, as_of=d, known_at=k)))
            for _ in range(60):
                day = date(2008, 1, 1) + timedelta(days=draw.randrange(6600))
                every.append(_timed(lambda d=day: registry.views(as_of=d, known_at=known)))
                ours.append(_timed(lambda d=day: shipped.views(as_of=d, known_at=known)))
                place.append(_timed(lambda d=day: shipped.place_views(as_of=d, known_at=known)))
            for days in range(3):
                fresh.append(_timed(lambda k=date(2018, 1, 1 + days): shipped.arbitrate(known_at=k)))
    print(f"{len(batch.claims)} claims about {len(batch.actors)} agencies, {sum(len(s) for s in spans.values())} spans.\n")
    print(table(["step", "seconds"], [["import: read, check, match, log, write", f"{imported:.1f}"], ["load", f"{loaded:.1f}"], ["arbitrate every agency over all time", f"{total - imported - loaded:.1f}"], ["all", f"{total:.1f}"], ["of which this process worked (the rest waited for the machine)", f"{worked:.1f}"]]))
    rows = []
    for what, values in (
        ("one agency, any two days, 100,000 claims", one),
        ("every agency on a day, 100,000 claims", every),
        ("every agency on a day, shipped", ours),
        ("every place on a day, shipped", place),
        ("all over again for another day of knowing, shipped", fresh),
    ):
        elapsed, work = [v[0] for v in values], [v[1] for v in values]
        rows.append([what, f"{quantile(elapsed, 0.5):.2f}", f"{quantile(elapsed, 0.99):.2f}", f"{quantile(work, 0.5):.2f}"])
    print()
    print(table(["as-of query", "median ms", "99 in 100 under, ms", "median ms of work"], rows))
    compared()
    met_import = total < IMPORT_SECONDS
    met_query = max(quantile([e for e, _ in v], 0.5) for v in (one, every, ours, place)) < QUERY_MS
    print(f"\nImport and arbitration of {CLAIMS} claims under {IMPORT_SECONDS:.0f} s: {verdict(met_import)}. As-of queries under {QUERY_MS:.0f} ms at the median: {verdict(met_query)}.")
    return met_import and met_query


STAYS = 320_000
"""Made-up stays of an audit that the shipped registry is compared with; a detainer in each, as many as in a national year."""


def write_audit(folder: Path, stays: int) -> Path:
    """The folder of an audit, with what a comparison reads of it: made-up stays of the sheriffs of the shipped registry."""
    import duckdb

    agencies = sorted(a for a, actor in load_registry().actors.items() if actor.role == "sheriff" and a.endswith("/sheriff"))
    (folder / "prepared").mkdir(parents=True)
    (folder / "run.json").write_text("{}", encoding="utf-8")
    with duckdb.connect() as link:
        link.execute("CREATE TABLE agencies AS SELECT unnest(?::VARCHAR[]) AS agency, generate_subscripts(?::VARCHAR[], 1) AS n", [agencies, agencies])
        times = ", ".join(f"{name}_lo AS {name}_hi" for name in ("left", "judicial_warrant", "admin_warrant", "removal_warrant", "detainer_received", "detainer_cancelled"))
        link.execute(
            f"""CREATE TABLE s AS SELECT *, {times} FROM (
                SELECT i AS row, agency, 'America/Chicago' AS zone, 'recorded' AS left_state, CASE WHEN hash(i) % 3 = 0 THEN 'ice' ELSE 'community' END AS left_to, 'i-247' AS detainer_form,
                    due AS release_due_lo, due AS release_due_hi, due + (hash(i, 2) % 200000)::BIGINT AS left_lo, CASE WHEN hash(i, 3) % 9 = 0 THEN due - 60 ELSE 1::BIGINT << 40 END AS judicial_warrant_lo,
                    CASE WHEN hash(i, 4) % 2 = 0 THEN due - 60 END AS admin_warrant_lo, NULL::BIGINT AS removal_warrant_lo, due - 7200 AS detainer_received_lo, NULL::BIGINT AS detainer_cancelled_lo
                FROM (SELECT i, 1230768000 + (hash(i, 1) % 500000000)::BIGINT AS due, 1 + hash(i, 5) % {len(agencies)} AS n FROM range({stays}) t(i)) JOIN agencies USING (n))"""
        )
        link.execute(f"COPY s TO '{folder / 'prepared' / 'stays.parquet'}'")
        link.execute(f"COPY (SELECT row, release_due_lo AS due_lo, release_due_hi AS due_hi FROM s) TO '{folder / 'results.parquet'}'")
    return folder


def compared() -> None:
    """Print how long the comparison of a large audit with the policies on paper takes, and what may be published of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_audit(Path(name) / "audit", STAYS)
        registry = load_registry()
        start = time.perf_counter()
        found = compare(registry, folder, known_at=date(2026, 11, 22), hours=6)
        joined = time.perf_counter() - start
        told = published(found)
        safe = time.perf_counter() - start - joined
    shown = sum(cells is not None for *_, cells in told.rows)
    print(f"\n{found.stays:,} stays with a detainer, {len(found.rows):,} agencies and policies; {shown:,} of {len(told.rows):,} rows are told with their cells, in {len(told.columns)} columns.\n")
    print(table(["paper against practice", "seconds"], [["join with the policies of each day", f"{joined:.2f}"], ["take out what may not be published", f"{safe:.2f}"]]))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds elapsed, and of them those in which this process worked."""
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000
