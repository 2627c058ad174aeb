"""A sheet with two papers is divided; one paper that mentions another's title is not."""

from __future__ import annotations

from dataclasses import replace

from reader_common import paper

from dueprocess.papers.pagereading import WHOLE, _halves
from dueprocess.papers.pdfpages import Pdf
from dueprocess.papers.values import Box, Line
from dueprocess.testing.papers import draw_pdf


def test_a_title_that_is_only_mentioned_in_a_row_divides_no_sheet() -> None:
    sheet = Pdf(draw_pdf(paper(70, "i-247a_2017-03"))).sheet(0)
    cancel = next(line for line in sheet.lines if "please cancel the detainer" in line.text)
    y0, y1 = cancel.box.y1 + 0.004, cancel.box.y1 + 0.016
    # As a recognizer cuts the row: "See attached Form I-200," and the rest of it by itself.
    pieces = [Line("See attached Form I-200,", Box(0.076, y0, 0.28, y1)), Line("Warrant for Arrest of Alien.", Box(0.281, y0, 0.51, y1))]
    assert [region for region, _ in _halves([*sheet.lines, *pieces], sheet.width / sheet.height)] == [WHOLE]


def test_two_papers_one_above_the_other_are_two() -> None:
    lines = []
    for half, name in enumerate(("i-247a_2017-03", "i-200_2016-09")):
        for line in Pdf(draw_pdf(paper(71, name))).sheet(0).lines:
            b = line.box
            lines.append(replace(line, box=Box(b.x0, (half + b.y0) / 2, b.x1, (half + b.y1) / 2)))
    assert len(_halves(lines, 0.77)) == 2
