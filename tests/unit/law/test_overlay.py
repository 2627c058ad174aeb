"""Folders of law laid over each other: only ``replaces:`` takes a text's place, and nobody's word alone adds a hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from dueprocess.kernel.errors import LawError
from dueprocess.law import default_folder, load_lawbook
from dueprocess.law.loading import check_folders

AGENCY = "us/or/clackamas-county/sheriff"
DAY = 738_000


def law(folder: Path, identity: str, *, norms: str = "- {forbid: hold, when: NOT judicial_warrant}", extra: str = "", kind: str = "statute") -> Path:
    path = folder / f"{identity}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"id: {identity}\ntitle: Made up for a test\nkind: {kind}\ncitation: made up\n"
        'in_force: {from: "2010-01-01"}\nbinds: [us/or]\n'
        f"{extra}norms:\n  {norms}\n"
        "sources: [{title: Made up for a test}]\nreview: {status: unreviewed, basis: general knowledge}\n"
    )
    return path


def applied(*folders: Path, adopted: frozenset[str] | None = None) -> dict[str, bool]:
    """The norms of made-up law that apply, and whether each stands only as unknown."""
    book = load_lawbook(*folders)
    return {a.norm.ref: a.ending or not a.adopted for a in book.applied(AGENCY, (), DAY, DAY, adopted) if "made-up" in a.norm.ref}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    law(tmp_path / "base", "us/or/made-up")
    return tmp_path / "base"


@pytest.fixture
def over(tmp_path: Path) -> Path:
    return tmp_path / "over"


def test_the_same_id_without_replaces_is_refused(base: Path, over: Path) -> None:
    law(over, "us/or/made-up")
    with pytest.raises(LawError, match=r"made-up\.yaml:1: \[us/or/made-up\] is already in the lawbook; .*write replaces: us/or/made-up"):
        load_lawbook(base, over)


def test_replaces_takes_the_place(base: Path, over: Path) -> None:
    law(over, "us/or/made-up", norms="- {forbid: transfer}", extra="replaces: us/or/made-up\n")
    assert applied(base, over) == {"us/or/made-up#forbid-transfer": False}
    assert load_lawbook(base, over).authorities["us/or/made-up~1"].replaced_by == "us/or/made-up"
    assert check_folders([base, over])[1] == []


def test_a_file_of_another_id_may_replace(base: Path, over: Path) -> None:
    law(over, "us/or/made-up-by-us", norms="- {forbid: transfer}", extra="replaces: us/or/made-up\n")
    assert applied(base, over) == {"us/or/made-up-by-us#forbid-transfer": False}
    assert "us/or/made-up" not in load_lawbook(base, over).authorities


def test_a_chain_of_folders(base: Path, over: Path, tmp_path: Path) -> None:
    law(over, "us/or/made-up", norms="- {forbid: transfer}", extra="replaces: us/or/made-up\n")
    law(tmp_path / "third", "us/or/made-up", norms="- {forbid: release}", extra="replaces: us/or/made-up\n")
    assert applied(base, over, tmp_path / "third") == {"us/or/made-up#forbid-release": False}


def test_what_nobody_adopted_does_not_take_a_forbid_away(base: Path, over: Path) -> None:
    law(over, "us/or/made-up", norms="- {require: hold, when: request_stands}", extra="replaces: us/or/made-up\n")
    # Not adopted: the duty is unknown, and so is the forbid in whose place it stands.
    assert applied(base, over, adopted=frozenset()) == {"us/or/made-up#require-hold": True, "us/or/made-up~1#forbid-hold": True}
    assert applied(base, over, adopted=frozenset({"us/or/made-up"})) == {"us/or/made-up#require-hold": False}


def test_a_replaced_text_ends_and_persuades_nothing(base: Path, over: Path) -> None:
    law(base, "us/or/made-up-old").write_text(
        law(base, "us/or/made-up-old").read_text().replace('from: "2010-01-01"', 'from: "2010-01-01", until: "2012-01-01", ended_by: us/or/made-up')
    )
    law(over, "us/or/made-up", norms="- {forbid: transfer}", extra="replaces: us/or/made-up\n")
    assert applied(base, over) == {"us/or/made-up#forbid-transfer": False}
    assert not load_lawbook(base, over).known("us/or/made-up~1", DAY)


def test_a_cached_lawbook_is_the_same(base: Path, over: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    law(over, "us/or/made-up", norms="- {require: hold, when: request_stands}", extra="replaces: us/or/made-up\n")
    first = load_lawbook(base, over)
    load_lawbook.cache_clear()
    second = load_lawbook(base, over)
    assert first is not second and first.authorities == second.authorities and first.version == second.version


@pytest.mark.parametrize(
    ("where", "identity", "replaces", "told"),
    [
        ("over", "us/or/made-up-two", "us/or/made-op", r"it replaces \[us/or/made-op\], which the lawbook lacks; did you mean \[us/or/made-up"),
        ("over", "us/or/made-up-two", "us/or/made-up-two", r"which no folder below this one holds; leave replaces out"),
        ("base", "us/or/made-up-two", "us/or/made-up", r"which stands in the same folder; change that file"),
    ],
)
def test_what_may_not_replace(base: Path, tmp_path: Path, where: str, identity: str, replaces: str, told: str) -> None:
    law(tmp_path / where, identity, extra=f"replaces: {replaces}\n")
    law(tmp_path / "over", "us/or/other")
    with pytest.raises(LawError, match=told):
        load_lawbook(base, tmp_path / "over")


def test_two_that_replace_each_other(base: Path, over: Path) -> None:
    law(base, "us/or/made-up", extra="replaces: us/or/made-up-two\n")
    law(over, "us/or/made-up-two", extra="replaces: us/or/made-up\n")
    with pytest.raises(LawError, match="replace each other"):
        load_lawbook(base, over)


def test_a_reserved_name_and_a_second_vocabulary(base: Path, over: Path, tmp_path: Path) -> None:
    law(over, "us/or/made-up~1")
    with pytest.raises(LawError, match=r"\[~\] stands in the name"):
        load_lawbook(base, over)
    shipped = (default_folder() / "facts.yaml").read_text()
    for name in ("one", "two"):
        law(tmp_path / name, f"us/or/made-up-{name}")
        (tmp_path / name / "facts.yaml").write_text(shipped)
    with pytest.raises(LawError, match="one vocabulary only"):
        load_lawbook(tmp_path / "one", tmp_path / "two")
