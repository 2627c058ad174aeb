"""A made-up paper: which form, what is filled in, ticked and signed; and the facts that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dueprocess.testing.papers.forms import Form, form

ROLES = ("immigration_officer", "immigration_judge", "judge", "clerk", "none")
STYLES = ("x", "check", "filled", "circle", "outside", "typed")
"""How a box is ticked: an X, a check mark, filled in, a circle around it, an X partly outside, a typed X."""


@dataclass(frozen=True)
class Paper:
    """One paper. Nothing in it is about a real person.

    ``values``: key -> what stands in the blank (lines joined by a line feed). ``ticked``: keys of ticked boxes, with
    ``marks`` how each is ticked. ``drawn``: keys of the signatures that are there. ``signer``: the role whose title is
    printed under the main signature, whether or not it is signed. ``dates``: key -> the day meant (ISO). ``pages``:
    how many of the form's pages are there, from the first.
    """

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()
    marks: Mapping[str, str] = field(default_factory=dict)
    drawn: frozenset[str] = frozenset()
    signer: str = "none"
    dates: Mapping[str, str] = field(default_factory=dict)
    pages: int = 1
    typeface: str = "Helvetica"
    seed: str = ""
    person: int = 0
    """Papers about the same made-up person have the same number."""

    @property
    def template(self) -> Form:
        return form(self.name)

    @property
    def kind(self) -> str:
        return self.template.kind

    @property
    def edition(self) -> str | None:
        return self.template.edition

    @property
    def matter(self) -> str:
        return self.template.head.get("matter", "civil")

    @property
    def signed(self) -> bool:
        """Whether the signature that counts is there."""
        return "signature" in self.drawn


@dataclass(frozen=True)
class Facts:
    """What a reader must find out about a paper, apart from where it stands.

    ``boxes`` are named as in a case file, None for a paper without such boxes. ``signed_by`` is ``none`` where the
    signature is missing, whoever's title is printed. ``judicial``: a paper of the judicial branch. Days are ISO.
    ``refers_to``: kinds of papers that it says it rests on or has attached.
    """

    name: str
    kind: str
    edition: str | None
    boxes: frozenset[str] | None
    signed_by: str
    signer_title: str | None
    matter: str
    judicial: bool
    issuer: str | None
    dated: str | None
    served_on: str | None
    cancels: str | None
    case_number: str | None
    court: str | None
    addressee: str | None
    refers_to: tuple[str, ...]
    person: int


def facts(paper: Paper) -> Facts:
    """The facts of a paper; it takes no drawing and no time to speak of."""
    template = paper.template
    meaning = template.meaning
    blank = {meaning[k]: k for k in meaning}
    named = frozenset(meaning[k] for k in paper.ticked if k in meaning)
    if "hold" in template.listed("asked"):
        # A request that is itself a box, left blank.
        named |= frozenset({"hold_blank"} if "req_hold" not in paper.ticked else ())
    refers = [kind for pair in template.listed("refers") for key, _, kind in [pair.partition("=")] if key == "always" or key in paper.ticked or paper.values.get(key)]
    return Facts(
        name=paper.name,
        kind=paper.kind,
        edition=paper.edition,
        boxes=named if blank else None,
        signed_by=paper.signer if paper.signed else "none",
        signer_title=paper.values.get("signer_title") or None,
        matter=paper.matter,
        judicial=template.head.get("judicial") == "yes",
        issuer=("cbp" if "Border" in paper.values.get("from", "") else "ice") if template.kind.startswith("i-247") else None,
        dated=paper.dates.get("date"),
        served_on=paper.dates.get("served_on"),
        cancels=paper.dates.get("cancel_date") if template.head.get("cancels") == "always" or "cancel" in paper.ticked else None,
        case_number=paper.values.get("case_no") or None,
        court=paper.values.get("court") or template.head.get("court"),
        addressee=template.head.get("addressee"),
        refers_to=tuple(refers),
        person=paper.person,
    )
