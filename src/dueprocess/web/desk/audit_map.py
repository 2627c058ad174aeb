"""A column map as a form: what each part of a stay is read from, what values mean, what is assumed; and back as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.yamlread import parse
from dueprocess.web.desk.session import Form

PARTS: Mapping[str, str] = {
    "stay_id": "The number of the booking",
    "booked_at": "When the person was booked",
    "release_due_at": "When the jail's own reason to keep them ended",
    "bail_refused_at": "When bail was refused because of the detainer",
    "left_at": "When the person left",
    "left_to": "To whom they went, or how they left",
    "detainer_received_at": "When the detainer came",
    "detainer_served_at": "When the person was given a copy",
    "detainer_cancelled_at": "When the detainer was withdrawn",
    "detainer_form": "Which form the detainer was on",
    "admin_warrant_at": "When an officer's warrant (I-200) came",
    "removal_warrant_at": "When a warrant of removal (I-205) came",
    "judicial_warrant_at": "When a judge's warrant came",
    "person_key": "What tells that two stays are one person's (never shown)",
}
LEFT_TO = {"ice": "to ICE", "community": "free", "other_agency": "to another agency", "unknown": "cannot be told"}
ENDS = {"yes": "ends it", "no": "does not end it", "hold": "is a request to hold, no charge", "transfer": "handed to another jail", "unknown": "cannot be told"}
_LEFT_WORDS = {
    r"immigra|\bice\b|\bdhs\b|border patrol": "ice",
    r"transfer|other agency|other jur|prison|\bdoc\b|marshal|extradit|turned over": "other_agency",
    r"bond|bail|recog|released|time served|dismiss|expired|sentence|acquit|street|court order": "community",
}
FORMS = ("i-247", "i-247d", "i-247n", "i-247x", "i-247a", "i-247g")
ASSUMED = {
    "record_complete": ("true", "The table names every detainer and warrant that the jail had, and what was served and withdrawn"),
    "judicial_warrant": ("false", "No judge's warrant stood for anybody in the table"),
}


def form_of(text: str, headers: list[str]) -> dict[str, Any]:
    """The map as what the form shows. Raises InputError where the text cannot be read."""
    raw = _read(text)
    columns = raw.get("columns") or {}
    chosen = {part: _header(columns.get(part)) for part in PARTS}
    left = columns.get("left_to")
    values = dict(left.get("values") or {}) if isinstance(left, Mapping) else {}
    ends: list[tuple[int, str, str]] = []
    for number, ground in enumerate(raw.get("grounds") or []):
        table = ((ground.get("dispositions") or {}).get("table") or {}) if isinstance(ground, Mapping) else {}
        ends += [(number, str(value), str(answer)) for value, answer in table.items()]
    assumed = raw.get("assume") or {}
    constants = raw.get("constants") or {}
    return {
        "chosen": chosen, "values": [(str(v), str(a)) for v, a in values.items()], "ends": ends, "agency": str(constants.get("agency") or ""),
        "has_agency": any(k in columns for k in ("agency", "state", "agency_name")), "assumed": {k: str(assumed.get(k)).lower() == v for k, (v, _) in ASSUMED.items()},
        "form": str(assumed.get("detainer_form") or ""), "headers": headers,
    }  # fmt: skip


def edited(text: str, form: Form, headers: list[str]) -> str:
    """The map with what the form changed. Raises InputError for a column that there is not."""
    raw = dict(_read(text))
    columns = dict(raw.get("columns") or {})
    for part in PARTS:
        name = form.get(f"part {part}")
        if name is None or name == _header(columns.get(part)):
            continue
        if name and name not in headers:
            raise InputError("that is no column of the table", where=PARTS[part], do="choose one of the list")
        _set(columns, part, name)
        if part == "stay_id":
            stays = dict(raw.get("stays") or {})
            stays.pop("id", None)
            raw["stays"] = {**stays, "id": name} if name else stays
    left = columns.get("left_to")
    if isinstance(left, Mapping) and isinstance(left.get("values"), Mapping):
        columns["left_to"] = {**left, "values": {v: _one_of(form.get(f"left {n}", str(a)), LEFT_TO) for n, (v, a) in enumerate(left["values"].items())}}
    raw["columns"] = columns
    number = 0
    grounds = []
    for ground in raw.get("grounds") or []:
        table = ((ground.get("dispositions") or {}).get("table") or {}) if isinstance(ground, Mapping) else {}
        if table:
            answers = {}
            for value, answer in table.items():
                answers[value] = _one_of(form.get(f"end {number}", str(answer)), ENDS)
                number += 1
            ground = {**ground, "dispositions": {**ground["dispositions"], "table": answers}}
        grounds.append(ground)
    if grounds:
        raw["grounds"] = grounds
    if not raw.get("stays"):
        raw.pop("stays", None)
    agency = form.text("jail").strip()
    constants = {k: v for k, v in (raw.get("constants") or {}).items() if k != "agency"}
    raw["constants"] = {**constants, "agency": agency} if agency else constants
    assume = {k: v for k, v in (raw.get("assume") or {}).items() if k not in ASSUMED and k != "detainer_form"}
    assume |= {k: v == "true" for k, (v, _) in ASSUMED.items() if form.get(f"assume {k}") == "yes"}
    if form.text("form"):
        assume["detainer_form"] = _one_of(form.text("form"), dict.fromkeys(FORMS))
    raw["assume"] = assume
    return as_text({k: v for k, v in raw.items() if v not in ({}, [])})


def as_text(value: Mapping[str, Any]) -> str:
    """A map as text that a person reads."""
    import yaml

    return str(yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, width=200))


def _read(text: str) -> Mapping[str, Any]:
    value = parse(text, name="map").value
    if not isinstance(value, Mapping):
        raise InputError("the map holds no keys", where="map", do="begin again from the proposed one")
    return value


def _header(value: Any) -> str:
    return str(value.get("column") or "") if isinstance(value, Mapping) else "" if value is None else str(value)


def _set(columns: dict[str, Any], part: str, name: str) -> None:
    if not name:
        columns.pop(part, None)
    elif part == "left_to":
        # Another column has other values; they are read by the usual words until somebody says what each means.
        columns[part] = {"column": name, "patterns": dict(_LEFT_WORDS), "else": "unknown"}
    else:
        columns[part] = name


def _one_of(value: str, known: Mapping[str, Any]) -> str:
    if value not in known:
        raise InputError("that is no meaning here", do=f"one of {', '.join(known)}")
    return value
