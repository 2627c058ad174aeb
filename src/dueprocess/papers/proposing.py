"""A reading as values to be put into a case by a person: for the desk, which shows each with its place and asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dueprocess.papers.casefile import BOXES, entries, undecided
from dueprocess.papers.classify import KIND_THRESHOLD
from dueprocess.papers.known import BY_KIND
from dueprocess.papers.output import questions, title
from dueprocess.papers.values import Box, Evidence, Field, Finding, PaperReading, Reading


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a paper as a case file has it.

    ``key`` is kind, edition, signed_by, signature, matter, issuer, date, served_at, cancels_of, or ``boxes.NAME``; ``value`` is
    None where it is unknown, ``perhaps`` what was read below the threshold; ``box`` is in fractions of the page.
    """

    key: str
    label: str
    value: Any
    perhaps: Any
    confidence: float
    threshold: float
    page: int
    box: Box | None
    quote: str
    how: str

    @property
    def certain(self) -> bool:
        """Whether it counts without a person."""
        return self.confidence >= self.threshold


@dataclass(frozen=True, slots=True)
class ProposedPaper:
    """A paper: what it would be in a case file, and each value with its place.

    ``entry`` has the case file's keys of a paper, null for what is unknown; it is None for a paper that must not be
    added, and ``left_out`` then says why.
    """

    number: int
    title: str
    pages: tuple[int, ...]
    entry: Mapping[str, Any] | None
    left_out: str
    judicial: str
    evidence: tuple[Evidence, ...]
    values: tuple[Value, ...]
    findings: tuple[Finding, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A packet, ready to be looked at. ``facts``: boxes surely read of a detainer with others that were not.
    ``custody``: what a jail's own sheet among the papers says, in local time; null without one. ``complete``: False
    while a page or paper may be any paper."""

    papers: tuple[ProposedPaper, ...]
    facts: Mapping[str, Any]
    custody: Mapping[str, Any] | None
    complete: bool
    received: str | None
    findings: tuple[Finding, ...]
    questions: tuple[Mapping[str, Any], ...]


def proposed(reading: Reading, *, received: str | None = None) -> Proposal:
    """The papers of a reading (corrections applied) as a person is asked to take them over.

    Args:
        reading: what was read.
        received: when the packet came, an instant with zone; without it the e-mail's own date, where there is one.
    """
    came = received or (reading.received if reading.received and reading.received[-6:-5] in "+-" else None)
    found, facts = entries(reading, came)
    asked = questions(reading)
    papers = []
    for paper in reading.papers:
        entry = found[paper.number]
        reason = "" if entry is not None else "it is about another person, or has another file number"
        papers.append(
            ProposedPaper(
                paper.number, title(paper), paper.pages, entry, reason, paper.judicial, paper.evidence, tuple(_values(paper)), paper.findings,
                tuple(q["question"] for q in asked if q["paper"] == paper.number),
            )
        )  # fmt: skip
    return Proposal(tuple(papers), facts, reading.custody, not undecided(reading), came, reading.findings, tuple(asked))


_KEYS = {"officer": "signed_by", "from": "issuer", "served_on": "served_at", "cancels_of": "cancels_of", "date": "date"}


def _values(paper: PaperReading) -> list[Value]:
    first = paper.pages[0]
    form = BY_KIND.get(paper.kind)
    heads = [s for s in paper.evidence if s.sign.startswith("the number")]
    place = heads[0].box if heads else None
    listed = [Value("kind", "", paper.kind, paper.about or None, paper.confidence, KIND_THRESHOLD, first, place, "", "text")]
    if form is not None and form.editions:
        listed.append(Value("edition", "", paper.edition, None, paper.confidence if paper.edition else 0.0, KIND_THRESHOLD, first, place, "", "text"))
    if paper.kind in ("judicial_warrant", "court_order"):
        charge = next((f for f in paper.fields if f.key.startswith(":") and f.value is True), None)
        listed.append(_of("matter", charge, value=paper.matter) if charge is not None else Value("matter", "", paper.matter, None, 0.0, KIND_THRESHOLD, first, None, "", "ink"))
    signature = paper.field("signature")
    if signature is not None and paper.field("officer") is None:
        listed.append(_of("signed_by", signature, value=paper.signed_by))
    for one in paper.fields:
        if one.key in BOXES or one.key == ":cancels":
            listed.append(_of(f"boxes.{one.key.lstrip(':')}", one, value=one.value))
        elif one.key == "officer":
            listed.append(_of("signed_by", one, value=paper.signed_by))
        elif one.key == "signature":
            listed.append(_of("signature", one, value=one.value))
        elif one.key in _KEYS:
            listed.append(_of(_KEYS[one.key], one, value=one.value))
    return listed


def _of(key: str, one: Field, *, value: Any) -> Value:
    return Value(key, one.label, value, one.read if one.read != "" else None, one.confidence, one.threshold, one.page, one.box, one.quote, one.how)
