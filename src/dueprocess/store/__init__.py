"""The store: tables, migrations, accounts, and the one writer of the record.

Public names: ``Store`` (a database and its keys), ``Writer``, ``Done``, ``Draft``, ``Receipt``, ``Event``, ``EventType``,
``EventTypes`` (writing), ``Conflict``, ``Unavailable`` (what a writer may answer), ``rebuild``, ``read_events`` (reading),
``Role``, ``Gate``, ``Person`` (accounts), ``tables``. The modules ``accounts``, ``tokens``, ``looking``, ``retention``,
``inventory``, ``proving``, ``files``, ``counsel`` and ``backup`` are imported by name.
"""

from dueprocess.kernel.errors import InputError

try:
    import sqlalchemy as _sqlalchemy  # noqa: F401
except ImportError:
    raise InputError("the desk's store needs the extra [desk]", do="install dueprocess[desk]") from None

from dueprocess.store import tables
from dueprocess.store.accounts import Role
from dueprocess.store.database import Store
from dueprocess.store.events import Conflict, Done, Draft, Event, EventType, EventTypes, Receipt, Unavailable
from dueprocess.store.gate import Gate, Person
from dueprocess.store.reading import read_events, rebuild
from dueprocess.store.writer import Writer

__all__ = [
    "Conflict",
    "Done",
    "Draft",
    "Event",
    "EventType",
    "EventTypes",
    "Gate",
    "Person",
    "Receipt",
    "Role",
    "Store",
    "Unavailable",
    "Writer",
    "read_events",
    "rebuild",
    "tables",
]
