"""``dueprocess simulate``: play the flow from arrest to release, compare two scenarios, calibrate."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the commands to ``dueprocess``."""
    group = typer.Typer(no_args_is_help=False, invoke_without_command=True, rich_markup_mode=None, help="The flow from arrest to release, with the truth about each stay.")
    group.callback(invoke_without_command=True, epilog="Example: dueprocess simulate --scenario docs/examples/simulate/one-jail.yaml --seed 1 --out flow")(_simulate)
    group.command("compare", epilog="Example: dueprocess simulate compare docs/examples/simulate/county-now.yaml docs/examples/simulate/county-warrant.yaml --draws 10 --no-audit --out study")(_compare)
    group.command("calibrate", epilog="Example: dueprocess simulate calibrate --out fit")(_calibrate)
    group.command("parameters", epilog="Example: dueprocess simulate parameters")(_parameters)
    app.add_typer(group, name="simulate")


Seed = Annotated[int, typer.Option(help="The same seed plays the same people with the same luck.", min=0)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _needs() -> None:
    try:
        import numpy  # noqa: F401
        import scipy  # noqa: F401
    except ImportError:
        raise InputError("the simulation needs numpy and scipy", do="install the extra: pip install 'dueprocess[simulate]'") from None


def _simulate(
    context: typer.Context,
    scenario: Annotated[Path | None, typer.Option(help="The scenario file (YAML): docs/reference/scenario.md.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder to write, which must be new.")] = None,
    seed: Seed = 1,
    processes: Annotated[int, typer.Option(help="Processes to play in; what is written is the same.", min=1, max=64)] = max(os.cpu_count() or 1, 1),
    json_: Json = False,
) -> None:
    """Play a scenario: records as a jail would keep them, and beside them what truly happened."""
    if context.invoked_subcommand is not None:
        return
    if scenario is None or out is None:
        raise InputError("--scenario and --out are needed", where="simulate", do="dueprocess simulate --scenario FILE --out DIR, or one of: compare, calibrate, parameters")
    _needs()
    from dueprocess.simulate import read_scenario, run

    read = read_scenario(scenario, today=now.today())
    found = run(read, seed=seed, out=out, processes=processes, progress=_say, command=f"dueprocess simulate --scenario {scenario.name} --seed {seed} --out {out.name}")
    if json_:
        typer.echo(json.dumps(found, indent=2, sort_keys=True))
        return
    totals = found["totals"]
    typer.echo(f"{totals['bookings']:,} bookings in {found['counties']:,} counties: {totals['matches']:,} matched, {totals['detainers_issued']:,} detainers sent, {totals['detainers_came']:,} in time;")
    typer.echo(f"{totals['held']:,} people kept past release for ICE, {totals['held_past_48_hours']:,} of them more than 48 hours; {totals['to_ice']:,} handed over.")
    typer.echo(f"The truth is labelled for {totals['labelled']:,} stays. Records and truth are in {out}; audit them with")
    name = "stays-*.parquet" if read.record == "custody" else f"bookings-*.parquet {out}/charges-*.parquet {out}/detainers-*.parquet"
    typer.echo(f"  dueprocess audit {out}/{name} --map {out}/map.yaml --out {out}-audit")


def _say(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total} parts", end="\n" if done == total else "", file=sys.stderr)  # noqa: T201


def _compare(
    a: Annotated[Path, typer.Argument(help="The first scenario.")],
    b: Annotated[Path, typer.Argument(help="The second, of the same days.")],
    out: Annotated[Path, typer.Option(help="The folder to write compare.html and compare.json into, which must be new.")],
    seed: Seed = 1,
    draws: Annotated[int, typer.Option(help="Sets of numbers drawn from their ranges, for the uncertainty; 0 leaves it out.", min=0, max=10_000)] = 100,
    audit: Annotated[bool, typer.Option("--audit/--no-audit", help="Audit the held stays under the encoded law, for the exposure.")] = True,
    json_: Json = False,
) -> None:
    """Two scenarios side by side, with the same luck for the same person: what differs, and how sure that is."""
    _needs()
    from dueprocess.law import load_lawbook
    from dueprocess.simulate import read_scenario
    from dueprocess.simulate.comparing import MEASURES, compare, spread
    from dueprocess.simulate.page import compare_html

    _new(out)
    one, two = (read_scenario(p, today=now.today()) for p in (a, b))
    found = compare(one, two, seed=seed, draws=draws, lawbook=load_lawbook() if audit else None, progress=_say)
    told = {
        "a": found.a.name,
        "b": found.b.name,
        "seed": seed,
        "draws": draws,
        "share": found.share,
        "sums": {"a": dict(found.sums[0]), "b": dict(found.sums[1])},
        "differences": {n: dict(zip(("p5", "p50", "p95"), spread(v), strict=True)) for n, v in found.differences.items() if v},
        "influence": {n: dict(v) for n, v in found.influence.items()},
        "exposures": None if found.exposures is None else [{"classes": {c: g["stays"] for c, g in e["groups"].items()}, "low": e["exposure"]["low"], "high": e["exposure"]["high"]} for e in found.exposures],
        "exposure_bounds": found.exposure_bounds,
    }
    out.mkdir(parents=True)
    (out / "compare.html").write_text(compare_html(found), encoding="utf-8")
    (out / "compare.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    if json_:
        typer.echo(json.dumps(told, indent=2))
        return
    for name, label in MEASURES.items():
        line = f"{label}: {found.sums[0][name]:,.0f} and {found.sums[1][name]:,.0f}"
        if name in told["differences"]:  # type: ignore[operator]
            low, _, high = spread(found.differences[name])
            line += f" (difference {low:,.0f} to {high:,.0f} in nine of ten draws)"
        typer.echo(line)
    typer.echo(f"Read {out}/compare.html, also for what it cannot say.")


def _calibrate(
    out: Annotated[Path, typer.Option(help="The folder to write calibration.html and calibration.json into, which must be new.")],
    json_: Json = False,
) -> None:
    """Find the numbers that nobody publishes from the detainers of each year, 2009 to 2017."""
    _needs()
    from dueprocess.law import load_lawbook
    from dueprocess.simulate.calibrating import calibrate
    from dueprocess.simulate.page import calibration_html

    _new(out)
    fit = calibrate(load_lawbook())
    told = {"values": dict(fit.values), "expected": dict(fit.expected), "published": {y: dict(v) for y, v in fit.published.items()}}
    out.mkdir(parents=True)
    (out / "calibration.html").write_text(calibration_html(fit), encoding="utf-8")
    (out / "calibration.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    if json_:
        typer.echo(json.dumps(told, indent=2))
        return
    for year, expected in fit.expected.items():
        said = ", ".join(f"{v:,.0f}" for v in fit.published[year].values() if v is not None)
        typer.echo(f"FY{year}: expected {expected:,.0f}, published {said}")
    for name, value in fit.values.items():
        typer.echo(f"{name}: {value:.4f}")


def _parameters(json_: Json = False) -> None:
    """Every number with its range and what it rests on."""
    from dueprocess.simulate.parameters import defaults

    known = defaults().parameters
    if json_:
        typer.echo(json.dumps({n: {"value": p.value, "low": p.low, "high": p.high, "unit": p.unit, "basis": p.basis, "source": p.source, "about": p.about} for n, p in known.items()}, indent=2))
        return
    for p in known.values():
        typer.echo(f"{p.name}: {p.value:g} ({p.low:g} to {p.high:g}), {p.unit}; {p.basis}\n  {p.about} {p.source}")


def _new(out: Path) -> None:
    if out.exists():
        raise InputError(f"there is something at [{out.name}] already", where=str(out), do="name another folder")
