"""``dueprocess demo``: the real decided cases that ship with the program, decided and compared with the courts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typer

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError, nearest
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.yamlread import read_mapping


def run(name: str | None, *, as_json: bool, page: Path | None = None, whole: bool = False) -> int:
    """Without a name, a table of all real cases and whether the answer is what the court held; with one, a walk through it.

    ``page`` writes the walk as one HTML file; ``whole`` prints the whole answer after it.
    """
    from dueprocess.decide import decide_case

    files = {p.name.removesuffix(".yaml"): p for p in sorted(data_dir("cases").glob("*.yaml")) if not p.name.endswith(".expect.yaml")}
    if name is not None:
        chosen = [f for f in files if f == name or f.startswith(name.lower())]
        if len(chosen) != 1:
            raise InputError(f"[{name}] is no case of the demo", where="demo", do=nearest(name, files) or "dueprocess demo lists them")
        decision = decide_case(read_mapping(files[chosen[0]]), today=now.today())
        expected = _expected(files[chosen[0]])
        if as_json:
            typer.echo(json.dumps(decision, indent=2, ensure_ascii=False))
            return 0
        _walk(read_mapping(files[chosen[0]]), decision, expected, page=page, whole=whole)
        return 0
    if page is not None or whole:
        raise InputError("a page shows one case", where="demo", do="name it, as dueprocess demo g12 --page g12.html")
    rows = []
    for case, path in files.items():
        if not case.startswith("g"):
            continue
        expected = _expected(path)
        decision = decide_case(read_mapping(path), today=now.today())
        rows.append((case, expected, decision))
        if sys.stderr.isatty():
            typer.echo(f"\r{len(rows)} cases", nl=False, err=True)
    if as_json:
        typer.echo(json.dumps([d for _, _, d in rows], indent=2, ensure_ascii=False))
        return 0
    met = 0
    for case, expected, decision in rows:
        fits = _fits(expected.get("expect", {}), decision)
        met += fits
        _show(case, expected, decision, fits)
    typer.echo(f"\n{met} of {len(rows)} real cases come out as the source says they were decided or settled.")
    typer.echo("One case step by step:  dueprocess demo g12   (--page g12.html for a page, --whole for the whole answer)")
    return 0 if met == len(rows) else 1


def _walk(raw: dict[str, Any], decision: dict[str, Any], expected: dict[str, Any], *, page: Path | None, whole: bool) -> None:
    """The case step by step: as a page, or in the terminal, where a person goes on with Enter."""
    from dueprocess.cli.walking import walk_sheet
    from dueprocess.decide import decide_case
    from dueprocess.decide.present import to_text
    from dueprocess.render.plain import sheet_text

    today = now.today()
    then = decide_case({**raw, "law_known_at": str(raw["at"])[:10]}, today=today) if isinstance(raw.get("at"), str) else None
    sheet = walk_sheet(raw, decision, expected, then=then, fits=_fits(expected.get("expect", {}), decision))
    if page is not None:
        from dueprocess.cli.deciding import write
        from dueprocess.render.page import page_html

        write(page, page_html([sheet], title=expected.get("title", raw["case"]), lang="en").encode())
        typer.echo(f"{page}: {len(sheet.sections)} steps.")
        return
    typer.echo(f"{expected.get('title', raw['case'])}: a real case, step by step\n")
    waits = sys.stdin.isatty() and sys.stdout.isatty()
    text = sheet_text(sheet)
    starts = [text.index(f"\n{s.title.upper()}") for s in sheet.sections]
    for number, (low, high) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True)):
        typer.echo(text[low:high].strip("\n") + "\n")
        if waits and number + 1 < len(starts):
            typer.prompt("Enter for the next step", default="", show_default=False, prompt_suffix=" ")
    if whole:
        typer.echo(to_text(decision), nl=False)


def _show(case: str, expected: dict[str, Any], decision: dict[str, Any], fits: bool) -> None:
    typer.echo(f"\n{expected.get('title', case)}  [{case}]")
    hours = decision["overheld_hours"]
    over = f"{hours['least']:g} h" if hours["least"] == hours["most"] else f"{hours['least']:g} to {hours['most']:g} h"
    later = decision["overheld_hours_from_later_end"]
    if later:
        over += f" from refused bail; {later['least']:g} h from the later end"
    until = f", until {decision['hold_until']}" if decision["hold_until"] else ""
    opened = f" (open because of {decision['open_because']})" if decision["open_because"] else ""
    typer.echo(f"  at {decision['at']}: {decision['outcome'].upper()}{opened}{until}")
    typer.echo(f"  over-held: {over} [{decision['class']}]")
    for reason in decision["reasons"][:3]:
        typer.echo(f"  {reason['effect']}: {reason['because']}")
        typer.echo(f"      {reason['citation']}")
    for missing in decision["missing"][:2]:
        typer.echo(f"  open: {missing['question']}")
    typer.echo(f"  the source: {'agrees' if fits else 'DIFFERS'}. {expected.get('why', '')}")


def _expected(path: Path) -> dict[str, Any]:
    companion = path.with_suffix(".expect.yaml")
    return read_mapping(companion) if companion.is_file() else {}


def _fits(expect: dict[str, Any], decision: dict[str, Any]) -> bool:
    if "outcome" in expect and decision["outcome"] != expect["outcome"]:
        return False
    return decision["outcome"] not in expect.get("not_outcomes", ())
