"""What stands before the desk: bounded forms and files, same-origin posts."""

from __future__ import annotations

from urllib.parse import urlsplit

from dueprocess.web.guard import App, Guard, Scope, TooMuchError

MOST_UPLOAD = 64 * 1024 * 1024
"""No packet and no spreadsheet that is handed in is longer."""
UPLOADS = ("/drop", "/audit/new")
"""Paths that take a file; nothing else takes more than a form."""
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

    def bound(self, scope: Scope) -> int:
        return MOST_UPLOAD if scope["method"] == "POST" and scope["path"].endswith(UPLOADS) else self.most_bytes

    def check(self, scope: Scope) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        origin = headers.get(b"origin")
        # A page of another site cannot post here, whatever cookies the browser would send along.
        if scope["method"] == "POST" and origin is not None and urlsplit(origin.decode("latin-1")).netloc != headers.get(b"host", b"").decode("latin-1"):
            raise TooMuchError(403, "This came from another site.")
