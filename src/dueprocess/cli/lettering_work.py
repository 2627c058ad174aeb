"""What ``dueprocess letters`` does and prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typer

from dueprocess.cli.agency_text import day_of
from dueprocess.cli.deciding import write
from dueprocess.cli.lettering import echo_json
from dueprocess.kernel.errors import InputError, nearest, printable, shown

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of a run."""

    to: str
    template: str
    out: Path | None
    each: str
    dry_run: bool
    sample: int | None
    trace: bool
    form: str
    letterhead: Path | None
    as_of: str | None
    known_at: str | None
    signed: Path | None
    audit: Path | None
    usd_a_day: float | None
    bundle: bool
    xlsx: bool
    jobs: int | None
    registry: Path | None
    law_folders: tuple[Path, ...]


def run(asked: Asked, *, as_json: bool, say: Callable[[str], None]) -> int:
    """``letters``. Status 1 where a letter failed."""
    from dueprocess.letters import Job, choose, find_template, make_all, read_template
    from dueprocess.letters.audited import read_figures
    from dueprocess.letters.columns import read_condition
    from dueprocess.letters.docx import read_base
    from dueprocess.letters.facts import read_signers
    from dueprocess.letters.outputs import begin, counts_of, write_outputs
    from dueprocess.letters.run import check, read_before

    template = read_template(find_template(asked.template))
    tree = read_condition(asked.to, where="--to")
    if asked.usd_a_day is not None and asked.audit is None:
        raise InputError("a daily cost is told with the hours of an audit", where="--usd-a-day", do="add --audit DIR")
    if asked.letterhead and asked.form != "docx":
        raise InputError("a letterhead is a Word file", where="--letterhead", do="add --format docx")
    job = Job(
        template, day_of(asked.as_of, option="--as-of"), day_of(asked.known_at, option="--known-at"), asked.form,
        (asked.registry,) if asked.registry else (), asked.law_folders,
        read_figures(asked.audit, usd_a_day=asked.usd_a_day) if asked.audit else {},
        read_signers(asked.signed) if asked.signed else (), asked.trace, read_base(asked.letterhead) if asked.letterhead else None,
    )  # fmt: skip
    check(template, job.book)
    before = {} if asked.dry_run or asked.out is None else read_before(asked.out)
    say("choosing")
    selection = choose(job, tree, each=asked.each, sample=asked.sample)
    if asked.dry_run:
        say("")
        _told(selection, template.reviewed, as_json=as_json, counts=counts_of(selection))
        return 0
    assert asked.out is not None
    if not selection.chosen:
        _told(selection, template.reviewed, as_json=as_json, counts=counts_of(selection))
        raise InputError("nobody gets a letter", where="--to", do="see who is left out with --dry-run")
    begin(asked.out, before)
    made = make_all(job, selection.chosen, asked.out, before, jobs=asked.jobs, progress=lambda done, of: say(f"{done} of {of} letters"))
    options = {"to": asked.to, "each": asked.each, "sample": asked.sample, "form": asked.form, "signed": asked.signed is not None, "audit": asked.audit is not None, "usd_a_day": asked.usd_a_day}
    found = write_outputs(job, selection.chosen, selection, made, asked.out, asked=options, before=before, bundle=asked.bundle, xlsx=asked.xlsx, jobs=asked.jobs, say=say)
    say("")
    failed = [m for m in made if m.state == "failed"]
    if as_json:
        echo_json({"counts": found["counts"], "out": str(asked.out), "failed": [{"recipient": m.id, "reason": m.reason} for m in failed]})
    else:
        counts = found["counts"]
        typer.echo(f"{counts['written']} letters written, {counts['kept']} kept as they were, {counts['failed']} failed, in {asked.out}.")
        _left_out(selection)
        for m in failed[:MOST_SHOWN]:
            typer.echo(printable(f"  failed: {m.id}: {m.reason}"))
        if failed:
            typer.echo("  failed.csv has them all; the same command again does only those.")
        typer.echo(f"Look at contact-sheet.pdf before anything leaves. {_reviewed(template.reviewed)} Nothing was sent." if asked.form == "pdf" else f"{_reviewed(template.reviewed)} Nothing was sent.")
    return 1 if failed else 0


def _reviewed(by: str) -> str:
    return f"The template was reviewed by {by}." if by else "The template was reviewed by nobody."


def _told(selection: Any, reviewed: str, *, as_json: bool, counts: dict[str, Any]) -> None:
    if as_json:
        echo_json({"counts": counts, "selected": [r.id for r in selection.chosen], "left_out": [asdict(o) for o in selection.left_out], "template_reviewed": reviewed or None})
        return
    typer.echo(f"{counts['selected']} would get a letter; {counts['not_asked_for']} do not fit the condition.")
    states = Counter(str(r.columns["state"]) for r in selection.chosen)
    if states:
        typer.echo("  by state: " + ", ".join(f"{s} {n}" for s, n in sorted(states.items())))
    _left_out(selection)
    typer.echo(f"{_reviewed(reviewed)} Nothing was written.")


def _left_out(selection: Any) -> None:
    kinds = Counter(o.kind for o in selection.left_out)
    if kinds:
        typer.echo("Left out: " + ", ".join(f"{n} {_KINDS[k]}" for k, n in sorted(kinds.items())) + ".")
    reasons = Counter((o.kind, o.reason) for o in selection.left_out if o.kind in ("guard", "needs", "unknown"))
    for (_, reason), n in reasons.most_common(5):
        typer.echo(printable(f"  {n}: {reason}"))
    for o in [o for o in selection.left_out if o.kind in ("duplicate", "place")][:MOST_SHOWN]:
        typer.echo(printable(f"  {o.id}: {o.reason}"))


_KINDS = {"guard": "by the guard of the wrong state", "needs": "for want of what the template needs", "unknown": "of which the condition cannot be told", "duplicate": "as duplicates", "place": "without a place in the book", "sample": "not in the sample"}


def listed(*, as_json: bool) -> None:
    """``letters templates``."""
    from dueprocess.letters import read_template, shipped

    found = [read_template(p) for p in shipped().values()]
    if as_json:
        echo_json([{"template": t.id, "title": t.title, "about": t.about, "language": t.language, "law": list(t.law), "needs": list(t.needs), "reviewed": t.reviewed or None, "translation_reviewed": t.translation or None} for t in found])
        return
    for t in found:
        typer.echo(t.id)
        typer.echo(f"    {t.about}")
        typer.echo(f"    for: {'places where the encoded law is ' + ' or '.join(t.law) if t.law else 'any place'}{'; needs ' + ', '.join(t.needs) if t.needs else ''}")
        more = "" if t.translation is None else f"; translation: {t.translation or 'reviewed by nobody'}"
        typer.echo(f"    reviewer: {t.reviewed or 'nobody'}{more}")


def names(*, as_json: bool) -> None:
    """``letters fields``."""
    from dueprocess.letters.columns import DESCRIPTIONS
    from dueprocess.letters.fields import ALWAYS, LISTS, SOMETIMES

    if as_json:
        echo_json({"columns": {n: {"type": t, "what": w} for n, (t, w) in DESCRIPTIONS.items()}, "always": ALWAYS, "sometimes": SOMETIMES, "lists": {n: {"what": w, "items": list(i)} for n, (w, i) in LISTS.items()}})
        return
    for title, rows in (
        ("Columns of --to and when", [(n, f"{w} ({t})") for n, (t, w) in DESCRIPTIONS.items()]),
        ("Fields that are always known", list(ALWAYS.items())),
        ("Fields that may be unknown", list(SOMETIMES.items())),
        ("Lists, with what their items have", [(n, f"{w}: {', '.join('item.' + i for i in items)}") for n, (w, items) in LISTS.items()]),
    ):
        typer.echo(f"{title}:")
        for name, what in rows:
            typer.echo(f"  {name:<20} {what}")


def linted(files: Sequence[str], *, law_folders: tuple[Path, ...], as_json: bool) -> int:
    """``letters lint``."""
    from dueprocess.law import load_lawbook
    from dueprocess.letters import find_template, lint, read_template

    book = load_lawbook(*law_folders)
    found = []
    for name in files:
        try:
            found += [{"template": name, **asdict(f)} for f in lint(read_template(find_template(name)), book)]
        except InputError as error:
            found.append({"template": name, "code": "form", "where": error.where, "what": error.what, "do": error.do})
    if as_json:
        echo_json(found)
    else:
        for f in found:
            typer.echo(printable(f"{f['where']}: {f['what']}; {f['do']}"))
        typer.echo(f"{len(files)} {'template' if len(files) == 1 else 'templates'}, {len(found)} {'finding' if len(found) == 1 else 'findings'}.")
    return 1 if found else 0


def filed(file: Path, *, agency: str, position: str, day: str, registry: Path, accepts: tuple[str, ...], effective: str, locator: str, as_json: bool) -> None:
    """``letters reply``."""
    from dueprocess.letters.replies import file_reply
    from dueprocess.registry import POSITIONS

    if position not in POSITIONS:
        raise InputError(f"[{shown(position)}] is no position", where="--position", do=nearest(position, POSITIONS) or f"one of {', '.join(POSITIONS)}")
    claim, changed = file_reply(file, agency=agency, position=position, day=day, registry=registry, accepts=accepts, effective=effective, locator=locator)
    if as_json:
        echo_json({"claim": asdict(claim), "files": list(changed)})
        return
    typer.echo(printable(f"{claim.actor}: {claim.position}, in its own words of {claim.source_date}; claim {claim.id}"))
    typer.echo(f"{registry}: {', '.join(changed) if changed else 'nothing changed'}.")


def reported(audit: Path, *, of: str, out: Path, as_of: str | None, known_at: str | None, usd_a_day: float | None, law_folders: tuple[Path, ...]) -> None:
    """``letters liability``."""
    from dueprocess.law import load_lawbook
    from dueprocess.letters.liability import liability_pdf

    data = liability_pdf(audit, of=of, book=load_lawbook(*law_folders), as_of=day_of(as_of, option="--as-of"), known_at=day_of(known_at, option="--known-at"), usd_a_day=usd_a_day)
    if out.exists():
        out.unlink()
    write(out, b"")
    out.chmod(0o600)
    write(out, data)
    typer.echo(f"{out}: counsel's work product; only its owner may read the file. Keep it where counsel keeps such papers.")
