"""Adoption files: what an agency's counsel has taken responsibility for, each authority at the hash of its text.

The hash is ``Authority.adoption_hash``: a review written afterwards, or a new day of confirmation, leaves an adoption
standing; any other change of the file undoes it. The engine reads them in ``decide.adoption``. An association or an attorney general may sign and publish an adoption;
a county takes it over with ``take_over``, which keeps only what binds the county and is the very text it has itself.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.kernel.canonical import canonical_bytes
from dueprocess.kernel.errors import InputError, nearest
from dueprocess.kernel.instants import parse_date
from dueprocess.kernel.yamlread import read_mapping, read_text
from dueprocess.law.durable import write_whole
from dueprocess.law.editing import scalar
from dueprocess.law.lawbook import Lawbook
from dueprocess.law.model import Authority, covers
from dueprocess.law.signing import fingerprint, good_signature, sign

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "dueprocess-adoption-1"
HEADER = "# What counsel of this agency has adopted, each at the hash of its text. Other law may release, and never hold.\n"

Entry = dict[str, str]
"""One line of an adoption file: ``authority``, ``hash``, ``by_role``, ``on`` and, where taken over, ``taken_from``."""


@dataclass(frozen=True)
class AdoptionFile:
    """An agency's adoption as it is written: entries by authority id, and the setting that stands beside them."""

    agency: str
    entries: Mapping[str, Entry]
    confirmed_within_days: int | None = None

    def text(self) -> str:
        """The file as YAML, one line an authority, sorted."""
        lines = [HEADER, f"agency: {self.agency}\n"]
        if self.confirmed_within_days is not None:
            lines.append(f"confirmed_within_days: {self.confirmed_within_days}\n")
        lines.append("adopted:\n" if self.entries else "adopted: []\n")
        for identity in sorted(self.entries):
            entry = self.entries[identity]
            inner = ", ".join(f"{key}: {_scalar(key, value)}" for key, value in entry.items())
            lines.append(f"  - {{{inner}}}\n" if list(entry) != ["authority"] else f"  - {identity}\n")
        return "".join(lines)


def _scalar(key: str, value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if key in ("hash", "on") else scalar(value)


# -- what binds an agency -------------------------------------------------------------------------------


def binding(book: Lawbook, agency: str, facility: str | None = None) -> tuple[Authority, ...]:
    """The authorities that bind an agency, on whatever day, and those that end one of them; sorted by id.

    ``facility`` is the county of the jail, where the agency does not lie in exactly one. Raises PlaceError.
    """
    from dueprocess.places import load_places

    places = load_places()
    found = places.agency(agency)
    sets = places.sets(places.facility(found, facility))
    bound = {a.id: a for a in book.binding(found.id, sets) if a.replaced_by is None}
    for authority in tuple(bound.values()):
        for ended_by in (authority.in_force.ended_by, authority.known.ended_by):
            if ended_by is not None and ended_by in book.authorities:
                bound[ended_by] = book.authorities[ended_by]
    return tuple(bound[i] for i in sorted(bound))


def of_place(authorities: Iterable[Authority], place: str) -> tuple[Authority, ...]:
    """Those whose id lies under a place, or that name the place or a part of it in ``binds``.

    Raises PlaceError for a place or set that does not exist.
    """
    from dueprocess.places import load_places

    places = load_places()
    if not places.known_set(place):
        place = places.place(place).id
    return tuple(
        a for a in authorities if a.replaced_by is None and (covers(place, a.id) or any(covers(place, b) for b in a.binds))
    )


def unadopted(book: Lawbook, file: AdoptionFile, bound: Iterable[Authority]) -> tuple[Authority, ...]:
    """Those that bind and are not adopted at the text they have now."""
    return tuple(
        a for a in bound if a.id not in file.entries or not a.is_text(file.entries[a.id].get("hash", a.adoption_hash))
    )


def supports_hold(book: Lawbook, authority: Authority) -> bool:
    """Whether adopting it can add a hold: it favors an action or a fact, or ends or replaces what stands against one."""
    if authority.replaces or authority.days_off or any(n.favors and (n.object == "hold" or n.verb == "declare") for n in authority.norms):
        return True
    return any(authority.id in (a.in_force.ended_by, a.known.ended_by) for a in book.authorities.values())


# -- the file ---------------------------------------------------------------------------------------------


def read_adoption(path: Path, *, agency: str) -> AdoptionFile:
    """The adoption file of an agency; an empty one where there is no file. Raises InputError for another agency's."""
    if not path.exists():
        return AdoptionFile(agency, {})
    raw = read_mapping(path)
    where = str(path)
    if raw.get("agency") != agency:
        raise InputError(f"it is the adoption of [{raw.get('agency')}]", where=where, do=f"name another file for [{agency}]")
    for key in raw:
        if key not in ("agency", "confirmed_within_days", "adopted"):
            raise InputError(f"[{key}] is no key here", where=where, do="an adoption has agency, confirmed_within_days and adopted")
    limit, listed = raw.get("confirmed_within_days"), raw.get("adopted")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool)):
        raise InputError(f"[{limit}] is no number of days", where=where, do="write confirmed_within_days: 730")
    if not isinstance(listed, list):
        raise InputError("[adopted] is no list", where=where, do="list the authorities that counsel has adopted")
    entries: dict[str, Entry] = {}
    for item in listed:
        entry = {"authority": item} if isinstance(item, str) else item
        if not isinstance(entry, dict) or not isinstance(entry.get("authority"), str):
            raise InputError(f"[{item}] names no authority", where=where, do="write {authority: …, hash: …, by_role: …, on: …}")
        entries[entry["authority"]] = {str(k): str(v) for k, v in entry.items()}
    return AdoptionFile(agency, entries, limit)


def adopt(file: AdoptionFile, authorities: Iterable[Authority], *, by_role: str, on: date, taken_from: str | None = None) -> AdoptionFile:
    """The file with these authorities adopted at their present text.

    What is adopted already at this text keeps the role and day that it has; the hash of a whole file, as adoptions
    once held it, becomes that of the text.
    """
    entries = {identity: dict(entry) for identity, entry in file.entries.items()}
    for authority in authorities:
        had = entries.get(authority.id, {})
        if "hash" in had and authority.is_text(had["hash"]):
            had["hash"] = authority.adoption_hash
            continue
        entry = {"authority": authority.id, "hash": authority.adoption_hash, "by_role": by_role, "on": on.isoformat()}
        entries[authority.id] = entry | ({"taken_from": taken_from} if taken_from else {})
    return AdoptionFile(file.agency, entries, file.confirmed_within_days)


def without_lost(file: AdoptionFile, book: Lawbook) -> tuple[AdoptionFile, tuple[str, ...]]:
    """The file without what the lawbook no longer holds, and the ids that fell out."""
    lost = tuple(sorted(i for i in file.entries if i not in book.authorities))
    kept = {i: e for i, e in file.entries.items() if i not in lost}
    return AdoptionFile(file.agency, kept, file.confirmed_within_days), lost


def write_adoption(path: Path, file: AdoptionFile) -> None:
    """Write the file whole."""
    write_whole(path, file.text().encode())


# -- signed adoptions -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Published:
    """A signed adoption that was verified: who published it, in what role it was made, and its hashes by id."""

    publisher: str
    by_role: str
    on: str
    hashes: Mapping[str, str]
    key: str

    @property
    def name(self) -> str:
        """How an agency's file names it: publisher, day and the fingerprint of the key."""
        return f"{self.publisher}, {self.on}, {self.key}"


def publish(
    authorities: Sequence[Authority], *, book: Lawbook, publisher: str, by_role: str, on: date, key: Ed25519PrivateKey
) -> bytes:
    """A signed adoption as JSON. The signature is over the canonical bytes of what stands under ``adoption``."""
    if not publisher.strip() or not publisher.isprintable():
        raise InputError(f"[{publisher}] is no publisher", where="--publisher", do="write the association or office that answers for it")
    adoption = {
        "format": FORMAT,
        "publisher": publisher,
        "by_role": by_role,
        "on": on.isoformat(),
        "law_version": book.version,
        "adopted": [{"authority": a.id, "hash": a.adoption_hash} for a in sorted(authorities, key=lambda a: a.id)],
    }
    signature = base64.b64encode(sign(key, canonical_bytes(adoption))).decode()
    return (json.dumps({"adoption": adoption, "signature": signature}, indent=1, ensure_ascii=False) + "\n").encode()


def read_published(path: Path, key: Ed25519PublicKey) -> Published:
    """A signed adoption whose signature is the key's. Raises InputError for anything else, before it is used."""
    where = str(path)
    try:
        raw = json.loads(read_text(path), object_pairs_hook=_no_repeats)
    except (ValueError, RecursionError):
        raise InputError("this is no signed adoption", where=where, do="make one with dueprocess law adopt --sign KEY") from None
    adoption, signature = (raw.get("adoption"), raw.get("signature")) if isinstance(raw, dict) else (None, None)
    if not isinstance(raw, dict) or set(raw) != {"adoption", "signature"} or not isinstance(adoption, dict) or not isinstance(signature, str):
        raise InputError("this is no signed adoption", where=where, do="make one with dueprocess law adopt --sign KEY")
    try:
        bytes_ = base64.b64decode(signature, validate=True)
        signed = canonical_bytes(adoption)
    except (binascii.Error, ValueError):
        bytes_, signed = b"", b""
    # Base64 has more than one spelling of the same bytes; only its own is taken.
    if base64.b64encode(bytes_).decode() != signature or not good_signature(key, bytes_, signed):
        raise InputError("the signature is not that key's over this adoption", where=where, do="get the file and the key from their publisher again")
    return _published(adoption, key=fingerprint(key), where=where)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _published(adoption: Mapping[str, Any], *, key: str, where: str) -> Published:
    if adoption.get("format") != FORMAT:
        raise InputError(f"its format is [{adoption.get('format')}]", where=where, do=f"this program reads {FORMAT}")
    texts = [adoption.get(k) for k in ("publisher", "by_role", "on")]
    listed = adoption.get("adopted")
    entries = listed if isinstance(listed, list) else [None]
    if not all(isinstance(t, str) and t.isprintable() for t in texts) or not all(
        isinstance(e, dict) and isinstance(e.get("authority"), str) and isinstance(e.get("hash"), str) for e in entries
    ):
        raise InputError("it lacks publisher, by_role, on or adopted", where=where, do="ask its publisher for a whole one")
    parse_date(adoption["on"], where=where)
    hashes = {e["authority"]: e["hash"] for e in entries if e}
    return Published(adoption["publisher"], adoption["by_role"], adoption["on"], hashes, key)


def take_over(
    published: Published, bound: Sequence[Authority]
) -> tuple[tuple[Authority, ...], tuple[str, ...], tuple[str, ...]]:
    """Of a signed adoption: what binds and is this very text, what binds and is another text here, and the rest."""
    here = {a.id: a for a in bound}
    same = tuple(here[i] for i, h in sorted(published.hashes.items()) if i in here and here[i].is_text(h))
    other = tuple(i for i, h in sorted(published.hashes.items()) if i in here and not here[i].is_text(h))
    rest = tuple(i for i in sorted(published.hashes) if i not in here)
    return same, other, rest


def chosen(book: Lawbook, identities: Sequence[str]) -> tuple[Authority, ...]:
    """The authorities named. Raises InputError for one that the lawbook lacks."""
    found = []
    for identity in identities:
        name = identity.removesuffix(".yaml").removeprefix("lawbook/")
        authority = book.authorities.get(name)
        if authority is None or authority.replaced_by is not None:
            raise InputError(f"[{identity}] is not in the lawbook", where="law adopt", do=nearest(name, book.authorities) or "see dueprocess law list")
        found.append(authority)
    return tuple(found)
