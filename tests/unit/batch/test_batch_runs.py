"""What a run promises whatever the law says: one row out for each row in, the same whatever the order and the size of
the parts, and a run that was stopped goes on as if it never had been."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from batch_made import AGENCY, Found, answered, plain_stay, read, rows_of, shipped, stays

from dueprocess.batch import RESULT_COLUMNS, Options, run_batch
from dueprocess.batch.answering import Answering
from dueprocess.batch.parts import Part
from dueprocess.kernel.errors import InputError
from dueprocess.testing import TODAY, Seeded, shuffled
from dueprocess.testing.rows import CaseRows

CLASSES = {"certain", "possible", "no", "contradiction", "unknown"}


def plain() -> CaseRows:
    """Thirty stays with a detainer in the row: quick to ask, as they need no side tables."""
    days = [f"2026-0{m}-{d:02}" for m in (3, 4, 6) for d in range(2, 12)]
    return rows_of([plain_stay(booked=d, due=f"{d}T{10 + i % 9}:00", left=f"{d[:-2]}{int(d[-2:]) + i % 5:02}T23:00") for i, d in enumerate(days)])


@cache
def expected(tmp: Path) -> list[Found]:
    return answered(tmp, plain())


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> list[Found]:
    return expected(tmp_path_factory.mktemp("once"))


# -- conservation and order -----------------------------------------------------------------------------------


def test_one_row_out_for_each_in(tmp_path: Path) -> None:
    cases = stays(60)
    rows = rows_of(cases, inline=False)
    for number in (3, 7, 11):
        rows.stays[number]["agency"] = None
    found = answered(tmp_path, rows)
    assert [r["row"] for r in found] == list(range(len(cases)))
    assert tuple(found[0]) == tuple(c.strip('"') for c in RESULT_COLUMNS)
    assert {r["class"] for r in found} <= CLASSES
    for result, stay in zip(found, rows.stays, strict=True):
        if stay["agency"] is None:
            assert (result["class"], result["missing"], result["outcome"]) == ("unknown", "agency", None)
        if result["class"] == "contradiction":
            assert result["problem"] and result["outcome"] is None and result["over_least"] is None
            continue
        if result["over_least"] is not None:
            assert 0 <= result["over_least"] <= result["over_most"] and 0 <= result["open_least"] <= result["open_most"]
            assert (result["class"] == "certain") == (result["over_least"] > 0)
            if result["class"] == "no":
                assert result["over_most"] == 0
        assert (result["deciding_norm"] is None) == (result["outcome"] in (None, "local_custody", "review")) or result["outcome"] == "release"
        assert (result["open_because"] is None) == (result["outcome"] != "review")


def test_the_parts_of_an_exact_stay_sum_to_it(tmp_path: Path) -> None:
    """Local custody until release was due; then all is over-detention, undetermined or a hold, and no more than the rest."""
    rows = plain()
    for result, stay in zip(answered(tmp_path, rows), rows.stays, strict=True):
        assert result["over_least"] <= result["over_most"] and result["open_least"] == result["open_most"]
        # What is undetermined may be over-detention too.
        assert result["over_most"] == result["over_least"] + result["open_most"]
        assert result["over_most"] <= stay["left_lo"] - stay["release_due_lo"]


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path) -> None:
    """Neither which number a stay has, nor where its rows lie in the files."""
    cases = stays(40)
    straight = answered(tmp_path / "one", rows_of(cases, inline=False))
    source = Seeded(1)
    order = shuffled(source, range(len(cases)))
    rows = rows_of([cases[i] for i in order], inline=False)
    rows.stays, rows.papers, rows.grounds, rows.events = (shuffled(source, t) for t in (rows.stays, rows.papers, rows.grounds, rows.events))
    again = answered(tmp_path / "two", rows)
    assert [{**r, "row": order[r["row"]]} for r in again] == [straight[i] for i in order]


@pytest.mark.parametrize("size", [7, 30, 1000])
def test_the_size_of_parts_changes_nothing(tmp_path: Path, once: list[Found], size: int) -> None:
    told: list[tuple[int, int]] = []
    found = answered(tmp_path, plain(), part_rows=size, progress=lambda done, total: told.append((done, total)))
    assert found == once
    assert [t for _, t in told] == [30] * len(told) and told[-1][0] == 30
    assert [d for d, _ in told] == sorted({d for d, _ in told}) and len(told) >= 30 // size


def test_threads_and_memory_change_nothing(tmp_path: Path, once: list[Found]) -> None:
    assert answered(tmp_path, plain(), threads=2, memory="2GB") == once


# -- stopped and resumed ----------------------------------------------------------------------------------------


class Stopped(Exception):
    pass


def stop_after(parts: int) -> Any:
    told: list[int] = []

    def progress(done: int, total: int) -> None:
        told.append(done)
        if len(told) == parts:
            raise Stopped

    return progress


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the parts that are worked out, as they are."""
    names: list[str] = []
    write = Answering.write

    def counted(self: Answering, part: Part) -> None:
        names.append(part.path.name)
        write(self, part)

    monkeypatch.setattr(Answering, "write", counted)
    return names


def stopped_run(folder: Path, *, after: int = 2) -> Path:
    """A run of five parts that was stopped after two; the prepared folder."""
    prepared = plain().write(folder / "prepared")
    with pytest.raises(Stopped):
        run_batch(prepared, lawbook=shipped(), law_known_at=TODAY, out=folder / "results.parquet", options=Options(threads=1, part_rows=6, progress=stop_after(after)))
    assert not (folder / "results.parquet").exists(), "no half result that looks whole"
    return prepared


def go_on(folder: Path, prepared: Path, **more: Any) -> list[Found]:
    options = {"lawbook": shipped(), "law_known_at": TODAY, **more}
    run_batch(prepared, out=folder / "results.parquet", options=Options(threads=1, part_rows=6), **options)
    return read(folder / "results.parquet")


def test_a_stopped_run_goes_on_where_it_stopped(tmp_path: Path, once: list[Found], asked: list[str]) -> None:
    prepared = stopped_run(tmp_path)
    assert len(asked) == 2
    assert go_on(tmp_path, prepared) == once
    assert len(asked) == 5 == len(set(asked)), "no part twice"
    assert not (tmp_path / "results.parquet.parts").exists(), "nothing is left behind"


def test_parts_side_by_side_end_as_one_by_one_and_a_stopped_run_goes_on(tmp_path: Path, once: list[Found]) -> None:
    prepared = plain().write(tmp_path / "prepared")
    out, given = tmp_path / "results.parquet", {"lawbook": shipped(), "law_known_at": TODAY}
    with pytest.raises(Stopped):
        run_batch(prepared, out=out, options=Options(threads=2, part_rows=6, progress=stop_after(2)), **given)
    assert not out.exists()
    assert 2 <= len(list((tmp_path / "results.parquet.parts").glob("part-*.parquet"))) <= 5
    told: list[tuple[int, int]] = []
    run_batch(prepared, out=out, options=Options(threads=2, part_rows=6, progress=lambda done, total: told.append((done, total))), **given)
    assert read(out) == once
    assert told == sorted(told)
    assert told[-1] == (30, 30)


def test_a_part_that_fails_stops_those_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure is told as it is, the run ends at once, and nothing looks whole."""
    prepared = plain().write(tmp_path / "prepared")
    write = Answering.write
    begun: list[str] = []
    other = threading.Event()

    def failing(self: Answering, part: Part) -> None:
        begun.append(part.path.name)
        if len(begun) == 1:
            assert other.wait(timeout=60), "another part is worked out beside it"
            raise Stopped
        other.set()
        # Longer than any test lasts, unless it is interrupted.
        self.engine.rows("SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b WHERE a.range * b.range % 7 = 3")
        write(self, part)

    monkeypatch.setattr(Answering, "write", failing)
    with pytest.raises(Stopped):
        run_batch(prepared, lawbook=shipped(), law_known_at=TODAY, out=tmp_path / "results.parquet", options=Options(threads=2, part_rows=6))
    assert len(begun) < 5
    assert not list(tmp_path.rglob("part-*.parquet"))
    assert not (tmp_path / "results.parquet").exists()


def test_another_input_starts_anew(tmp_path: Path, asked: list[str]) -> None:
    prepared = stopped_run(tmp_path)
    rows = plain()
    rows.stays[0]["left_lo"] = rows.stays[0]["left_hi"] = rows.stays[0]["left_lo"] + 3600
    rows.write(prepared)
    found = go_on(tmp_path, prepared)
    assert len(asked) == 2 + 5
    assert found == answered(tmp_path / "whole", rows)


def test_another_day_of_knowledge_starts_anew(tmp_path: Path, asked: list[str]) -> None:
    prepared = stopped_run(tmp_path)
    found = go_on(tmp_path, prepared, law_known_at=date(2013, 1, 1))
    assert len(asked) == 2 + 5
    assert found == answered(tmp_path / "whole", plain(), known=date(2013, 1, 1))


def test_another_law_starts_anew(tmp_path: Path, asked: list[str]) -> None:
    from dueprocess.testing import Scene, lawbook_from, random_law

    prepared = stopped_run(tmp_path)
    other = lawbook_from(random_law(Seeded(5), Scene(AGENCY, date(2026, 3, 2))))
    found = go_on(tmp_path, prepared, lawbook=other)
    assert len(asked) == 2 + 5
    assert found == answered(tmp_path / "whole", plain(), lawbook=other)


KILLED = """
import os, sys
from datetime import date
from pathlib import Path
from dueprocess.batch import Options, run_batch
from dueprocess.law import load_lawbook

book = load_lawbook()  # before: a cold cache gives files their names, too
replace, left = Path.replace, [int(sys.argv[3])]
def dying(self, target):
    if left[0] == 0:
        os.kill(os.getpid(), 9)
    left[0] -= 1
    return replace(self, target)
Path.replace = dying
run_batch(Path(sys.argv[1]), lawbook=book, law_known_at=date.fromisoformat(sys.argv[4]), out=Path(sys.argv[2]), options=Options(threads=1, part_rows=6))
"""


@pytest.mark.parametrize("parts", [2, 5], ids=["in the third part", "in the result"])
def test_a_killed_run_leaves_no_half_part_that_counts(tmp_path: Path, once: list[Found], asked: list[str], parts: int) -> None:
    """Killed when a file is written but has not got its name yet."""
    prepared = plain().write(tmp_path / "prepared")
    out = tmp_path / "results.parquet"
    done = subprocess.run([sys.executable, "-c", KILLED, str(prepared), str(out), str(parts), TODAY.isoformat()], env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    assert not out.exists()
    half = list(tmp_path.rglob("*.partial"))
    assert len(half) == 1, half
    half[0].write_bytes(half[0].read_bytes()[:100])
    assert go_on(tmp_path, prepared) == once
    assert len(asked) == max(0, 5 - parts)


def test_the_outcome_alone_is_that_of_everything_where_a_limit_ends_with_the_day(tmp_path: Path) -> None:
    """Release was due on a day without a clock, and the law there ends a hold with that day: at the moment asked about."""
    case = plain_stay("us/nj/ocean-county/sheriff", booked="2021-07-03", due="2021-07-05", left="2021-07-06", at="2021-07-05T10:00", offset="-04:00", record_complete=False, papers=[], facts={"judicial_warrant": False, "charged_violent_or_serious_crime": True})
    rows = rows_of([case])
    for stay in rows.stays:
        stay["at"] = None
    (whole,), (alone,) = (answered(tmp_path / str(t), rows, timeline=t) for t in (True, False))
    assert (whole["outcome"], whole["deciding_norm"]) == ("release", "us/nj/ag-directive-2018-6#limit-hold")
    assert [alone[k] for k in ("at", "outcome", "deciding_norm", "due_lo", "due_hi")] == [whole[k] for k in ("at", "outcome", "deciding_norm", "due_lo", "due_hi")]


# -- odd tables -----------------------------------------------------------------------------------------------


def test_no_rows_at_all(tmp_path: Path) -> None:
    rows = rows_of([])
    assert answered(tmp_path, rows) == []
    import pyarrow.parquet as pq

    assert pq.read_schema(tmp_path / "results.parquet").names == [c.strip('"') for c in RESULT_COLUMNS]


def test_no_row_with_an_agency(tmp_path: Path) -> None:
    rows = plain()
    for stay in rows.stays:
        stay["agency"] = None
    found = answered(tmp_path, rows)
    assert [(r["row"], r["class"], r["missing"]) for r in found] == [(i, "unknown", "agency") for i in range(30)]
    assert all(r[k] is None for r in found for k in ("outcome", "over_least", "over_most", "deciding_norm", "hold_until"))


@pytest.mark.parametrize("name", ["stays", "papers", "grounds", "events"])
def test_a_folder_that_lacks_a_table_is_refused(tmp_path: Path, name: str) -> None:
    prepared = plain().write(tmp_path / "prepared")
    (prepared / f"{name}.parquet").unlink()
    with pytest.raises(InputError, match=name):
        run_batch(prepared, lawbook=shipped(), law_known_at=TODAY, out=tmp_path / "results.parquet")
    assert not (tmp_path / "results.parquet").exists()


def test_the_work_folder_may_lie_elsewhere(tmp_path: Path, once: list[Found]) -> None:
    prepared = plain().write(tmp_path / "prepared")
    run_batch(prepared, lawbook=shipped(), law_known_at=TODAY, out=tmp_path / "results.parquet", work=tmp_path / "elsewhere", options=Options(threads=1))
    assert read(tmp_path / "results.parquet") == once
    assert sorted(p.name for p in tmp_path.iterdir()) == ["prepared", "results.parquet"]
    shutil.rmtree(prepared)
