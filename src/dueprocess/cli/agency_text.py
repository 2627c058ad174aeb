"""What ``dueprocess agencies`` prints: lists, views, timelines, changes, counts and disagreements, as text or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import typer

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError, nearest, printable, shown
from dueprocess.kernel.instants import parse_date
from dueprocess.places import PlaceError, load_places
from dueprocess.places.names import fold
from dueprocess.registry import Registry, Segment, View, load_registry


def opened(registry: Path | None) -> Registry:
    """The shipped registry, with the user's folder over it."""
    return load_registry(*([registry] if registry else []))


def day_of(text: str | None, *, option: str) -> date:
    """The day of an option, or today."""
    return now.today() if text is None else parse_date(text, where=option)


def state_of(text: str | None) -> str | None:
    """The postal code of a state's name or code."""
    if text is None:
        return None
    places = load_places()
    place = places.place(places.resolve(text))
    if place.kind not in ("state", "territory"):
        raise InputError(f"[{shown(text)}] is no state", where="--state", do="give a postal code, as IA")
    return place.state


def actors_of(registry: Registry, text: str) -> list[str]:
    """The actors that a text names: one by its id or by a name that a source prints, or all of a place. Raises InputError."""
    if text in registry.actors:
        return [text]
    places = load_places()
    if printed := _printed_as(registry, text):
        return printed
    try:
        place = places.resolve(text.rpartition("/")[0] if text.count("/") >= 3 and text.startswith("us/") else text)
    except PlaceError as error:
        raise InputError(error.what, do=error.do if error.candidates else nearest(text, registry.actors) or error.do) from None
    if text.startswith("us/") and text.count("/") >= 3:
        places.agency(text)
    found = sorted(i for i, a in registry.actors.items() if a.place == place)
    if text.startswith("us/") and text.count("/") >= 3 and text not in found:
        raise InputError(f"the registry has no claim about [{text}]", do=f"it has claims about {', '.join(found)}" if found else "unknown: no source that was gathered speaks of it")
    if not found:
        raise InputError(f"the registry has no claim about [{place}]", do="unknown: no source that was gathered speaks of it")
    return found


def _printed_as(registry: Registry, text: str) -> list[str]:
    """The actor that sources print so, as ``Travis County Sheriff's Office, TX``; none where none does, or the text is a place's name.

    Raises:
        InputError: the name has no state, or several agencies of its state are called so.
    """
    name, comma, after = text.rpartition(",")
    try:
        state = state_of(after.strip()) if comma else None
    except InputError:
        return []
    wanted = fold(name if comma else text).strip()
    found = [i for i, a in registry.actors.items() if a.role not in ("county", "city", "state") and state in (None, a.state) and any(fold(n.name) == wanted for n in a.names)]
    if found and (len(found) > 1 or state is None):
        # A name alone tells nothing, also where the registry has one such agency: other states may have it and no claim.
        raise InputError(f"[{shown(text)}] {f'stands for {len(found)} agencies' if len(found) > 1 else 'says no state'}", do=f"name one: {', '.join(found[:9])}{' …' if len(found) > 9 else ''}")
    return found


def emit(value: Any) -> None:
    """Print JSON."""
    typer.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))


def plain(value: Any) -> Any:
    """A value as JSON takes it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {k: plain(v) for k, v in asdict(value).items() if k != "tree"}
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


def view_json(registry: Registry, view: View) -> dict[str, Any]:
    """A view with its age, side and the sentence of its rule."""
    actor = registry.actors[view.actor]
    return {**plain(view), "name": actor.name, "state": actor.state, "fips": actor.fips, "side": view.side, "says": registry.claims[view.claim].claimant if view.claim else "", "because": view.because, "age_days": view.age_days}


def _columns(rows: Iterable[tuple[str, ...]]) -> None:
    listed = list(rows)
    if not listed:
        return
    widths = [max(len(r[i]) for r in listed) for i in range(len(listed[0]))]
    for row in listed:
        typer.echo(printable("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()))


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"


def _marks(view: View) -> str:
    return " ".join(filter(None, ("contested" if view.contested else "", "" if view.certain else "not certain", f"or {', '.join(view.maybe)}" if view.maybe else "")))


def listing(*, as_of: str | None, known_at: str | None, state: str | None, side: str | None, every: bool, registry: Path | None, as_json: bool) -> None:
    """``agencies list``."""
    reg = opened(registry)
    day, known, only = day_of(as_of, option="--as-of"), day_of(known_at, option="--known-at"), state_of(state)
    views = [
        v
        for i, v in sorted(reg.views(as_of=day, known_at=known).items())
        if (only is None or reg.actors[i].state == only)
        and (side is None or v.side == side)
        and (every or side == "unknown" or v.rule not in ("no-position-stated", "no-claim") or v.practice)
    ]
    if as_json:
        emit([view_json(reg, v) for v in views])
        return
    _columns(
        [("agency", "position", "says", "last confirmed", "age", "rule", "")]
        + [(v.actor, v.position, _says(reg, v), v.confirmed_on.isoformat() if v.confirmed_on else "never", _days(v.age_days) if v.age_days is not None else "", v.rule, _marks(v)) for v in views]
    )
    typer.echo(f"\n{len(views)} on {day.isoformat()}, by what was known on {known.isoformat()}. Who is not listed is unknown: no source that was gathered speaks of it.")


def _says(registry: Registry, view: View) -> str:
    """By whose word: the claimant of the claim that decided, in at most 40 characters."""
    claimant = registry.claims[view.claim].claimant if view.claim else ""
    return claimant if len(claimant) <= 40 else f"{claimant[:39]}…"


def _claim_line(registry: Registry, id: str, *, known_at: date, lost: str = "") -> str:
    from dueprocess.registry.views.words import denial_of, details, why_lost

    claim = registry.claims[id]
    source = registry.sources[claim.source]
    says = "in its own words" if claim.voice == "own" else f"says {claim.claimant}{' in a list' if claim.voice == 'list' else ''}"
    when = f"between {claim.since_from} and {claim.since_until}" if claim.since_until else f"effective {claim.effective}" if claim.effective else f"announced {claim.announced}" if claim.announced else "status"
    ended = f", ended {claim.ended}" if claim.ended else ""
    # What names an agency without a position loses nothing; that it is denied is told all the same.
    denied = "" if lost or denial_of(registry, id, known_at=known_at) is None else f" [{why_lost(registry, id, 'denied', known_at=known_at)}]"
    why = f" [lost by {lost}: {why_lost(registry, id, lost, known_at=known_at)}]" if lost else denied
    beside = "".join(f"; {d}" for d in details(claim))
    return f"{claim.position}, {when}{ended}, {says}{beside}{why}\n      {source.title} ({source.publisher or 'no publisher'}, {claim.source_date or 'no date'}) {source.url}\n      claim {claim.id}" + (f"\n      {claim.note}" if claim.note else "")


def show(agency: str, *, as_of: str | None, known_at: str | None, registry: Path | None, as_json: bool) -> None:
    """``agencies show``."""
    reg = opened(registry)
    day, known = day_of(as_of, option="--as-of"), day_of(known_at, option="--known-at")
    ids = actors_of(reg, agency)
    views = [reg.view(i, as_of=day, known_at=known) for i in ids]
    if as_json:
        emit([{**view_json(reg, v), "claims": [plain(c) for c in reg.of(v.actor)]} for v in views])
        return
    for number, view in enumerate(views):
        actor = reg.actors[view.actor]
        if number:
            typer.echo("")
        typer.echo(printable(f"{actor.name} ({actor.id}) on {day.isoformat()}, by what was known on {known.isoformat()}"))
        typer.echo(f"  position: {view.position} {_marks(view)}".rstrip())
        typer.echo(f"  rule: {view.rule}. {view.because}")
        confirmed = f"{view.confirmed_on.isoformat()}, {_days(view.age_days or 0)} before" if view.confirmed_on else "never"
        typer.echo(f"  paper policy, last confirmed on: {confirmed}")
        for title, listed in (
            ("for it", [(i, "") for i in (view.claim, *view.support) if i]),
            ("against it, or past", list(view.losing)),
            ("practice, as told", [(i, "") for i in view.practice]),
            ("lists that name it (no position)", [(i, "") for i in view.listings]),
            ("287(g) agreements (no position)", [(i, "") for i in view.agreements]),
        ):
            if listed:
                typer.echo(f"  {title}:")
            for id, rule in listed:
                typer.echo("    - " + "\n".join(printable(line) for line in _claim_line(reg, id, known_at=known, lost=rule).split("\n")))
    above = f"us/{reg.actors[ids[0]].state.lower()}/state"
    if above in reg.actors and above not in ids:
        law = reg.view(above, as_of=day, known_at=known)
        typer.echo(f"\nThe state itself ({above}): {law.position}{f' ({law.rule})' if law.position != 'unknown' else ''}. A state's law may bind the agency; the registry does not decide that.")
    typer.echo("\nThese are claims by others and by the agency, not findings. Is one wrong? Deny it or correct it by its id: docs/how-to/track-policies.md, Correct what is said of an agency.")


def timeline(agency: str, *, known_at: str | None, registry: Path | None, as_json: bool) -> None:
    """``agencies timeline``."""
    reg = opened(registry)
    known = day_of(known_at, option="--known-at")
    ids = actors_of(reg, agency)
    spans = {i: reg.segments(i, known_at=known) for i in ids}
    if as_json:
        emit({i: [{"start": s.start, "until": s.until, **view_json(reg, s.view)} for s in found] for i, found in spans.items()})
        return
    for number, (id, found) in enumerate(spans.items()):
        if number:
            typer.echo("")
        typer.echo(printable(f"{reg.actors[id].name} ({id}), by what was known on {known.isoformat()}"))
        for s in _told(found):
            view = s.view
            typer.echo(f"  {s.start.isoformat()} to {s.until.isoformat() if s.until else 'now'}: {view.position} {_marks(view)}".rstrip() + f" ({view.rule})")
            for claim in (view.claim, *view.support):
                if claim:
                    typer.echo(f"      for      {claim} ({reg.claims[claim].claimant}, {reg.claims[claim].source_date})")
            for claim, rule in view.losing:
                typer.echo(f"      against  {claim}: {reg.claims[claim].position} ({rule}; {reg.claims[claim].claimant}, {reg.claims[claim].source_date})")


def _told(spans: Sequence[Segment]) -> list[Segment]:
    """Spans that differ only in what confirms them, as one with the claims of the last."""
    told: list[Segment] = []
    for s in spans:
        if told and _head(told[-1].view) == _head(s.view):
            told[-1] = Segment(told[-1].start, s.until, s.view)
        else:
            told.append(s)
    return told


def _head(view: View) -> tuple[Any, ...]:
    return view.position, view.certain, view.contested, view.maybe


def changed(*, since: str, until: str, by: str, known_at: str | None, state: str | None, registry: Path | None, as_json: bool) -> None:
    """``agencies changes``."""
    from dueprocess.registry import changes

    reg = opened(registry)
    first, last, known, only = parse_date(since, where="--since"), parse_date(until, where="--until"), day_of(known_at, option="--known-at"), state_of(state)
    if first >= last:
        raise InputError(f"[{until}] is not after [{since}]", where="--until", do="--until is the day after the last")
    found = [c for c in changes(reg, since=first, until=last, known_at=known) if only is None or c.state == only]
    if by == "state":
        table = {s: {"certain": sum(c.certain for c in found if c.state == s), "possible": sum(not c.certain for c in found if c.state == s)} for s in sorted({c.state for c in found})}
        if as_json:
            emit(table)
            return
        _columns([("state", "certain", "possible")] + [(s, str(n["certain"]), str(n["possible"])) for s, n in table.items()])
    elif as_json:
        emit(found)
        return
    else:
        _columns(
            [("agency", "from", "to", "earliest", "latest", "", "say")]
            + [(c.actor, c.before, c.after, c.earliest.isoformat(), c.latest.isoformat(), "" if c.certain else "possible", ", ".join(sorted({reg.claims[i].claimant for i in c.claims}))) for c in found]
        )
    sure = sum(c.certain for c in found)
    typer.echo(f"\n{sure} changes that sources date within [{first.isoformat()}, {last.isoformat()}), and {len(found) - sure} that may lie in it. Statuses without a day are no changes.")


def counted(definition: str | None, *, known_at: str | None, rows: bool, registry: Path | None, as_json: bool) -> None:
    """``agencies count``."""
    from dueprocess.registry import count, definitions
    from dueprocess.registry.counts import read_definition

    reg = opened(registry)
    known = day_of(known_at, option="--known-at")
    shipped = definitions()
    if definition is None:
        wanted = list(shipped.values())
    elif definition in shipped:
        wanted = [shipped[definition]]
    elif definition.endswith((".yaml", ".yml", ".json")):
        wanted = [read_definition(Path(definition))]
    else:
        raise InputError(f"[{shown(definition)}] is no definition", where="--definition", do=nearest(definition, shipped) or f"one of {', '.join(shipped)}, or a file of your own")
    found = [count(reg, d, known_at=known) for d in wanted]
    if as_json:
        emit(found if definition is None else found[0])
        return
    for number, c in enumerate(found):
        if number:
            typer.echo("")
        typer.echo(f"{c.definition.id}: {c.definition.title}")
        typer.echo(f"  ours: {c.certain} {c.definition.unit} in {len(c.states)} {'state' if len(c.states) == 1 else 'states'}; {c.possible} more possible")
        for b in c.beside:
            typer.echo(printable(f"  published: {b.value} {b.unit} ({b.claimant}, {b.as_of or 'no date'}{'; ' + b.beside_ours(c.definition.unit) if b.difference is not None else ''}{f'; ships as {b.ships}' if b.ships else ''}): {b.said}"))
        if c.listed is not None:
            typer.echo(f"  the published list, as it was gathered, names {c.listed}:")
            for row in c.rows:
                if row.in_list is False and row.status == "certain":
                    typer.echo(f"    ours only: {row.key}")
            for key, why in c.only_in_list.items():
                typer.echo(f"    in the published list only: {key} ({why})")
            both = sum(r.in_list is True and r.status == "certain" for r in c.rows)
            typer.echo(f"    in both: {both}")
        if rows or (definition is not None and c.definition.kind == "entries"):
            for row in c.rows:
                typer.echo(printable(f"    {row.state}  {row.status:8}  {row.key}  {row.note}".rstrip()))
        if c.definition.kind != "places" and definition is not None:
            typer.echo("  by state: " + ", ".join(f"{s} {n}" for s, n in c.states.items()))
            if c.possible:
                may = Counter(r.state for r in c.rows if r.status == "possible")
                typer.echo("  possible by state: " + ", ".join(f"{s} {n}" for s, n in sorted(may.items())))
        for text in c.definition.missing:
            typer.echo(f"  missing: {text}")


def published(*, state: str | None, registry: Path | None, as_json: bool) -> None:
    """``agencies count --published``: what others counted, each with the definitions that ours stand beside it by."""
    from dueprocess.registry import definitions
    from dueprocess.registry.counts import others_counts

    reg = opened(registry)
    only = state_of(state)
    used = {c.id: [d.id for d in definitions().values() if c.id in d.published] for c in reg.counts}
    found = [c for c in others_counts(reg) if only is None or load_places().place(f"us/{only.lower()}").name == c.scope.partition(" (")[0]]
    if as_json:
        emit([{**plain(c), "definitions": used[c.id], "source_title": reg.sources[c.source].title} for c in found])
        return
    for c in found:
        typer.echo(printable(f"{c.as_of or 'no date'}: {c.value} {c.unit} ({c.claimant}): {c.definition}"))
        typer.echo(printable(f"      {', '.join(used[c.id]) or 'no definition'}; {c.id}; {reg.sources[c.source].title}"))
    typer.echo(f"\n{len(found)} published counts; {sum(not used[c.id] for c in found)} of them without a definition, so beside none of ours.")


def disagreeing(*, as_of: str | None, known_at: str | None, state: str | None, registry: Path | None, as_json: bool) -> None:
    """``agencies disagreements``."""
    from dueprocess.registry import disagreements
    from dueprocess.registry.disputes import KINDS

    reg = opened(registry)
    day, known, only = day_of(as_of, option="--as-of"), day_of(known_at, option="--known-at"), state_of(state)
    found = [d for d in disagreements(reg, as_of=day, known_at=known) if only is None or d.state == only]
    if as_json:
        emit(found)
        return
    for d in found:
        typer.echo(printable(f"{d.actor}: {d.position} ({d.winner or 'nothing settled'}), against {d.other_position} by {d.loser_claimant} ({d.loser}): {KINDS[d.kind]}"))
    typer.echo(f"{len(found)} disagreements on {day.isoformat()}, by what was known on {known.isoformat()}.")
