"""A one-off closing laid down as a file while the desk runs: once counsel has adopted it open deadlines move, both are kept."""

from __future__ import annotations

import shutil
from pathlib import Path

from desk_common import ALL, NOW, TEXAS, WARRANT, Made, at, made, who

from dueprocess.desk import Desk, alerts, showing
from dueprocess.desk.lawful import LawInUse
from dueprocess.kernel.instants import local_date, parse_instant
from dueprocess.law.adopting import AdoptionFile, adopt, binding
from dueprocess.store import tables

CLOSING = "us/orders/made-up-closing"
FILE = """id: us/orders/made-up-closing
title: Made-up order closing federal offices on 19 November 2026
kind: executive_order
citation: Exec. Order No. 99999 (2026)
citation_form: none
in_force: {from: "2026-11-18"}
binds: [us]
days_off:
  - {date: "2026-11-19", calendar: federal_holidays, name: Made-up day of mourning}
sources: [{title: Made-up order, publisher: Made-up office, url: null, date: "2026-11-18"}]
review: {status: unreviewed, basis: general knowledge}
"""
OLD_FORM = {"kind": "i-247", "edition": "2012-12", "signed_by": "immigration_officer", "boxes": ["final_order"], "issuer": "ice"}


def adopted(desk: Made, law: LawInUse) -> None:
    """Counsel adopts all that binds, as on the page."""
    book = law().lawbook
    file = adopt(AdoptionFile(TEXAS, {}), binding(book, TEXAS), by_role="counsel", on=local_date("UTC", NOW))
    law.adopt(TEXAS, lambda _: {"agency": TEXAS, "adopted": [dict(e) for e in file.entries.values()]}, by="a_counsel")
    alerts.turn(desk.desk)


def test_a_closing_counts_once_adopted_and_both_times_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "law"
    folder.mkdir()
    with made(tmp_path, adopted=False) as desk:
        law = LawInUse(desk.store, desk.writer, folders=[folder], now=lambda: desk.clock[0])
        desk.desk = Desk(desk.store, desk.writer, law=law, now=lambda: desk.clock[0])
        stay = desk.booked()
        desk.desk.receive_paper(who(), stay, OLD_FORM, at=at(-8))
        desk.desk.receive_paper(who(), stay, WARRANT, at=at(-8))
        adopted(desk, law)
        friday, monday = NOW + 47 * 3600, parse_instant("2026-11-23T11:00:00-06:00", where="")
        assert desk.stay(stay)["hold_until"] == friday
        # Laid down: read within two looks, and nobody is held longer for it yet.
        (folder / "us" / "orders").mkdir(parents=True)
        (folder / f"{CLOSING}.yaml").write_text(FILE, encoding="utf-8")
        assert law.refresh() is False and law.refresh() is True
        alerts.turn(desk.desk)
        assert desk.stay(stay)["hold_until"] == friday and CLOSING in law().lawbook.authorities
        before = len(desk.rows(tables.alerts))
        adopted(desk, law)
        assert desk.stay(stay)["hold_until"] == monday
        row = next(d for d in desk.rows(tables.deadlines) if d["what"] == "hold_ends")
        assert (row["due_at"], row["was_due_at"], row["state"]) == (monday, friday, "open")
        told = [d for c in showing.person(desk.store, who(), stay).changes for d in c["deadlines"]]
        assert {"what": "hold_ends", "before": friday, "now": monday} in told
        assert [(a["what"], a["role"]) for a in desk.rows(tables.alerts)[before:]] == [("law", "supervisor")]
        answer = max(desk.rows(tables.decisions), key=lambda d: int(d["number"]))["answer"]
        reasons = {s["excluded"] for c in answer["clocks"] for s in c["steps"]}
        assert f"Made-up day of mourning ({CLOSING})" in reasons and CLOSING in answer["unreviewed"]
        # Taken away again, the earlier end counts again.
        shutil.rmtree(folder / "us")
        assert law.refresh() is False and law.refresh() is True
        alerts.turn(desk.desk)
        assert desk.stay(stay)["hold_until"] == friday and ALL
