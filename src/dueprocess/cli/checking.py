"""``dueprocess law check`` and ``dueprocess law diff``: what is wrong with the law, and what a change of it does."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError, printable

if TYPE_CHECKING:
    from dueprocess.decide.impact import Answer, Impact
    from dueprocess.law.findings import Report

# Of a finding that stands in many files, the text names so many; --json and --all list every one.
_SHOWN = 12


def check(folders: Sequence[Path], *, as_json: bool, strict: bool = False, confirmed_within: int | None = None, every: bool = False) -> int:
    """Print every finding; status 1 for an error, and with ``strict`` for a warning too."""
    from dueprocess.law import findings

    if confirmed_within is not None and confirmed_within < 0:
        raise InputError(f"[{confirmed_within}] is no number of days", where="--confirmed-within", do="write a whole number, as 365")
    report = findings.check(folders, today=now.today(), confirmed_within=confirmed_within)
    if as_json:
        typer.echo(json.dumps(_check_json(report), indent=2, ensure_ascii=False))
    else:
        _print_check(report, every=every)
    return 1 if report.errors or (strict and report.warnings) else 0


def _check_json(report: Report) -> dict[str, Any]:
    def rows(level: str) -> list[dict[str, str]]:
        return [f.as_mapping() for f in report.findings if f.level == level]

    return {
        "files": report.files,
        "problems": rows("error"),
        "warnings": rows("warning"),
        "deep": report.deep,
        "not_searched": list(report.not_searched),
        "citations": {
            "looked_with": report.looked_at_citations,
            "parsed": report.parsed if report.looked_at_citations else None,
            "no_standard_form": list(report.no_standard_form) if report.looked_at_citations else None,
        },
    }


def _print_check(report: Report, *, every: bool) -> None:
    seen: dict[str, int] = {}
    for finding in report.findings:
        seen[finding.code] = seen.get(finding.code, 0) + 1
        if every or finding.level == "error" or seen[finding.code] <= _SHOWN:
            mark = "" if finding.level == "error" else "warning: "
            fix = f"; {finding.do}" if finding.do else ""
            typer.echo(printable(f"{finding.where}: {mark}{finding.what}{fix} [{finding.code}]"))
    for code, count in sorted(seen.items()):
        if not every and count > _SHOWN and any(f.code == code and f.level != "error" for f in report.findings):
            typer.echo(f"… and {count - _SHOWN} more [{code}]: --all lists them")
    for what in report.not_searched:
        typer.echo(f"not searched (too many facts): {what}")
    typer.echo(f"{report.files} files of law, {_count(report.errors, 'error')}, {_count(report.warnings, 'warning')}")
    if not report.deep:
        typer.echo("The lawbook does not hold together yet: what else may be wrong with it was not looked at.")
    elif report.looked_at_citations is None:
        typer.echo("Citations were not looked at: that needs eyecite and citeurl (pip install 'dueprocess[citations]').")
    else:
        typer.echo(f"Citations, by {report.looked_at_citations}: {report.parsed} read, {len(report.no_standard_form)} of no form that they know (--json names them).")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


# -- diff ---------------------------------------------------------------------------------------------------------


def diff(old: str, new: str, *, county: str | None, stays: int, audit: Sequence[str], map: Path | None, as_json: bool) -> int:
    """Print what changed and what it does; status 0 whether or not anything changed."""
    from dueprocess.decide.impact import impact
    from dueprocess.law import load_lawbook
    from dueprocess.law.changes import changes

    if not 0 <= stays <= 100_000:
        raise InputError(f"[{stays}] is no number of stays", where="--stays", do="write a whole number up to 100000, as 2000")
    before, after = (load_lawbook(*_folder(n)) for n in (old, new))
    today = now.today()
    found = changes(before, after)
    golden = impact(before, after, _golden(), today=today)
    touched = [*found.added, *found.removed, *found.changed]
    agency = _agency(county, before, after, touched)
    generated = None
    if agency is not None and stays:
        from dueprocess.testing.county import county_stays

        made = county_stays(agency, (before, after), count=stays, today=today, days=_days(touched, before, after))
        generated = impact(before, after, _watched(made, stays), today=today)
    audited = None
    if audit:
        from dueprocess.audit.lawdiff import law_impact
        from dueprocess.tables import named

        audited = law_impact([named(i) for i in audit], before, after, today=today, map=map)
    if as_json:
        told = {
            "old": before.version,
            "new": after.version,
            "added": list(found.added),
            "removed": list(found.removed),
            "changed": list(found.changed),
            "words": {i: list(w) for i, w in found.words.items()},
            "vocabulary_changed": dict(before.vocabulary.raw) != dict(after.vocabulary.raw),
            "golden": golden.as_mapping(),
            "county": None if generated is None else {"agency": agency, **generated.as_mapping(examples=20)},
            "audit": None if audited is None else audited.as_mapping(),
        }
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return 0
    if before.version == after.version:
        typer.echo(f"No difference: both are lawbook {before.version[:19]}.")
        return 0
    typer.echo(f"Lawbook {before.version[:19]} -> {after.version[:19]}: {len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed")
    for line in found.lines:
        typer.echo(printable(f"  {line}"))
    typer.echo(f"\nThe {golden.asked} cases that ship:")
    print_impact(golden, shown=20)
    if generated is not None:
        typer.echo(f"\n{generated.asked} made-up stays at {agency}, asked with the law known on {today.isoformat()}:")
        print_impact(generated, shown=3)
    else:
        typer.echo("\nNo made-up stays were asked: name a county with --county." if stays else "")
    if audited is not None:
        typer.echo("\nThe stays of " + ", ".join(str(p) for p in audit) + ":")
        for line in audited.lines():
            typer.echo(printable(line))
    return 0


def _folder(name: str) -> tuple[Path, ...]:
    return () if name == "shipped" else (Path(name),)


def _golden() -> Any:
    from dueprocess.kernel.files import data_dir
    from dueprocess.kernel.yamlread import read_mapping

    for path in sorted(data_dir("cases").glob("*.yaml")):
        if not path.name.endswith(".expect.yaml"):
            yield path.name.removesuffix(".yaml"), read_mapping(path)


def _agency(county: str | None, before: Any, after: Any, touched: Sequence[str]) -> str | None:
    """The agency that was named, or one that a change binds."""
    if county is not None:
        from dueprocess.cli.matrix import agency_of

        try:
            return agency_of(county, now.today())
        except InputError as error:
            raise InputError(error.what, where="--county", do=error.do) from None
    from dueprocess.testing.county import county_under

    return county_under([b.authorities[i] for i in touched for b in (before, after) if i in b.authorities], on=now.today())


def _days(touched: Sequence[str], before: Any, after: Any) -> list[Any]:
    """The days on which what changed begins or ends."""
    from datetime import date

    found = set()
    for identity in touched:
        for book in (before, after):
            authority = book.authorities.get(identity)
            for day in (authority.in_force.start, authority.in_force.until) if authority else ():
                if day is not None:
                    found.add(date.fromordinal(day))
    return sorted(found)


def _watched(cases: Any, count: int) -> Any:
    """The cases as they come, with a count on a terminal."""
    for index, case in enumerate(cases):
        if sys.stderr.isatty() and index % 100 == 0:
            typer.echo(f"\r{index} of {count} stays", nl=False, err=True)
        yield case
    if sys.stderr.isatty():
        typer.echo("\r", nl=False, err=True)


def print_impact(found: Impact, *, shown: int) -> None:
    """What changes in a set of cases: how many and how, by which norm, and so many of them one by one."""
    if not found.effects:
        typer.echo("  none is answered otherwise")
        return
    typer.echo(f"  {len(found.effects)} answered otherwise ({_kinds(found.kinds())}): {_moves(found.moves())}")
    sums = found.hours()
    for key, words in (("overheld_least", "hours certainly over"), ("undetermined_most", "hours at most undetermined")):
        if sums[f"{key}_before"] != sums[f"{key}_after"]:
            typer.echo(f"  {words} in these, together: {_hours(sums[f'{key}_before'])} -> {_hours(sums[f'{key}_after'])}")
    for cause, cases, moves in found.by_cause():
        typer.echo(f"  by {cause}: {cases} ({_kinds(found.of_cause(cause).kinds())}): {_moves(moves)}")
    for effect in found.effects[:shown]:
        before, after = _answer(effect.before), _answer(effect.after)
        if before == after:  # only what is undetermined differs, and stands in neither
            before, after = (f"{w}, {_span(a.undetermined)} h undetermined" for w, a in ((before, effect.before), (after, effect.after)))
        typer.echo(printable(f"  {effect.case}: {before} -> {after} [{', '.join(effect.causes)}]"))
    if len(found.effects) > shown:
        typer.echo(f"  … and {len(found.effects) - shown} more")


def _moves(moves: Sequence[tuple[str, str, int]]) -> str:
    return ", ".join(f"{count} {b} -> {a}" if b != a else f"{count} {b} with another deadline or other hours" for b, a, count in moves)


def _kinds(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in counts.items() if count)


def _answer(answer: Answer) -> str:
    if answer.because:
        return f"{answer.outcome} ({answer.because})"
    until = f" until {answer.hold_until}" if answer.hold_until else ""
    return f"{answer.outcome}{until}, {_span(answer.overheld)} h over"


def _span(hours: tuple[float, float]) -> str:
    least, most = hours
    return _hours(least) if least == most else f"{_hours(least)} to {_hours(most)}"


def _hours(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
