"""Adoption files: written at content hashes, extended, taken over from a signed one; never for another agency."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dueprocess.decide.adoption import adopted_ids
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.yamlread import Document, read_mapping
from dueprocess.law import Authority, Lawbook, load_lawbook
from dueprocess.law.adopting import (
    AdoptionFile,
    adopt,
    binding,
    chosen,
    of_place,
    publish,
    read_adoption,
    read_published,
    supports_hold,
    take_over,
    unadopted,
    without_lost,
    write_adoption,
)
from dueprocess.law.reading import KEYS, read_authority
from dueprocess.law.signing import new_key, read_private, read_public

AGENCY, DAY = "us/or/clackamas-county/sheriff", date(2026, 11, 22)


@pytest.fixture(scope="module")
def book() -> Lawbook:
    return load_lawbook()


def adopted(book: Lawbook, *ids: str, file: AdoptionFile | None = None, by_role: str = "county counsel", taken_from: str | None = None) -> AdoptionFile:
    return adopt(file or AdoptionFile(AGENCY, {}), chosen(book, ids), by_role=by_role, on=DAY, taken_from=taken_from)


def test_the_engine_reads_what_is_written(book: Lawbook, tmp_path: Path) -> None:
    bound = binding(book, AGENCY)
    file = adopt(AdoptionFile(AGENCY, {}, 730), bound, by_role='counsel: "of record"', on=DAY, taken_from="Test Association, 2026-11-22, ed25519:00")
    write_adoption(tmp_path / "a.yaml", file)
    raw = read_mapping(tmp_path / "a.yaml")
    assert raw["confirmed_within_days"] == 730
    del raw["confirmed_within_days"]
    assert adopted_ids(raw, lawbook=book, agency=AGENCY, today=DAY, where="test") == {a.id for a in bound}
    assert read_adoption(tmp_path / "a.yaml", agency=AGENCY) == file
    assert not unadopted(book, file, bound)


def test_it_is_extended_and_keeps_who_was_first(book: Lawbook, tmp_path: Path) -> None:
    first = adopted(book, "us/four-tests")
    second = adopted(book, "us/four-tests", "us/or/hb-3265", file=first, by_role="another role")
    assert second.entries["us/four-tests"]["by_role"] == "county counsel"
    assert second.entries["us/or/hb-3265"]["by_role"] == "another role"


def test_a_changed_text_is_not_adopted_until_it_is_again(book: Lawbook) -> None:
    old = AdoptionFile(AGENCY, {"us/four-tests": {"authority": "us/four-tests", "hash": "sha256:old", "by_role": "counsel", "on": "2020-01-01"}})
    bound = binding(book, AGENCY)
    assert "us/four-tests" in {a.id for a in unadopted(book, old, bound)}
    new = adopted(book, "us/four-tests", file=old)
    assert new.entries["us/four-tests"]["hash"] == book.authorities["us/four-tests"].adoption_hash
    assert "us/four-tests" not in {a.id for a in unadopted(book, new, bound)}


def test_an_entry_by_id_alone_stays(book: Lawbook, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"agency: {AGENCY}\nadopted: [us/four-tests, us/lost]\n")
    file = read_adoption(tmp_path / "a.yaml", agency=AGENCY)
    assert "us/four-tests" not in {a.id for a in unadopted(book, file, binding(book, AGENCY))}
    kept, lost = without_lost(file, book)
    assert lost == ("us/lost",) and "  - us/four-tests\n" in kept.text()
    assert AdoptionFile(AGENCY, {}).text().endswith("adopted: []\n")


def test_what_binds(book: Lawbook) -> None:
    ids = {a.id for a in binding(book, AGENCY)}
    assert {"us/four-tests", "us/or/hb-3265", "us/or/clackamas-county/miranda-olivares"} <= ids
    assert not any(i.startswith(("forms/", "us/ca/")) for i in ids)
    assert {a.id for a in of_place(binding(book, AGENCY), "us/or")} == {i for i in ids if i.startswith("us/or/")}
    assert len(of_place(book.authorities.values(), "us/or")) > len(of_place(binding(book, AGENCY), "us/or"))
    # The act that ended an older one can add a hold: while it is not adopted the older one still protects.
    assert supports_hold(book, book.authorities["us/or/hb-3265"])
    assert not supports_hold(book, book.authorities["us/or/clackamas-county/miranda-olivares"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("agency: us/or/baker-county/sheriff\nadopted: []\n", "it is the adoption of"),
        (f"agency: {AGENCY}\nadopted: 1\n", "is no list"),
        (f"agency: {AGENCY}\nadopted: [{{hash: x}}]\n", "names no authority"),
        (f"agency: {AGENCY}\nadopted: []\nmore: 1\n", "is no key here"),
        (f"agency: {AGENCY}\nadopted: []\nconfirmed_within_days: soon\n", "no number of days"),
    ],
)
def test_what_is_no_adoption_file(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(InputError, match=told):
        read_adoption(tmp_path / "a.yaml", agency=AGENCY)


def test_an_unknown_authority(book: Lawbook) -> None:
    with pytest.raises(InputError, match=r"\[us/for-tests\] is not in the lawbook; did you mean \[us/four-tests\]"):
        chosen(book, ["us/for-tests"])


# -- what an adoption rests on ------------------------------------------------------------------------------

MADE_UP: dict[str, Any] = {
    "id": "us/or/made-up",
    "title": "Made up for a test",
    "kind": "ruling",
    "stage": "final",
    "court": "state_appeals",
    "citation": "made up",
    "construes": "us/constitution/fourth-amendment",
    "in_force": {"from": "2015-01-01"},
    "known": {"from": "2015-01-01"},
    "binds": ["us/or"],
    "persuades": ["us/wa"],
    "norms": [{"forbid": "hold", "when": "NOT judicial_warrant", "because": "Made up."}],
    "note": "Made up.",
    "sources": [{"title": "Made up for a test", "date": "2020"}],
    "review": {"status": "unreviewed", "basis": "general knowledge"},
}
# Every key of a file of law, each with another value; a key that is not here fails the first test below.
OTHER: dict[str, Any] = {
    "id": "us/or/made-up-too",
    "title": "Another title",
    "kind": "decree",
    "stage": "preliminary",
    "court": "state_trial",
    "citation": "made up otherwise",
    "construes": "us/four-tests",
    "in_force": {"from": "2015-01-02"},
    "known": {"from": "2015-01-02"},
    "binds": ["us/ca"],
    "persuades": ["us/id"],
    "norms": [{"forbid": "hold", "when": "NOT (judicial_warrant OR court_order)", "because": "Made up."}],
    "note": "Another note.",
    "sources": [{"title": "Another source", "date": "2020"}],
    "replaces": "us/or/hb-3265",
}
LOOKED_AT: dict[str, Any] = {
    "review": {"status": "reviewed", "basis": "read in source", "by_role": "counsel", "on": "2026-11-20"},
    "confirmed_on": "2026-11-20",
    "citation_form": "none",
}


def made_up(**keys: Any) -> Authority:
    document = Document({**MADE_UP, **keys}, {}, "made-up.yaml")
    return read_authority(document, vocabulary=load_lawbook().vocabulary)


def test_every_key_is_tried() -> None:
    assert {*OTHER, *LOOKED_AT, "days_off"} == set(KEYS)


@pytest.mark.parametrize("key", sorted(OTHER))
def test_any_other_change_undoes_an_adoption(key: str) -> None:
    before, after = made_up(), made_up(**{key: OTHER[key]})
    assert before.adoption_hash != after.adoption_hash and not after.is_text(before.adoption_hash) and not after.is_text(before.hash)


@pytest.mark.parametrize("key", sorted(LOOKED_AT))
def test_a_look_at_it_does_not(key: str) -> None:
    before, after = made_up(), made_up(**{key: LOOKED_AT[key]})
    assert before.hash != after.hash  # the version of the lawbook tells them apart
    assert before.adoption_hash == after.adoption_hash and after.is_text(before.adoption_hash)


def test_another_day_off_undoes_an_adoption() -> None:
    """By itself, since a ruling makes no holiday."""
    order = {k: v for k, v in MADE_UP.items() if k not in ("construes", "stage", "court", "norms")} | {"id": "us/made-up", "kind": "executive_order", "binds": ["us"]}

    def closing(day: str) -> Authority:
        return read_authority(Document({**order, "days_off": [{"date": day, "calendar": "federal_holidays", "name": "Made up"}]}, {}, "made-up.yaml"), vocabulary=load_lawbook().vocabulary)

    assert closing("2026-11-27").adoption_hash != closing("2026-11-30").adoption_hash


def test_a_copy_in_the_place_of_its_own_id_is_the_same_text() -> None:
    assert made_up(replaces=MADE_UP["id"]).is_text(made_up().adoption_hash)


def test_an_earlier_adoption_counts_while_the_whole_file_is_as_it_was(book: Lawbook) -> None:
    """Adoptions once held the hash of the whole file, the review included."""
    from dataclasses import replace

    one = book.authorities["us/four-tests"]
    raw = {"agency": AGENCY, "adopted": [{"authority": one.id, "hash": one.hash, "by_role": "counsel", "on": "2026-11-01"}]}
    earlier = AdoptionFile(AGENCY, {one.id: raw["adopted"][0]})  # type: ignore[dict-item]
    bound = binding(book, AGENCY)
    assert adopted_ids(raw, lawbook=book, agency=AGENCY, today=DAY, where="test") == {one.id}
    assert one.id not in {a.id for a in unadopted(book, earlier, bound)}
    # Adopted again, it keeps who was first, and rests on the text from then on.
    again = adopted(book, one.id, file=earlier, by_role="another role").entries[one.id]
    assert (again["hash"], again["by_role"], again["on"]) == (one.adoption_hash, "counsel", "2026-11-01")
    # A review since then is a change that the earlier hash cannot tell from another: it counts no longer.
    reviewed = Lawbook({**book.authorities, one.id: replace(one, hash="sha256:reviewed")}, book.vocabulary)
    assert adopted_ids(raw, lawbook=reviewed, agency=AGENCY, today=DAY, where="test") == frozenset()


def test_a_hash_that_is_no_text_is_no_adoption(book: Lawbook) -> None:
    for given in ("", "sha256:", "sha256:old"):
        raw = {"agency": AGENCY, "adopted": [{"authority": "us/four-tests", "hash": given}]}
        assert adopted_ids(raw, lawbook=book, agency=AGENCY, today=DAY, where="test") == frozenset()


# -- signed adoptions -------------------------------------------------------------------------------------


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("a", "b"):
        (tmp_path / f"{name}.pub").write_text(new_key(tmp_path / f"{name}.pem"))
    return tmp_path / "a.pem", tmp_path / "a.pub"


def signed(book: Lawbook, keys: tuple[Path, Path], *ids: str) -> bytes:
    return publish(chosen(book, ids), book=book, publisher="Test Association", by_role="general counsel", on=DAY, key=read_private(keys[0]))


def test_a_signed_adoption_is_taken_over(book: Lawbook, keys: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "s.json").write_bytes(signed(book, keys, "us/four-tests", "us/or/hb-3265", "us/ma/lunn"))
    published = read_published(tmp_path / "s.json", read_public(keys[1]))
    same, other, rest = take_over(published, binding(book, AGENCY))
    assert [a.id for a in same] == ["us/four-tests", "us/or/hb-3265"] and other == () and rest == ("us/ma/lunn",)
    assert published.name.startswith("Test Association, 2026-11-22, ed25519:")


def test_another_text_is_not_taken_over(book: Lawbook, keys: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "s.json").write_bytes(signed(book, keys, "us/four-tests"))
    published = read_published(tmp_path / "s.json", read_public(keys[1]))
    changed = [a for a in binding(book, AGENCY) if a.id != "us/four-tests"]
    from dataclasses import replace

    changed.append(replace(book.authorities["us/four-tests"], hash="sha256:other", adoption_hash="sha256:other"))
    assert take_over(published, changed) == ((), ("us/four-tests",), ())


def test_any_change_to_a_signed_adoption_is_refused(book: Lawbook, keys: tuple[Path, Path], tmp_path: Path) -> None:
    data = signed(book, keys, "us/four-tests")
    path, key = tmp_path / "s.json", read_public(keys[1])
    good = json.loads(data)
    for index in range(len(data)):
        for bit in range(8):
            tampered = bytearray(data)
            tampered[index] ^= 1 << bit
            path.write_bytes(tampered)
            try:
                read_published(path, key)
            except InputError:
                continue
            # Only the space between the values may differ: what was signed is the same.
            assert json.loads(bytes(tampered)) == good


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"[" * 100_000, b'{"adoption": 1, "signature": "x"}', b'{"adoption": {}, "adoption": {}, "signature": ""}', b'{"adoption": {"a": NaN}, "signature": ""}', b"\xff"])
def test_what_is_no_signed_adoption(keys: tuple[Path, Path], tmp_path: Path, data: bytes) -> None:
    (tmp_path / "s.json").write_bytes(data)
    with pytest.raises(InputError):
        read_published(tmp_path / "s.json", read_public(keys[1]))


@pytest.mark.parametrize("change", [{"format": "other"}, {"adopted": 1}, {"adopted": [1]}, {"on": "soon"}, {"publisher": 3}])
def test_a_signed_adoption_that_is_not_whole(book: Lawbook, keys: tuple[Path, Path], tmp_path: Path, change: dict[str, Any]) -> None:
    import base64

    from dueprocess.kernel.canonical import canonical_bytes
    from dueprocess.law.signing import sign

    adoption = {**json.loads(signed(book, keys, "us/four-tests"))["adoption"], **change}
    signature = base64.b64encode(sign(read_private(keys[0]), canonical_bytes(adoption))).decode()
    (tmp_path / "s.json").write_text(json.dumps({"adoption": adoption, "signature": signature}))
    with pytest.raises(InputError):
        read_published(tmp_path / "s.json", read_public(keys[1]))


def test_another_key(book: Lawbook, keys: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "s.json").write_bytes(signed(book, keys, "us/four-tests"))
    with pytest.raises(InputError, match="the signature is not that key's"):
        read_published(tmp_path / "s.json", read_public(tmp_path / "b.pub"))
