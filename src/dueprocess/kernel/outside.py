"""Whom the program never writes to or connects to: the immigration authorities, whatever somebody has configured."""

from __future__ import annotations

from dueprocess.kernel.errors import InputError

IMMIGRATION = ("dhs.gov", "ice.gov", "cbp.gov", "uscis.gov")
"""Domains of the Department of Homeland Security and its immigration agencies, with all below them (``ice.dhs.gov``)."""


def of_immigration(host: str) -> bool:
    """Whether a host or mail domain belongs to an immigration authority; case and a last dot do not matter."""
    plain = host.strip().lower().strip(".")
    return any(plain == domain or plain.endswith(f".{domain}") for domain in IMMIGRATION)


def not_of_immigration(host: str, *, where: str) -> str:
    """The host as it was given. Raises InputError where it belongs to an immigration authority."""
    if of_immigration(host):
        raise InputError("nothing is sent to an immigration authority", where=where, do="name an address of the agency's own")
    return host
