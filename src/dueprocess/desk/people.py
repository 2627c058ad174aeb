"""Who may do what at the desk: asked in each use case, not in the pages."""

from __future__ import annotations

from dataclasses import dataclass

from dueprocess.kernel.errors import InputError
from dueprocess.store import Person
from dueprocess.store.tokens import Holder


class NotAllowed(InputError):
    """The account's role, or the token's scopes, do not cover it."""


class NotHere(InputError):
    """The agency has nothing by that name. Another agency's stays are not here either."""


class OutOfOrder(InputError):
    """Something else has to be recorded before it: another system that pushes in the wrong order sends it again later."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody signed in, or another system with a token: then ``role`` is empty and ``scopes`` say what it may do."""

    account: str
    agency: str
    role: str = ""
    scopes: frozenset[str] = frozenset()

    @classmethod
    def person(cls, person: Person) -> Who:
        """Somebody who is signed in."""
        return cls(person.account, person.agency, person.role.value)

    @classmethod
    def system(cls, holder: Holder) -> Who:
        """A system with a token."""
        return cls(holder.id, holder.agency, scopes=holder.scopes)


_DESK = frozenset({"clerk", "supervisor", "counsel"})
_SEE = _DESK | {"auditor"}
_ALL = _SEE | {"administrator"}
_OVER = frozenset({"supervisor", "counsel"})
_READ = frozenset({"supervisor", "counsel", "auditor"})

ROLES: dict[str, frozenset[str]] = {
    "see": _SEE,
    "search": _SEE,
    "book": _DESK,
    "ground": _DESK,
    "paper": _DESK,
    "serve": _DESK,
    "said": _DESK,
    "answer": _DESK,
    "duty": _DESK,
    "notify": _DESK,
    "release": _DESK,
    "transfer": _DESK,
    "amend": _DESK,
    "undo": _DESK,
    "continue": frozenset({"clerk", "supervisor"}),
    "determine": frozenset({"counsel"}),
    # Whoever sees what was done may write it down; nobody may change the answer.
    "against": _ALL,
    "acknowledge": _SEE,
    "looks": frozenset({"supervisor", "counsel", "auditor", "administrator"}),
    # The pages of law, registry and audit; to review claims is to answer for them.
    "shelves": _READ,
    "audit": _READ,
    "whatif": _READ,
    "claims": _OVER,
    # What is kept and for how long; what a lawsuit keeps and what was asked for is counsel's to say.
    "retention": _READ | {"administrator"},
    "hold": frozenset({"counsel"}),
    "process": frozenset({"counsel"}),
    "own_store": frozenset({"counsel"}),
    "inventory": _ALL,
    "health": _ALL,
    "adoption": _ALL,
    "accounts": frozenset({"administrator"}),
    "settings": frozenset({"administrator"}),
    "status": _ALL,
}
SCOPES: dict[str, str] = {
    "book": "bookings:write",
    "ground": "bookings:write",
    "paper": "papers:write",
    "release": "releases:write",
    "see": "decisions:read",
    "health": "health:read",
}
EVERY_SCOPE = tuple(sorted(set(SCOPES.values())))


def may(who: Who, action: str) -> bool:
    """Whether they may do it."""
    if who.role:
        return who.role in ROLES[action]
    return SCOPES.get(action) in who.scopes


def allow(who: Who, action: str) -> None:
    """Raises NotAllowed, naming who may."""
    if may(who, action):
        return
    if who.role:
        raise NotAllowed(f"{_one(who.role)} may not do this [{action}]", do=f"ask {_listed(ROLES[action])}")
    raise NotAllowed(f"this token may not do this [{action}]", do=f"use one with the scope {SCOPES.get(action, 'of a person: sign in')}")


def over(who: Who) -> bool:
    """Whether they may take back what another recorded."""
    return who.role in _OVER


def _listed(roles: frozenset[str]) -> str:
    return " or ".join(_one(role) for role in sorted(roles))


def _one(role: str) -> str:
    """``a clerk``, ``an auditor``, ``counsel``."""
    return role if role == "counsel" else f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
