"""A factory of made-up papers: detainers of every edition, warrants, orders, cover sheets, and what else a fax brings.

Drawn by us from the printed labels; nobody in them exists. The same source gives the same papers, bytes and pixels.

- ``names()``, ``form(name)``: the forms that can be drawn, as ``i-247a_2017-02``.
- ``random_paper(source, kind)``, ``random_packet(source)``, ``filled(form, source)``: a ``Paper``; ``random_about``: whom
  it is about.
- ``facts(paper)``: what it is and says, as ``Facts``; ``truth(paper)``: that, and each field with its place.
- ``draw_pdf(papers, fields=…)``: with form fields or flat; ``text_of(paper)`` and ``misread(text, source, rate=…)``.
- ``scan(pdf, source, level=…)``: pages as a fax machine, a scanner or a telephone gives them (``ScanPage``);
  ``two_up``, ``image_pdf``, ``tiff``, ``png``, ``jpeg``, ``eml``: the files that arrive.

Drawing needs ``reportlab``; scans need the packages of the extra ``ocr``.

    >>> paper = random_paper(Seeded(7), "i-247n")
    >>> facts(paper).kind, facts(paper).judicial
    ('i-247n', False)
"""

from dueprocess.testing.papers.drawing import draw_pdf
from dueprocess.testing.papers.forms import Form, form, names
from dueprocess.testing.papers.making import About, filled, random_about, random_packet, random_paper
from dueprocess.testing.papers.paper import Facts, Paper, facts
from dueprocess.testing.papers.scanning import LEVELS, ScanPage, eml, image_pdf, jpeg, png, scan, tiff, two_up
from dueprocess.testing.papers.truth import FieldTruth, Truth, truth
from dueprocess.testing.papers.wording import misread, text_of
from dueprocess.testing.source import Seeded

__all__ = [
    "LEVELS",
    "About",
    "Facts",
    "FieldTruth",
    "Form",
    "Paper",
    "ScanPage",
    "Seeded",
    "Truth",
    "draw_pdf",
    "eml",
    "facts",
    "filled",
    "form",
    "image_pdf",
    "jpeg",
    "misread",
    "names",
    "png",
    "random_about",
    "random_packet",
    "random_paper",
    "scan",
    "text_of",
    "tiff",
    "truth",
    "two_up",
]
