"""What stands before a service that strangers may reach: bounded bodies, bounded time, bounded rates, fixed headers.

A pure ASGI layer, so that it also sees what never reaches a route. It logs nothing of a request: not even its path.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 4096
"""No form of the page is longer."""
MOST_HEAD = 16_384
"""Bytes of all header lines together."""
SECONDS_TO_SEND = 5.0
"""A body that has not come whole by then is refused."""
MOST_ADDRESSES = 20_000
"""So many addresses are counted at once; beyond that all further ones share a count."""

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), interest-cohort=()"),
    (b"cache-control", b"no-store"),
)


class TooMuchError(Exception):
    """A request is larger or slower than the service takes."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        super().__init__(text)


class Guard:
    """The layer. ``now`` gives epoch seconds; ``posts_a_minute`` bounds what one address may post."""

    def __init__(self, app: App, *, now: Callable[[], int], posts_a_minute: int) -> None:
        self.app = app
        self.now = now
        self.posts = posts_a_minute
        # Addresses are kept only as a keyed digest, in memory, for the running minute.
        self._key = secrets.token_bytes(16)
        self._minute = -1
        self._counts: dict[bytes, int] = {}

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
                names = {n for n, _ in HEADERS} | {b"server"}
                message["headers"] = [*((n, v) for n, v in message.get("headers", ()) if n.lower() not in names), *HEADERS]
            await send(message)

        try:
            body = await self._body(scope, receive)
            await self.app(scope, _again(body, receive), told)
        except TooMuchError as error:
            if not begun:
                await _plain(told, error.status, error.text)
        except Exception:
            # Its text might hold what somebody typed; a fault is told by its status alone.
            if begun:
                raise RuntimeError("a page broke off") from None
            await _plain(told, 500, "This page failed. Nothing was kept. Please try again.")

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] not in ("GET", "HEAD", "POST"):
            raise TooMuchError(405, "This page is only read, or asked with its own form.")
        if len(scope.get("query_string", b"")) > 0:
            raise TooMuchError(400, "Nothing is taken from an address: what is typed is posted.")
        if sum(len(n) + len(v) for n, v in scope["headers"]) > MOST_HEAD:
            raise TooMuchError(431, "The head of this question is too long.")
        if scope["method"] == "POST":
            self._count(scope)
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or int(value[:12]) > MOST_BYTES or len(value) > 12):
                raise TooMuchError(413, "That is more than this page's form can hold.")
        return await _whole(receive)

    def _count(self, scope: Scope) -> None:
        minute = self.now() // 60
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        address = (scope.get("client") or ("",))[0]
        key = hashlib.blake2b(str(address).encode(), key=self._key, digest_size=8).digest()
        if key not in self._counts and len(self._counts) >= MOST_ADDRESSES:
            key = b""
        self._counts[key] = self._counts.get(key, 0) + 1
        if self._counts[key] > self.posts:
            raise TooMuchError(429, "Too many questions in one minute from here. Please wait a minute.")


async def _whole(receive: Receive) -> bytes:
    import anyio

    body: bytes = b""
    try:
        with anyio.fail_after(SECONDS_TO_SEND):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise TooMuchError(400, "The question broke off.")
                body += bytes(message.get("body", b""))
                if len(body) > MOST_BYTES:
                    raise TooMuchError(413, "That is more than this page's form can hold.")
                if not message.get("more_body", False):
                    return body
    except TimeoutError:
        raise TooMuchError(408, "The question took too long to come.") from None


def _again(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _plain(send: Send, status: int, text: str) -> None:
    data = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(data)).encode()), (b"connection", b"close")]
    if status == 429:
        headers.append((b"retry-after", b"60"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})
