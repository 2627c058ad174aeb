"""A few values change; every other byte of the file stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.yamlread import decode, parse
from dueprocess.law.editing import add_line, scalar, set_keys

FORMS = {
    "one line": "id: a\nreview: {status: unreviewed, basis: general knowledge}  # note\nnote: x\n",
    "several lines": "id: a\nreview:\n  # why\n  status: unreviewed  # s\n  basis: general knowledge\nnote: x\n",
    "a flow over lines": "id: a # i\nreview: {status: unreviewed, # one\n  basis: general knowledge,}\nnote: [1, 2]\n",
    "folded, quoted, indented by four": "id: a\nreview:\n    status: 'unreviewed'\n    basis: >-\n      general\n      knowledge\n\n# end\nnote: x",
    "with a byte-order mark and CRLF": "\ufeffid: a\r\nreview:\r\n  status: unreviewed\r\n  basis: general knowledge\r\nnote: x\r\n",
    "last, without a line end": 'id: a\nnorms:\n- {forbid: hold}\nreview: {status: "unreviewed", basis: general knowledge}',
    "first": "review: {basis: general knowledge, status: unreviewed}\nid: a\n",
}
NEW = {"status": "reviewed", "basis": "read in source", "by_role": "county: counsel", "on": "2026-11-20"}


def value(text: str) -> dict[str, object]:
    return dict(parse(decode(text.encode(), name="t"), name="t").value)


@pytest.mark.parametrize("form", FORMS)
def test_only_the_values_change(form: str) -> None:
    before = FORMS[form]
    after = set_keys(before, "review", NEW, name="t")
    assert value(after) == {**value(before), "review": NEW}
    assert ("\r" in before) == ("\r" in after) and after.count("\n") - after.count("\r\n") >= 0
    for kept in ("# note", "# why", "# s", "# one", "# i", "# end", "\ufeff", "note: x\r\n", "- {forbid: hold}"):
        assert (kept in before) == (kept in after)
    # Put back, it is the file that it was, save for what was added.
    assert set_keys(after, "review", NEW, name="t") == after


@pytest.mark.parametrize("form", [f for f in FORMS if f != "first"])
def test_a_line_is_added_after_another(form: str) -> None:
    before = FORMS[form]
    after = add_line(before, "id", "replaces", "us/or/x", name="t")
    assert list(value(after))[:2] == ["id", "replaces"]
    assert after.replace("replaces: us/or/x\r\n", "").replace("replaces: us/or/x\n", "") == before


@pytest.mark.parametrize("text", ["id: a\n", "review: yes\n", "- a\n", "id: a\nreview: {}\n", "x: {"])
def test_no_such_mapping(text: str) -> None:
    with pytest.raises(InputError):
        set_keys(text, "review", NEW, name="t")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf")), min_size=1, max_size=40))
def test_any_text_comes_back(text: str) -> None:
    after = set_keys(FORMS["one line"], "review", {"by_role": text}, name="t")
    assert value(after)["review"]["by_role"] == text  # type: ignore[index]
    assert parse(f"- {scalar(text)}\n", name="t").value == [text]
