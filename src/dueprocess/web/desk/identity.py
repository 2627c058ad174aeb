"""Signing in through the county's own identity provider: OpenID Connect, the authorization code flow with PKCE.

    issuer: https://id.county.example/realms/staff
    client_id: release-desk
    client_secret_file: /etc/dueprocess/oidc-secret     # or no secret: a public client, which PKCE allows
    address: https://desk.county.example                # where browsers reach the desk
    name: County sign-in                                # on the button
    agencies: [us/or/clackamas-county/sheriff]          # all, where it is left out
    certificates: /etc/dueprocess/county-ca.pem         # the county's own authority, where it has one

The provider says who somebody is and nothing else: an account is made, and linked to an issuer and subject, by the agency's
administrator. Sources: OpenID Connect Core 1.0 (3.1), Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (``iss`` of the answer).
"""

from __future__ import annotations

import json
import secrets
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.outside import not_of_immigration
from dueprocess.kernel.yamlread import read_mapping, read_text
from dueprocess.store import Unavailable
from dueprocess.store.gate import Refused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures with a key that only the provider has. Never ``none``, and none with a shared secret."""
ATTEMPT_SECONDS = 600
LEEWAY = 120
"""Seconds that the provider's clock and the desk's may differ."""
FRESH_SECONDS = 3600
"""How long the provider's description is taken as it was read."""
PAUSE_SECONDS = 10
"""After a failure the provider is left alone for so long: whoever asks meanwhile is told so at once."""
AGAIN_SECONDS = 60
"""Keys are asked for again at most so often, whatever key a token names."""
MOST_BYTES = 512 * 1024
_WAIT = (5.0, 10.0)
_KEYS = ("issuer", "client_id", "client_secret_file", "address", "name", "agencies", "certificates")
_LOCAL = ("127.0.0.1", "::1", "localhost")
BACK = "/sign-in/back"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says. ``secret``: empty for a public client. ``agencies``: empty for all."""

    issuer: str
    client_id: str
    address: str
    secret: str = field(default="", repr=False)
    name: str = "County sign-in"
    agencies: frozenset[str] = frozenset()
    certificates: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in on its way: what the browser brings back has to fit it. ``at``: epoch seconds."""

    agency: str
    state: str
    nonce: str
    verifier: str
    at: int


def read_settings(path: Path) -> Settings:
    """Raises InputError for a file that is not as above, for an address without TLS beyond this machine, and for one of an
    immigration authority."""
    raw, where = read_mapping(path), str(path)
    for key in raw:
        if key not in _KEYS:
            raise InputError(f"[{shown(key)}] is no key here", where=where, do=nearest(str(key), _KEYS) or f"one of {', '.join(_KEYS)}")
    for key in ("issuer", "client_id", "address"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            raise InputError(f"[{key}] is missing", where=where, do=f"write {key}: as the identity provider has it")
    agencies = raw.get("agencies") or []
    if not isinstance(agencies, list) or not all(isinstance(a, str) for a in agencies):
        raise InputError("[agencies] is no list", where=where, do="list them, or leave it out for all")
    secret, certificates = "", ""
    if raw.get("client_secret_file"):
        secret = read_text(_beside(path, raw["client_secret_file"]), max_bytes=4096).strip()
    if raw.get("certificates"):
        certificates = str(_beside(path, raw["certificates"]))
        read_text(Path(certificates))
    issuer, address = raw["issuer"].strip(), raw["address"].strip().rstrip("/")
    _safe(issuer, f"{where}: issuer")
    _safe(address, f"{where}: address")
    return Settings(issuer, raw["client_id"].strip(), address, secret, str(raw.get("name") or "County sign-in")[:60], frozenset(agencies), certificates)


def _beside(path: Path, name: Any) -> Path:
    return path.parent / str(name)


def _safe(address: Any, where: str) -> str:
    """An https address, or http to this machine alone."""
    parts = urlsplit(address if isinstance(address, str) else "")
    host = parts.hostname or ""
    plain = not parts.username and not parts.password and not parts.fragment and not parts.query
    if not host or not plain or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)):
        raise InputError(f"[{shown(address)}] is no address with TLS", where=where, do="write it as https://id.county.example")
    not_of_immigration(host, where=where)
    return str(address)


class Provider:
    """The provider's side: where to send a browser, and what its answer is worth. Safe to use from several threads.

    ``now`` gives epoch seconds.
    """

    def __init__(self, settings: Settings, *, now: Callable[[], int]) -> None:
        self.settings = settings
        self._now = now
        self._lock = threading.Lock()
        self._described: tuple[int, Mapping[str, Any]] | None = None
        self._keys: tuple[int, Any] | None = None
        self._failed_at: int | None = None

    def offered(self, agency: str) -> bool:
        """Whether an agency's people may sign in this way."""
        return not self.settings.agencies or agency in self.settings.agencies

    def begin(self, agency: str) -> tuple[Attempt, str]:
        """An attempt, and the address that its browser goes to. Raises Unavailable where the provider does not answer."""
        attempt = Attempt(agency, secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), self._now())
        challenge = urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self.settings.client_id, "redirect_uri": self._back, "scope": "openid", "state": attempt.state,
            "nonce": attempt.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        address = self._endpoint("authorization_endpoint")
        return attempt, f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> str:
        """The subject whom the provider vouches for, from what the browser brought back (``code``, ``state``, perhaps
        ``iss`` or ``error``). Raises Refused, with one line and none of the provider's words, or Unavailable."""
        self.check(attempt, answer)
        found = self._token(attempt, answer["code"])
        return self._subject(found, attempt)

    def check(self, attempt: Attempt, answer: Mapping[str, str]) -> None:
        """What can be seen before the provider is asked. Raises Refused."""
        if not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise Refused("this sign-in was not begun in this browser", do="start again")
        if not attempt.at - LEEWAY <= self._now() < attempt.at + ATTEMPT_SECONDS:
            raise Refused("this sign-in took too long", do="start again")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise Refused("another identity provider answered", do="start again; tell the administrator")
        if "error" in answer or not answer.get("code"):
            raise Refused("the identity provider did not sign you in", do="start again, or ask those who run it")

    @property
    def _back(self) -> str:
        return self.settings.address + BACK

    # -- what the provider says ----------------------------------------------------------------------------

    def _token(self, attempt: Attempt, code: str) -> str:
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "code_verifier": attempt.verifier}
        headers = {}
        secret, client = self.settings.secret, self.settings.client_id
        known = self._description().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if secret and "client_secret_basic" in known:
            pair = f"{quote_plus(client)}:{quote_plus(secret)}"
            headers["authorization"] = "Basic " + b64encode(pair.encode()).decode()
        else:
            given |= {"client_id": client} | ({"client_secret": secret} if secret else {})
        status, body = _asked(self._endpoint("token_endpoint"), form=given, headers=headers, certificates=self.settings.certificates)
        token = body.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise Refused("the identity provider did not take the sign-in's code", do="start again; tell the administrator if it stays so")
        return token

    def _subject(self, token: str, attempt: Attempt) -> str:
        from joserfc.errors import ExpiredTokenError, JoseError
        from joserfc.jwt import JWTClaimsRegistry

        wrong = Refused("the identity provider's answer is not what it has to be", do="start again; tell the administrator if it stays so")
        try:
            claims = self._opened(token)
            JWTClaimsRegistry(
                now=self._now(), leeway=LEEWAY, iss={"essential": True, "value": self.settings.issuer}, aud={"essential": True, "value": self.settings.client_id},
                exp={"essential": True}, iat={"essential": True}, sub={"essential": True}, nonce={"essential": True, "value": attempt.nonce},
            ).validate(claims)  # fmt: skip
        except ExpiredTokenError:
            raise Refused("the identity provider's answer is over", do="start again; compare the clocks of both machines") from None
        except (JoseError, ValueError, TypeError):
            raise wrong from None
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.settings.client_id:
            raise wrong
        # What the library takes as a list's element is one value here.
        if not all(isinstance(claims[name], str) for name in ("iss", "sub", "nonce")) or not 1 <= len(claims["sub"]) <= 255:
            raise wrong
        return str(claims["sub"])

    def _opened(self, token: str) -> dict[str, Any]:
        """The claims of a token that one of the provider's keys has signed; new keys are asked for where none fits."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError

        try:
            return dict(jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims)
        except InvalidKeyIdError:
            return dict(jwt.decode(token, self._key_set(anew=True), algorithms=ALGORITHMS).claims)

    def _description(self) -> Mapping[str, Any]:
        with self._lock:
            if self._described is not None and self._now() < self._described[0] + FRESH_SECONDS:
                return self._described[1]
            if self._failed_at is not None and abs(self._now() - self._failed_at) < PAUSE_SECONDS:
                raise Unavailable("the identity provider does not answer", do="try again in a moment, or sign in with a password of the desk's own")
        address = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            status, found = _asked(address, certificates=self.settings.certificates)
            if status != 200 or found.get("issuer") != self.settings.issuer:
                raise Unavailable("the identity provider's description is not this issuer's", do="compare [issuer] with what the provider calls itself")
        except Unavailable:
            with self._lock:
                self._failed_at = self._now()
            raise
        with self._lock:
            self._described, self._failed_at = (self._now(), found), None
        return found

    def _endpoint(self, name: str) -> str:
        address = self._description().get(name)
        parts = urlsplit(address if isinstance(address, str) else "")
        if parts.query and name == "authorization_endpoint":  # it may have one (RFC 6749, 3.1)
            _safe(parts._replace(query="").geturl(), name)
            return str(address)
        return _safe(address, name)

    def _key_set(self, *, anew: bool = False) -> Any:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        with self._lock:
            kept = self._keys
        age = None if kept is None else self._now() - kept[0]
        if kept is not None and age is not None and (age < AGAIN_SECONDS or (not anew and age < FRESH_SECONDS)):
            return kept[1]
        status, found = _asked(self._endpoint("jwks_uri"), certificates=self.settings.certificates)
        listed = found.get("keys")
        if status != 200 or not isinstance(listed, list):
            raise Unavailable("the identity provider's keys cannot be read", do="try again in a moment")
        usable = [k for k in listed if isinstance(k, dict) and k.get("kty") in ("RSA", "EC", "OKP") and k.get("use", "sig") == "sig"]
        try:
            keys = KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, TypeError, KeyError):
            raise Unavailable("the identity provider's keys cannot be read", do="try again in a moment") from None
        with self._lock:
            self._keys = (self._now(), keys)
        return keys


def _asked(
    address: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, certificates: str = ""
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of an answer. Redirects are not followed, answers bounded. Raises Unavailable."""
    import requests

    gone = Unavailable("the identity provider does not answer", do="try again in a moment, or sign in with a password of the desk's own")
    sent = {"accept": "application/json", **(headers or {})}
    try:
        with requests.request(
            "GET" if form is None else "POST", address, data=form, headers=sent, timeout=_WAIT, allow_redirects=False, stream=True,
            verify=certificates or True, auth=_as_given,
        ) as answer:  # fmt: skip
            body = answer.raw.read(MOST_BYTES + 1, decode_content=True)
            status = answer.status_code
        if len(body) > MOST_BYTES:
            raise gone
        read = json.loads(body)
    except (requests.RequestException, OSError, ValueError, RecursionError):
        raise gone from None
    except Exception as error:  # urllib3's own, while the body is read
        if type(error).__module__.partition(".")[0] != "urllib3":
            raise
        raise gone from None
    return status, read if isinstance(read, dict) else {}


def _as_given(request: Any) -> Any:
    """No password from a ``.netrc`` of whoever started the program."""
    return request
