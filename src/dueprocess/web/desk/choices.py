"""The agency's settings as its form gives them: read, bounded and checked."""

from __future__ import annotations

from typing import Any

from dueprocess.desk import alerts
from dueprocess.kernel.errors import InputError
from dueprocess.store import Role
from dueprocess.web.desk.session import Form

MODES = ("starttls", "ssl", "insecure")
HEARD = ("clerk", "supervisor", "counsel")
"""Roles that alerts are mailed to."""
LONGEST_DAYS = 3650
LONGEST_MINUTES = 24 * 60


def read_choices(form: Form) -> dict[str, Any]:
    """Mail and addresses by role, times of the alerts, second factors, days until erasing.

    Raises InputError for an address outside of the agency's own domain, for a mail server or a domain of an immigration
    authority, and for a number that is out of bounds.
    """
    changes: dict[str, Any] = {
        "times": {name: _number(form, name, 1, LONGEST_MINUTES, "minutes") for name in ("before", "after", "repeat")},
        "erase_after_days": _number(form, "erase_after_days", 0, LONGEST_DAYS, "days"),
        "second_factor": [role.value for role in Role if role.value in form.many("second_factor")],
    }
    if "administrator" not in changes["second_factor"] or "counsel" not in changes["second_factor"]:
        raise InputError("counsel and the administrator need a second factor", where="second factor", do="tick both")
    server = form.text("server").strip()
    named = [form.text(name).strip() for name in ("domain", "from", *HEARD)]
    if not server and not any(named):
        return {**changes, "mail": {}, "alerts": {}}
    mode = form.text("mode") or MODES[0]
    if mode not in MODES:
        raise InputError("that is no way to reach a mail server", where="encryption", do=f"choose one of {', '.join(MODES)}")
    domain = form.text("domain").strip()
    told = {role: alerts.check_addresses(form.text(role).split(), domain=domain) for role in HEARD}
    sender = alerts.check_addresses([form.text("from")], domain=domain)[0]
    mail = {"server": alerts.check_server(server), "port": _number(form, "port", 1, 65535, "a port"), "mode": mode, "domain": domain, "from": sender}
    return {**changes, "mail": mail, "alerts": told}


def _number(form: Form, name: str, least: int, most: int, what: str) -> int:
    value = form.number(name)
    if not least <= value <= most:
        raise InputError(f"[{value}] is out of bounds", where=name.replace("_", " "), do=f"give {what} from {least} to {most}")
    return value
