"""What stands before a service: bounded bodies and waits, fixed headers, and no text of a fault shown.

A pure ASGI layer, so that it also sees what never reaches a route. It logs nothing of a request: not even its path.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

log = logging.getLogger("dueprocess.web")

METHODS = ("GET", "HEAD", "POST")
_POLICY = b"content-security-policy"
_COMMON: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), interest-cohort=()"),
    (b"cache-control", b"no-store"),
)


class TooMuchError(Exception):
    """A request is larger, slower or other than the service takes."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        super().__init__(text)


class Guard:
    """The layer. A service says in a subclass what it takes (``most_bytes``, ``seconds_to_send``, ``check``) and what a
    caller is told.

    ``policy`` is the content security policy, ``referrer`` the referrer policy; ``more`` are further headers of each answer.
    """

    most_bytes = 4096
    seconds_to_send = 5.0
    """A body that has not come whole by then is refused."""
    wrong_method = "This is read, or posted to."
    too_long = "That is more than this service takes at once."
    too_slow = "The request took too long to come."
    broken = "The request broke off."
    failed = "This page failed. Please try again."

    def __init__(self, app: App, *, policy: str, referrer: str, more: Headers = ()) -> None:
        self.app = app
        self.headers: Headers = ((_POLICY, policy.encode()), (b"referrer-policy", referrer.encode()), *_COMMON, *more)

    def check(self, scope: Scope) -> None:
        """Refuse a request by its head. Raises TooMuchError."""

    def bound(self, scope: Scope) -> int:
        """Bytes that the body of this request may have."""
        return self.most_bytes

    def patience(self, scope: Scope) -> float:
        """Seconds within which the body of this request has to come whole."""
        return self.seconds_to_send

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        begun = False
        ours = {name for name, _ in self.headers} | {b"server"}

        async def told(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = _headers(message.get("headers", ()), self.headers, ours)
            await send(message)

        try:
            if scope["method"] not in METHODS:
                raise TooMuchError(405, self.wrong_method)
            self.check(scope)
            most = self.bound(scope)
            for name, value in scope["headers"]:
                if name == b"content-length" and (not value.isdigit() or len(value) > 12 or int(value) > most):
                    raise TooMuchError(413, self.too_long)
            body = await self._whole(receive, most, self.patience(scope))
            await self.app(scope, _again(body, receive), told)
        except TooMuchError as error:
            if not begun:
                await _plain(told, error.status, error.text)
        except Exception as error:
            # A fault's text may hold what somebody typed, so only its kind is kept.
            log.error("a request failed: %s", type(error).__name__)
            if begun:
                raise RuntimeError("a page broke off") from None
            await _plain(told, 500, self.failed)

    async def _whole(self, receive: Receive, most: int, seconds: float) -> bytes:
        import anyio

        # Grown in place: a large body comes in many small parts.
        body = bytearray()
        try:
            with anyio.fail_after(seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise TooMuchError(400, self.broken)
                    body += message.get("body", b"")
                    if len(body) > most:
                        raise TooMuchError(413, self.too_long)
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise TooMuchError(408, self.too_slow) from None


def _headers(given: Iterable[tuple[bytes, bytes]], fixed: Headers, ours: set[bytes]) -> list[tuple[bytes, bytes]]:
    """The fixed headers take the place of an answer's own, save that a page which brings its own content security policy
    (one whose style and script stand in it, named by their hashes) keeps that."""
    kept = [(n, v) for n, v in given if n.lower() not in ours or n.lower() == _POLICY]
    brings = any(n.lower() == _POLICY for n, _ in kept)
    return [*kept, *(h for h in fixed if not (brings and h[0] == _POLICY))]


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
