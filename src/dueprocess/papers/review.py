"""The reviewed reading: one HTML page with the papers' images and a frame around everything that was read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.papers.output import JUDICIAL_WORDS, NOTICE, SIGNATURES, SIGNER_WORDS, questions, title
from dueprocess.papers.values import Box, Correction, Field, PaperReading, Reading

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).resolve().parent


def review_page(reading: Reading, *, name: str = "papers") -> str:
    """The page, needing nothing else: no script, no request. The reading must have been made with ``pictures``.

    The images show the papers as they came, names included: whoever keeps the page keeps the papers.
    """
    from markupsafe import Markup

    style = (_FOLDER / "review.css").read_text(encoding="utf-8")
    style += "".join(_place_rules(reading))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    count = len(reading.papers)
    same = {"same": "the same", "differs": "not the same", "unclear": "not told apart for sure", "not compared": "not compared"}
    person = reading.comparisons.get("person", "not compared")
    return (
        _template()
        .render(
            title=f"What was read: {name}",
            style=Markup(style),  # our own file and numbers, not data
            style_hash=digest,
            summary=f"{count} paper{'s' * (count != 1)} on {len(reading.pages)} page{'s' * (len(reading.pages) != 1)}; the person on all of them: {same.get(person, person)}.",
            questions=questions(reading),
            corrections=[_correction(reading, c) for c in reading.corrections],
            papers=[_paper(reading, p) for p in reading.papers],
            findings=reading.findings,
            files=reading.files,
            notice=NOTICE,
        )
        .lstrip()
        + "\n"
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("review.html.jinja")


def _paper(reading: Reading, paper: PaperReading) -> dict[str, Any]:
    return {
        "number": paper.number,
        "title": title(paper),
        "signer": SIGNER_WORDS[paper.signed_by] if paper.kind != "other" else "",
        "judicial": JUDICIAL_WORDS[paper.judicial].capitalize(),
        "judges": paper.evidence,
        "findings": paper.findings,
        "pages": [_page(reading, paper, number) for number in paper.pages],
    }


def _page(reading: Reading, paper: PaperReading, number: int) -> dict[str, Any]:
    page = reading.pages[number - 1]
    rows = [_row(i, f) for i, f in enumerate(paper.fields, 1) if f.page == number]
    return {
        "number": number,
        "image": base64.b64encode(page.image).decode() if page.image else "",
        "rows": rows,
        "marks": [r for r in rows if r["placed"]],
    }


def _row(number: int, one: Field) -> dict[str, Any]:
    how = {"ink": "ink", "text": "text", "form field": "form field", "recognized": "recognized", "wording": "from the wording", "person": "a person looked"}[one.how]
    return {
        "number": number,
        "id": f"{number}",
        "label": one.label if len(one.label) < 90 else one.label[:87] + "...",
        "value": _value(one),
        "open": one.value is None and one.read not in (None, ""),
        "how": how,
        "sure": f"{one.confidence:.0%}",
        "css": "person" if one.how == "person" else "sure" if one.certain else "ask",
        "placed": one.box is not None,
    }


def _value(one: Field) -> str:
    if one.personal is not None:
        return "there (compared, not shown)"
    if one.read == "":
        return "blank"
    if one.key in SIGNATURES:
        words = {True: "signed", False: "not signed"}
    else:
        words = {True: "ticked", False: "not ticked"}
    if one.value is None:
        perhaps = words[one.read] if isinstance(one.read, bool) else one.read.replace("_", " ") if isinstance(one.read, str) else ""
        return f"not known (perhaps {perhaps})" if perhaps else "not known"
    return words[one.value] if isinstance(one.value, bool) else str(one.value).replace("_", " ")


def _correction(reading: Reading, one: Correction) -> dict[str, Any]:
    machine = next((p for p in reading.machine or () if p.number == one.paper), None)
    before: Any = None
    if machine is not None:
        found = machine.field(one.field)
        before = found.read if found is not None else getattr(machine, one.field, None)
    return {"paper": one.paper, "field": one.field.lstrip(":").replace("_", " "), "machine": "nothing sure" if before in (None, "") else str(before), "value": str(one.value), "by_role": one.by_role, "when": one.when, "why": one.why}


def _place_rules(reading: Reading) -> Iterable[str]:
    """Where each frame stands, as rules in the page's own style: the policy allows no style in the elements."""
    for paper in reading.papers:
        for number, one in enumerate(paper.fields, 1):
            if one.box is not None:
                b: Box = one.box
                yield f"#m-{paper.number}-{number}{{left:{b.x0:.2%};top:{b.y0:.2%};width:{b.width:.2%};height:{b.height:.2%}}}\n"
