"""``dueprocess law review|adopt|new|key``: who answers for the law that the program applies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import typer

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import parse_date
from dueprocess.law import Authority, load_lawbook


def _day(text: str | None) -> date:
    """A day given with ``--on``, which must not be to come; today without one."""
    today = now.today()
    day = parse_date(text, where="--on") if text else today
    if day > today:
        raise InputError(f"[{day.isoformat()}] is still to come", where="--on", do="give a day up to today")
    return day


def review(identity: str, *, by_role: str, on: str | None, against: str, folders: Sequence[Path], as_json: bool) -> None:
    """Write a review into the file of an authority."""
    from dueprocess.law.reviewing import review as write_review

    done = write_review(identity, by_role=by_role, on=_day(on), against=against, today=now.today(), folders=folders)
    if as_json:
        typer.echo(json.dumps({"file": str(done.path), "source": done.source, "hash": done.hash_after, "hash_before": done.hash_before, "adoption_hash": done.adoption_hash, "copied": done.copied}, indent=2, ensure_ascii=False))
        return
    typer.echo(f"reviewed against \"{done.source}\": {done.path}")
    if done.copied:
        typer.echo("The file is a copy laid over the shipped one; it stands in its place wherever --law names this folder.")
    typer.echo("An adoption of this text stays: a review changes nothing that was adopted.")


def key_new(out: Path) -> None:
    """Make a private key; print the public one."""
    from dueprocess.law.signing import fingerprint, new_key, read_private

    text = new_key(out)
    typer.echo(text, nl=False)
    typer.echo(f"{out} holds the private key: keep it to its owner. Fingerprint {fingerprint(read_private(out).public_key())}", err=True)


def key_show(file: Path) -> None:
    """Print the public key of a private one."""
    from dueprocess.law.signing import fingerprint, public_text, read_private

    key = read_private(file).public_key()
    typer.echo(public_text(key), nl=False)
    typer.echo(f"Fingerprint {fingerprint(key)}", err=True)


def adopt(
    identities: Sequence[str],
    *,
    agency: str | None,
    facility: str | None,
    by_role: str | None,
    on: str | None,
    place: str | None,
    all_binding: bool,
    signed: Path | None,
    key: Path | None,
    sign_key: Path | None,
    publisher: str | None,
    out: Path | None,
    folders: Sequence[Path],
    as_json: bool,
) -> None:
    """Adopt law for an agency, take over a signed adoption, or sign and publish one."""
    from dueprocess.law.reviewing import role

    ways = [bool(identities), place is not None, all_binding, signed is not None]
    if sum(ways) > 1:
        raise InputError("more than one of AUTHORITY…, --place, --all-binding and --from", where="law adopt", do="choose one")
    if by_role is not None:
        role(by_role)
    if sign_key is not None:
        _publish(identities, by_role=by_role, on=on, place=place, all_binding=all_binding, signed=signed, agency=agency, facility=facility, sign_key=sign_key, publisher=publisher, out=out, folders=folders)
        return
    if agency is None:
        raise InputError("no agency", where="law adopt", do="add --agency us/or/clackamas-county/sheriff")
    _for_agency(identities, agency=agency, facility=facility, by_role=by_role, on=on, place=place, all_binding=all_binding, signed=signed, key=key, out=out, folders=folders, as_json=as_json)


def _for_agency(
    identities: Sequence[str],
    *,
    agency: str,
    facility: str | None,
    by_role: str | None,
    on: str | None,
    place: str | None,
    all_binding: bool,
    signed: Path | None,
    key: Path | None,
    out: Path | None,
    folders: Sequence[Path],
    as_json: bool,
) -> None:
    from dueprocess.law import adopting
    from dueprocess.places import load_places

    agency = load_places().agency(agency).id
    book = load_lawbook(*folders)
    bound = adopting.binding(book, agency, facility)
    day = _day(on)
    writes = bool(identities) or place is not None or all_binding or signed is not None
    if writes and by_role is None:
        raise InputError("no role", where="law adopt", do='add --by-role "county counsel"')
    if writes and out is None:
        raise InputError("no file to write the adoption to", where="law adopt", do="add --out adoption.yaml")
    before = adopting.read_adoption(out, agency=agency) if out else adopting.AdoptionFile(agency, {})
    file, lost = adopting.without_lost(before, book)
    taken_from: str | None = None
    other: Sequence[str] = ()
    rest: Sequence[str] = ()
    wanted: Sequence[Authority] = ()
    if signed is not None:
        from dueprocess.law.signing import read_public

        if key is None:
            raise InputError("a signed adoption needs its publisher's key", where="law adopt --from", do="add --key FILE")
        published = adopting.read_published(signed, read_public(key))
        wanted, other, rest = adopting.take_over(published, bound)
        taken_from = published.name
    elif identities:
        wanted = adopting.chosen(book, identities)
        stray = [a.id for a in wanted if a.id not in {b.id for b in bound}]
        if stray:
            raise InputError(f"[{stray[0]}] does not bind [{agency}]", where="law adopt", do="see which do: dueprocess law adopt --agency … without an authority")
    elif place is not None:
        wanted = adopting.of_place(bound, place)
        if not wanted:
            raise InputError(f"nothing of [{place}] binds [{agency}]", where="--place", do="name the agency's own state or county, or use --all-binding")
    elif all_binding:
        wanted = bound
    if writes:
        assert out is not None and by_role is not None
        file = adopting.adopt(file, wanted, by_role=by_role, on=day, taken_from=taken_from)
        adopting.write_adoption(out, file)
    changed = [i for i, e in file.entries.items() if before.entries.get(i) != e]
    left = adopting.unadopted(book, file, bound)
    if as_json:
        rows = [{"authority": a.id, "title": a.title, "supports_hold": adopting.supports_hold(book, a), "reviewed": a.reviewed} for a in left]
        typer.echo(json.dumps({"agency": agency, "file": str(out) if out else None, "adopted": sorted(changed), "other_text": list(other), "not_binding": list(rest), "fell_out": list(lost), "unadopted": rows}, indent=2, ensure_ascii=False))
        return
    if writes:
        typer.echo(f"{out}: {len(file.entries)} adopted for {agency}, {len(changed)} of them new or at a new text")
        not_reviewed = [a.id for a in wanted if not a.reviewed]
        if not_reviewed:
            typer.echo(f"Nobody has reviewed {len(not_reviewed)} of these against a source: {', '.join(not_reviewed[:5])}{' …' if len(not_reviewed) > 5 else ''}")
    if taken_from:
        typer.echo(f"taken over from {taken_from}; {len(rest)} of its authorities do not bind this agency")
    for identity in other:
        typer.echo(f"not taken over, since the text here is another: {identity}")
    for identity in lost:
        typer.echo(f"taken out, since the lawbook no longer has it: {identity}")
    typer.echo(f"Of {len(bound)} authorities that bind {agency}, {len(left)} are not adopted" + (":" if left else "."))
    for authority in left:
        mark = "could support a hold" if adopting.supports_hold(book, authority) else "can only release"
        typer.echo(f"  {authority.id:<52} {mark:<22} {authority.title}")


def _publish(
    identities: Sequence[str],
    *,
    by_role: str | None,
    on: str | None,
    place: str | None,
    all_binding: bool,
    signed: Path | None,
    agency: str | None,
    facility: str | None,
    sign_key: Path,
    publisher: str | None,
    out: Path | None,
    folders: Sequence[Path],
) -> None:
    from dueprocess.law import adopting
    from dueprocess.law.durable import write_whole
    from dueprocess.law.signing import read_private

    if signed is not None:
        raise InputError("both --sign and --from", where="law adopt", do="take an adoption over, or publish your own")
    if by_role is None or publisher is None or out is None:
        raise InputError("a published adoption names its role, publisher and file", where="law adopt --sign", do="add --by-role, --publisher and --out")
    book = load_lawbook(*folders)
    if all_binding and agency is None:
        raise InputError("no agency", where="--all-binding", do="add --agency, or choose by --place")
    if identities:
        wanted = adopting.chosen(book, identities)
    elif place is not None:
        wanted = adopting.of_place(book.authorities.values(), place)
    elif all_binding and agency is not None:
        wanted = adopting.binding(book, agency, facility)
    else:
        wanted = ()
    if not wanted:
        raise InputError("nothing to adopt", where="law adopt --sign", do="name authorities, or --place us/or")
    data = adopting.publish(wanted, book=book, publisher=publisher, by_role=by_role, on=_day(on), key=read_private(sign_key))
    write_whole(out, data)
    typer.echo(f"{out}: {len(wanted)} authorities, signed for {publisher}")


def new_policy(
    *,
    agency: str | None,
    position: str | None,
    accepts: str | None,
    start: str | None,
    source: str | None,
    ends: Sequence[str],
    out: Path,
    folders: Sequence[Path],
) -> None:
    """Write a commented policy file, asking for what no option gives."""
    from dueprocess.law.policies import ACCEPTS, POSITIONS, Policy, checked, standing, write_policy
    from dueprocess.places import load_places

    agency = load_places().agency(_ask(agency, "--agency", "Which agency? A place and a role, as us/or/clackamas-county/sheriff")).id
    asked = position is None
    position = _ask(position, "--position", f"What does it do with detainers? One of {', '.join(POSITIONS)}")
    if position in POSITIONS and asked and accepts is None and POSITIONS[position][0]:
        accepts = _ask(None, "--accepts", f"On what does it hold? Some of {', '.join(ACCEPTS)}, or none", default=",".join(POSITIONS[position][0]))
    day = parse_date(_ask(start, "--from", "From which day, as 2026-12-01"), where="--from")
    chosen = None if accepts is None else tuple(a.strip() for a in accepts.split(",") if a.strip() not in ("", "none"))
    if position in POSITIONS and chosen == POSITIONS[position][0]:
        chosen = None
    policy = checked(Policy(agency, position, day, chosen, source or "The agency's written policy", tuple(ends), now.today()))
    before = [a for a in standing(load_lawbook(*folders), agency, day) if a.id not in ends]
    for path in write_policy(policy, out, folders=folders):
        typer.echo(f"written: {path}")
    for authority in before:
        typer.echo(f"{authority.id} still governs beside it; to end it that day, remove the new file and add: --ends {authority.id}")
    typer.echo(f"Read it, change what is not so, then: dueprocess law check {out}")


def _ask(given: str | None, option: str, question: str, *, default: str | None = None) -> str:
    """What the option gave, or the answer to the question. Raises InputError where nobody answers."""
    if given is not None:
        return given
    try:
        return str(typer.prompt(question, default=default, err=True))
    except typer.Abort:
        raise InputError("no answer", where=option, do=f"add {option}") from None
