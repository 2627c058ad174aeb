"""A museum of broken law: each file under ``bad/`` has one defect, and is refused with the one line in its ``.txt``.

An exhibit is laid into an otherwise good little lawbook (``base/``) at the path that its ``id:`` names, or where a line
``# placed at …`` says; ``<name>.with.yaml`` holds what else the defect needs (``# next file`` begins another file).
A line in a ``.txt`` is what a county's lawyer reads: where, what is wrong, what to write instead. It is changed only by
somebody who has read it.

``warned/`` holds law that loads and that ``law check`` warns of, in the same form.
"""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dueprocess.kernel.errors import InputError, LawError
from dueprocess.kernel.yamlread import Document, decode, parse, read
from dueprocess.law import Authority, Lawbook, findings, link, load_lawbook
from dueprocess.law.reading import read_authority
from dueprocess.terms import Vocabulary, read_vocabulary
from dueprocess.terms.tree import text

HERE = Path(__file__).resolve().parent
BAD = {p.stem: p for p in sorted((HERE / "bad").glob("*.yaml")) if not p.name.endswith(".with.yaml")}
WARNED = {p.stem: p for p in sorted((HERE / "warned").glob("*.yaml"))}
GOOD = {p.stem: p for p in sorted((HERE / "good").glob("*.yaml"))}
ROOT = HERE.parents[1]

_PLACED = re.compile(rb"^# placed at (\S+)", re.MULTILINE)
_ID = re.compile(rb"^id: ([a-z0-9/-]+)\s*$", re.MULTILINE)

# A defect of the file as a whole, for which no line need be named.
NO_LINE = {
    "binary-bytes", "empty-file", "latin-1", "list-instead-of-mapping", "only-a-comment", "text-instead-of-mapping",
    "two-documents", "utf-16", "vocabulary-a-list",
}  # fmt: skip


def placed(data: bytes) -> str:
    """Where in the lawbook an exhibit lies."""
    match = _PLACED.search(data) or _ID.search(data)
    return match[1].decode() if match else "us/or/museum"


def lay(exhibit: Path, folder: Path) -> None:
    """Copy the base and the exhibit, with its companions, into a folder of law."""
    shutil.copytree(HERE / "base", folder)
    companion = exhibit.with_name(exhibit.stem + ".with.yaml")
    files = [exhibit.read_bytes()]
    if companion.is_file():
        files += companion.read_bytes().split(b"# next file\n")
    for data in files:
        path = folder / f"{placed(data)}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def refusal(exhibit: Path, folder: Path) -> LawError | InputError:
    lay(exhibit, folder)
    load_lawbook.cache_clear()  # it remembers a folder by its name, which may be relative
    with pytest.raises(InputError) as caught:
        load_lawbook(folder, cache=False)
    return caught.value


@pytest.mark.parametrize("name", BAD)
def test_the_exhibit_is_refused_with_its_message(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    message = str(refusal(BAD[name], Path("law")))
    assert message == (BAD[name].with_suffix(".txt")).read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("name", BAD)
def test_the_message_says_where_what_and_what_to_do(name: str) -> None:
    """Judged on the text that the test above compares with: the standard that each exhibit's line has to meet."""
    message = BAD[name].with_suffix(".txt").read_text(encoding="utf-8")
    assert message.endswith("\n") and message.count("\n") == 1, "one line"
    assert message.isprintable() or message[:-1].isprintable()
    line = r"(?::\d+)?" if name in NO_LINE else r":\d+"
    assert re.match(rf"law/[a-z0-9/-]+\.yaml{line}: ", message), "the file, and the line"
    assert "; " in message, "what to do instead"
    assert len(message) <= 400
    # Words of the program, not of the person who wrote the file.
    for inside in ("<class", "sqlglot", "Traceback", "Error(", "[None]", "[True]", "[False]", "[{'", "[['"):
        assert inside not in message
    assert not re.search(r"\ba (?=[aeiou](?!s\b|ne\b))", message), "a or an"


@pytest.mark.parametrize("name", BAD)
def test_the_line_is_the_one_that_holds_what_is_wrong(name: str) -> None:
    """Where the value in brackets stands in the exhibit, the line that the message names holds it, or begins its norm."""
    message = BAD[name].with_suffix(".txt").read_text(encoding="utf-8")
    match = re.match(r"law/[a-z0-9/-]+\.yaml:(\d+): [^\[]*\[([^\]]+)\]", message)
    if match is None or BAD[name].with_name(f"{name}.with.yaml").is_file():
        return
    if re.search(r"kind \[|is missing|without \[|none; put it|goes with", message):
        return  # the brackets hold what is lacking, or what stands elsewhere
    lines = BAD[name].read_text(encoding="utf-8").split("\n")
    holding = [n for n, line in enumerate(lines, 1) if match[2] in line and not line.startswith("#")]
    named = int(match[1])
    # For a norm its first line is near enough.
    in_norm = lines[named - 1].startswith("  - ")
    near = range(named, named + 6 if in_norm else named + 1)
    assert not holding or set(near) & set(holding), f"[{match[2]}] stands in {holding}"


def test_the_museum_is_whole() -> None:
    assert len(BAD) >= 60
    texts = {p.stem for p in (HERE / "bad").glob("*.txt")}
    assert texts == set(BAD)
    for companion in (HERE / "bad").glob("*.with.yaml"):
        assert companion.name.removesuffix(".with.yaml") in BAD


def test_every_rule_that_refuses_has_an_exhibit(tmp_path: Path) -> None:
    """Each ``code`` of an error that the loader can raise is seen in the museum."""
    sources = [*(ROOT / "src/dueprocess/law").glob("*.py"), *(ROOT / "src/dueprocess/terms").glob("*.py")]
    written = "\n".join(p.read_text(encoding="utf-8") for p in sources)
    codes = set(re.findall(r'code="([a-z-]+)"', written)) | set(re.findall(r'self\.error\([^\n]*, "([a-z-]+)"\)', written))
    codes |= set(re.findall(r'file\.error\([^\n]*, "([a-z-]+)"\)', written))
    # These speak of folders, not of a file: tests/e2e and tests/unit/law/test_updating.py have them.
    codes -= {"folder", "signed"}
    seen = {getattr(refusal(path, tmp_path / str(i)), "code", "") for i, path in enumerate(BAD.values())}
    assert codes - seen == set()


@pytest.mark.parametrize("name", WARNED)
def test_what_is_warned_of_loads_and_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lay(WARNED[name], Path("law"))
    message = WARNED[name].with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")
    code = message.rpartition("[")[2].rstrip("]")
    report = findings.check([Path("law")], cache=False)
    about = [f for f in report.findings if f.authority == "us/or/museum" and f.code.startswith("citation")]
    assert [f"{f.where}: {f.what}; {f.do} [{f.code}]" for f in about] == [message] and code in ("citation", "citation-form")


# -- what must load ------------------------------------------------------------------------------------


@cache
def vocabulary() -> Vocabulary:
    return read_vocabulary(read(HERE / "base" / "facts.yaml"))


@cache
def base() -> tuple[Authority, ...]:
    paths = sorted((HERE / "base" / "us").rglob("*.yaml"))
    return tuple(read_authority(read(p), vocabulary=vocabulary()) for p in paths)


def linked(value: Any) -> Lawbook:
    return link([*base(), read_authority(Document(value, {}, "law"), vocabulary=vocabulary())], vocabulary())


@pytest.mark.parametrize("name", GOOD)
def test_the_good_file_loads_and_means_what_it_says(name: str, tmp_path: Path) -> None:
    lay(GOOD[name], tmp_path / "law")
    book = load_lawbook(tmp_path / "law", cache=False)
    authority = book.authorities[placed(GOOD[name].read_bytes())]
    raw = read(GOOD[name]).value
    assert len(authority.norms) == len(raw.get("norms", []))
    for given_norm in raw.get("norms", []):
        verb = next(v for v in ("forbid", "permit", "require", "preempt", "limit", "declare") if v in given_norm)
        norm = next(n for n in authority.norms if n.verb == verb and n.object == given_norm[verb])
        assert norm.because == given_norm["because"]
        if "when" in given_norm:
            assert text(norm.when) == given_norm["when"]
        assert norm.hours == given_norm.get("hours")
        assert set(norm.excluding) == set(given_norm.get("excluding", ()))
        assert norm.counted_from == given_norm.get("counted_from", "")
        assert (norm.by is not None) == ("by" in given_norm)


def test_there_is_a_good_file_for_each_kind_of_norm() -> None:
    verbs = {v for p in GOOD.values() for n in read(p).value.get("norms", []) for v in n}
    assert {"forbid", "permit", "require", "preempt", "limit", "declare"} <= verbs


def test_the_cache_gives_back_the_same_lawbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "law"
    shutil.copytree(HERE / "base", folder)
    for path in GOOD.values():
        target = folder / f"{placed(path.read_bytes())}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    first = load_lawbook(folder)
    load_lawbook.cache_clear()
    again = load_lawbook(folder)
    assert again.authorities == first.authorities and again.version == first.version
    assert list(again.authorities) == list(first.authorities) and again.forms == first.forms
    assert again.conviction_years == first.conviction_years


def test_a_changed_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(HERE / "base", tmp_path / "law")
    before = load_lawbook(tmp_path / "law").version
    act = tmp_path / "law/us/or/act.yaml"
    act.write_text(act.read_text(encoding="utf-8").replace("2015-01-01", "2015-01-02"), encoding="utf-8")
    load_lawbook.cache_clear()
    assert load_lawbook(tmp_path / "law").version != before


# -- whatever stands in it, a file loads or is refused -------------------------------------------------

FULL: dict[str, Any] = {
    "id": "us/or/museum",
    "title": "Made-up v. Museum",
    "kind": "ruling",
    "stage": "final",
    "court": "us_district",
    "citation": "made up",
    "construes": "us/constitution/fourth-amendment",
    "in_force": {"from": "2014-01-01", "until": "2015-01-01", "ended_by": "us/or/act"},
    "known": {"from": "2014-01-01"},
    "binds": ["us/or", {"except": ["us/or/polk-county"]}],
    "persuades": ["district/d-or"],
    "norms": [
        {"id": "a", "forbid": "hold", "when": "NOT judicial_warrant", "because": "x", "construes": "us/constitution/fourth-amendment"},
        {"limit": "hold", "hours": 48, "excluding": ["weekends"], "counted_from": "release_due"},
        {"id": "l", "limit": "hold", "until_end_of_day": True, "counted_from": "release_due"},
        {"require": "inform_person", "by": {"hours": 24, "after": "detainer_received"}},
        {"declare": "probable_cause", "value": False, "when": "basis_investigation"},
    ],
    "sources": [{"title": "t", "publisher": "p", "url": None, "date": "2014-01-01"}],
    "confirmed_on": "2014-01-01",
    "note": "n",
    "review": {"status": "reviewed", "basis": "read in source", "by_role": "counsel", "on": "2014-01-01"},
}
FORM: dict[str, Any] = {
    **{k: v for k, v in FULL.items() if k not in ("stage", "court", "construes", "binds", "persuades")},
    "id": "forms/i-247/2000-01",
    "kind": "form",
    "norms": [{"declare": "hold_requested", "value": True}, {"limit": "hold", "hours": 48, "counted_from": "release_due"}],
}
ODD = [None, True, False, 0, 7, -1, 1.5, 1e300, "", "x", "\x7f", "2014-01-01", [], ["x"], [[]], [{}], {}, {"x": 1}, {"from": []}]


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*here, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    result = copy.deepcopy(value)
    target = result
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    return result


@pytest.mark.parametrize("whole", [FULL, FORM], ids=["ruling", "form"])
def test_no_value_of_any_type_anywhere_breaks_the_loader(whole: dict[str, Any]) -> None:
    linked(whole)
    for path in paths(whole):
        for odd in ODD:
            try:
                linked(replaced(whole, path, odd))
            except InputError as error:
                assert "\n" not in str(error) and len(str(error)) < 1000


def test_no_value_of_any_type_anywhere_breaks_the_vocabulary() -> None:
    whole = read(HERE / "base" / "facts.yaml").value
    whole = {k: dict(list(v.items())[:3]) if isinstance(v, dict) else v for k, v in whole.items()}
    for path in paths(whole):
        for odd in ODD:
            try:
                read_vocabulary(Document(replaced(whole, path, odd), {}, "facts.yaml"))
            except InputError as error:
                assert "\n" not in str(error)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_no_mutated_bytes_break_the_loader(name: str, data: st.DataObject) -> None:
    content = bytearray(GOOD[name].read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["change", "insert", "cut", "double"])):
            case "change":
                content[at] = data.draw(st.integers(0, 255))
            case "insert":
                content[at:at] = data.draw(st.sampled_from([b"\n", b"- ", b": ", b"[", b"{", b"'", b'"', b"#", b"&a ", b"\t", b"NOT ", b"(", b"%"]))
            case "cut":
                del content[at : at + data.draw(st.integers(1, 40))]
            case "double":
                content[at:at] = content[at : at + 40]
        if not content:
            break
    try:
        document = parse(decode(bytes(content), name="law"), name="law")
        link([*base(), read_authority(document, vocabulary=vocabulary())], vocabulary())
    except InputError as error:
        assert "\n" not in str(error)


# -- the lawbook that ships ----------------------------------------------------------------------------


def test_the_shipped_vocabulary_refuses_facts_of_origin() -> None:
    """Nationality, place of birth, race, language and religion are not facts (docs/explanation/semantics.md)."""
    shipped = read_vocabulary(read(ROOT / "lawbook" / "facts.yaml"))
    assert {"nationality", "birthplace", "place_of_birth", "race", "ethnicity", "language", "religion"} <= shipped.refused_names
    assert not shipped.refused_names & set(shipped.facts)
    with pytest.raises(LawError, match="origin"):
        shipped.fact("Race", where="law")
