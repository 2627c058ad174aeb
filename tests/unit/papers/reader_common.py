"""What the tests of the reading room share. Seeds from 900,000 on: development looked at none of them."""

from __future__ import annotations

from collections.abc import Sequence

from dueprocess.papers import Limits, PaperReading, Reading, read_packet
from dueprocess.testing.papers import Paper, Seeded, draw_pdf, random_about, random_paper
from dueprocess.testing.papers.making import with_

HERE = Limits(apart=False)
"""In this process: for papers that the test itself has drawn."""


def paper(seed: int, name: str, *, spoil: float = 0.0, **changes: object) -> Paper:
    """A made-up paper with nothing wrong about it but what is asked for."""
    made = random_paper(Seeded(f"tests/{900_000 + seed}"), name, spoil=spoil)
    return with_(made, **changes) if changes else made


def about_one(seed: int, names: Sequence[str]) -> list[Paper]:
    """Papers about one person."""
    source = Seeded(f"tests/{900_000 + seed}")
    about = random_about(source)
    return [random_paper(source, name, about=about, spoil=0.0) for name in names]


def read(*papers: Paper, fields: bool = False) -> Reading:
    """The reading of a text PDF of these papers."""
    return read_packet([("papers.pdf", draw_pdf(papers, fields=fields))], limits=HERE)


def one(*papers: Paper, fields: bool = False) -> PaperReading:
    """The first paper read."""
    return read(*papers, fields=fields).papers[0]


def codes(reading: Reading | PaperReading) -> list[str]:
    """The codes of all findings."""
    return [f.code for f in (reading.all_findings() if isinstance(reading, Reading) else reading.findings)]
