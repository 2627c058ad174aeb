"""What an agency's counsel has adopted. Law that is not adopted may release and never hold.

    agency: us/or/clackamas-county/sheriff
    confirmed_within_days: 730          # optional: law confirmed longer ago counts as not adopted
    adopted:
      - {authority: us/four-tests, hash: "sha256:…", by_role: county counsel, on: "2026-11-01"}
      - us/cfr/8-287.7-d                # by id alone: at whatever text

A hash is ``Authority.adoption_hash``: any change of the file but of ``review`` and ``confirmed_on`` undoes the adoption.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.law import Lawbook

ENTRY_KEYS = ("authority", "hash", "by_role", "on", "taken_from")
KEYS = ("agency", "confirmed_within_days", "adopted")


def adopted_ids(raw: Mapping[str, Any], *, lawbook: Lawbook, agency: str, today: date, where: str) -> frozenset[str]:
    """The ids that count as adopted for the agency. Raises InputError for what cannot be read or is another's."""
    if not isinstance(raw, Mapping):
        raise InputError("the adoption file holds no mapping", where=where, do="write agency: and adopted:")
    for key in raw:
        if key not in KEYS:
            raise InputError(f"[{key}] is no key here", where=where, do=nearest(str(key), KEYS) or f"one of {', '.join(KEYS)}")
    if raw.get("agency") != agency:
        raise InputError(f"it is the adoption of [{raw.get('agency')}], and the case is [{agency}]'s", where=where, do="use that agency's own adoption")
    entries = raw.get("adopted")
    if not isinstance(entries, list):
        raise InputError("[adopted] is no list", where=where, do="list the authorities that counsel has adopted")
    limit = raw.get("confirmed_within_days")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 0):
        raise InputError(f"[{shown(limit)}] is no number of days", where=where, do="write confirmed_within_days: 730, or leave it out")
    found: set[str] = set()
    for entry in entries:
        identity = entry.get("authority") if isinstance(entry, Mapping) else entry
        for key in entry if isinstance(entry, Mapping) else ():
            if key not in ENTRY_KEYS:
                raise InputError(f"[{shown(key)}] is no key of an entry", where=where, do=nearest(key, ENTRY_KEYS) or f"one of {', '.join(ENTRY_KEYS)}")
        if isinstance(entry, Mapping) and not isinstance(entry.get("hash"), (str, type(None))):
            raise InputError(f"[{shown(entry['hash'])}] is no hash", where=where, do="write the adoption_hash that law show --json prints")
        if not isinstance(identity, str) or identity not in lawbook.authorities:
            raise InputError(f"[{shown(identity)}] is not in the lawbook", where=where, do=nearest(identity, lawbook.authorities) or "remove the entry")
        authority = lawbook.authorities[identity]
        if isinstance(entry, Mapping) and entry.get("hash") is not None and not authority.is_text(entry["hash"]):
            continue  # the text has changed since counsel adopted it
        if limit is not None and (authority.confirmed_on is None or today.toordinal() - authority.confirmed_on > limit):
            continue
        found.add(identity)
    return frozenset(found)
