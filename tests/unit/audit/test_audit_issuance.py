"""Detainers against the sender's own policy of the day: each result has its row, and like rows share an answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import made_up

from dueprocess.audit import issuance, numbers
from dueprocess.audit.single import decide_rows, read_rows
from dueprocess.law import load_lawbook

TODAY = date(2026, 11, 22)
# What Chicago's office, and people whom a settlement covers, were owed is not in question here.
ELSEWHERE = {"f_arrested_for_crime": True, "f_citizenship_claimed": False}


def of(folder: Path, stays: list[made_up.Row]) -> dict[str, Any]:
    made_up.write(folder, stays)
    out = folder / "results.parquet"
    decide_rows(folder, lawbook=load_lawbook(), law_known_at=TODAY, out=out)
    with numbers.opened(folder, out) as link:
        return issuance.issuance(link, folder, lawbook=load_lawbook(), law_known_at=TODAY)


def i_247a(row: int, *, warrant: bool | None, **more: Any) -> made_up.Row:
    found = made_up.stay(row, booked="2018-03-14 20:00", due="2018-03-29 15:00", left="2018-03-30 10:00", detainer_form="i-247a", detainer_edition="2017-03", detainer_boxes="biometric", **ELSEWHERE)
    made_up.exact(found, "admin_warrant", made_up.NEVER_AT if warrant is False else found["booked_lo"] if warrant else None)
    return found | more


def test_a_warrant_must_come_with_an_i_247a(tmp_path: Path) -> None:
    found = of(tmp_path, [i_247a(0, warrant=False), i_247a(1, warrant=False), i_247a(2, warrant=True)])
    assert found["results"]["against"] == 2 and found["results"]["within"] == 1
    assert found["norms"] == {"us/ice/policy-10074-2#warrant-attached": 2}
    assert found["forms"]["i-247a"]["against"] == 2 and found["years"][2018]["within"] == 1


def test_what_the_file_does_not_say_stays_open(tmp_path: Path) -> None:
    found = of(tmp_path, [i_247a(0, warrant=None, record_complete=False)])
    assert found["results"]["open"] == 1 and found["wanted"]["admin_warrant"] == 1


def test_a_detainer_without_its_day_is_told_apart(tmp_path: Path) -> None:
    undated = i_247a(0, warrant=True)
    made_up.exact(undated, "detainer_received", None)
    early = made_up.stay(1, booked="1999-03-14 20:00", due="1999-03-29 15:00", left="1999-03-30 10:00", detainer_edition="1997-04")
    found = of(tmp_path, [undated, early])
    assert found["results"]["no_day"] == 1 and found["detainers"] == 2 and found["results"]["against"] == 0


def test_every_detainer_is_counted_once(tmp_path: Path) -> None:
    stays = made_up.county(300, seed=3)
    found = of(tmp_path, stays)
    listed = sum(1 for s in stays if s["detainer_form"])
    assert found["detainers"] == sum(found["results"].values()) == listed
    assert sum(n for row in found["forms"].values() for n in row.values()) == listed


def test_like_detainers_share_one_answer_and_others_do_not(tmp_path: Path) -> None:
    few = [i_247a(i, warrant=i % 2 == 0) for i in range(40)]
    found = of(tmp_path, few)
    assert (found["results"]["within"], found["results"]["against"]) == (20, 20)


def test_a_day_without_its_hour_is_enough_and_two_days_under_two_policies_are_not(tmp_path: Path) -> None:
    dated = i_247a(0, warrant=False)
    low = dated["detainer_received_lo"] - dated["detainer_received_lo"] % 86_400 + 7 * 3600  # that day's midnight in Oregon
    dated |= {"detainer_received_lo": low, "detainer_received_hi": low + 86_400, "detainer_received_open": True}
    # On 1 April 2017 the policy that asks for a warrant with the form came into force.
    vague = i_247a(1, warrant=False) | {"detainer_received_lo": 1_490_900_000, "detainer_received_hi": 1_491_300_000, "detainer_received_open": False}
    found = of(tmp_path, [dated, vague])
    assert found["results"]["against"] == 1 and found["results"]["open"] == 1


def test_the_second_detainer_of_a_stay_is_asked_about_too(tmp_path: Path) -> None:
    second = {"row": 0, "kind": "i-247a", "edition": "2017-03", "boxes": "biometric", "received_lo": 1_521_200_000, "received_hi": 1_521_200_000, "received_open": False}
    made_up.write(tmp_path, [i_247a(0, warrant=False), i_247a(1, warrant=True)], papers=[second])
    decide_rows(tmp_path, lawbook=load_lawbook(), law_known_at=TODAY, out=tmp_path / "results.parquet")
    with numbers.opened(tmp_path, tmp_path / "results.parquet") as link:
        found = issuance.issuance(link, tmp_path, lawbook=load_lawbook(), law_known_at=TODAY)
    assert found["detainers"] == 3 and found["results"]["against"] == 2 and found["results"]["within"] == 1


def test_those_told_apart_by_nothing_have_one_answer(tmp_path: Path) -> None:
    stays = made_up.county(400, seed=5)
    made_up.write(tmp_path, stays)
    decide_rows(tmp_path, lawbook=load_lawbook(), law_known_at=None, out=tmp_path / "results.parquet")
    answers: dict[int, set[tuple[str, tuple[str, ...]]]] = {}
    with numbers.opened(tmp_path, tmp_path / "results.parquet") as link:
        issuance._sort(link, tmp_path, load_lawbook(), then=True)
        sorts = dict(link.execute("SELECT row, sort FROM lodged").fetchall())
        for stay, papers, _, events, _ in read_rows(tmp_path, rows=list(sorts)):
            answers.setdefault(sorts[stay["row"]], set()).add(issuance._asked(stay, papers, events, lawbook=load_lawbook(), law_known_at=None))
    assert len(answers) < len(sorts)
    assert all(len(found) == 1 for found in answers.values())
