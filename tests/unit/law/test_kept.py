"""The cache of lawbooks: no change of the law is missed, and nothing that lies in it is needed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dueprocess.kernel.errors import LawError
from dueprocess.law import Lawbook, default_folder, kept, load_lawbook, loading, stamps, stored
from dueprocess.law.kept import Kept
from dueprocess.law.stored import as_bytes, opened, parts, unmarked, written
from dueprocess.places import load_places

BASE = Path(__file__).resolve().parents[2] / "law" / "base"
ACT = "us/or/act.yaml"


@pytest.fixture
def law(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small lawbook, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(BASE, tmp_path / "law")
    return tmp_path / "law"


@pytest.fixture
def long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every file had been written long before it was looked at."""
    monkeypatch.setattr(stamps, "_TICK", -(1 << 79))


def load(*folders: Path) -> Lawbook:
    """As another process would."""
    load_lawbook.cache_clear()
    return load_lawbook(*folders)


def nothing() -> Lawbook:
    raise AssertionError("the law is read again")


def read_anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of law files that are read from here on."""
    names: list[str] = []
    real = loading._bytes

    def spy(path: Path) -> bytes:
        names.append(path.name)
        return real(path)

    monkeypatch.setattr(loading, "_bytes", spy)
    return names


def parsed_anew(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files each reading of law has parsed from here on."""
    counts: list[int] = []
    real = loading.parse_folder

    def spy(contents: dict[str, tuple[Path, bytes]]) -> object:
        counts.append(len(contents))
        return real(contents)

    monkeypatch.setattr(loading, "parse_folder", spy)
    return counts


# -- what has not changed is not read --------------------------------------------------------------------------


def test_law_that_has_not_changed_is_not_read(law: Path, long_ago: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(law)
    names = read_anew(monkeypatch)
    again = load(law)
    assert names == [] and again.version == first.version and again.authorities == first.authorities


def test_a_decision_makes_few_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    plain = load_lawbook()
    book_file = tmp_path / "book"
    book_file.write_bytes(as_bytes(plain))
    made: list[str] = []
    real = stored._authority_from
    monkeypatch.setattr(stored, "_authority_from", lambda raw: made.append(raw[0]) or real(raw))
    book = opened(book_file, nothing)
    assert book is not None and made == []
    county = load_places().place("us/or/clackamas-county")
    agency, sets = f"{county.id}/sheriff", load_places().sets(county)
    assert book.applied(agency, sets, 735000, 739942, None) == plain.applied(agency, sets, 735000, 739942, None)
    assert book.persuading(agency, sets, 735000, 739942) == plain.persuading(agency, sets, 735000, 739942)
    assert book.change_days(agency, sets) == plain.change_days(agency, sets)
    assert len(set(made)) == len(made) < len(plain.authorities) / 4
    # Whoever goes through all of them gets all of them, each the same object as before.
    held = book.authorities["us/four-tests"]
    assert dict(book.authorities) == dict(plain.authorities) and list(book.authorities) == list(plain.authorities)
    assert book.authorities["us/four-tests"] is held and len(book.authorities) == len(plain.authorities)
    assert book.forms == plain.forms and book.conviction_years == plain.conviction_years and book.version == plain.version
    assert "us/or/no-such-act" not in book.authorities and None not in book.authorities
    with pytest.raises(KeyError):
        book.authorities["us/or/no-such-act"]


# -- what has changed is seen -----------------------------------------------------------------------------------


def same_size_and_time(law: Path) -> None:
    act = law / ACT
    before = act.stat()
    act.write_text(act.read_text(encoding="utf-8").replace("2015-01-01", "2015-01-02"), encoding="utf-8")
    os.utime(act, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (act.stat().st_size, act.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def another_put_in_place(law: Path) -> None:
    other = law / "us/or/other.tmp"
    other.write_text((law / ACT).read_text(encoding="utf-8").replace("2015-01-01", "2015-01-02"), encoding="utf-8")
    other.replace(law / ACT)


def added(law: Path) -> None:
    text = (law / ACT).read_text(encoding="utf-8")
    (law / "us/or/deep/er").mkdir(parents=True)
    (law / "us/or/deep/er/act.yaml").write_text(text.replace("id: us/or/act", "id: us/or/deep/er/act"), encoding="utf-8")


def removed(law: Path) -> None:
    (law / ACT).unlink()


def renamed(law: Path) -> None:
    text = (law / ACT).read_text(encoding="utf-8")
    (law / ACT).write_text(text.replace("id: us/or/act", "id: us/or/acu"), encoding="utf-8")
    (law / ACT).rename(law / "us/or/acu.yaml")


def vocabulary(law: Path) -> None:
    facts = law / "facts.yaml"
    facts.write_text(facts.read_text(encoding="utf-8").replace("Under 18?", "Below 18?"), encoding="utf-8")


@pytest.mark.parametrize("change", [same_size_and_time, another_put_in_place, added, removed, renamed, vocabulary])
def test_every_change_is_seen(change: Callable[[Path], None], law: Path, long_ago: None) -> None:
    before = load(law)
    change(law)
    after = load(law)
    load_lawbook.cache_clear()
    fresh = load_lawbook(law, cache=False)
    assert after.version == fresh.version != before.version and after.authorities == fresh.authorities
    # And the one after that comes from the cache again, and is the new one.
    assert load(law).version == fresh.version


def test_a_change_behind_a_link_is_seen(law: Path, tmp_path: Path, long_ago: None) -> None:
    other = tmp_path / "other"
    shutil.copytree(law, other)
    same_size_and_time(other)
    current = tmp_path / "current"
    current.symlink_to(law)
    before = load(current).version
    (tmp_path / "next").symlink_to(other)
    (tmp_path / "next").replace(current)
    assert load(current).version != before
    # A file that is a link: what it leads to counts.
    (law / ACT).rename(tmp_path / "act")
    (law / ACT).symlink_to(tmp_path / "act")
    assert load(law).version == before
    (tmp_path / "act").write_text((tmp_path / "act").read_text(encoding="utf-8").replace("2015", "2016"), encoding="utf-8")
    assert load(law).version != before


def test_a_law_laid_over_is_another_lawbook(law: Path, tmp_path: Path, long_ago: None) -> None:
    over = tmp_path / "over"
    added(law)
    (over / "us/or").mkdir(parents=True)
    shutil.move(law / "us/or/deep", over / "us/or/deep")
    alone, both = load(law).version, load(law, over).version
    assert alone != both and load(law).version == alone and load(law, over).version == both


def test_what_was_changed_just_now_is_read_again(law: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second change within one tick of the file system's clock would leave every time as it was."""
    load(law)
    names, parsed = read_anew(monkeypatch), parsed_anew(monkeypatch)
    load(law)
    assert ACT.rpartition("/")[2] in names  # read, to be sure,
    assert parsed == []  # but found to be what is stored
    second = 1_000_000_000
    seen = stamps.Seen((), "", newest=100 * second)
    assert [seen.settled(at * second) for at in (99, 100, 101, 102, 103)] == [False, False, False, False, True]


def test_a_link_to_nothing_is_named(law: Path, long_ago: None) -> None:
    load(law)
    (law / "us/or/gone.yaml").symlink_to(law / "nothing")
    with pytest.raises(LawError, match="cannot be read"):
        load(law)


# -- the cache is not needed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff", None, 40, -40])
@pytest.mark.parametrize("which", ["*.lines", "*.json"])
def test_a_damaged_cache_is_made_anew(which: str, damage: bytes | int | None, law: Path, tmp_path: Path, long_ago: None) -> None:
    first = load(law)
    (path,) = (tmp_path / "cache" / "dueprocess").glob(which)
    good = path.read_bytes()
    if damage is None:  # one letter of the law
        path.write_bytes(good.replace(b"Made up", b"Made op", 1).replace(b'"content": "', b'"content": "0', 1))
    elif isinstance(damage, int):
        path.write_bytes(good[:damage])
    else:
        path.write_bytes(damage)
    again = load(law)
    assert again.authorities == first.authorities and again.version == first.version
    assert path.read_bytes() == good or which == "*.json"


@pytest.mark.parametrize("book", [{}, {"book": None}, {"book": {}}, {"book": {"vocabulary": 3, "version": "x"}}, {"book": [1]}])
def test_a_whole_file_of_another_content_is_refused(book: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "x.lines"
    path.write_bytes(written(book, {}))
    assert opened(path, nothing) is None and opened(tmp_path / "none", nothing) is None


def test_where_nothing_can_be_written_the_law_loads(law: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load(law).version
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert load(law).version == expected
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("HOME", raising=False)
    assert Kept.of(b"") is None and load(law).version == expected


def test_another_reader_trusts_nothing(law: Path, long_ago: None, monkeypatch: pytest.MonkeyPatch) -> None:
    load(law)
    monkeypatch.setattr(loading, "_reader_digest", lambda: b"another")
    parsed = parsed_anew(monkeypatch)
    load(law)
    assert len(parsed) == 1


def test_many_write_at_once(law: Path, tmp_path: Path) -> None:
    book = load(law)
    cache = Kept(tmp_path / "at-once", b"")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: cache.keep("same", book), range(40)))
    found = cache.book_of_content("same", nothing)
    assert found is not None and found.authorities == book.authorities
    assert [p.suffix for p in cache.folder.iterdir()] == [".lines"]


def test_the_oldest_are_removed(law: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = load(law)
    monkeypatch.setattr(kept, "_MOST", 3)
    cache = Kept(tmp_path / "few", b"")
    cache.folder.mkdir()
    (cache.folder / "findings.json").write_text("{}")
    for number in range(6):
        cache.keep(str(number), book)
        os.utime(cache._book(str(number)), (number, number))
    assert [n for n in range(6) if cache.book_of_content(str(n), nothing)] == [3, 4, 5]
    assert (cache.folder / "findings.json").exists()


# -- the file of lines --------------------------------------------------------------------------------------------

KEYS = st.text(st.characters(blacklist_characters="\t\n", blacklist_categories=["Cs"]), max_size=8)


@given(st.dictionaries(KEYS, st.one_of(st.integers(), st.text(max_size=20)), max_size=30), KEYS)
def test_every_key_is_found_and_no_other(lines: dict[str, object], other: str) -> None:
    for second in (False, True):
        found = parts(written({"a": 1}, lines) if second else written(lines, {"a": 1}))[second]

        def value(key: str, raw: bytes | None, second: bool = second) -> object:
            return unmarked(key, raw or b"") if second else json.loads(raw or b"")

        assert {k: value(k, found.get(k)) for k in lines} == lines
        assert (found.get(other) is None) == (other not in lines)
        assert [(k, value(k, v)) for k, v in found] == sorted(lines.items(), key=lambda line: line[0].encode())


@given(st.dictionaries(KEYS, st.text(max_size=20), min_size=1, max_size=10), st.data())
def test_a_changed_byte_is_never_read_as_another_value(lines: dict[str, str], data: st.DataObject) -> None:
    """It is found damaged when it is opened or asked for, or its line is not found: the ids say that it was there."""
    whole = bytearray(written(lines, lines))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        index, second = parts(bytes(whole))
    except ValueError:
        return
    assert {k: json.loads(index.get(k) or b"") for k in lines} == lines
    for key, value in lines.items():
        try:
            found = second.get(key)
            assert found is None or unmarked(key, found) == value
        except ValueError:
            continue


def test_the_look_sees_every_file_of_the_shipped_lawbook() -> None:
    names = {p.relative_to(default_folder()).as_posix() for p in default_folder().rglob("*.yaml")}
    ((folder, found),) = stamps.look([default_folder()]).names
    assert folder == default_folder() and set(found) == names and len(found) == len(names)
