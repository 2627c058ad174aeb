"""Which printing a form is, where its footer was read poorly: named on what agrees, else unknown, never a wrong one."""

from __future__ import annotations

import pytest

from dueprocess.papers.classify import KIND_THRESHOLD, classify
from dueprocess.papers.scan import two_ways
from dueprocess.papers.values import Box, Line

POOR = 0.7
TITLES = {"i-247": "IMMIGRATION DETAINER - NOTICE OF ACTION", "i-247a": "IMMIGRATION DETAINER - NOTICE OF ACTION", "i-247d": "IMMIGRATION DETAINER - REQUEST FOR VOLUNTARY ACTION"}
BODY = {
    "i-247": ("Served a warrant of arrest for removal proceedings.", "Obtained an order of deportation or removal from the United States for this person."),
    "i-247a": ("The alien must be served with a copy of this form for the detainer to take effect.",),
    "i-247d": ("B. PROBABLE CAUSE EXISTS THAT THE SUBJECT IS A REMOVABLE ALIEN",),
}
FROM_DHS, FROM_DEPARTMENT = "FROM: (DHS Office Address)", "FROM: (Department of Homeland Security Office Address)"


def edition(kind: str, footer: str, *again: str, sure: float = POOR, body: tuple[str, ...] = ()) -> str | None:
    """The edition as a reading would have it: null below the threshold."""
    texts = (TITLES[kind], *BODY[kind], *body)
    lines = [Line(t, Box(0.1, 0.05 + 0.03 * i, 0.8, 0.06 + 0.03 * i), 0.97, "recognized") for i, t in enumerate(texts)]
    guess = classify([*lines, Line(footer, Box(0.1, 0.95, 0.3, 0.96), sure, "recognized", again)])
    assert guess.kind == kind
    return guess.edition if guess.edition_confidence >= KIND_THRESHOLD else None


@pytest.mark.parametrize(
    ("kind", "looks", "body", "want"),
    [
        ("i-247a", ("DHS Form 1-247A (3/17)", "DHS Form l-247A (3/17)"), (), "2017-03"),
        ("i-247a", ("DHS Form I-247A (02/17)",), (FROM_DHS,), "2017-02"),
        ("i-247a", ("DHS Form I-247A (3/17)", "DHS Form I-247A (2/17)"), (FROM_DEPARTMENT,), "2017-03"),
        ("i-247a", ("DHS Form I-247A (3/17)", "DHS Form I-247A (2/17)"), (), None),
        ("i-247a", ("DHS Form I-247A (3/17)",), (FROM_DHS,), None),
        ("i-247a", ("DHS Form I-247A (3/17)",), (), None),
        ("i-247d", ("DHS Form I-247D (5/15)", "DHS Form I-247D (5/16)"), (), "2015-05"),
        ("i-247d", ("DHS Form I-247D (5/1S)", "DHS Form I-247D (5/16)", "DHS Form I-247D (5/19)"), (), "2015-05"),
        ("i-247d", ("DHS Form I-247D (6/19)",), (), None),
        ("i-247", ("DHS Form I-247 (6/1 1)", "DHS Form I-247 (6/11)"), (), "2011-06"),
        ("i-247", ("DHS Form I-247 (12/11)", "DHS Form I-247 (12/12)"), (), None),
        ("i-247", ("Form 1247 (Res. 4 1.97).", "Form 1-247 (Re. 4 1.97).", "Form 1-247 (Res. 4 1.97)."), (), "1997-04"),
        ("i-247", ("Form 1247 (Res. 4 1.97).",), (), None),
    ],
)
def test_what_several_looks_at_a_footer_say(kind: str, looks: tuple[str, ...], body: tuple[str, ...], want: str | None) -> None:
    assert edition(kind, *looks, body=body) == want


@pytest.mark.parametrize("footer", ["DHS Form I-247D (5/16)", "DHS Form I-247D (3/25)"])
def test_a_clearly_printed_edition_that_nobody_knows_is_not_taken_for_the_only_one(footer: str) -> None:
    assert edition("i-247d", footer, sure=0.99) is None


def test_what_is_read_in_two_ways_and_what_is_not() -> None:
    assert not two_ways("DHS Form 1-247A (3/17)", "DHS Form l-247A (3/l7)")
    assert not two_ways("Case No. 13CR00162", "Case No.13CR00162")
    assert two_ways("DHS Form I-247A (3/17)", "DHS Form I-247A (3/11)")
    assert two_ways("Date: 05/23/2015", "Date: 05/28/2015")
