"""Every route of the desk and who may use it, written out by hand: the walking tests hold the program to this table, and
fail for a route that is not in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

CLERK, SUPERVISOR, COUNSEL, AUDITOR, ADMINISTRATOR = "clerk", "supervisor", "counsel", "auditor", "administrator"
DESK = frozenset({CLERK, SUPERVISOR, COUNSEL})
SEE = DESK | {AUDITOR}
ALL = SEE | {ADMINISTRATOR}
READ = frozenset({SUPERVISOR, COUNSEL, AUDITOR})
OVER = frozenset({SUPERVISOR, COUNSEL})
LOOK = READ | {ADMINISTRATOR}
LAWYER = frozenset({COUNSEL})
ADMIN = frozenset({ADMINISTRATOR})
OPEN = frozenset({"nobody"})
"""No session needed."""
TOKEN = frozenset({"token"})
"""Another system's token, and no session."""

ROUTES: dict[str, frozenset[str]] = {
    # Before anybody has signed in; nothing here is about a person.
    "GET /sign-in": OPEN, "POST /sign-in": OPEN, "GET /first": OPEN, "POST /first": OPEN, "GET /health": OPEN, "GET /favicon.ico": OPEN,
    "GET /desk.css": OPEN, "GET /desk.js": OPEN, "GET /shelves.css": OPEN, "GET /shelves.js": OPEN,
    "GET /sign-in/county/{number}": OPEN, "GET /sign-in/back": OPEN, "GET /api/openapi.json": OPEN,
    # Other systems.
    "GET /health/figures": TOKEN, "POST /api/bookings": TOKEN, "POST /api/stays/{case}/ground-end": TOKEN, "POST /api/stays/{case}/papers": TOKEN,
    "POST /api/stays/{case}/release": TOKEN, "GET /api/stays/{case}/decision": TOKEN, "GET /api/changes": TOKEN,
    "POST /api/packets": TOKEN, "POST /api/stays/{case}/packets": TOKEN, "GET /api/packets/{packet}": TOKEN,
    # One's own account.
    "GET /": ALL, "POST /sign-out": ALL, "GET /second-factor": ALL, "POST /second-factor": ALL, "GET /account": ALL, "POST /account/password": ALL,
    "POST /account/sessions": ALL,
    # The board and people.
    "GET /board": SEE, "GET /board/{show}": SEE, "GET /live": SEE, "GET /shift-sheet": SEE, "GET /stay/{stay}": SEE, "GET /stay/{stay}/slip": SEE,
    "GET /search": SEE, "POST /search": SEE, "GET /alerts": SEE, "POST /alerts": SEE, "GET /book": DESK, "POST /book": DESK,
    "POST /stay/{stay}/{what}": DESK,
    "POST /drop": DESK, "POST /stay/{stay}/drop": DESK, "GET /packet/{packet}": SEE, "GET /packet/{packet}/page/{number}": SEE,
    "GET /packet/{packet}/original/{number}": SEE, "POST /packet/{packet}/assign": DESK, "POST /packet/{packet}/aside": DESK, "POST /packet/{packet}/take-back": DESK,
    "POST /packet/{packet}/file": DESK, "GET /roster": DESK, "POST /roster/drop": DESK, "GET /roster/{packet}": DESK, "POST /roster/{packet}": DESK,
    # What is kept, looks, health, adoption.
    "GET /records": LOOK, "POST /records/hold": LAWYER, "POST /records/lift": LAWYER, "GET /records/process": LAWYER, "POST /records/process": LAWYER,
    "POST /records/process/answer": LAWYER, "GET /records/data": ALL, "GET /looks": LOOK, "POST /looks": LOOK, "GET /status": ALL, "GET /adoption": ALL,
    "POST /adoption": LAWYER,
    # Counsel's own.
    "GET /counsel": LAWYER, "POST /counsel": LAWYER, "POST /counsel/delete": LAWYER, "GET /counsel/stay/{stay}": LAWYER, "POST /counsel/stay/{stay}": LAWYER,
    # The administrator's.
    "GET /accounts": ADMIN, "POST /accounts": ADMIN, "GET /accounts/{account}": ADMIN, "POST /accounts/{account}/{what}": ADMIN, "GET /tokens": ADMIN,
    "POST /tokens": ADMIN, "GET /settings": ADMIN, "POST /settings": ADMIN,
    # Law, registry, audits.
    "GET /shelves": READ, "GET /law": READ, "GET /law/matrix": READ, "GET /law/matrix/{form}": READ, "GET /law/changes": READ,
    "GET /law/authority/{authority:path}": READ, "GET /registry": READ, "GET /registry/map": READ, "GET /registry/map.svg": READ,
    "GET /registry/map/days": READ, "GET /registry/changes": READ, "GET /registry/disagreements": READ, "GET /registry/counts": READ,
    "GET /registry/counts/{definition}": READ, "GET /registry/release": READ, "GET /registry/release/{name}": READ,
    "GET /registry/agency/{actor:path}": READ, "GET /registry/proposal/{actor:path}": LAWYER, "GET /claims": READ, "GET /claims/drop": OVER, "POST /claims/drop": OVER, "GET /claims/one/{claim}": READ,
    "POST /claims/one/{claim}": OVER, "POST /claims/known": OVER, "GET /claims/known/{claim}": OVER, "POST /claims/count": OVER, "GET /claims/count/{claim}": OVER, "GET /audits": READ, "GET /audit/new": READ, "POST /audit/new": READ, "GET /audit/one/{audit}": READ,
    "POST /audit/one/{audit}": READ, "GET /audit/one/{audit}/report": READ, "GET /audit/one/{audit}/file/{name}": READ,
    "POST /audit/one/{audit}/{what}": READ, "POST /audit/one/{audit}/theory": READ, "POST /audit/one/{audit}/class": READ, "POST /audit/one/{audit}/explain": READ,
    "POST /audit/one/{audit}/public": READ, "GET /audit/one/{audit}/public/{name}": READ, "GET /audit/one/{audit}/class/{slug}": READ,
    "GET /audit/one/{audit}/class/{slug}/{name}": READ, "GET /whatif": READ, "POST /whatif": READ, "GET /whatif/one/{whatif}": READ,
    "GET /whatif/one/{whatif}/page": READ, "GET /whatif/one/{whatif}/figures": READ, "POST /whatif/one/{whatif}/{what}": READ,
}  # fmt: skip

ACTS: dict[str, frozenset[str]] = {
    "ground": DESK, "end-ground": DESK, "bail-refused": DESK, "paper": DESK, "correct": DESK, "cancel": DESK, "serve": DESK, "said": DESK,
    "answer": DESK, "complete": DESK, "duty": DESK, "notify": DESK, "determine": LAWYER, "go-on": frozenset({CLERK, SUPERVISOR}), "against": ALL,
    "release": DESK, "transfer": DESK, "amend": DESK, "undo": DESK, "person": DESK,
}  # fmt: skip
"""What a form of a person's page does, and who may."""


def walked(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of every route, those of mounted applications too."""
    for route in app.routes:
        inner = getattr(route, "app", None)
        if getattr(inner, "routes", None) is not None:
            yield from walked(inner, prefix + route.path)
            continue
        for method in sorted(getattr(route, "methods", None) or ("ANY",)):
            if method != "HEAD":  # answered by the same function as GET
                yield method, prefix + str(route.path)


def fields(what: str = "") -> dict[str, str]:
    """Fields that most forms take: who is refused is refused for who they are, not for a field."""
    found = {
        "what": "other", "answer": "x", "text": "x", "words": "x", "fact": "under_18", "value": "no", "number": "1", "seen": "1", "at": "2026-11-18T11:00",
        "kind": "charge", "paper": "p_1", "officer": "Sgt. Madeup", "authority": "us/four-tests", "how": "bail_paid", "ground": "g_1", "to": "other_agency", "on": "x",
        "name": "Example, Other", "login": "other", "role": "clerk", "case": "26-99999", "matter": "26-1", "reason": "x", "hold": "h_1", "given": "x",
        "from": "x", "asked": "x", "days": "1", "scope": "decisions:read", "note": "n_1", "alert": "al_1", "subject": "s", "stay": "s_1", "purpose": "x",
        "old": "wrong wrong wrong", "new": "other made up words", "again": "other made up words",
    }  # fmt: skip
    found |= {"duty": {"what": "person_informed"}, "paper": {"kind": "i-200"}, "correct": {"kind": "i-200"}}.get(what, {})
    return found
