"""What stands before the desk: bounded bodies and waits, fixed headers, same-origin posts, and no text of a fault shown.

A pure ASGI layer. It logs the kind of a fault and nothing of a request: not even its path, which names a stay.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from dueprocess.web.guard import App, Message, Receive, Scope, Send, TooMuchError, _again, _plain

log = logging.getLogger("dueprocess.desk")

MOST_BYTES = 256 * 1024
"""No form and no pushed record is longer."""
SECONDS_TO_SEND = 10.0
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # Not no-referrer: browsers would then post with the origin null, and another site's posts could not be told apart.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), interest-cohort=()"),
    (b"cache-control", b"no-store"),
)
METHODS = ("GET", "HEAD", "POST")


class DeskGuard:
    """The layer. ``secure``: the desk is reached by TLS, which browsers then insist on."""

    def __init__(self, app: App, *, secure: bool) -> None:
        self.app = app
        self.headers = (*HEADERS, (b"strict-transport-security", b"max-age=31536000")) if secure else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                names = {n for n, _ in self.headers} | {b"server"}
                message["headers"] = [*((n, v) for n, v in message.get("headers", ()) if n.lower() not in names), *self.headers]
            await send(message)

        try:
            _checked(scope)
            body = await _whole(receive)
            await self.app(scope, _again(body, receive), told)
        except TooMuchError as error:
            if not begun:
                await _plain(told, error.status, error.text)
        except Exception as error:
            # A fault's text may hold what somebody typed, so only its kind is kept.
            log.error("a request failed: %s", type(error).__name__)
            if begun:
                raise RuntimeError("a page broke off") from None
            await _plain(told, 500, "This page failed. What was acknowledged before is kept. Go back, reload, and look at the timeline before trying again.")


def _checked(scope: Scope) -> None:
    if scope["method"] not in METHODS:
        raise TooMuchError(405, "The desk is read, or posted to.")
    headers: dict[bytes, bytes] = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 12 or int(length) > MOST_BYTES:
        raise TooMuchError(413, "That is more than the desk takes at once.")
    origin = headers.get(b"origin")
    # A page of another site cannot post here, whatever cookies the browser would send along.
    if scope["method"] == "POST" and origin is not None and urlsplit(origin.decode("latin-1")).netloc != headers.get(b"host", b"").decode("latin-1"):
        raise TooMuchError(403, "This came from another site.")


async def _whole(receive: Receive) -> bytes:
    import anyio

    body: bytes = b""
    try:
        with anyio.fail_after(SECONDS_TO_SEND):
            while True:
                message: Any = await receive()
                if message["type"] == "http.disconnect":
                    raise TooMuchError(400, "The request broke off.")
                body += bytes(message.get("body", b""))
                if len(body) > MOST_BYTES:
                    raise TooMuchError(413, "That is more than the desk takes at once.")
                if not message.get("more_body", False):
                    return body
    except TimeoutError:
        raise TooMuchError(408, "The request took too long to come.") from None
