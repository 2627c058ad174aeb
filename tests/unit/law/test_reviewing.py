"""A review is written into the file: in what role, when, against which of the file's sources; the rest stays."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.law import default_folder, load_lawbook, reviewing
from dueprocess.law.reviewing import review

TODAY, DAY = date(2026, 11, 22), date(2026, 11, 20)
ID, TITLE = "us/four-tests", "Constitution of the United States"


def reviewed(*folders: Path, against: str = TITLE, identity: str = ID, on: date = DAY, by_role: str = "county counsel") -> reviewing.Reviewed:
    return review(identity, by_role=by_role, on=on, against=against, today=TODAY, folders=folders)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A whole lawbook of a few real files."""
    for name in ("facts.yaml", f"{ID}.yaml", "us/constitution/fourth-amendment.yaml"):
        (tmp_path / "book" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(default_folder() / name, tmp_path / "book" / name)
    return tmp_path / "book"


def test_only_the_review_changes(book: Path) -> None:
    path = book / f"{ID}.yaml"
    before = path.read_text()
    done = reviewed(book)
    assert done.path == path and not done.copied and done.source == TITLE
    line = f'review: {{status: reviewed, basis: read in source, by_role: county counsel, on: "2026-11-20", against: {TITLE}}}'
    assert path.read_text() == before.replace("review: {status: unreviewed, basis: general knowledge}", line)
    authority = load_lawbook(book).authorities[ID]
    assert authority.reviewed and authority.hash == done.hash_after != done.hash_before
    assert authority.adoption_hash == done.adoption_hash


def test_a_shipped_file_is_copied_into_the_overlay(tmp_path: Path) -> None:
    done = reviewed(tmp_path / "mine", against="constitution")
    assert done.copied and done.path == tmp_path / "mine" / f"{ID}.yaml"
    lines = done.path.read_text().splitlines()
    shipped = (default_folder() / f"{ID}.yaml").read_text().splitlines()
    assert lines[1] == f"replaces: {ID}"
    assert [a for a in lines if a not in shipped] == [lines[1], next(a for a in lines if a.startswith("review:"))]
    assert load_lawbook(tmp_path / "mine").authorities[ID].reviewed
    again = reviewed(tmp_path / "mine", by_role="deputy attorney general")
    assert not again.copied and load_lawbook(tmp_path / "mine").authorities[ID].review == {
        "status": "reviewed", "basis": "read in source", "by_role": "deputy attorney general", "on": "2026-11-20", "against": TITLE,
    }  # fmt: skip


def test_the_last_folder_gets_the_copy(book: Path, tmp_path: Path) -> None:
    before = (book / f"{ID}.yaml").read_bytes()
    assert reviewed(book, tmp_path / "mine").path.parent.parent == tmp_path / "mine"
    assert (book / f"{ID}.yaml").read_bytes() == before


def test_law_from_a_signed_bundle_is_not_written_to(book: Path) -> None:
    (book.parent / "manifest.sig").write_bytes(b"x")
    with pytest.raises(InputError, match="came in a signed bundle"):
        reviewed(book)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"against": "A newspaper"}, r"us/four-tests: \[A newspaper\] is none of its sources; name one of: Constitution"),
        ({"against": ""}, "none of its sources"),
        ({"on": date(2026, 11, 23)}, r"--on: \[2026-11-23\] is still to come"),
        ({"identity": "us/for-tests"}, r"\[us/for-tests\] is not in the lawbook; did you mean \[us/four-tests\]"),
        ({"by_role": " "}, "is no role"),
        ({"by_role": "a\nb"}, "is no role"),
        ({"by_role": "x" * 101}, "is no role"),
    ],
)
def test_refused_and_nothing_written(book: Path, change: dict[str, object], told: str) -> None:
    before = (book / f"{ID}.yaml").read_bytes()
    with pytest.raises(InputError, match=told):
        reviewed(book, **change)  # type: ignore[arg-type]
    assert (book / f"{ID}.yaml").read_bytes() == before


def test_two_sources_that_begin_alike(book: Path) -> None:
    path = book / f"{ID}.yaml"
    path.write_text(path.read_text().replace("sources:\n", "sources:\n  - {title: Constitution of a made-up place, url: \"made-up:1\"}\n"))
    with pytest.raises(InputError, match="more than one of its sources"):
        reviewed(book, against="Constitution")
    assert reviewed(book, against="made-up:1").source == "Constitution of a made-up place"


def test_a_write_that_fails_leaves_the_file(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (book / f"{ID}.yaml").read_bytes()

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(InputError, match="No space left"):
        reviewed(book)
    assert (book / f"{ID}.yaml").read_bytes() == before and len(list(book.glob("us/.*"))) == 0
