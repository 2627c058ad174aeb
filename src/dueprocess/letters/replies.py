"""A reply filed as a source in a user's own registry: a copy of the file, and what the agency says in its own words."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.instants import parse_date
from dueprocess.law.durable import write_whole
from dueprocess.places import load_places
from dueprocess.places.names import slug
from dueprocess.registry import ACCEPTS, Claim, Source, load_registry
from dueprocess.registry.importing import Batch, checked_date, source_id
from dueprocess.registry.matching import agency_actor
from dueprocess.registry.sheet import put

MOST_BYTES = 50_000_000
FOLDER = "replies"


def file_reply(
    file: Path, *, agency: str, position: str, day: str, registry: Path, accepts: tuple[str, ...] = (), effective: str = "", locator: str = ""
) -> tuple[Claim, tuple[str, ...]]:
    """The claim that was filed, and the files of the registry that changed. The same reply again changes nothing.

    The file is kept under ``registry/replies`` by its hash; its name, which may name a person, is not. Raises InputError.
    """
    known = load_registry().actors.get(agency)
    actor = known if known is not None else agency_actor(load_places(), agency)
    parse_date(day, where="--date")
    checked_date(effective, where="--effective")
    for paper in accepts:
        if paper not in ACCEPTS:
            raise InputError(f"[{shown(paper)}] is nothing to accept", where="--accepts", do=nearest(paper, ACCEPTS) or f"some of {', '.join(ACCEPTS)}")
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InputError(f"more than {MOST_BYTES} bytes", where=str(file), do="file the letter, not its annexes")
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(file), do="name the reply's file") from None
    digest = hashlib.sha256(data).hexdigest()
    kept = f"{FOLDER}/{digest[:16]}{file.suffix.lower() if file.suffix[1:].isalnum() else ''}"
    title = f"Reply of {actor.name} to a letter"
    source = Source(source_id("reply", actor.id, day, digest), title, actor.name, day, "day of the reply", "", digest, kept, "page", "not stated")
    id = f"reply--{slug(actor.id)}-{day}-{digest[:8]}"
    claim = Claim(
        id, actor.id, "policy", position, source.id, "agency", "own", tuple(accepts), effective=effective, source_date=day, locator=locator, confidence="high",
        note="a reply to a letter", origin=f"letters reply, {day}",
    )  # fmt: skip
    batch = Batch()
    batch.source(source)
    batch.actors[actor.id] = actor
    batch.seen_names[actor.id] = {actor.name: [day]}
    batch.claim(claim, where=str(file))
    (registry / FOLDER).mkdir(parents=True, exist_ok=True)
    write_whole(registry / kept, data)
    return claim, put(batch, registry, prefix=id, importer=id)
