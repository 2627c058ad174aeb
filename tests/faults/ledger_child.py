"""The writer that the fault tests kill: it submits from several threads and prints each entry's number once it is
acknowledged. A template process imports everything once and forks a writer for each kill."""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
import threading
from pathlib import Path

import sqlalchemy as sa

from dueprocess.kernel import now
from dueprocess.store import Done, Draft, EventTypes, Store, Writer, accounts
from dueprocess.store.events import Event

AGENCY = "us/or/made-up-county/sheriff"
TYPES = EventTypes()
THREADS = 4


@TYPES.on("pushed")
def _pushed(connection: sa.Connection, event: Event) -> None:
    accounts.nothing(connection, event)


def write_until_killed(store: Store, run: int, out: int) -> None:
    """Submit without end. Each acknowledged entry is a line ``NUMBER KEY`` in one write to ``out``."""
    store.engine.dispose(close=False)  # connections are not shared with the process that it was forked from
    writer = Writer(store, TYPES, now=now.instant)

    def push(thread: int) -> None:
        count = 0
        while True:
            count += 1
            key = f"{run}-{thread}-{count}"
            draft = Draft("pushed", {"key": key}, subject=f"s_{thread}", head={"key": key})
            receipt = writer.write(lambda _, draft=draft: Done([draft], {"key": draft.head["key"]}), agency=AGENCY, by="a_push", key=key, request=key)
            os.write(out, f"{receipt.numbers[0]} {key}\n".encode())

    for thread in range(THREADS):
        threading.Thread(target=push, args=(thread,), daemon=True).start()
    signal.pause()


def serve(where: str, keys: str, pipe: socket.socket) -> None:
    """Fork a writer for each number read from the pipe; answer with its process id, and once it is gone with its status.

    One entry is written here first, so that the statements are compiled before the fork and not after each.
    """
    store = Store.open(where, keys=Path(keys))
    with Writer(store, TYPES, now=now.instant) as writer:
        writer.write(lambda _: Done([Draft("pushed", {"template": 1}, subject="s_template")]), agency=AGENCY, by="a_push", key=f"template-{os.getpid()}")
    store.engine.dispose()
    while True:
        asked = pipe.recv(4, socket.MSG_WAITALL)
        if len(asked) < 4:
            return
        (run,) = struct.unpack("!i", asked)
        reader, out = os.pipe()
        child = os.fork()
        if child == 0:
            pipe.close()
            os.close(reader)
            try:
                write_until_killed(store, run, out)
            finally:
                os._exit(3)
        os.close(out)
        socket.send_fds(pipe, [struct.pack("!i", child)], [reader])
        os.close(reader)
        _, status = os.waitpid(child, 0)
        pipe.sendall(struct.pack("!i", status))


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], socket.socket(fileno=int(sys.argv[3])))
