"""Public tables through both evaluators, row by row. ICE's releases name no end of local custody, so no row's hours
can be told: every class is "unknown", and the two must say so alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_common import read_results, shipped

from dueprocess.audit.single import decide_rows
from dueprocess.batch import Options, run_batch
from dueprocess.kernel.files import data_dir
from dueprocess.places import load_places
from dueprocess.tables import prepare
from dueprocess.testing import TODAY

COMPARED = (
    "row", "at", "outcome", "due_lo", "due_hi", "hold_until", "over_least", "over_most", "open_least", "open_most",
    "later_over_least", "later_over_most", "class", "deciding_norm", "problem",
)  # fmt: skip


def check(name: str, folder: Path, *, every: int) -> tuple[int, int]:
    """(rows, rows with an agency) of a sample; both evaluators agree on every one asked about."""
    found = prepare([data_dir("samples") / name], out=folder / "prepared", lawbook=shipped(), places=load_places(), as_of="2015-07-31", person_key=b"0" * 32)
    assert found.rows_in == found.stays + found.merged + found.aside
    run_batch(folder / "prepared", lawbook=shipped(), law_known_at=TODAY, out=folder / "batch.parquet", options=Options(threads=1))
    by_batch = read_results(folder / "batch.parquet")
    assert [r["row"] for r in by_batch] == list(range(found.stays))
    assert {r["class"] for r in by_batch} == {"unknown"}
    assert all(r["over_least"] in (0, None) for r in by_batch), "and no hour is claimed"
    asked = range(0, found.stays, every)
    decide_rows(folder / "prepared", lawbook=shipped(), law_known_at=TODAY, out=folder / "decide.parquet", rows=asked)
    matched = 0
    for one in read_results(folder / "decide.parquet"):
        other = by_batch[one["row"]]
        if one["due_lo"] is None or one["due_hi"] is None:
            one |= {"due_lo": None, "due_hi": None}  # half a time is told by the one and not by the other
        if one["missing"] == "agency":
            assert (other["missing"], other["outcome"]) == ("agency", None), (one, other)
            continue
        matched += 1
        wrong = {k: (one[k], other[k]) for k in COMPARED if one[k] != other[k]}
        assert not wrong, (one["row"], wrong)
    assert matched
    return found.stays, matched


def test_a_row_in_forty_of_pennsylvania(tmp_path: Path) -> None:
    stays, matched = check("ice-detainers-pennsylvania-2007-2015.csv.gz", tmp_path, every=40)
    assert stays == 32_757 and matched > 300


def test_detainers_lifted_for_citizens(tmp_path: Path) -> None:
    stays, matched = check("ice-detainers-lifted-us-citizen-2007-2015.csv", tmp_path, every=1)
    assert stays == 693 and matched > 5


@pytest.mark.soak
def test_every_row_of_pennsylvania(tmp_path: Path) -> None:
    check("ice-detainers-pennsylvania-2007-2015.csv.gz", tmp_path, every=1)
