"""Every form that the factory draws: its kind, edition, boxes, dates, signature and signer, from a text layer."""

from __future__ import annotations

import pytest
from bench.papers import NOT_PAPERS, expected, found
from reader_common import HERE, one, paper

from dueprocess.papers import as_dict, read_packet
from dueprocess.testing.papers import draw_pdf, names, truth

PAPERS = [n for n in names() if n not in NOT_PAPERS]


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("fields", [False, True], ids=["flat", "form"])
def test_kind_edition_and_fields(name: str, fields: bool) -> None:
    for seed in range(3):
        drawn = paper(seed, name, spoil=0.2)
        true = truth(drawn)
        got = one(drawn, fields=fields)
        assert got.kind == true.facts.kind
        assert got.edition == true.facts.edition
        assert got.judicial != "yes" or true.facts.judicial
        wrong = [(key, want, found(got, key)) for key, want in expected(true, drawn) if found(got, key)[1] and not same(found(got, key)[0], want)]
        assert wrong == [], drawn.marks
        read = [key for key, want in expected(true, drawn) if same(found(got, key)[0], want)]
        assert len(read) >= len(list(expected(true, drawn))) - 1


def same(got: object, want: object) -> bool:
    if isinstance(got, str) and isinstance(want, str):
        return "".join(got.split()) == "".join(want.split())
    return got == want


def test_every_value_has_its_place_and_origin() -> None:
    got = one(paper(7, "i-247a_2017-03"))
    for field in got.fields:
        assert field.page == 1
        assert field.how in ("text", "ink", "form field")
        assert 0 <= field.confidence <= 1 and field.threshold > 0
        assert field.label or field.key == "refers_to"
        if field.box is not None:
            assert 0 <= field.box.x0 <= field.box.x1 <= 1 and 0 <= field.box.y0 <= field.box.y1 <= 1
    date = got.field("date")
    assert date is not None and date.quote and date.box is not None


def test_the_same_bytes_give_the_same_reading() -> None:
    data = draw_pdf(paper(8, "i-247d_2015-05"))
    assert as_dict(read_packet([("a.pdf", data)], limits=HERE)) == as_dict(read_packet([("a.pdf", data)], limits=HERE))
