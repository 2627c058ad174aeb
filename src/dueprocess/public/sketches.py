"""What the drawings of papers say: how to tell a detainer's editions, officers' warrants and a judge's paper apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PAPERS: tuple[dict[str, Any], ...] = (
    {"id": "i-200", "title": ["WARRANT FOR", "ARREST OF ALIEN"], "top": "DHS", "foot": "Form I-200", "boxes": 4,
     "en": ("I-200, signed by an immigration officer", "Immigration officer"),
     "es": ("I-200, firmado por un agente de inmigración", "Agente de inmigración")},
    {"id": "i-205", "title": ["WARRANT OF", "REMOVAL/DEPORTATION"], "top": "DHS", "foot": "Form I-205", "boxes": 4,
     "en": ("I-205, signed by an immigration officer", "Immigration officer"),
     "es": ("I-205, firmado por un agente de inmigración", "Agente de inmigración")},
    {"id": "immigration-judge", "title": ["IMMIGRATION COURT", "ORDER OF REMOVAL"], "top": "DOJ · EOIR", "foot": "EOIR", "boxes": 0,
     "en": ("Removal order of an immigration judge (no court's judge)", "Immigration judge"),
     "es": ("Orden de expulsión de un juez de inmigración (no es juez de un tribunal)", "Juez de inmigración")},
    {"id": "judge-order", "title": ["COURT", "ORDER"], "court": True, "foot": "", "boxes": 0,
     "en": ("A judge's civil order to keep the person", "Judge"),
     "es": ("Orden civil de un juez de retener a la persona", "Juez o jueza")},
    {"id": "judge-finding", "title": ["COURT", "PROBABLE CAUSE"], "court": True, "foot": "", "boxes": 0,
     "en": ("A judge's finding of probable cause", "Judge"),
     "es": ("Decisión de un juez de que hay causa probable", "Juez o jueza")},
    {"id": "judge-warrant", "title": ["UNITED STATES", "DISTRICT COURT"], "court": True, "foot": "", "boxes": 0,
     "en": ("A warrant signed by a judge", "Judge"),
     "es": ("Orden judicial firmada por un juez", "Juez o jueza")},
)  # fmt: skip

_DETAINERS: Mapping[str, dict[str, Any]] = {
    "i-247a": {"title": ["IMMIGRATION DETAINER -", "NOTICE OF ACTION"], "boxes": 5},
    "i-247g": {"title": ["REQUEST FOR ADVANCE", "NOTIFICATION OF", "RELEASE"], "boxes": 0},
    "i-247d": {"title": ["IMMIGRATION DETAINER -", "REQUEST FOR", "VOLUNTARY ACTION"], "boxes": 4},
    "i-247n": {"title": ["REQUEST FOR VOLUNTARY", "NOTIFICATION OF", "RELEASE"], "boxes": 2},
    "i-247x": {"title": ["REQUEST FOR", "VOLUNTARY TRANSFER"], "boxes": 3},
    "i-247": {"title": ["IMMIGRATION DETAINER -", "NOTICE OF ACTION"], "boxes": 4},
}
_CASE = {"en": ("Case No. ___", "State / U.S."), "es": ("Caso núm. ___", "Estado / EE.UU.")}
_OFFICER = {"en": "Immigration officer", "es": "Agente de inmigración"}


def papers(lang: str) -> list[dict[str, Any]]:
    """The papers beside a detainer, in the order in which they are asked about. The titles are the forms' own, in English."""
    found = []
    for p in _PAPERS:
        label, signed = p[lang]
        number, side = _CASE[lang]
        found.append({"id": p["id"], "label": label, "title": p["title"], "lines": [p.get("top", "")], "signed": signed, "foot": p["foot"],
                      "court": (side, number) if p.get("court") else False, "boxes": p["boxes"]})  # fmt: skip
    return found


def detainer(kind: str, lang: str, *, label: str, footer: str) -> dict[str, Any]:
    """The drawing of a detainer's form: ``footer`` is what stands at its foot."""
    d = _DETAINERS[kind]
    return {"id": kind, "label": label, "title": d["title"], "lines": ["DHS"], "signed": _OFFICER[lang], "foot": footer, "court": False, "boxes": d["boxes"]}
