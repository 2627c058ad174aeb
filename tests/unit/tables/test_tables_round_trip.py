"""A case that the tables can express and its row are the same question: case → files → prepared row → case, decided alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tables_common import prepared, read, write

from dueprocess.case.custody import row_case
from dueprocess.decide import decide_case
from dueprocess.kernel.errors import ContradictionError, InputError
from dueprocess.kernel.instants import parse_instant
from dueprocess.testing import TODAY, CaseDocument, Seeded, lawbook_from, random_case, random_law, scene

CASES = 60


def time_text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value['earliest']}/{value['latest']}" if isinstance(value, dict) else str(value)


def yes_no(value: Any) -> str:
    return {True: "yes", False: "no", None: ""}.get(value, str(value)) if isinstance(value, (bool, type(None))) else str(value)


def stay_row(number: int, case: CaseDocument) -> dict[str, str]:
    custody = case["custody"]
    row = {"stay_id": f"s{number}", "agency": case["agency"], "facility": case.get("facility") or "", "record_complete": yes_no(case["record_complete"])}
    for name in ("booked_at", "left_at", "release_due_at", "bail_refused_at"):
        row[name] = time_text(custody.get(name))
    if custody.get("left_at") is None:
        row["left_state"] = "present"
    row["left_to"] = custody.get("left_to") or ""
    row["has_grounds"] = "yes" if custody.get("grounds") is not None else ""
    for name, value in case["facts"].items():
        if isinstance(value, list):
            row[name], row[f"{name}_from"], row[f"{name}_then"] = yes_no(value[0]["value"]), value[1]["from"], yes_no(value[1]["value"])
        else:
            row[name] = yes_no(value)
    if case["determined"]:
        given = case["determined"]["probable_cause"]
        row["determined_probable_cause"], row["determined_probable_cause_at"] = yes_no(given["value"]), given["at"]
    return row


def table(rows: list[dict[str, str]]) -> list[list[str]]:
    names = list(dict.fromkeys(n for row in rows for n in row)) or ["stay_id"]
    return [names, *([row.get(n, "") for n in names] for row in rows)]


def test_the_row_of_a_case_is_decided_like_the_case(tmp_path: Path) -> None:
    drawn = []
    seed = 0
    while len(drawn) < CASES:
        seed += 1
        source = Seeded(seed)
        where = scene(source)
        law, case = random_law(source, where), random_case(source, where)
        # A stated fact that has the name of a column of the row's own detainer cannot be told from it.
        if not set(case["facts"]) & {"detainer_signed", "detainer_form", "detainer_issuer"}:
            drawn.append((law, case))
    stays = [stay_row(n, case) for n, (_, case) in enumerate(drawn)]
    papers, grounds, events = [], [], []
    for number, (_, case) in enumerate(drawn):
        for paper in case["papers"]:
            entry = {k: time_text(v) if k.endswith("_at") else " ".join(v) or "none" if isinstance(v, list) else v or "" for k, v in paper.items()}
            papers.append({"stay_id": f"s{number}", **entry})
        grounds += [{"stay_id": f"s{number}", "kind": g["kind"], "from": time_text(g["from"]), "until": time_text(g["until"])} for g in case["custody"].get("grounds") or ()]
        events += [{"stay_id": f"s{number}", "kind": e["kind"], "at": time_text(e["at"])} for e in case["events"]]
    for name, rows in (("stays", stays), ("papers", papers), ("grounds", grounds), ("events", events)):
        write(tmp_path, f"in/{name}.csv", table(rows))
    found = prepared(tmp_path, tmp_path / "in", as_of="2026-01-01")
    assert codes_but_forms(found.problems) == {}
    parts = {name: read(found, name) for name in ("stays", "papers", "grounds", "events")}
    compared = 0
    for number, (law, case) in enumerate(drawn):
        (row,) = [s for s in parts["stays"] if s["row"] == number]
        belonging = {name: [r for r in parts[name] if r["row"] == number] for name in ("papers", "grounds", "events")}
        again = row_case(row, **belonging, at=parse_instant(case["at"], where="at"), law_known_at=case["law_known_at"])
        book = lawbook_from(law)
        assert decision(again, book) == decision(case, book), (case, again)
        compared += 1
    assert compared == CASES


def codes_but_forms(problems: Any) -> dict[str, int]:
    """Empty but for repeated hours: a made-up detainer may lack its form, never a readable time."""
    return {k: v for k, v in problems.items() if k not in ("repeated-hour",)}


SAME = ("outcome", "open_because", "release_due_at", "hold_until", "overheld_hours", "overheld_hours_from_later_end", "undetermined_hours", "class", "timeline", "missing", "actions", "clocks")


def decision(case: CaseDocument, book: Any) -> Any:
    """All of an answer that says what holds; an error's words without its place."""
    try:
        answer = decide_case(case, today=TODAY, lawbook=book)
    except (ContradictionError, InputError) as error:
        return error.what
    return {key: answer[key] for key in SAME}


@pytest.mark.parametrize("value", ["2012-03-29T16:00:00-07:00", "2012-03-29", {"earliest": "2012-03-29", "latest": "2012-03-30"}])
def test_times_are_written_as_the_interface_says(value: Any) -> None:
    assert "2012-03-29" in time_text(value)
