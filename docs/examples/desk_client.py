"""How another system talks to the release desk: push what happens, pull what the answers became.

Python 3.11's standard library only; copy it and change it. Two rules matter:

* Give every event an id of its own and send that as Idempotency-Key. Whatever goes wrong, send the same event with the same
  key again: it is answered and not done twice. The desk remembers keys for a week.
* Send a person's events in their order. One that comes too early (its booking is not there yet, a ground still stands) is
  refused with 404 or 409: keep it, go on with other people's, send it again later. Its own time, not the time of sending, counts.

    python desk_client.py --desk https://desk.example --token-file token push --id jms-4711 bookings \\
        name="Example, Madeup" booking_number=J-4711 booked_at="2026-11-22 08:15"
    python desk_client.py --desk https://desk.example --token-file token send --id fax-0815 --booking-number J-4711 fax.pdf
    python desk_client.py --desk https://desk.example --token-file token changes --after 0
"""

from __future__ import annotations

import argparse
import json
import random
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode


class Refused(Exception):
    """The desk will not take it as it is: correct it. ``status`` and the desk's own line."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        super().__init__(f"{status}: {text}")


class TooEarly(Refused):
    """Something else about this person has to come first: send it again later, with the same key."""


class Unreachable(Exception):
    """No answer in all tries. It may have been recorded: send it again with the same key."""


class DeskClient:
    """One token at one desk."""

    def __init__(self, address: str, token: str, *, tries: int = 8, timeout: float = 30.0, ca_file: str | None = None) -> None:
        """``address`` as https://desk.example; ``ca_file`` where the certificate is signed by the county's own authority."""
        self._address, self._token, self._tries, self._timeout = address.rstrip("/"), token, tries, timeout
        self._tls = ssl.create_default_context(cafile=ca_file) if address.startswith("https:") else None

    def book(self, event_id: str, *, name: str, booking_number: str, booked_at: str, **more: Any) -> dict[str, Any]:
        """A person comes in. Times are local to the jail, or ISO 8601 with an offset."""
        return self.push("bookings", {"name": name, "booking_number": booking_number, "booked_at": booked_at, **more}, event_id)

    def paper(self, event_id: str, booking_number: str, **values: Any) -> dict[str, Any]:
        """A paper came, as values: kind, edition, signed_by, boxes, issuer, received_at."""
        return self.push(f"stays/{quote(booking_number, safe='')}/papers", values, event_id)

    def send(self, event_id: str, files: list[Path], *, booking_number: str = "", whose: str = "", received_at: str = "") -> dict[str, Any]:
        """Papers came as files (PDF, TIFF, PNG, JPEG, mail). ``whose``: the booking number of the person that they are about;
        without it a person at the desk says so, and ``booking_number`` only proposes it. The answer names the ``packet``."""
        path = f"stays/{quote(whose, safe='')}/packets" if whose else "packets"
        fields = {"received_at": received_at, "booking_number": "" if whose else booking_number}
        body, kind = _form({k: v for k, v in fields.items() if v}, [file.read_bytes() for file in files])
        return self._call("POST", path, None, event_id, form=(body, kind))

    def packet(self, packet: str) -> dict[str, Any]:
        """How far a packet is: waiting, read, failed, filed, aside."""
        return self._call("GET", f"packets/{quote(packet, safe='')}", None, None)

    def end_ground(self, event_id: str, booking_number: str, *, how: str, at: str, known_at: str | None = None) -> dict[str, Any]:
        """The jail's own reason to keep the person ended, at the court's time."""
        return self.push(f"stays/{quote(booking_number, safe='')}/ground-end", {"how": how, "at": at, "known_at": known_at}, event_id)

    def release(self, event_id: str, booking_number: str, *, at: str) -> dict[str, Any]:
        """The person went free."""
        return self.push(f"stays/{quote(booking_number, safe='')}/release", {"at": at}, event_id)

    def decision(self, booking_number: str) -> dict[str, Any]:
        """The newest answer about one stay."""
        return self._call("GET", f"stays/{quote(booking_number, safe='')}/decision", None, None)

    def changes(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """Every answer recorded after an entry. Keep the last one's ``entry`` and begin there the next time."""
        while True:
            page = self._call("GET", "changes?" + urlencode({"after": after}), None, None)
            yield from page["changes"]
            after = page["next"]
            if not page["more"]:
                return

    def push(self, path: str, values: dict[str, Any], event_id: str) -> dict[str, Any]:
        """Send one event until it is answered. Raises Refused, TooEarly, Unreachable."""
        return self._call("POST", path, values, event_id)

    def _call(self, method: str, path: str, values: dict[str, Any] | None, key: str | None, form: tuple[bytes, str] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json" if form is None else form[1]}
        if key is not None:
            headers["Idempotency-Key"] = key
        body = form[0] if form is not None else None if values is None else json.dumps({k: v for k, v in values.items() if v is not None}).encode()
        for number in range(self._tries):
            if number:
                time.sleep(min(30.0, 0.2 * 2**number) * random.uniform(0.5, 1.0))  # not all clients at the same instant
            request = urllib.request.Request(f"{self._address}/api/{path}", data=body, headers=headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=self._timeout, context=self._tls) as answer:
                    return dict(json.load(answer))
            except urllib.error.HTTPError as error:
                if error.code in (429, 500, 502, 503, 504):
                    continue
                text = _line(error)
                raise (TooEarly if error.code in (404, 409) else Refused)(error.code, text) from None
            except (urllib.error.URLError, OSError, ValueError):
                continue
        raise Unreachable(f"no answer in {self._tries} tries")


def _form(fields: dict[str, str], files: list[bytes]) -> tuple[bytes, str]:
    """A form with files as bytes, and its Content-Type. A file's own name may be a person's: it is not sent."""
    mark = f"----{random.getrandbits(128):032x}"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    for number, data in enumerate(files, 1):
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="file-{number}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    return b"".join([*parts, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"


def _line(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (ValueError, KeyError, TypeError):
        return error.reason or ""


def main() -> int:
    """The command line above; 0 done, 1 refused, 3 no answer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--desk", required=True)
    parser.add_argument("--token-file", required=True, type=Path)
    parser.add_argument("--ca-file")
    actions = parser.add_subparsers(dest="action", required=True)
    push = actions.add_parser("push")
    push.add_argument("path")
    push.add_argument("--id", required=True)
    push.add_argument("values", nargs="*", metavar="NAME=VALUE")
    send = actions.add_parser("send")
    send.add_argument("files", nargs="+", type=Path)
    send.add_argument("--id", required=True)
    send.add_argument("--booking-number", default="", help="proposes whose it is; a person says so")
    send.add_argument("--of", default="", metavar="BOOKING_NUMBER", help="whose it is, where your system knows")
    changes = actions.add_parser("changes")
    changes.add_argument("--after", type=int, default=0)
    given = parser.parse_args()
    client = DeskClient(given.desk, given.token_file.read_text().strip(), ca_file=given.ca_file)
    try:
        if given.action == "push":
            values = dict(pair.split("=", 1) for pair in given.values)
            print(json.dumps(client.push(given.path, values, given.id)))
        elif given.action == "send":
            print(json.dumps(client.send(given.id, given.files, booking_number=given.booking_number, whose=given.of)))
        else:
            for change in client.changes(given.after):
                print(json.dumps(change))
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    except Unreachable as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
