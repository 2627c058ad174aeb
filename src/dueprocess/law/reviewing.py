"""A review written into the file of law: in what role, on what day, against which of the file's own sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError, nearest
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.yamlread import decode, parse, read_text
from dueprocess.law.durable import write_whole
from dueprocess.law.editing import add_line, set_keys
from dueprocess.law.loading import load_lawbook
from dueprocess.law.model import Authority
from dueprocess.law.overlay import MARK
from dueprocess.law.stamps import SIGNATURE

MAX_ROLE = 100


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What ``review`` did: the file written, the title of the source, and the hash of the whole file before and after.

    ``adoption_hash`` is the same before and after: a review is no change of what counsel adopted.
    """

    path: Path
    source: str
    hash_before: str
    hash_after: str
    adoption_hash: str
    copied: bool
    """Whether the shipped file was copied into the overlay, to stand there in its place."""


def review(
    identity: str, *, by_role: str, on: date, against: str, today: date, folders: Sequence[Path] = ()
) -> Reviewed:
    """Write ``status: reviewed`` into the file of an authority; nothing else in it changes.

    ``against`` is the title (or its beginning) or the address of one of the file's sources. Without ``folders`` the
    shipped lawbook's own file is edited; with them, the file in the last folder, or else a copy of the one below,
    laid into the last folder (which is made if need be) with ``replaces:``. Raises InputError for an unknown authority or source, a
    day to come, or a file that cannot be written.
    """
    role(by_role)
    if on > today:
        raise InputError(f"[{on.isoformat()}] is still to come", where="--on", do="give the day of the review")
    book = load_lawbook(*(f for i, f in enumerate(folders) if f.is_dir() or i < len(folders) - 1))
    authority = known(book.authorities, identity, where="law review")
    source = _source(authority, against)
    path, target, copied = _where(authority, folders)
    raw = _raw(path)
    text = set_keys(
        raw,
        "review",
        {"status": "reviewed", "basis": "read in source", "by_role": by_role, "on": on.isoformat(), "against": source},
        name=str(path),
    )
    if copied and authority.replaces is None:
        text = add_line(text, "id", "replaces", authority.id, name=str(path))
    _same_but_review(raw, text, name=str(path), copied=copied)
    existed = target.exists()
    before = target.read_bytes() if existed else b""
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, text.encode())
    try:
        load_lawbook.cache_clear()
        after = load_lawbook(*folders).authorities[authority.id]
    except InputError:
        if existed:
            write_whole(target, before)
        else:
            target.unlink()
        raise
    finally:
        load_lawbook.cache_clear()
    return Reviewed(target, source, authority.hash, after.hash, after.adoption_hash, copied)


def role(by_role: str) -> str:
    """A role, as ``county counsel``; one line. Raises InputError for an empty or endless one."""
    if not by_role.strip() or len(by_role) > MAX_ROLE or not by_role.isprintable():
        raise InputError(f"[{by_role[:MAX_ROLE]}] is no role", where="--by-role", do="write the role, as county counsel; no name is needed")
    return by_role


def known(authorities: Mapping[str, Authority], identity: str, *, where: str) -> Authority:
    """The authority with this id (a path with ``.yaml`` will do). Raises InputError with the nearest."""
    found = authorities.get(identity.removesuffix(".yaml").removeprefix("lawbook/"))
    if found is None or MARK in found.id:
        raise InputError(f"[{identity}] is not in the lawbook", where=where, do=nearest(identity, authorities) or "see dueprocess law list")
    return found


def _source(authority: Authority, against: str) -> str:
    """The title of the one source meant."""
    wanted = " ".join(against.lower().split())
    titles = [" ".join(str(s["title"]).split()) for s in authority.sources]
    exact = [t for t, s in zip(titles, authority.sources, strict=True) if wanted == t.lower() or against == s.get("url")]
    found = exact or [t for t in titles if wanted and t.lower().startswith(wanted)]
    if len(found) != 1:
        what = f"[{against}] is {'more than one' if found else 'none'} of its sources"
        raise InputError(what, where=authority.id, do=f"name one of: {'; '.join(titles)}")
    return found[0]


def _where(authority: Authority, folders: Sequence[Path]) -> tuple[Path, Path, bool]:
    """The file to read, the file to write, and whether the second is a copy."""
    name = f"{authority.id}.yaml"
    shipped = data_dir("lawbook") / name
    if folders:
        target = folders[-1] / name
        if (folders[-1].resolve().parent / SIGNATURE).exists():
            raise InputError("this law came in a signed bundle and is not written to", where=str(folders[-1]), do="add a further --law DIR of your own: the reviewed copy is laid there")
        below = next((f / name for f in reversed(folders) if (f / name).is_file()), shipped)
        return below, target, below != target
    if "_data" in shipped.parts:
        raise InputError("the lawbook that ships with the program is not written to", where=str(shipped), do="add --law DIR: the reviewed copy is laid there")
    return shipped, shipped, False


def _raw(path: Path) -> str:
    """The text with its own line ends and byte-order mark; read_text first refuses what is no law file."""
    read_text(path)
    return path.read_bytes().decode()


def _same_but_review(before: str, after: str, *, name: str, copied: bool) -> None:
    old, new = (_value(t, name) for t in (before, after))
    if copied:
        new.pop("replaces", None)
    if {k: v for k, v in old.items() if k != "review"} != {k: v for k, v in new.items() if k != "review"}:
        raise InputError("its review block cannot be edited in place", where=name, do="write review: {status: unreviewed, basis: read in source} on one line")


def _value(text: str, name: str) -> dict[str, Any]:
    value = parse(decode(text.encode(), name=name), name=name).value
    return dict(value)
