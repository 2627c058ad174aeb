"""Dates as people write them, and as worn print leaves them."""

from __future__ import annotations

from datetime import date

import pytest

from dueprocess.papers.dates import read_date, worn_date

DAY = date(2011, 11, 26)


@pytest.mark.parametrize("text", ["11/26/2011", "11-26-11", "2011-11-26", "November 26, 2011", "26 Nov 2011", "11.26.2011", "l1/26/2O11"])
def test_a_date(text: str) -> None:
    assert read_date(text) == DAY


@pytest.mark.parametrize("text", ["11262011", "11 26 2011", "11:26/2011", "11 26/2011", "11:26 11"])
def test_a_date_whose_strokes_were_lost_is_read_as_worn_alone(text: str) -> None:
    assert worn_date(text) == DAY


@pytest.mark.parametrize("text", ["1126201", "13 40 2011", "555 0123", "11262011 and 11272011", "A000 866 974", "I-247", ""])
def test_what_is_no_date(text: str) -> None:
    assert worn_date(text) is None and read_date(text) is None
