"""New law is staged, adopted, refused, rolled back; a kill at any step leaves one whole version in use."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dueprocess.kernel.errors import InputError, LawError
from dueprocess.law import default_folder, load_lawbook, stamps
from dueprocess.law.bundle import Bundle, make_bundle, read_bundle
from dueprocess.law.changes import changes
from dueprocess.law.policies import Policy, write_policy
from dueprocess.law.signing import new_key, read_private, read_public
from dueprocess.law.updating import LawStore

DAY, ROLE = date(2026, 11, 22), "county counsel"
POSITIONS = ("declines_all", "notify_only", "requires_any_warrant")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundles 1.zip, 2.zip and 3.zip: a small whole lawbook, in which one policy has three texts."""
    home = tmp_path_factory.mktemp("updates")
    (home / "a.pub").write_text(new_key(home / "a.pem"))
    for number, position in enumerate(POSITIONS, 1):
        for name in ("facts.yaml", "us/four-tests.yaml"):
            (home / str(number) / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(default_folder() / name, home / str(number) / name)
        write_policy(Policy("us/or/clackamas-county/sheriff", position, DAY), home / str(number))
        (home / f"{number}.zip").write_bytes(make_bundle(home / str(number), key=read_private(home / "a.pem"), sequence=number, created=DAY))
    return home


def bundle(home: Path, number: int) -> Bundle:
    return read_bundle(home / f"{number}.zip", read_public(home / "a.pub"))


def stage(store: LawStore, home: Path, number: int) -> None:
    store.stage(bundle(home, number), where=f"{number}.zip")


def adopted(folder: Path, home: Path, *numbers: int) -> LawStore:
    store = LawStore(folder)
    for number in numbers:
        stage(store, home, number)
        store.adopt(by_role=ROLE, on=DAY)
    return store


def in_use(folder: Path) -> str | None:
    """The position of the policy that ``current`` gives, or None where there is no such link."""
    if not (folder / "current").exists():
        return None
    text = (folder / "current/us/or/clackamas-county/sheriff-policy-2026-11-22.yaml").read_text()
    return next(p for p in POSITIONS if f"Position: {p}." in text)


def tree(folder: Path) -> dict[str, bytes | str]:
    return {p.relative_to(folder).as_posix(): str(p.readlink()) if p.is_symlink() else p.read_bytes() for p in folder.rglob("*") if p.is_symlink() or p.is_file()}


def test_staged_then_adopted(home: Path, tmp_path: Path) -> None:
    store = LawStore(tmp_path / "srv")
    assert store.status().current is None and store.current_book().version == load_lawbook().version
    assert not (tmp_path / "srv").exists()
    stage(store, home, 1)
    status = store.status()
    assert status.current is None and status.staged is not None and status.staged["sequence"] == 1
    assert in_use(tmp_path / "srv") is None
    store.adopt(by_role=ROLE, on=DAY)
    status = store.status()
    assert status.current is not None and status.staged is None and in_use(tmp_path / "srv") == "declines_all"
    assert status.history == ({"action": "adopt", "version": status.current["version"], "by_role": ROLE, "on": "2026-11-22"},)
    assert load_lawbook(tmp_path / "srv" / "current").version == store.current_book().version == load_lawbook(home / "1").version


def test_refused_and_rolled_back(home: Path, tmp_path: Path) -> None:
    store = adopted(tmp_path, home, 1)
    stage(store, home, 2)
    store.refuse(by_role=ROLE, on=DAY)
    assert in_use(tmp_path) == "declines_all" and len(list((tmp_path / "versions").iterdir())) == 1
    stage(store, home, 2)  # counsel may think again
    store.adopt(by_role=ROLE, on=DAY)
    assert in_use(tmp_path) == "notify_only"
    store.rollback(by_role=ROLE, on=DAY)
    assert in_use(tmp_path) == "declines_all"
    with pytest.raises(InputError, match="no version before the current one"):
        store.rollback(by_role=ROLE, on=DAY)
    stage(store, home, 2)  # the very bundle that was rolled back may come again
    store.adopt(by_role=ROLE, on=DAY)
    assert in_use(tmp_path) == "notify_only"
    assert [h["action"] for h in store.status().history] == ["adopt", "refuse", "adopt", "rollback", "adopt"]


def test_an_older_or_equal_sequence_changes_nothing(home: Path, tmp_path: Path) -> None:
    store = adopted(tmp_path, home, 1, 3)
    before = tree(tmp_path)
    for number in (1, 2, 3):
        with pytest.raises(InputError, match=rf"its sequence number is \[{number}\], and \[3\] was adopted before"):
            stage(store, home, number)
    store.rollback(by_role=ROLE, on=DAY)
    with pytest.raises(InputError, match="was adopted before"):
        stage(store, home, 2)
    stage(store, home, 3)
    store.adopt(by_role=ROLE, on=DAY)
    assert in_use(tmp_path) == "requires_any_warrant"
    assert {k: v for k, v in tree(tmp_path).items() if k != "state.json"} == {k: v for k, v in before.items() if k != "state.json"}


def test_another_bundle_takes_the_staged_ones_place(home: Path, tmp_path: Path) -> None:
    store = LawStore(tmp_path)
    stage(store, home, 1)
    stage(store, home, 2)
    staged = store.status().staged
    assert staged is not None and staged["sequence"] == 2 and len(list((tmp_path / "versions").iterdir())) == 1


def test_nothing_is_staged(tmp_path: Path) -> None:
    store = LawStore(tmp_path)
    for act in (store.adopt, store.refuse):
        with pytest.raises(InputError, match="no bundle is staged"):
            act(by_role=ROLE, on=DAY)
    with pytest.raises(InputError, match="no bundle is staged"):
        store.staged_book()


def test_a_staged_version_changed_on_the_disk_is_not_adopted(home: Path, tmp_path: Path) -> None:
    store = adopted(tmp_path, home, 1)
    stage(store, home, 2)
    name = store.status().staged["version"]  # type: ignore[index]
    law = tmp_path / "versions" / name / "lawbook"
    path = next(law.rglob("sheriff-policy*.yaml"))
    good = path.read_bytes()
    changes_: list[Callable[[], object]] = [
        lambda: path.write_bytes(good.replace(b"forbid", b"permit")),
        lambda: path.unlink(),
        lambda: (law / "us/more.yaml").write_bytes(good),
        lambda: (law.parent / "manifest.json").write_bytes(b"{}"),
    ]
    for change in changes_:
        change()
        with pytest.raises(InputError, match="was changed on the disk"):
            store.adopt(by_role=ROLE, on=DAY)
        assert in_use(tmp_path) == "declines_all"
        stage(store, home, 2)
    store.adopt(by_role=ROLE, on=DAY)
    assert in_use(tmp_path) == "notify_only"


@pytest.mark.parametrize("text", ["", "{}", "[]", "no", '{"format": "x", "line": [], "staged": null, "highest": null, "versions": {}, "history": []}', '{"format": "dueprocess-law-store-1", "line": ["../x"], "staged": null, "highest": null, "versions": {"../x": {}}, "history": []}'])
def test_a_state_that_another_hand_wrote(home: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)
    for act in (LawStore(tmp_path).status, lambda: stage(LawStore(tmp_path), home, 1)):
        with pytest.raises(InputError, match="not written by this program"):
            act()
    assert tree(tmp_path) == {"state.json": text.encode()}


def test_a_folder_that_is_a_file(home: Path, tmp_path: Path) -> None:
    (tmp_path / "srv").write_text("x")
    with pytest.raises(InputError, match="the folder cannot be used"):
        stage(LawStore(tmp_path / "srv"), home, 1)


def test_a_full_disk_changes_nothing(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = adopted(tmp_path, home, 1)
    before = tree(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("dueprocess.law.updating.write_files", full)
        with pytest.raises(InputError, match="No space left"):
            stage(store, home, 2)
    assert tree(tmp_path) == before


def test_the_changes_in_words(home: Path) -> None:
    old, new = load_lawbook(home / "1"), load_lawbook(home / "2")
    found = changes(old, new)
    assert found.changed == ("us/or/clackamas-county/sheriff-policy-2026-11-22",) and not found.added and not found.removed
    assert any("now says: require notify_release when notice_requested" in line for line in found.lines)
    back = changes(new, load_lawbook())
    assert back.removed == found.changed and "us/or/hb-3265" in back.added
    assert changes(old, old).lines == ()


# -- killed between two steps -------------------------------------------------------------------------------

_STEPS = ("replace", "rename", "fsync", "mkdir", "unlink", "rmdir", "symlink")


def _killed_at(step: int, act: Callable[[], object]) -> bool:
    """Run ``act`` in a child process that dies, without any cleaning up, before its ``step``-th change of the disk.

    True if it died there; False if it had fewer steps and ended well.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    seen = 0

    def stepping(inner: Callable[..., Any]) -> Callable[..., Any]:
        def outer(*args: Any, **keywords: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen > step:
                os._exit(9)
            return inner(*args, **keywords)

        return outer

    def half(path: Path, data: bytes) -> int:
        nonlocal seen
        seen += 1
        with path.open("wb") as handle:
            handle.write(data if seen <= step else data[: len(data) // 2])
        if seen > step:
            os._exit(9)
        return len(data)

    try:
        for name in _STEPS:
            setattr(os, name, stepping(getattr(os, name)))
        Path.write_bytes = half  # type: ignore[method-assign,assignment]
        act()
    except BaseException:
        os._exit(1)
    os._exit(0)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
@pytest.mark.parametrize("action", ["stage", "adopt", "refuse", "rollback"])
def test_a_kill_leaves_one_whole_version(home: Path, tmp_path: Path, action: str) -> None:
    start = tmp_path / "start"
    store = adopted(start, home, 1, 2)
    if action in ("adopt", "refuse"):
        stage(store, home, 3)
    after = {"stage": "notify_only", "adopt": "requires_any_warrant", "refuse": "notify_only", "rollback": "declines_all"}[action]
    new = bundle(home, 3)

    def act(folder: Path) -> None:
        here = LawStore(folder)
        if action == "stage":
            here.stage(new, where="3.zip")
        else:
            getattr(here, action)(by_role=ROLE, on=DAY)

    step = 0
    while True:
        folder = tmp_path / f"step{step}"
        shutil.copytree(start, folder, symlinks=True)
        died = _killed_at(step, lambda folder=folder: act(folder))  # type: ignore[misc]
        # What readers have: one whole version, the one before or the new one.
        assert in_use(folder) in ("notify_only", after)
        # The next command of any kind finds a whole state, and puts the link right.
        done = json.loads((folder / "state.json").read_text())["history"] != json.loads((start / "state.json").read_text())["history"]
        status = LawStore(folder).status()
        if action != "stage":
            assert in_use(folder) == (after if done else "notify_only")
            if not done:
                act(folder)
        else:
            act(folder)
            status = LawStore(folder).status()
            assert status.staged is not None and status.staged["sequence"] == 3
            LawStore(folder).adopt(by_role=ROLE, on=DAY)
            assert in_use(folder) == "requires_any_warrant"
        if action != "stage":
            assert in_use(folder) == after
        left = [p.name for p in folder.rglob(".*.tmp")] if action == "stage" else []
        assert not left or died
        if not died:
            break
        step += 1
    assert step >= 4


def test_what_was_signed_is_used_or_nothing(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a signed version that another hand changed: what was adopted still decides, as long as it is in the
    cache; what is read anew is held against the manifest."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(stamps, "_TICK", -(1 << 79))
    store = adopted(tmp_path / "store", home, 1)
    load_lawbook.cache_clear()
    version = store.current_book().version
    law = (tmp_path / "store" / "current").resolve()
    path = next(law.rglob("sheriff-policy*.yaml"))
    good = path.read_bytes()
    path.write_bytes(good.replace(b"forbid", b"require"))
    load_lawbook.cache_clear()
    assert store.current_book().version == version
    damages: list[tuple[Callable[[], object], str]] = [
        (lambda: None, "sheriff-policy"),
        (lambda: path.unlink(), "sheriff-policy"),
        (lambda: (path.write_bytes(good), (law / "us/more.yaml").write_bytes(good)), "us/more.yaml"),
        (lambda: ((law / "us/more.yaml").unlink(), (law.parent / "manifest.json").write_bytes(b"{}")), "manifest.json"),
    ]
    for damage, named in damages:
        damage()
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        load_lawbook.cache_clear()
        with pytest.raises(LawError, match=named):
            store.current_book()
    # Another manifest is another lawbook: the cache of the first is not used for it.
    load_lawbook.cache_clear()
    with pytest.raises(LawError, match=r"manifest\.json"):
        store.current_book()
    load_lawbook.cache_clear()
