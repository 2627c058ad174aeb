"""What is read, as frozen values: places on a page, lines, check-boxes, fields, findings, papers, a whole reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HOW = ("form field", "text", "recognized", "ink", "wording", "person")
"""How a value was read: the value of a PDF's form field; its text layer or a text file; character recognition; dark
ink in a place; worked out from the form's own wording; or said by a person."""

JUDICIAL = ("yes", "no", "unknown")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the page, 0 to 1, from its top left corner."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        """The height of its middle line."""
        return (self.y0 + self.y1) / 2

    def around(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def same_row(self, other: Box) -> bool:
        """Whether the two stand on one line of print."""
        overlap = min(self.y1, other.y1) - max(self.y0, other.y0)
        return overlap > 0.5 * min(self.height, other.height)

    def beside(self, other: Box) -> float:
        """How much of the narrower one's width the two share, 0 to 1."""
        shared = min(self.x1, other.x1) - max(self.x0, other.x0)
        return max(0.0, shared) / max(1e-6, min(self.width, other.width))

    def listed(self) -> list[float]:
        """Four numbers with four places, as JSON has them."""
        return [round(v, 4) for v in (self.x0, self.y0, self.x1, self.y1)]


@dataclass(frozen=True, slots=True)
class Line:
    """A run of text on a page. ``confidence`` is 1 where no recognition took part."""

    text: str
    box: Box
    confidence: float = 1.0
    how: str = "text"
    again: tuple[str, ...] = ()
    """What further looks at it read, where they read something else."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A check-box of a PDF form or of a text file: its place, and whether it is ticked."""

    box: Box
    ticked: bool
    how: str = "form field"


@dataclass(frozen=True, eq=False)
class Personal:
    """A name or a file number: held to be compared, never shown, stored or printed."""

    _text: str = field(repr=False)

    def __str__(self) -> str:
        return "[withheld]"

    def __reduce__(self) -> str:
        raise TypeError("personal data are not stored")

    def key(self) -> str:
        """What two readings of the same thing have in common; for comparison inside this program only."""
        return "".join(c for c in self._text.upper() if c.isalnum())

    def digits(self) -> str:
        """Its digits alone."""
        return "".join(c for c in self._text if c.isdigit())


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a paper: ``label`` as printed, ``value`` null where nothing could be read with confidence.

    ``read`` is what was read before the threshold took it away; ``personal`` holds what must not be shown.
    """

    key: str
    label: str
    value: Any
    page: int
    box: Box | None
    quote: str
    confidence: float
    how: str
    threshold: float = 0.0
    read: Any = None
    personal: Personal | None = None

    @property
    def certain(self) -> bool:
        """Whether it was read well enough to count without a person."""
        return self.confidence >= self.threshold


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know: ``effect`` says what it changes in the answer, ``question`` what to look up."""

    code: str
    text: str
    page: int | None = None
    box: Box | None = None
    effect: str = ""
    question: str = ""
    paper: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sign that speaks for (``for_judge``) or against a judge's paper, with its place."""

    sign: str
    for_judge: bool
    quote: str
    page: int
    box: Box | None
    confidence: float


@dataclass(frozen=True, slots=True)
class PaperReading:
    """One paper: what it is, who signed it, what is ticked, where all that stands. ``number`` counts from 1."""

    number: int
    kind: str
    edition: str | None
    pages: tuple[int, ...]
    region: Box | None
    judicial: str
    evidence: tuple[Evidence, ...]
    fields: tuple[Field, ...]
    signed_by: str | None = None
    """``none`` where nobody signed; null where that, or who it was, is not known."""
    matter: str | None = None
    about: str = ""
    """For what is no known paper: what it seems to be."""
    findings: tuple[Finding, ...] = ()
    pages_printed: int | None = None
    confidence: float = 1.0

    def field(self, key: str) -> Field | None:
        """The field of that name."""
        return next((f for f in self.fields if f.key == key), None)

    def value(self, key: str) -> Any:
        """A field's value; None where it is absent or not certain."""
        found = self.field(key)
        return found.value if found else None


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page as it was read. ``number`` counts over all files, ``page`` within its own; ``how`` is text, recognized,
    blank or unreadable; ``turned`` in degrees; ``image`` is a PNG of the page set upright, where one was asked for."""

    number: int
    file: int
    page: int
    how: str
    turned: int = 0
    confidence: float = 1.0
    width: float = 612.0
    height: float = 792.0
    image: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read, or an attachment of one (``inside``: the number of the e-mail)."""

    number: int
    name: str
    sha256: str
    bytes: int
    media: str
    pages: int
    inside: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person saw on a paper: ``field`` of ``paper`` is ``value``. It stands beside the machine's reading."""

    paper: int
    field: str
    value: Any
    by_role: str
    when: str
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A packet: its files, its pages, the papers in it, what is the matter with them.

    ``comparisons``: ``person`` and ``file_number``, each same, differs, unclear or not compared. ``received``: when
    it came, as the e-mail or the fax machine's line says; without a zone where none is printed.
    """

    files: tuple[SourceFile, ...]
    pages: tuple[PageReading, ...]
    papers: tuple[PaperReading, ...]
    findings: tuple[Finding, ...]
    comparisons: Mapping[str, str] = field(default_factory=dict)
    received: str | None = None
    custody: Mapping[str, Any] | None = None
    corrections: tuple[Correction, ...] = ()
    machine: tuple[PaperReading, ...] | None = None
    """The papers as the program read them, where a person has corrected something."""
    sheet_numbers: tuple[Personal, ...] = ()
    """The booking numbers on the jail's own sheet: to be compared with who is in."""

    def all_findings(self) -> tuple[Finding, ...]:
        """Those of the packet, then those of each paper."""
        return (*self.findings, *(f for p in self.papers for f in p.findings))
