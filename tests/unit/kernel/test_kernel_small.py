"""Three-valued logic, canonical bytes, errors and the folders of shipped data."""

from __future__ import annotations

from itertools import product

import pytest

from dueprocess.kernel.canonical import canonical_bytes, content_hash
from dueprocess.kernel.errors import ContradictionError, InputError, LawError, nearest
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.truth import conjunction, disjunction, negation

# Kleene's tables, written out: F, U, T.
F, U, T = False, None, True
AND = {(F, F): F, (F, U): F, (F, T): F, (U, F): F, (U, U): U, (U, T): U, (T, F): F, (T, U): U, (T, T): T}
OR = {(F, F): F, (F, U): U, (F, T): T, (U, F): U, (U, U): U, (U, T): T, (T, F): T, (T, U): T, (T, T): T}


@pytest.mark.parametrize("pair", AND, ids=str)
def test_kleene(pair: tuple[bool | None, bool | None]) -> None:
    assert conjunction(pair) is AND[pair]
    assert disjunction(pair) is OR[pair]


def test_negation_and_nothing() -> None:
    assert (negation(T), negation(U), negation(F)) == (F, U, T)
    assert conjunction(()) is True and disjunction(()) is False
    for values in product((F, U, T), repeat=3):
        assert conjunction(values) is negation(disjunction(negation(v) for v in values))


def test_canonical_bytes() -> None:
    assert canonical_bytes({"b": [1, None, True], "a": "ñ"}) == '{"a":"ñ","b":[1,null,true]}'.encode()
    assert content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1}) != content_hash({"a": 1, "b": 3})
    assert content_hash({}).startswith("sha256:") and len(content_hash({})) == 71
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            canonical_bytes(number)


def test_an_error_is_one_line() -> None:
    error = InputError("the [x]\n  is wrong", where="file:3", do="write\t[y]")
    assert str(error) == "file:3: the [x] is wrong; write [y]"
    assert str(error.at("folder")) == "folder: file:3: the [x] is wrong; write [y]"
    assert str(InputError("plain")) == "plain"
    law = LawError("w", where="p", do="d", code="rank").at("q")
    assert isinstance(law, LawError) and law.code == "rank" and str(law) == "q: p: w; d"
    assert isinstance(ContradictionError("w").at("x"), ContradictionError)


def test_nearest() -> None:
    names = ["judicial_warrant", "admin_warrant", "under_18"]
    assert nearest("judical_warrant", names) == "did you mean [judicial_warrant]?"
    assert nearest("JUDICIAL_WARRANT", names) == "did you mean [judicial_warrant]?"
    assert nearest("xyzzy", names) == "" and nearest("", names) == "" and nearest("x", []) == ""


def test_shipped_data() -> None:
    for name, file in {"lawbook": "facts.yaml", "calendars": "federal-holidays.csv", "places": "places.csv"}.items():
        assert (data_dir(name) / file).is_file()
    assert list(data_dir("cases").glob("*.yaml"))
    for bad in ("", ".", "..", "../data", "places/..", "a\\b", "/etc", "no-such-folder"):
        with pytest.raises(InputError):
            data_dir(bad)
