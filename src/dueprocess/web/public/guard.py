"""What stands before the public page: small forms, nothing taken from an address, bounded rates."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from dueprocess.web.guard import App, Guard, Scope, TooMuchError

MOST_HEAD = 16_384
"""Bytes of all header lines together."""
MOST_ADDRESSES = 20_000
"""So many addresses are counted at once; beyond that all further ones share a count."""
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class PublicGuard(Guard):
    """The layer. ``now`` gives epoch seconds; ``posts_a_minute`` bounds what one address may post."""

    most_bytes = 4096
    wrong_method = "This page is only read, or asked with its own form."
    too_long = "That is more than this page's form can hold."
    too_slow = "The question took too long to come."
    broken = "The question broke off."
    failed = "This page failed. Nothing was kept. Please try again."

    def __init__(self, app: App, *, now: Callable[[], int], posts_a_minute: int) -> None:
        super().__init__(app, policy=POLICY, referrer="no-referrer")
        self.now = now
        self.posts = posts_a_minute
        # Addresses are kept only as a keyed digest, in memory, for the running minute.
        self._key = secrets.token_bytes(16)
        self._minute = -1
        self._counts: dict[bytes, int] = {}

    def check(self, scope: Scope) -> None:
        if len(scope.get("query_string", b"")) > 0:
            raise TooMuchError(400, "Nothing is taken from an address: what is typed is posted.")
        if sum(len(n) + len(v) for n, v in scope["headers"]) > MOST_HEAD:
            raise TooMuchError(431, "The head of this question is too long.")
        if scope["method"] == "POST":
            self._count(scope)

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
