"""What stands before the desk: bounded forms and files, same-origin posts."""

from __future__ import annotations

from urllib.parse import urlsplit

from dueprocess.web.guard import App, Guard, Receive, Scope, Send, TooMuchError

MOST_UPLOAD = 64 * 1024 * 1024
"""No packet and no spreadsheet that is handed in is longer."""
UPLOADS = ("/drop", "/audit/new")
"""Paths that take a file; nothing else takes more than a form."""
PUSHES = "/packets"
"""The end of the paths by which other systems hand files in."""
UPLOADS_AT_ONCE = 6
"""So many files may be on their way at a time: each is held in memory until it is whole."""
SECONDS_FOR_FILES = 60.0
"""A scan of that size takes about so long over a slow line of the jail's own."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class DeskGuard(Guard):
    """The layer. ``secure``: the desk is reached by TLS, which browsers then insist on."""

    most_bytes = 256 * 1024
    seconds_to_send = 10.0
    wrong_method = "The desk is read, or posted to."
    too_long = "That is more than the desk takes at once."
    failed = "This page failed. What was acknowledged before is kept. Go back, reload, and look at the timeline before trying again."

    def __init__(self, app: App, *, secure: bool) -> None:
        # Not no-referrer: browsers would then post with the origin null, and another site's posts could not be told apart.
        super().__init__(app, policy=POLICY, referrer="same-origin", more=((b"strict-transport-security", b"max-age=31536000"),) if secure else ())
        self._uploads = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.bound(scope) != MOST_UPLOAD:
            await super().__call__(scope, receive, send)
            return
        self._uploads += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._uploads -= 1

    def bound(self, scope: Scope) -> int:
        if scope["method"] != "POST":
            return self.most_bytes
        if scope["path"].startswith("/api/") and scope["path"].endswith(PUSHES):
            return MOST_UPLOAD if any(name == b"authorization" and value[:7].lower() == b"bearer " for name, value in scope["headers"]) else self.most_bytes
        if not scope["path"].endswith(UPLOADS):
            return self.most_bytes
        # Whether the session or the token holds is asked before anything is read; without any there is none.
        return MOST_UPLOAD if any(name == b"cookie" and b"desk=" in value for name, value in scope["headers"]) else self.most_bytes

    def patience(self, scope: Scope) -> float:
        return SECONDS_FOR_FILES if self.bound(scope) == MOST_UPLOAD else self.seconds_to_send

    def check(self, scope: Scope) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        origin = headers.get(b"origin")
        # A page of another site cannot post here, whatever cookies the browser would send along.
        if scope["method"] == "POST" and origin is not None and urlsplit(origin.decode("latin-1")).netloc != headers.get(b"host", b"").decode("latin-1"):
            raise TooMuchError(403, "This came from another site.")
        if self._uploads > UPLOADS_AT_ONCE and self.bound(scope) == MOST_UPLOAD:
            raise TooMuchError(503, "Too many files are coming in at once. Send it again in a moment.")
