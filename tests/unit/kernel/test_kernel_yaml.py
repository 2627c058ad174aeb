"""YAML 1.2 values, the line of every key, and the files that are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.yamlread import MAX_BYTES, MAX_DEPTH, decode, parse, read, read_mapping, read_text

SCALARS: list[tuple[str, Any]] = [
    # Text in YAML 1.2, whatever 1.1 made of it: "no" is the answer of a form, "NO" a state's neighbor, not false.
    *((word, word) for word in ("yes", "no", "Yes", "NO", "on", "off", "On", "OFF", "y", "n", "Y", "N")),
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
    ("tRUE", "tRUE"),
    ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nULL", "nULL"), ("none", "none"),
    # A leading zero is no octal number.
    ("010", 10), ("0", 0), ("-7", -7), ("+7", 7), ("007", 7), ("1_000", "1_000"), ("0b11", "0b11"), ("0o14", "0o14"), ("0x1F", "0x1F"),
    ("1e3", 1000.0), ("1E-2", 0.01), ("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("-.5e1", -5.0), ("1.2.3", "1.2.3"),
    # No number that is not finite.
    (".inf", ".inf"), ("-.inf", "-.inf"), (".nan", ".nan"), ("1e999", "1e999"), ("inf", "inf"), ("NaN", "NaN"),
    # Dates and times stay text: who reads them knows the zone.
    ("2014-05-03", "2014-05-03"), ("2012-03-29T16:00:00-07:00", "2012-03-29T16:00:00-07:00"), ("12:30:45", "12:30:45"),
    ("2017-03", "2017-03"), ("i-247a", "i-247a"), ("us/or", "us/or"), ("٣", "٣"), ("１", "１"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), SCALARS, ids=[s[0] or "nothing" for s in SCALARS])
def test_plain_scalars(text: str, value: Any) -> None:
    found = parse(f"key: {text}\nlist: [{text or '~'}]\n", name="f").value
    assert found["key"] == value and type(found["key"]) is type(value)
    assert found["list"] == [value]
    # In quotes everything is text.
    for quote in ("'", '"'):
        assert parse(f"key: {quote}{text}{quote}\n", name="f").value == {"key": text}


def test_keys_are_text() -> None:
    assert parse("1: a\ntrue: b\nnull: c\n2014-05-03: d\n", name="f").value == {"1": "a", "true": "b", "null": "c", "2014-05-03": "d"}


def test_text_in_several_lines() -> None:
    assert parse("a: >-\n  one\n  two\nb: |\n  one\n  two\n", name="f").value == {"a": "one two", "b": "one\ntwo\n"}


def test_a_very_long_number_is_text() -> None:
    """Python would take quadratic time to read it."""
    assert parse(f"a: {'9' * 400}", name="f").value == {"a": "9" * 400}


def test_every_value_has_its_line() -> None:
    document = parse("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n\ne: >-\n  folded\n", name="f")
    lines = {path: document.where(path) for path in [(), ("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "c"), ("b", 1, "d"), ("e",)]}
    assert list(lines.values()) == ["f:1", "f:1", "f:2", "f:3", "f:4", "f:4", "f:5", "f:7"]
    assert document.where(("b", 1, "nothing", "here")) == "f:4", "the nearest that has one"


@example("\U00010000")  # written with \u: half a character after the other, which YAML does not know
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs", "S"])),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1), inner, max_size=4),
        max_leaves=20,
    )
)  # fmt: skip
def test_json_is_read_as_json(value: Any) -> None:
    texts = [json.dumps(value), json.dumps(value, ensure_ascii=False), json.dumps(value, indent="\t"), json.dumps(value, indent=2)]
    for text in texts:
        if value is None:
            with pytest.raises(InputError):
                parse(text, name="f")
            return
        assert parse(text, name="f").value == value


REFUSED = {
    "anchor": ("a: &x 1\n", ":1: ", "anchors"),
    "alias": ("a: 1\nb: *x\n", ":2: ", "anchors"),
    "merge": ("a: 1\n<<: *x\n", ":2: ", "anchors"),
    "bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", ":1: ", "anchors"),
    "tag": ("a: 1\nb: !!int '1'\n", ":2: ", "tag"),
    "own tag": ("!thing {a: 1}\n", ":1: ", "[!thing]"),
    "object tag": ("a: !!python/object/apply:os.system [x]\n", ":1: ", "tag"),
    "key twice": ("a: 1\nb: 2\na: 3\n", ":3: ", "[a] stands twice"),
    "key twice within": ("x:\n  a: 1\n  a: 3\n", ":3: ", "[a] stands twice"),
    "key twice, spelled twice": ("a: 1\n'a': 3\n", ":2: ", "[a] stands twice"),
    "list as key": ("? [a]\n: 1\n", ":1: ", "list or mapping"),
    "mapping as key": ("? {a: 1}\n: 1\n", ":1: ", "list or mapping"),
    "two documents": ("a: 1\n---\nb: 2\n", "", "more than one"),
    "tab": ("a:\n\tb: 1\n", ":2: ", "tab"),
    "empty": ("", ": ", "empty"),
    "comment": ("# only\n", ": ", "empty"),
    "null": ("null\n", ": ", "empty"),
    "deep": ("[" * (MAX_DEPTH + 5) + "]" * (MAX_DEPTH + 5), ":1: ", "deeper"),
    "very deep": ("[" * 100_000, ":1: ", "deeper"),
    "deep mappings": ("{a: " * 100_000, ":1: ", "deeper"),
    "many": ("[" + "1," * 300_000 + "]", ":1: ", "values"),
    "unclosed list": ("a: [1,\n", "", "not readable"),
    "unclosed text": ('a: "b\n', "", "not readable"),
    "control in quotes": ('a: "\\x1b[31m"\n', ":1: ", "control character"),
    "direction mark": ('a: "x\\u202Ey"\n', ":1: ", "control character"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    text, line, part = REFUSED[name]
    with pytest.raises(InputError) as caught:
        parse(text, name="f")
    message = str(caught.value)
    assert message.startswith(f"f{line}") and part in message and "; " in message and "\n" not in message


def test_an_escaped_pair_is_one_letter() -> None:
    r"""As Python and JavaScript write letters beyond the first plane; YAML itself has no such pairs."""
    assert parse('{"a": "\\ud83d\\ude00", "b": [1]}', name="f").value == {"a": "\U0001f600", "b": [1]}


@pytest.mark.parametrize("rest", ['"b": "\\ud800"', '"\\udc00": 1', '"b": NaN', '"b": -Infinity', '"b": 1e999', '"b": "\\u001b[31m"', '"a": 2', '"b": ' + "9" * 5000])
def test_what_json_may_not_hold_either(rest: str) -> None:
    """Beside an escaped pair, so that the file is read as JSON: half a pair, no finite number, a control, a key twice."""
    try:
        value = parse('{"a": "\\ud83d\\ude00", ' + rest + "}", name="f").value
    except InputError as error:
        assert "\n" not in str(error)
        return
    # Kept as text it does no harm: it fits no fact, and can be printed.
    assert isinstance(value["b"], str)
    value["b"].encode()


def test_depth_that_is_allowed() -> None:
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH, name="f").value


def test_bytes_that_are_no_text() -> None:
    assert decode(b"\xef\xbb\xbfa: 1", name="f") == "a: 1"
    for data, part in ((b"\xff\xfea", "byte 1"), (b"abc\x80", "byte 4"), (b"a\x00", "f:1"), (b"a\nb\x1b[0m", "f:2")):
        with pytest.raises(InputError, match=part):
            decode(data, name="f")


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: 1\n", encoding="utf-8")
    assert read(path).value == read_mapping(path) == {"a": 1}
    path.write_text("- a\n", encoding="utf-8")
    with pytest.raises(InputError, match="no mapping"):
        read_mapping(path)
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(InputError, match="bytes"):
        read_text(path)
    assert read_text(path, max_bytes=MAX_BYTES + 1).isspace()
    with pytest.raises(InputError, match="folder"):
        read_text(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_text(tmp_path / "none")
