"""A change of law asked of a table: what moves is what the one-case evaluator says of the same rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from dueprocess.audit.lawdiff import law_impact
from dueprocess.law import load_lawbook
from dueprocess.testing.county import county_stays
from dueprocess.testing.rows import CaseRows

TODAY = date(2026, 11, 22)
AGENCY = "us/tx/travis-county/sheriff"
POLICY = """\
id: us/tx/travis-county/made-up-rule
title: A made-up ruling that forbids every hold here
kind: ruling
stage: final
citation: Nobody v. No County, No. 0 (W.D. Tex.)
citation_form: none
construes: us/constitution/fourth-amendment
known: {from: "2000-01-01"}
binds: [us/tx/travis-county]
norms:
  - forbid: hold
    when: NOT judicial_warrant
    because: Made up for a test.
sources: [{title: A made-up opinion, publisher: nobody, date: "2000-01-01"}]
review: {status: unreviewed, basis: general knowledge}
"""


def test_what_moves_and_by_which_norm(tmp_path: Path) -> None:
    overlay = tmp_path / "law" / "us/tx/travis-county"
    overlay.mkdir(parents=True)
    (overlay / "made-up-rule.yaml").write_text(POLICY)
    before, after = load_lawbook(), load_lawbook(tmp_path / "law")
    rows = CaseRows(before.vocabulary, inline=True)
    for _, case in county_stays(AGENCY, (before, after), count=60, today=TODAY):
        rows.add(case)
    prepared = rows.write(tmp_path / "prepared")
    (prepared / "prepared.json").write_text('{"inputs": [], "map": null, "preset": null, "assumptions": [], "rows_in": 60, "rows_out": 60, "stays": 60, "notes": []}')
    (prepared / "problems.parquet").write_bytes((prepared / "events.parquet").read_bytes())
    found = law_impact([prepared], before, after, today=TODAY)
    assert found.stays == 60 and 0 < found.changed["any"] <= 60
    assert sum(m[4] for m in found.moves) == found.changed["any"]
    # A forbid can only end holds and settle open questions toward release.
    assert {m[1] for m in found.moves if m[0] != m[1]} <= {"release"}
    assert any(m[3] == "us/tx/travis-county/made-up-rule#forbid-hold" for m in found.moves)
    assert law_impact([prepared], before, before, today=TODAY).changed["any"] == 0
