"""Odd files that a newcomer can open (docs/examples), each from the files to the report by what ``columns`` proposes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dueprocess.audit.folder import Options, audit
from dueprocess.kernel.yamlread import parse
from dueprocess.law import load_lawbook
from dueprocess.tables import propose
from dueprocess.testing import TODAY

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


def audited(folder: Path, name: str, **more: Any) -> tuple[str, dict[str, Any], str]:
    """(the proposed map, run.json, the report) of one of the examples."""
    book = load_lawbook()
    files = sorted((EXAMPLES / name).iterdir())
    proposal = propose(files, vocabulary=book.vocabulary, agency="us/or/clackamas-county/sheriff")
    map_ = {**parse(proposal.text, name="map").value, **more}
    (folder / "map.json").write_text(json.dumps(map_), encoding="utf-8")
    audit(files, folder / "audit", lawbook=book, options=Options(law_known_at=TODAY, today=TODAY, engine="single", map=folder / "map.json"), say=lambda text, share=0.0: None)
    run = json.loads((folder / "audit" / "run.json").read_text(encoding="utf-8"))
    return proposal.text, run, (folder / "audit" / "report.html").read_text(encoding="utf-8")


def counts(run: dict[str, Any]) -> dict[str, int]:
    return {name: found["stays"] for name, found in run["classes"].items() if found["stays"]}


def test_two_exports_that_number_bookings_in_two_ways(tmp_path: Path) -> None:
    text, run, page = audited(tmp_path, "made-up-two-exports")
    assert "match: digits" in text and 'served: "Served Y/N"' in text and 'clock: "Bkg Time"' in text
    assert (run["rows_in"], run["rows_out"], run["stays"]) == (14, 14, 8)
    # Nobody says which warrants came, so nothing is certain; the one without an end of the charge cannot be told at all.
    assert counts(run) == {"possible": 7, "unknown": 1}
    assert "14 = 8 stays + 5 further rows of a stay + 1 set aside" in page and "whose stay is not among the stays" in page


def test_lists_of_every_night_in_which_not_seen_is_not_released(tmp_path: Path) -> None:
    text, run, page = audited(tmp_path, "made-up-nightly")
    assert "snapshots:" in text and 'file: "population*.csv"' in text
    assert (run["rows_in"], run["rows_out"], run["stays"]) == (15, 15, 5)
    assert counts(run) == {"unknown": 5}
    assert "Of 5 stays the record cannot tell whether any lasted longer than the encoded law allowed" in page
    request = (tmp_path / "audit" / "request.md").read_text(encoding="utf-8")
    assert "Date and hour at which each local charge" in request and "a line of totals" in page
