"""A scenario played in chunks, on one core or several, to a folder of partitioned Parquet.

What a chunk holds follows from the scenario, the seed and the chunk's name alone: the number of processes changes
nothing. Memory is that of one chunk a process.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dueprocess import __version__
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.places import load_places
from dueprocess.registry import load_registry
from dueprocess.simulate.days import Days
from dueprocess.simulate.draws import Draws
from dueprocess.simulate.flow import LONGEST_STAY, Setting, Stays, play
from dueprocess.simulate.ice import sharing_days
from dueprocess.simulate.jails import luck, positions
from dueprocess.simulate.parameters import defaults
from dueprocess.simulate.records import Chunk, map_text
from dueprocess.simulate.scenario import Scenario
from dueprocess.simulate.truth import regimes, truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

CHUNK: Final = 400_000
"""Stays a chunk, at most."""
MARGIN: Final = 60
"""Days after the longest stay within which a hold, however badly overrun, ends."""
_PEOPLE_A_BOOKING: Final = 0.7
"""People a booking: so many are booked more than once."""
COUNTS: Final = ("bookings", "matches", "false_matches", "detainers_issued", "detainers_came", "notified", "held", "to_ice", "held_past_48_hours", "labelled", "unlawful")


@dataclass(frozen=True, slots=True)
class Part:
    """One chunk: the stays [low, high) of a month, whose days are [start, start + days)."""

    name: str
    start: date
    days: int
    low: int
    high: int
    first_id: int


class World:
    """A scenario and a seed with all that its chunks share; ``share`` thins the bookings."""

    def __init__(self, scenario: Scenario, *, seed: int, share: float = 1.0) -> None:
        import numpy as np

        self.scenario, self.seed = scenario, seed
        self.places = scenario.chosen()
        if not self.places:
            raise InputError("no county lies in its places at that time", where=scenario.name, do="name a state or county of the time")
        self.counties = tuple(p.id for p in self.places)
        self.first = scenario.start - timedelta(2)
        count = (scenario.until - self.first).days + LONGEST_STAY + MARGIN
        zones = sorted({p.zone or "America/New_York" for p in self.places})
        self.days = Days(zones, first=self.first, days=count)
        self.zone: Ints = np.array([zones.index(p.zone or "America/New_York") for p in self.places])
        self.rates = _rates(scenario, self.places) * share
        registry = load_registry() if scenario.otherwise == "registry" else None
        where = positions(scenario, self.places, registry=registry, first=self.first, days=count, seed=seed)
        shared = _shared_from(scenario.start)
        last = defaults().sharing[-1][0]
        p = scenario.parameters
        self.setting = Setting(
            parameters=p,
            days=self.days,
            zone=self.zone,
            position=where,
            shared_from=np.array([(shared.get(c, last) - self.first).days for c in self.counties]),
            leaves_out_weekends=np.array([luck(seed, "leaves out weekends", c) < p["leaves_out_weekends_share"] for c in self.counties]),
            lawbook=load_lawbook(),
            people=max(round(_PEOPLE_A_BOOKING * sum(self.bookings(m).sum() for m in self.months())), 1),
        )

    def last_day(self) -> date:
        """The day by which every stay has ended."""
        return self.first + timedelta(self.days.count - 1)

    def months(self) -> Iterator[tuple[date, int]]:
        """The months of the scenario: first day and number of days, cut to its bounds."""
        start = self.scenario.start
        while start < self.scenario.until:
            following = min(date(start.year + start.month // 12, start.month % 12 + 1, 1), self.scenario.until)
            yield start, (following - start).days
            start = following

    def bookings(self, month: tuple[date, int]) -> Ints:
        """Bookings of each county in a month: its rate, rounded up or down by its luck."""
        import numpy as np

        start, days = month
        rate = self.rates * _admissions(self.scenario, start) * days / 365.25
        there = np.array([p.valid_on(start) for p in self.places])
        draws = Draws(seed=self.seed, chunk=f"arrivals {start}", size=len(rate))
        found: Ints = np.floor(np.where(there, rate, 0) + draws.uniform("bookings")).astype(np.int64)
        return np.where(there, found, 0)

    def parts(self) -> list[Part]:
        """The chunks in order."""
        found, first_id = [], 1
        for start, days in self.months():
            total = int(self.bookings((start, days)).sum())
            for low in range(0, total, CHUNK):
                high = min(low + CHUNK, total)
                found.append(Part(f"{start}/{low // CHUNK}", start, days, low, high, first_id + low))
            first_id += total
        return found

    def play(self, part: Part) -> Stays:
        """The stays of a chunk."""
        import numpy as np

        county = np.repeat(np.arange(len(self.counties)), self.bookings((part.start, part.days)))[part.low : part.high]
        draws = self.draws(part)
        day = (part.start - self.first).days + (draws.uniform("day") * part.days).astype(np.int64)
        return play(self.setting, county=county, day=day, draws=draws)

    def draws(self, part: Part) -> Draws:
        return Draws(seed=self.seed, chunk=part.name, size=part.high - part.low)


def _rates(scenario: Scenario, places: Any) -> Any:
    """Each county's share of a year's bookings: of all in the country, or of those in the scenario where it gives their sum.

    The sizes are made up, few large and many small, since no table of admissions by county may be shipped; a county has
    the same in every scenario.
    """
    import numpy as np

    chosen = np.array([_size(p.id) for p in places])
    if scenario.admissions is not None:
        return chosen / chosen.sum()
    return chosen / sum(_size(c) for c in _country(scenario.start))


@lru_cache(maxsize=8192)
def _size(county: str) -> float:
    import math

    from scipy.special import ndtri

    return math.exp(1.5 * float(ndtri(min(max(luck(0, "size", county), 1e-9), 1 - 1e-9))))


@lru_cache(maxsize=16)
def _country(on: date) -> tuple[str, ...]:
    """All counties of a day, in the order in which their fingerprints went to ICE, which is drawn once for all."""
    return tuple(sorted((c.id for c in load_places().counties(on=on)), key=lambda c: luck(0, "fingerprints shared", c)))


@lru_cache(maxsize=16)
def _shared_from(on: date) -> dict[str, date]:
    counties = _country(on)
    return sharing_days(defaults().sharing, counties=counties, total=len(counties))


def _admissions(scenario: Scenario, day: date) -> float:
    return admissions_on(day) if scenario.admissions is None else scenario.admissions


def admissions_on(day: date) -> float:
    """Admissions a year to all local jails, around a day: on a straight line between the published years."""
    import numpy as np

    years, counts = zip(*defaults().admissions, strict=True)
    # A year's figure runs to 30 June: it stands for the day in its middle.
    middle = day.year + (day.timetuple().tm_yday - 1) / 365.25
    return float(np.interp(middle, years, counts))


def run(scenario: Scenario, *, seed: int, out: Path, command: str = "", processes: int = 1, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """Play a scenario into a new folder and say what happened in it (what ``run.json`` holds).

    The folder holds the records (``stays-*.parquet``, or ``bookings-*``, ``charges-*`` and ``detainers-*``), ``map.yaml`` for
    ``dueprocess audit --map``, ``truth/part-*.parquet`` and ``run.json``. It has its name once it is whole. ``progress`` gets
    chunks done and chunks in all. Raises InputError for a folder that is there already.
    """
    if out.exists():
        raise InputError(f"there is something at [{out.name}] already", where=str(out), do="name another folder")
    world = _world(scenario, seed)
    parts = world.parts()
    if not parts:
        raise InputError("nobody is booked in it", where=scenario.name, do="give it more days or more admissions_a_year")
    work = out.with_name(out.name + ".partial")
    if work.exists():
        shutil.rmtree(work)
    (work / "truth").mkdir(parents=True)
    totals = dict.fromkeys(COUNTS, 0)
    months: dict[str, dict[str, int]] = {}
    digest = hashlib.sha256()
    for number, (counts, part_digest) in enumerate(_written(scenario, seed, work, parts, processes=processes), 1):
        month = months.setdefault(parts[number - 1].start.isoformat()[:7], dict.fromkeys(COUNTS, 0))
        for name, count in counts.items():
            totals[name] += count
            month[name] += count
        digest.update(part_digest)
        if progress:
            progress(number, len(parts))
    as_of = world.last_day().isoformat()
    (work / "map.yaml").write_text(map_text(scenario, as_of=as_of), encoding="utf-8")
    found = {
        "scenario": _told(scenario),
        "seed": seed,
        "command": command,
        "engine_version": __version__,
        "law_version": load_lawbook().version,
        "counties": len(world.counties),
        "chunks": len(parts),
        "rows_sha256": digest.hexdigest(),
        "totals": totals,
        "months": months,
        "regimes": {r.id: {"because": r.because, "source": r.source} for r in regimes()},
    }
    (work / "run.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    work.rename(out)
    return found


def _told(scenario: Scenario) -> dict[str, Any]:
    raw = asdict(scenario)
    for name in ("start", "until", "known_at"):
        raw[name] = raw[name].isoformat()
    raw["rules"] = [{k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(r).items()} for r in scenario.rules]
    return {k: dict(v) if isinstance(v, dict) else v for k, v in raw.items()}


def _written(scenario: Scenario, seed: int, work: Path, parts: list[Part], *, processes: int) -> Iterator[tuple[dict[str, int], bytes]]:
    """Every chunk's counts and digest, in order, once its files are written."""
    if processes <= 1 or len(parts) == 1:
        for number in range(len(parts)):
            yield _write(scenario, seed, work, number)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_write, *zip(*((scenario, seed, work, n) for n in range(len(parts))), strict=True))


@lru_cache(maxsize=1)
def _world_of(text: str, seed: int) -> tuple[World, list[Part]]:
    world = World(_SCENARIOS[text], seed=seed)
    return world, world.parts()


_SCENARIOS: dict[str, Scenario] = {}


def _world(scenario: Scenario, seed: int) -> World:
    text = repr(scenario)
    _SCENARIOS[text] = scenario
    return _world_of(text, seed)[0]


def _write(scenario: Scenario, seed: int, work: Path, number: int) -> tuple[dict[str, int], bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    world = _world(scenario, seed)
    part = _world_of(repr(scenario), seed)[1][number]
    stays = world.play(part)
    found = truth(stays, counties=world.counties, zone=world.zone, days=world.days)
    chunk = Chunk(scenario, stays, counties=world.counties, zone=world.zone, days=world.days, first_id=part.first_id, draws=world.draws(part))
    tables = {f"{name}-{number:05d}.parquet": table for name, table in chunk.tables().items()}
    tables[f"truth/part-{number:05d}.parquet"] = chunk.truth(found)
    digest = hashlib.sha256()
    for name, table in sorted(tables.items()):
        pq.write_table(table, work / name, compression="zstd", compression_level=1)
        sink = _Digest(digest)
        with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), table.schema) as stream:
            stream.write_table(table)
    past = stays.detained["left"] > stays.due[stays.rows] + 48 * 3600
    counts = {
        "bookings": len(stays.county),
        "matches": int(stays.matched.sum()),
        "false_matches": int(stays.citizen.sum()),
        "detainers_issued": int(stays.issued.sum()),
        "detainers_came": len(stays.rows),
        "notified": int(stays.detained["notified"].sum()),
        "held": int(stays.detained["held"].sum()),
        "to_ice": int(stays.left_to.sum()),
        "held_past_48_hours": int((past & stays.detained["held"]).sum()),
        "labelled": int((found.regime >= 0).sum()),
        "unlawful": int((found.unlawful > 0).sum()),
    }
    return counts, digest.digest()


class _Digest:
    """A file that only counts toward a digest."""

    closed = False

    def __init__(self, digest: Any) -> None:
        self._digest = digest

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


__all__ = ["CHUNK", "COUNTS", "Part", "World", "admissions_on", "run"]
