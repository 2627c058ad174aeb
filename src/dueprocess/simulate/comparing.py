"""Two scenarios side by side, with the same luck for the same person, and what the uncertain numbers do to the difference."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dueprocess.audit.exposure import exposure, groups_of
from dueprocess.batch import run_batch
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.law import Lawbook
from dueprocess.places import load_places
from dueprocess.simulate.days import HOUR
from dueprocess.simulate.parameters import defaults
from dueprocess.simulate.records import Chunk, map_text
from dueprocess.simulate.running import World
from dueprocess.simulate.scenario import Scenario
from dueprocess.tables import prepare

MEASURES: Final = {
    "detainers": "Detainers that reach the jail in time",
    "held": "People kept past release for ICE",
    "hours_held": "Hours they are kept",
    "past_48_hours": "People kept more than 48 hours past release",
    "hours_past_48": "Hours beyond those 48",
    "to_ice": "People handed over to ICE",
    "released": "People with a detainer who walk out",
    "bed_days": "Jail days past release",
    "cost_usd": "What those days cost the jail, US dollars",
}
MOST = 400_000
"""Bookings that one play in the experiments has at most; a larger scenario is thinned, and its sums scaled back."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``a`` and ``b`` are the sums of each measure; ``differences`` its B less A over the draws of the parameters, sorted.

    ``influence`` gives for each measure the parameters that the difference follows more than by chance (Spearman's rank
    correlation over the draws), the strongest first. ``exposures`` are the audits at the usual numbers; ``exposure_bounds``
    the lowest and highest exposure of A and of B at the draws with little and with much holding. ``share`` is the part of the bookings that was played for the draws.
    """

    a: Scenario
    b: Scenario
    sums: tuple[Mapping[str, float], Mapping[str, float]]
    differences: Mapping[str, tuple[float, ...]]
    influence: Mapping[str, tuple[tuple[str, float], ...]]
    exposures: tuple[Mapping[str, Any], Mapping[str, Any]] | None
    exposure_bounds: tuple[tuple[float | None, float | None], tuple[float | None, float | None]] | None
    seed: int
    draws: int
    share: float


def compare(a: Scenario, b: Scenario, *, seed: int, draws: int, lawbook: Lawbook | None = None, progress: Callable[[int, int], None] | None = None) -> Comparison:
    """Play both with the same seed, then again for each of ``draws`` sets of parameters from their ranges.

    A parameter that a scenario sets itself keeps that value in it. With a ``lawbook`` the stays with a detainer of both
    are audited under it and their exposure is told. Raises InputError for scenarios of different days.
    """
    from scipy.stats import qmc, spearmanr

    if (a.start, a.until) != (b.start, b.until):
        raise InputError(f"[{a.start} to {a.until}] and [{b.start} to {b.until}] are different days", where=f"{a.name}, {b.name}", do="give both scenarios the same from and until")
    if a.record != "custody" or b.record != "custody":
        raise InputError("an experiment keeps no charge rows", where=f"{a.name}, {b.name}", do="leave record out")
    worlds = (World(a, seed=seed), World(b, seed=seed))
    sums = (measures(worlds[0]), measures(worlds[1]))
    share = min(1.0, MOST / max(sums[0]["bookings"], sums[1]["bookings"], 1))
    ranged = [p for p in defaults().parameters.values() if p.low < p.high]
    points = qmc.LatinHypercube(d=len(ranged), rng=seed).random(draws) if draws else []
    found: dict[str, list[float]] = {name: [] for name in MEASURES}
    pairs: list[tuple[float, Scenario, Scenario]] = []
    for number, point in enumerate(points, 1):
        drawn = {p.name: p.low + (p.high - p.low) * float(u) for p, u in zip(ranged, point, strict=True)}
        drawn |= _ends(drawn)
        other = (a.with_parameters({**drawn, **a.given}), b.with_parameters({**drawn, **b.given}))
        played = [measures(World(s, seed=seed, share=share)) for s in other]
        pairs.append((played[0]["hours_held"] + played[1]["hours_held"], *other))
        for name, values in found.items():
            values.append((played[1][name] - played[0][name]) / share)
        if progress:
            progress(number, draws)
    influence: dict[str, tuple[tuple[str, float], ...]] = {}
    for name, values in found.items():
        if draws >= 10 and max(values) > min(values):
            ranks = [(p.name, float(spearmanr([point[i] for point in points], values).statistic)) for i, p in enumerate(ranged) if p.name not in a.given and p.name not in b.given]
            # Weaker ones cannot be told from chance with so many draws.
            influence[name] = tuple(sorted((r for r in ranks if abs(r[1]) >= 2.5 / draws**0.5), key=lambda r: -abs(r[1])))
    exposures = (_exposure(worlds[0], lawbook), _exposure(worlds[1], lawbook)) if lawbook is not None else None
    bounds = _bounds(pairs, lawbook, seed=seed, share=share) if lawbook is not None and pairs else None
    return Comparison(a, b, sums, {n: tuple(sorted(v)) for n, v in found.items()}, influence, exposures, bounds, seed, draws, share)


def _bounds(pairs: Sequence[tuple[float, Scenario, Scenario]], lawbook: Lawbook, *, seed: int, share: float) -> tuple[tuple[float | None, float | None], tuple[float | None, float | None]]:
    """The least and the most exposure of either scenario, at the 5th and the 95th of a hundred draws by hours held: an
    audit of each draw would take too long."""
    ordered = sorted(pairs, key=lambda p: p[0])
    last = len(ordered) - 1
    ends = [ordered[i] for i in sorted({round(last * 0.05), round(last * 0.95)})]

    def scaled(value: float | None) -> float | None:
        return None if value is None else value / share

    found = []
    for played in ([end[1] for end in ends], [end[2] for end in ends]):
        audits = [_exposure(World(one, seed=seed, share=share), lawbook)["exposure"] for one in played]
        lows, highs = ([scaled(audit[key]) for audit in audits] for key in ("low", "high"))
        found.append((None if None in lows else min(v for v in lows if v is not None), None if None in highs else max(v for v in highs if v is not None)))
    return found[0], found[1]


def _ends(drawn: Mapping[str, float]) -> dict[str, float]:
    """The shares of what ends the local ground come to at most one."""
    names = ("bail_share", "recognizance_share", "dismissal_share")
    total = sum(drawn[n] for n in names)
    return {n: drawn[n] / total for n in names} if total > 1 else {}


def measures(world: World) -> dict[str, float]:
    """The sums of MEASURES, and ``bookings``, over all stays of a world."""
    found = dict.fromkeys(("bookings", *MEASURES), 0.0)
    for part in world.parts():
        stays = world.play(part)
        packet, rows = stays.detained, stays.rows
        found["bookings"] += len(stays.county)
        if not len(rows):
            continue
        held = packet["held"]
        over = (packet["left"] - stays.due[rows])[held]
        beyond = over - 48 * HOUR
        found["detainers"] += len(rows)
        found["held"] += int(held.sum())
        found["hours_held"] += float(over.sum()) / HOUR
        found["past_48_hours"] += int((beyond > 0).sum())
        found["hours_past_48"] += float(beyond[beyond > 0].sum()) / HOUR
        found["to_ice"] += int(packet["taken"].sum())
        found["released"] += int((packet["taken"] == 0).sum())
    found["bed_days"] = found["hours_held"] / 24
    found["cost_usd"] = found["bed_days"] * world.scenario.parameters["bed_day_usd"]
    return found


def _exposure(world: World, lawbook: Lawbook) -> dict[str, Any]:
    """The stays with a detainer that was honored, audited under the encoded law as known today: classes and exposure."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        table = folder / "stays-00000.parquet"  # the name that the map expects
        many = 0
        # One file, not one a part: reading prepares each file by itself.
        with ExitStack() as stack:
            writer: Any = None
            for part in world.parts():
                stays = world.play(part)
                chunk = Chunk(world.scenario, stays, counties=world.counties, zone=world.zone, days=world.days, first_id=part.first_id, draws=world.draws(part))
                held = stays.rows[stays.detained["held"]] if len(stays.rows) else stays.rows
                rows = chunk.tables()["stays"].take(pa.array(held))
                many += len(rows)
                writer = writer or stack.enter_context(pq.ParquetWriter(table, rows.schema))
                writer.write_table(rows)
        if not many:
            return {"groups": {}, "exposure": exposure({})}
        (folder / "map.yaml").write_text(map_text(world.scenario, as_of=world.last_day().isoformat()), encoding="utf-8")
        prepare([table], out=folder / "prepared", lawbook=lawbook, places=load_places(), map=read_mapping(folder / "map.yaml"))
        run_batch(folder / "prepared", lawbook=lawbook, law_known_at=world.scenario.known_at, out=folder / "results.parquet")
        groups = groups_of(folder / "results.parquet", folder / "prepared" / "stays.parquet")
    return {"groups": groups, "exposure": exposure(groups)}


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """The 5th, 50th and 95th of a hundred sorted values."""
    last = len(values) - 1
    return values[round(last * 0.05)], values[round(last * 0.5)], values[round(last * 0.95)]


__all__ = ["MEASURES", "MOST", "Comparison", "compare", "measures", "spread"]
