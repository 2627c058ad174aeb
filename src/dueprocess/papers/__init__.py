"""Papers: from what the fax brought to papers as values and facts, with page, place, quote and confidence.

``read_files`` and ``read_packet`` give a ``Reading``; ``as_dict`` and ``as_text`` show it, ``case_of`` and
``case_text`` make a case file of it, ``proposed`` gives its values for a person to take over (the desk), ``review_page`` draws what was read over the pages, ``apply`` and
``read_corrections`` put what a person saw beside it. ``FINDINGS`` names every code. Files are parsed in a process of
their own that can be killed; names, file and booking numbers are compared and never shown.
"""

from dueprocess.papers.casefile import case_of, case_text
from dueprocess.papers.consistency import CODES as FINDINGS
from dueprocess.papers.corrections import apply, read_corrections
from dueprocess.papers.output import as_dict, as_text
from dueprocess.papers.proposing import Proposal, ProposedPaper, Value, proposed
from dueprocess.papers.reading import Limits, keep, read_files, read_packet
from dueprocess.papers.review import review_page
from dueprocess.papers.values import (
    Box,
    Correction,
    Evidence,
    Field,
    Finding,
    PageReading,
    PaperReading,
    Reading,
    SourceFile,
)

__all__ = [
    "FINDINGS",
    "Box",
    "Correction",
    "Evidence",
    "Field",
    "Finding",
    "Limits",
    "PageReading",
    "PaperReading",
    "Proposal",
    "ProposedPaper",
    "Reading",
    "SourceFile",
    "Value",
    "apply",
    "as_dict",
    "as_text",
    "case_of",
    "case_text",
    "keep",
    "proposed",
    "read_corrections",
    "read_files",
    "read_packet",
    "review_page",
]
