"""Who gets a letter: the condition, the rows, duplicates, guards, samples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.letters.columns import DESCRIPTIONS, holds, read_condition, vocabulary
from dueprocess.letters.recipients import LeftOut, Recipient, Rolls, select
from dueprocess.places import load_places
from dueprocess.terms.tree import TRUE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("stat = 'OR'", "did you mean [state]?"),
        ("county = 'Clakamas County'", "[Clackamas County]"),
        ("state = 'OG'", "is no value of state"),
        ("state = 7", "write a text in quotes"),
        ("state =", "no SQL condition"),
        ("since IS NULL", "unknown must stay unknown"),
        ("race = 'x'", "no column"),
    ],
)
def test_a_condition_that_is_none_is_refused_in_one_line(text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        read_condition(text, where="--to")
    assert told in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 700


def test_accepts_asks_whether_the_list_has_it() -> None:
    tree = read_condition("accepts = 'court_order' AND accepts <> 'detainer'", where="x")
    assert holds(tree, {}, ("court_order", "judicial_warrant")) is True
    assert holds(tree, {}, ("court_order", "detainer")) is False
    assert holds(tree, {}, None) is None
    some = read_condition("accepts IN ('detainer', 'court_order')", where="x")
    assert holds(some, {}, ("court_order",)) is True and holds(some, {}, ("probable_cause",)) is False


def test_every_county_of_the_day_is_a_row(counties: Mapping[str, Recipient]) -> None:
    assert set(counties) == {p.id for p in load_places().counties(on=date(2026, 11, 22))}
    assert len(counties) > 3100
    for row in counties.values():
        assert set(row.columns) | {"accepts"} == set(DESCRIPTIONS)
        load_places().agency(row.agency)
    silent = counties["us/ks/allen-county"]
    assert silent.view is None and silent.columns["position"] == "unknown" and silent.accepts is None and silent.columns["since"] is None


def test_columns_are_those_of_the_registry(rolls: Rolls, counties: Mapping[str, Recipient]) -> None:
    row = counties["us/ia/polk-county"]
    view = rolls.registry.view("us/ia/polk-county/sheriff", as_of=rolls.as_of, known_at=rolls.known_at)
    assert row.columns["position"] == view.position == "requires_court_order" and row.columns["side"] == "limits"
    assert row.columns["confirmed"] == view.confirmed_on and row.columns["law"] == "mandates" and row.columns["circuit"] == "circuit/8"
    for column, value in row.columns.items():
        if value is not None and vocabulary().facts[column].type == "one_of":
            assert value in vocabulary().facts[column].values, column


def test_since_is_known_only_where_a_source_gives_the_day(rolls: Rolls, counties: Mapping[str, Recipient]) -> None:
    dated = [r for r in counties.values() if r.columns["since"] is not None]
    assert len(dated) > 20
    for row in dated:
        assert row.view is not None and isinstance(row.columns["since"], date)
        claims = rolls.registry.of(row.view.actor)
        assert any(c.dated and c.start == (row.columns["since"].toordinal(),) * 2 for c in claims), row.id


def test_a_row_of_which_it_cannot_be_told_is_left_out_and_listed(counties: Mapping[str, Recipient]) -> None:
    rows = [counties["us/ks/allen-county"], counties["us/or/clackamas-county"]]
    found = select(rows, read_condition("age_days > 10", where="x"), refused=lambda r: None)
    assert [r.place.id for r in found.chosen] == ["us/or/clackamas-county"]
    assert [(o.id, o.kind) for o in found.left_out] == [("us/ks/allen-county/sheriff", "unknown")]
    none = select(rows, read_condition("side = 'holds'", where="x"), refused=lambda r: None)
    assert not none.chosen and not none.left_out and none.others == 2


def test_refusals_and_samples_are_listed(counties: Mapping[str, Recipient]) -> None:
    rows = [r for r in counties.values() if r.columns["state"] == "OR"]
    found = select(rows, TRUE, refused=lambda r: LeftOut(r.id, "guard", "no") if r.place.id == "us/or/lake-county" else None, sample=5)
    assert len(found.chosen) == 5 and len(found.left_out) == 31 and len({o.id for o in found.left_out} | {r.id for r in found.chosen}) == 36
    assert [r.id for r in found.chosen] == sorted(r.id for r in found.chosen)
    again = select(rows[::-1], TRUE, refused=lambda r: LeftOut(r.id, "guard", "no") if r.place.id == "us/or/lake-county" else None, sample=5)
    assert again == found


def test_two_agencies_of_one_jail_and_one_policy_get_one_letter(rolls: Rolls) -> None:
    rows, _ = rolls.agencies(TRUE)
    found = select(rows, TRUE, refused=lambda r: None)
    pairs = [(r.agency, r.columns["position"]) for r in found.chosen]
    assert len(pairs) == len(set(pairs))
    twice = [o for o in found.left_out if o.kind == "duplicate"]
    assert twice and len(found.chosen) + len(found.left_out) == len(rows)
    kept = {r.id for r in found.chosen}
    assert all(o.reason.split("[")[1].split("]")[0] in kept for o in twice)


def test_places_that_the_book_lacks_are_listed_where_the_condition_may_fit(rolls: Rolls) -> None:
    _, out = rolls.agencies(read_condition("state = 'CA'", where="x"))
    assert out and all(o.id.startswith("us/ca/") and o.kind == "place" for o in out)
    fewer = rolls.agencies(read_condition("state = 'CA' AND side = 'holds'", where="x"))[1]
    assert {o.id for o in fewer} < {o.id for o in out}
