"""A small identity provider on this machine, which signs in whoever the test says, correctly or wrongly."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT, SECRET = "release-desk", "made up & secret: ü"


@dataclass
class Provider:
    """``subject`` is who signs in. ``claims`` overrides those of the next tokens; ``sign`` makes another token of them."""

    now: Callable[[], int]
    subject: str = "made-up-subject-1"
    claims: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    described: dict[str, Any] = field(default_factory=dict)
    broken: str = ""
    issuer: str = ""
    keys: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self, kind: str = "RSA") -> None:
        """A new key; the old one is published no more."""
        name = secrets.token_hex(4)
        self.keys = [RSAKey.generate_key(2048, {"kid": name, "use": "sig"}) if kind == "RSA" else ECKey.generate_key("P-256", {"kid": name, "use": "sig"})]

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        assert query["response_type"] == "code" and query["client_id"] == CLIENT and query["scope"].split()[0] == "openid"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self.codes[code] = query
        return query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"]})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Each code once, for the client and the verifier that it was made for."""
        asked = self.codes.pop(form.get("code", ""), None)
        kind, _, pair = authorization.partition(" ")
        who = base64.b64decode(pair).decode() if kind == "Basic" else ""
        encoded = urlencode({CLIENT: SECRET}).replace("=", ":")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if asked is None or who != encoded or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant", "error_description": "<b>no</b>"}
        now = self.now()
        claims = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"], **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        return 200, {"access_token": "made-up", "token_type": "Bearer", "id_token": self.sign(claims) if self.sign else self.signed(claims)}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        key = self.keys[0]
        algorithm = "RS256" if key.key_type == "RSA" else "ES256"
        return jwt.encode({"alg": algorithm, "kid": key.kid, **header}, claims, key)


@contextmanager
def provider(now: Callable[[], int]) -> Iterator[Provider]:
    """One that runs while the block does. Its name is ``localhost``: to a browser another site than ``127.0.0.1``."""
    found = Provider(now)
    found.rotate()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            found.asked.append(parts.path)
            if found.broken == parts.path:
                self._send(500, b"<html>")
            elif parts.path == "/.well-known/openid-configuration":
                self._json(200, {
                    "issuer": found.issuer, "authorization_endpoint": f"{found.issuer}/authorize", "token_endpoint": f"{found.issuer}/token",
                    "jwks_uri": f"{found.issuer}/keys", **found.described,
                })  # fmt: skip
            elif parts.path == "/keys":
                self._json(200, dict(KeySet(found.keys).as_dict(private=False)))
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("location", found.authorize({k: v[0] for k, v in parse_qs(parts.query).items()}))
                self.end_headers()
            else:
                self._send(302, b"", location=f"{found.issuer}/keys")

        def do_POST(self) -> None:
            found.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"]))
            if found.broken == self.path:
                self._send(200, b"{" + b" " * 2_000_000)
                return
            self._json(*found.token({k: v[0] for k, v in parse_qs(body.decode()).items()}, self.headers.get("authorization", "")))

        def _json(self, status: int, value: dict[str, Any]) -> None:
            self._send(status, json.dumps(value).encode())

        def _send(self, status: int, body: bytes, location: str | None = None) -> None:
            self.send_response(status)
            if location is not None:
                self.send_header("location", location)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
