"""Whatever is done to a record is found, and named by its number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_common import SIGNER, MadeUp, made_up

from dueprocess.kernel.errors import InputError
from dueprocess.ledger import (
    Chain,
    Checkpoint,
    Frontier,
    Record,
    Report,
    leaf_hash,
    make_leaf,
    open_sealed,
    read_leaf,
    seal,
)

SIZE = 24
RECORD = made_up(SIZE, kept=(8, 16))


def check(records: list[Record], *, checkpoints: list[Checkpoint] | None = None, **options: Any) -> Report:
    chain = Chain(RECORD.checkpoints() if checkpoints is None else checkpoints, **options)
    for record in records:
        chain.add(record)
    return chain.finish()


def located(report: Report) -> set[int]:
    """The numbers that the findings name."""
    return {n for f in report.findings for n in range(f.number, (f.last or f.number) + 1)}


def test_nothing_is_wrong_with_a_record_as_it_was_written() -> None:
    for count in (0, 1, 2, 7, SIZE):
        record = made_up(count)
        report = check(record.records, checkpoints=record.checkpoints())
        assert report.ok and not report.findings and report.size == count and report.checkpoints == 1
    report = check(RECORD.records)
    assert report.checkpoints == 3
    assert (report.payloads, report.opened, report.erased, report.left_out) == (16, 13, 3, 0)
    assert report.frontier.root() == report.root and report.last_hash == RECORD.records[-1].hash


def test_a_check_goes_on_from_an_earlier_one() -> None:
    first = check(RECORD.records[:16], checkpoints=RECORD.checkpoints()[:2])
    second = check(RECORD.records[16:], checkpoints=RECORD.checkpoints()[2:], frontier=first.frontier, last_hash=first.last_hash)
    assert second.ok and second.root == check(RECORD.records).root
    other = check(RECORD.records[17:], checkpoints=[], frontier=first.frontier, last_hash=first.last_hash)
    assert not other.ok and 17 in located(other)


@given(st.integers(0, SIZE - 1), st.sampled_from(["leaf", "hash", "payload", "key"]), st.data())
def test_any_changed_byte_is_located(index: int, part: str, data: st.DataObject) -> None:
    record = RECORD.records[index]
    value = getattr(record, part)
    if value is None:
        return
    place, bits = data.draw(st.integers(0, len(value) - 1)), data.draw(st.integers(1, 255))
    changed = value[:place] + bytes([value[place] ^ bits]) + value[place + 1 :]
    report = check([*RECORD.records[:index], replace(record, **{part: changed}), *RECORD.records[index + 1 :]])
    assert not report.ok
    assert located(report) == {index + 1}


@given(st.integers(0, SIZE - 1), st.integers(1, 4))
def test_removed_entries_are_located(index: int, count: int) -> None:
    gone = set(range(index + 1, min(index + count, SIZE) + 1))
    report = check([r for r in RECORD.records if r.number not in gone])
    assert not report.ok and gone <= located(report)
    assert report.findings[0].number == index + 1


@given(st.integers(0, SIZE - 1))
def test_an_entry_removed_and_the_later_ones_renumbered_is_located(index: int) -> None:
    rest = [replace(r, number=r.number - 1) for r in RECORD.records[index + 1 :]]
    report = check([*RECORD.records[:index], *rest])
    assert not report.ok and report.findings[0].number == index + 1


@given(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.booleans())
def test_swapped_entries_are_located(one: int, two: int, renumbered: bool) -> None:
    if one == two:
        return
    one, two = sorted((one, two))
    swapped = list(RECORD.records)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    if renumbered:  # as in a database, where the numbers are the keys
        swapped = [replace(r, number=place) for place, r in enumerate(swapped, 1)]
    report = check(swapped)
    assert not report.ok and {one + 1, two + 1} <= located(report)
    assert report.findings[0].number == one + 1


@given(st.integers(0, SIZE), st.booleans(), st.booleans())
def test_an_inserted_entry_is_located(index: int, renumbered: bool, chained: bool) -> None:
    """Made as well as anybody can make it who has no signing key."""
    previous = RECORD.records[index - 1].hash if index and chained else bytes(32)
    at = read_leaf(RECORD.records[max(0, index - 1)].leaf).at
    leaf = make_leaf(number=index + 1, previous=previous, at=at, head={"kind": "noted", "by": "somebody else"})
    more = [replace(r, number=r.number + 1) if renumbered else r for r in RECORD.records[index:]]
    report = check([*RECORD.records[:index], Record(index + 1, leaf, leaf_hash(leaf)), *more])
    assert not report.ok and index + 1 in located(report)


@given(st.integers(0, SIZE - 1))
def test_an_entry_rewritten_together_with_its_hash_is_located_by_the_next(index: int) -> None:
    leaf = RECORD.records[index].leaf.replace(b'"kind":"noted"', b'"kind":"never"')
    changed = replace(RECORD.records[index], leaf=leaf, hash=leaf_hash(leaf))
    report = check([*RECORD.records[:index], changed, *RECORD.records[index + 1 :]])
    assert not report.ok and index + 1 in located(report)
    if index < SIZE - 1:
        assert located(report) == {index + 1}


def rewritten(start: int) -> list[Record]:
    """Everything from an entry on, written anew so that all hashes fit together."""
    found, previous = list(RECORD.records[:start]), RECORD.records[start - 1].hash if start else bytes(32)
    for record in RECORD.records[start:]:
        leaf = read_leaf(record.leaf)
        head = {**leaf.head, "by": "somebody else"} if record.number == start + 1 else leaf.head
        data = make_leaf(number=leaf.number, previous=previous, at=leaf.at, head=head)
        previous = leaf_hash(data)
        found.append(Record(record.number, data, previous))
    return found


@pytest.mark.parametrize("start", range(SIZE))
def test_a_record_rewritten_to_its_end_is_found_between_two_signed_roots(start: int) -> None:
    report = check(rewritten(start))
    assert not report.ok
    bounds = [0, 8, 16, SIZE]
    first = max(b for b in bounds if b <= start)
    assert (report.findings[0].number, report.findings[0].last) == (first + 1, min(b for b in bounds if b > start))


def test_what_stands_after_the_last_signed_root_and_what_lacks_before_it() -> None:
    assert located(check(RECORD.records, checkpoints=RECORD.checkpoints()[:2])) == set(range(17, SIZE + 1))
    assert located(check(RECORD.records[:-2])) == {SIZE - 1, SIZE}
    assert located(check([])) == set(range(1, SIZE + 1))


def test_a_record_cut_back_to_an_older_signed_root_is_found_with_a_checkpoint_kept_elsewhere() -> None:
    """Nothing inside can show it; what was handed out does."""
    inside = RECORD.checkpoints()[:2]
    assert check(RECORD.records[:16], checkpoints=inside).ok
    assert located(check(RECORD.records[:16], checkpoints=[*inside, RECORD.checkpoints()[2]])) == set(range(17, SIZE + 1))


def test_a_clock_that_runs_back_is_named() -> None:
    leaves = []
    previous = bytes(32)
    frontier = Frontier()
    for number, at in ((1, 50), (2, 49), (3, 51)):
        leaf = make_leaf(number=number, previous=previous, at=at, head={})
        previous = leaf_hash(leaf)
        frontier.append(previous)
        leaves.append(Record(number, leaf, previous))
    report = check(leaves, checkpoints=[Checkpoint("a", 3, frontier.root())])
    assert located(report) == {2} and "time" in report.findings[0].what


def test_payloads_come_out_as_they_went_in_and_only_under_their_key() -> None:
    key, sealed = seal(b"made up")
    assert open_sealed(key, sealed.data, body=sealed.body) == b"made up"
    other, again = seal(b"made up")
    assert (other, again.data, again.body) != (key, sealed.data, sealed.body)
    for bad in ((other, sealed.data, sealed.body), (key, again.data, sealed.body), (key, sealed.data, again.body), (key, sealed.data[:20], sealed.body), (b"", sealed.data, sealed.body)):
        with pytest.raises(ValueError, match=r"payload"):
            open_sealed(bad[0], bad[1], body=bad[2])
    assert b"made up" not in sealed.data


def test_the_commitment_says_nothing_without_the_salt() -> None:
    """The salt is inside the encrypted bytes: the same payload gives other hashes each time."""
    assert len({seal(b"yes")[1].body for _ in range(50)}) == 50


@pytest.mark.parametrize("head", [{"n": 5}, {"prev": "x"}, {"sealed": "x"}, {"list": [1]}, {"bytes": b"x"}, {"float": 1.5}])
def test_a_head_that_is_not_plain_is_refused(head: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        make_leaf(number=1, previous=bytes(32), at=0, head=head)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_leaf_are_refused_without_a_crash(data: bytes) -> None:
    try:
        read_leaf(data)
    except ValueError:
        return
    raise AssertionError("random bytes were read as a leaf")


def test_findings_are_counted_beyond_those_that_are_listed() -> None:
    record = made_up(1500)
    broken = [replace(r, leaf=r.leaf + b" ") for r in record.records]
    report = check(broken, checkpoints=record.checkpoints())
    assert report.found >= 1500 and len(report.findings) == 1000


def test_the_made_up_key_is_the_signer_of_its_notes() -> None:
    assert isinstance(RECORD, MadeUp) and len(RECORD.notes) == 3
    with pytest.raises(InputError):
        Checkpoint.opened(RECORD.notes[0], [replace(SIGNER.key, public=bytes(32))])
