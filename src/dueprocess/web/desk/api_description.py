"""What ``/api/openapi.json`` says beyond the calls' own shapes: the token, every refusal, and the values that the law in use
knows. Whoever writes the other side may have nothing else to go by."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

ABOUT = (
    "Push what happens in the jail, pull what the answers become. Give each event a name of its own as `Idempotency-Key` and send it again "
    "under that name until it is answered: it is never done twice; names are remembered for a week. A person's events go in their order; what comes too early is refused with 404 or "
    "409: send it again later under the same name. Each event counts at its own time, whenever it is sent. Times are ISO 8601 with an offset; without one "
    "they are the jail's own time; left out, they are now."
)
TOKEN = "The administrator makes a token under Accounts, Other systems, with scopes and an end. Each call says which scope it needs."
REFUSED = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string", "description": "What is wrong, where, and what to do: one line."}}}
STATUSES = {
    "400": "A value is refused, as the line says; nothing was recorded. Correct it: sent again as it is, it is refused again.",
    "401": "The token is missing, unknown or over.",
    "403": "The token does not have the scope that this needs.",
    "404": "It is not here, or not yet: push the booking first, and send this again later under the same name.",
    "409": "Something else has to be recorded first, or the same was recorded in the meantime; nothing was recorded now.",
    "422": "The shape is wrong: a key is missing, unknown or of another type.",
    "503": "Nothing was recorded: the database is away or full. Send it again under the same name.",
}


def described(app: FastAPI, *, boxes: Sequence[str], editions: Sequence[str]) -> dict[str, Any]:
    """The description. ``boxes`` and ``editions`` are those of the law in use."""
    found = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
    parts = found["components"]
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": TOKEN}}
    parts["schemas"] = {name: shape for name, shape in parts["schemas"].items() if not name.endswith("ValidationError")} | {"Refused": REFUSED}
    _of(parts["schemas"]["PaperIn"]["properties"]["boxes"], "array")["items"]["enum"] = list(boxes)
    _of(parts["schemas"]["PaperIn"]["properties"]["edition"], "string")["enum"] = list(editions)
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}}
    for path, calls in found["paths"].items():
        for method, call in calls.items():
            call["parameters"] = [one for one in call.get("parameters", ()) if one["name"] != "authorization"]
            call["security"] = [{"token": []}]
            left_out = {*(() if "{" in path else ("404",)), *(() if method == "post" else ("409",))}
            call["responses"] |= {status: {"description": text, "content": content} for status, text in STATUSES.items() if status not in left_out}
    return found


def _of(shape: dict[str, Any], kind: str) -> dict[str, Any]:
    """The part of a shape that is not null."""
    return next(one for one in shape["anyOf"] if one.get("type") == kind)
