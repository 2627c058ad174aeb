"""Folders of law laid over each other: a file takes another's place only where it says ``replaces: <id>``.

The replaced text stays in the lawbook under ``<id>~1`` with ``replaced_by``. With adoption on, what it says against
a hold stands as unknown until counsel has adopted the file in its place: a file that nobody adopted, laid over a
forbid, may so never make a hold. With adoption off it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import replace
from pathlib import Path

from dueprocess.kernel.errors import LawError, nearest
from dueprocess.law.model import Authority

MARK = "~"


def original(identity: str) -> str:
    """The id under which a replaced text stood: ``us/or/x`` for ``us/or/x~1``; every other id as it is."""
    return identity.partition(MARK)[0]


def aside(identity: str, taken: Mapping[str, object], *, suffix: str = "") -> str:
    """The first free name for a replaced text: ``us/or/x~1``, ``us/or/x~2``, …"""
    number = 1
    while f"{identity}{MARK}{number}{suffix}" in taken:
        number += 1
    return f"{identity}{MARK}{number}{suffix}"


def lay(found: MutableMapping[str, Path], name: str, path: Path) -> None:
    """Add the file ``name`` of a further folder; one of the same name below it is set aside, to be judged by ``settle``."""
    if MARK in name:
        raise LawError(f"[{MARK}] stands in the name [{name}]", where=str(path), do="name the file with letters, digits and hyphens", code="id")
    if name in found:
        if name == "facts.yaml":
            raise LawError("[facts.yaml] is already in the lawbook", where=str(path), do="one vocabulary only: leave it out", code="id")
        found[aside(name.removesuffix(".yaml"), found, suffix=".yaml")] = found[name]
    found[name] = path


def settle(authorities: MutableMapping[str, Authority], paths: Mapping[str, Path], where: Mapping[str, str]) -> list[LawError]:
    """Put every replaced authority aside in place; the errors are those of files that may not stand where they do.

    ``authorities`` and ``paths`` are by id, as ``lay`` left them; ``where`` gives the place to name in an error.
    """
    errors: list[LawError] = []

    def refuse(identity: str, what: str, do: str) -> None:
        place = where.get(f"{identity}:replaces", where.get(identity, identity))
        errors.append(LawError(what, where=place, do=do, code="replaces"))

    for identity, authority in sorted(authorities.items()):
        if MARK not in identity:
            continue
        above = original(identity)
        if above in authorities and authorities[above].replaces != above:
            errors.append(
                LawError(f"[{above}] is already in the lawbook", where=where.get(above, above), do=f"give it an id of its own, or write replaces: {above}", code="id")
            )
        _put_aside(authorities, identity, authority, name=identity, by=above)
    for identity, authority in sorted(authorities.items()):
        target = authority.replaces
        if target is None or MARK in identity:
            continue
        if target == identity:
            if f"{identity}{MARK}1" not in paths:
                refuse(identity, f"it replaces [{target}], which no folder below this one holds", "leave replaces out")
            continue
        below = authorities.get(target)
        if below is None:
            refuse(identity, f"it replaces [{target}], which the lawbook lacks", nearest(target, authorities) or "leave replaces out")
        elif _root(paths[target], target) == _root(paths[identity], identity):
            refuse(identity, f"it replaces [{target}], which stands in the same folder", "change that file, or remove it")
        elif below.replaces == identity:
            refuse(identity, f"it and [{target}] replace each other", "keep one of the two")
        else:
            del authorities[target]
            _put_aside(authorities, target, below, name=aside(target, {**authorities, **paths}), by=identity)
    return errors


def _put_aside(authorities: MutableMapping[str, Authority], identity: str, authority: Authority, *, name: str, by: str) -> None:
    authorities.pop(identity, None)
    if authority.kind == "form":
        return  # a form is what it prints: two texts of one edition cannot both be read
    norms = tuple(replace(n, authority=name) for n in authority.norms)
    authorities[name] = replace(authority, id=name, norms=norms, replaces=None, replaced_by=by)


def _root(path: Path, identity: str) -> Path:
    """The folder of law that a file lies in."""
    return path.parents[identity.count("/")]
