"""``dueprocess agencies import``, ``review`` and ``promote``: what writes into a user's own folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dueprocess.cli.agency_text import day_of, emit, opened, plain
from dueprocess.kernel.errors import InputError, printable, shown
from dueprocess.places import load_places

if TYPE_CHECKING:
    from dueprocess.registry.review import Review


def import_(sheet: Path, *, map: Path, registry: Path, as_json: bool) -> None:
    """``agencies import``."""
    from dueprocess.registry.sheet import import_sheet

    batch, changed = import_sheet(sheet, map=map, registry=registry, places=load_places())
    tiers = Counter(f"{e.result} {e.tier}".strip() for e in batch.log)
    refused = [e for e in batch.log if e.result != "matched"]
    if as_json:
        emit({"claims": len(batch.claims), "matches": dict(sorted(tiers.items())), "refused": [asdict(e) for e in refused], "remarks": batch.remarks, "files": list(changed)})
        return
    typer.echo(f"{len(batch.claims)} claim{'' if len(batch.claims) == 1 else 's'} about {len(batch.actors)} actor{'' if len(batch.actors) == 1 else 's'}: {', '.join(f'{n} {t}' for t, n in sorted(tiers.items()))}")
    for e in refused:
        typer.echo(printable(f"  row {e.row}: [{e.printed}, {e.state}] {e.result}: {e.reason}{f'; near: {e.proposals}' if e.proposals else ''}"))
    for remark in batch.remarks:
        typer.echo(printable(f"  {remark}"))
    typer.echo(f"{registry}: {', '.join(changed) if changed else 'nothing changed'}. The log of matches is matching.csv.")


def review(
    claim: str | None, *, registry: Path, add: Path | None, accept: bool, reject: bool, correct: Sequence[str], role: str | None, reviewer: str, reason: str | None, on: str | None, kind: str | None,
    source: tuple[str, str, str, str], as_json: bool,
) -> None:  # fmt: skip
    """``agencies review``."""
    from dueprocess.registry import review as room
    from dueprocess.registry.proposing import propose

    places = load_places()
    decisions = [d for d, given in (("accept", accept), ("reject", reject), ("correct", bool(correct))) if given]
    if add is not None:
        title, publisher, url, date = source
        if not title:
            raise InputError("nothing says what text it is", where="--add", do="give --source-title, and --source-date where the text has none")
        number = propose(add, registry, title=title, publisher=publisher, date=date, url=url)
        if not as_json:
            typer.echo(f"{number} new in the queue.")
    if claim is None:
        if decisions:
            raise InputError("no claim is named", where="review", do="give the id of a claim of the queue")
        _queue(registry, kind=kind, as_json=as_json)
        return
    if len(decisions) != 1:
        raise InputError("one decision, please", where=claim, do="give --accept, --reject or --correct")
    changes = {}
    for text in correct:
        key, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"[{shown(text)}] is no correction", where="--correct", do="write it as position=declines_all")
        changes[key.strip()] = value.strip()
    done = room.review(
        registry, claim, decision=decisions[0], correction=changes, reviewer=reviewer, role=role or "", reason=reason or "", date=day_of(on, option="--on").isoformat(),
        base=opened(registry if registry.is_dir() else None), places=places,
    )  # fmt: skip
    status = room.status_of(room.reviews_of(registry)[claim])
    if as_json:
        emit({**plain(done), "status": status})
    else:
        typer.echo(f"{claim}: {done.decision} by {done.reviewer} ({done.role}); now {status}.")


def _queue(registry: Path, *, kind: str | None, as_json: bool) -> None:
    from dueprocess.registry import review as room

    claims = room.waiting(registry, places=load_places()) if kind in (None, "claim") else ()
    others = [e for e in room.entries_waiting(registry) if kind in (None, e.entry.kind)]
    shipped = room.shipped_counts(opened(registry if registry.is_dir() else None))
    queue = {w.claim.id for w in claims} | {e.entry.id for e in room.entries_waiting(registry)}
    # What ships and was judged again stands in no queue, and its reviews would be seen nowhere.
    again = {
        id: reviews for id, reviews in room.reviews_of(registry).items()
        if id not in queue and kind in ((None, "count") if id in shipped else (None, "claim"))
    } if kind in (None, "claim", "count") else {}  # fmt: skip
    pairs = [a for a in room.agreement(registry, counts=shipped) if kind in (None, a.kind)]
    if as_json:
        emit({"queue": [plain(w) for w in claims], "entries": [{**plain(e), "says": e.says} for e in others], "judged_again": {id: {"status": room.status_of(r), "reviews": plain(r)} for id, r in again.items()}, "agreement": [plain(a) for a in pairs]})
        return
    for w in claims:
        _waiting(f"{w.status:8}  {w.claim.id}  {w.actor or 'no actor: ' + w.match}  {w.claim.position}", w.claim.quote, w.reviews)
    for e in others:
        said = "; ".join(f"{name}: {value}" for name, value in e.says.items() if value)
        _waiting(f"{e.status:8}  {e.entry.id}  {e.entry.kind}  {said}", e.entry.quote, e.reviews)
    for id, reviews in again.items():
        _waiting(f"{room.status_of(reviews):8}  {id}  a {'count' if id in shipped else 'claim'} that ships, judged again", "", reviews)
    counts = Counter([w.status for w in claims] + [e.status for e in others])
    typer.echo(f"{counts.total()} in the queue" + "".join(f", {n} {s}" for s, n in sorted(counts.items())) + ".")
    for a in pairs:
        kappa = "not defined, since they never differ and use one answer" if a.kappa is None else f"{a.kappa:.2f}"
        typer.echo(f"Reviewers {a.first} and {a.second} on {_MANY[a.kind]}: {a.observed:.0%} judged alike of n = {a.n}; Cohen's kappa {kappa}.")


_MANY = {"claim": "positions", "count": "counts", "ruling": "rulings", "law": "laws", "incident": "incidents"}


def _waiting(head: str, quote: str, reviews: Sequence[Review]) -> None:
    typer.echo(printable(head))
    if quote:
        typer.echo(printable(f"            “{quote}”"))
    for r in reviews:
        typer.echo(printable(f"            {r.reviewer} ({r.role}, {r.date}): {r.decision} {r.correction}: {r.reason}"))


def promote(agency: str, *, out: Path, as_of: str | None, known_at: str | None, unreviewed: bool, folders: Sequence[Path], registry: Path | None, as_json: bool) -> None:
    """``agencies promote``."""
    from dueprocess.registry.promote import promote as work
    from dueprocess.registry.review import reviews_of

    reg = opened(registry)
    done = work(
        reg, agency, as_of=day_of(as_of, option="--as-of"), known_at=day_of(known_at, option="--known-at"), reviews=reviews_of(registry) if registry else {}, out=out, folders=tuple(folders), unreviewed=unreviewed,
    )  # fmt: skip
    if as_json:
        emit({"files": [str(f) for f in done.files], "position": done.view.position, "claim": done.view.claim, "support": done.view.support, "losing": done.view.losing, "start": done.start, "basis": done.basis, "ends": done.ends})
        return
    typer.echo(f"{agency}: {done.view.position} from {done.start.isoformat()} ({done.basis})")
    for file in done.files:
        typer.echo(f"  wrote {file}")
    for id in done.ends:
        typer.echo(f"  it would end {id}")
    typer.echo("A proposal: counsel compares it with the policy itself (dueprocess law review) and adopts it or not (dueprocess law adopt). Nothing was adopted.")
