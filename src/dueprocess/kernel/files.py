"""Where the shipped data lie: inside an installed package, or in the checkout it was imported from."""

from __future__ import annotations

from pathlib import Path

from dueprocess.kernel.errors import InputError

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parents[1]
# These two stand at the top of the checkout, since people write and review them; the others stand under data/.
_AT_TOP = frozenset({"lawbook", "cases"})


def data_dir(name: str) -> Path:
    """The folder of shipped data called ``name``: ``lawbook``, ``cases``, ``places``, ``calendars``, ….

    An installed package carries its data as ``dueprocess/_data/<name>``; that copy comes first. Otherwise the
    folder is ``<checkout>/<name>`` for the lawbook and the cases, ``<checkout>/data/<name>`` for the rest.

    Raises:
        InputError: there is no such folder in either place, or ``name`` is no plain folder name.
    """
    if not name or name in {".", ".."} or "/" in name or "\\" in name:
        raise InputError(f"[{name}] is no folder of shipped data", do="give a plain name, such as places")
    packaged = _PACKAGE / "_data" / name
    if packaged.is_dir():
        return packaged
    in_checkout = _CHECKOUT / name if name in _AT_TOP else _CHECKOUT / "data" / name
    if in_checkout.is_dir():
        return in_checkout
    raise InputError(
        f"the data folder [{name}] is missing",
        where=str(_PACKAGE),
        do="install dueprocess again, or run it from its checkout",
    )
