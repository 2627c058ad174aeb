"""A bundle is verified whole: whatever is changed in it, added to it or missing from it, it is refused."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dueprocess.kernel.canonical import canonical_bytes
from dueprocess.kernel.errors import InputError, LawError
from dueprocess.law import bundle as bundles
from dueprocess.law import default_folder, load_lawbook
from dueprocess.law.bundle import Bundle, load_bundle, make_bundle, read_bundle
from dueprocess.law.policies import Policy, write_policy
from dueprocess.law.signing import new_key, read_private, read_public, sign

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys, a small overlay ``mine``, and its bundle ``good.zip``."""
    home = tmp_path_factory.mktemp("bundle")
    for name in ("a", "b"):
        (home / f"{name}.pub").write_text(new_key(home / f"{name}.pem"))
    write_policy(Policy("us/or/clackamas-county/sheriff", "declines_all", DAY), home / "mine")
    write_policy(Policy("us/or/baker-county/sheriff", "notify_only", DAY), home / "mine")
    (home / "good.zip").write_bytes(made(home))
    (home / "tiny").mkdir()
    (home / "tiny" / "us").mkdir()
    (home / "tiny" / "us" / "x.yaml").write_text(
        'id: us/x\ntitle: x\nkind: statute\ncitation: x\nin_force: {from: "2026-01-01"}\nbinds: [us]\n'
        "sources: [{title: x}]\nreview: {status: unreviewed, basis: general knowledge}\n"
    )
    (home / "tiny.zip").write_bytes(made(home, "tiny"))
    return home


def made(home: Path, name: str = "mine", *, sequence: int = 1) -> bytes:
    return make_bundle(home / name, key=read_private(home / "a.pem"), sequence=sequence, created=DAY)


def read(home: Path, data: bytes | None = None, *, key: str = "a") -> Bundle:
    path = home / "good.zip"
    if data is not None:
        path = home / "other.zip"
        path.write_bytes(data)
    return read_bundle(path, read_public(home / f"{key}.pub"))


def refused(home: Path, data: bytes, told: str | None = None) -> None:
    with pytest.raises(InputError, match=told):
        read(home, data)


def forged(home: Path, *, manifest: dict[str, Any] | bytes | None = None, files: dict[str, bytes] | None = None, **change: Any) -> bytes:
    """A bundle by the right key, whose manifest or files are not what they should be."""
    good = read(home)
    raw = {**json.loads(good.manifest), **change} if manifest is None else manifest
    data = raw if isinstance(raw, bytes) else canonical_bytes(raw)
    return bundles._archive(data, sign(read_private(home / "a.pem"), data), dict(good.files) if files is None else files)


def test_what_was_put_in_comes_out(folder: Path) -> None:
    good = read(folder)
    assert {n: d for n, d in good.files.items()} == {p.relative_to(folder / "mine").as_posix(): p.read_bytes() for p in (folder / "mine").rglob("*.yaml")}
    assert (good.sequence, good.created, good.law_version) == (1, "2026-11-22", None)
    assert load_bundle(good, where="good.zip").version == load_lawbook(folder / "mine").version


def test_the_same_law_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "mine", tmp_path / "copy")
    (tmp_path / "copy" / "notes.txt").write_text("not law")
    shutil.copy(folder / "a.pem", tmp_path)
    assert made(tmp_path, "copy") == made(folder) == (folder / "good.zip").read_bytes()


def test_any_tool_can_look_into_it(folder: Path) -> None:
    with zipfile.ZipFile(folder / "good.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:2] == ["manifest.json", "manifest.sig"]
        assert archive.read("manifest.json") == read(folder).manifest


def taken(home: Path, good: bytes, changes: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of the changes (an index and what its byte is XORed with) after which the bundle is still taken."""
    key, path = read_public(home / "a.pub"), home / "tampered.zip"
    found = []
    for index, mask in changes:
        tampered = bytearray(good)
        tampered[index] ^= mask
        path.write_bytes(tampered)
        try:
            read_bundle(path, key)
        except InputError:
            continue
        found.append((index, mask))
    return found


def test_every_changed_byte_is_refused(folder: Path) -> None:
    good = (folder / "tiny.zip").read_bytes()
    assert read(folder, good).sequence == 1
    assert taken(folder, good, ((i, mask) for i in range(len(good)) for mask in (1 << i % 8, 0xFF))) == []


@pytest.mark.soak
def test_every_changed_bit_is_refused(folder: Path) -> None:
    good = (folder / "good.zip").read_bytes()
    assert taken(folder, good, ((i, 1 << bit) for i in range(len(good)) for bit in range(8))) == []


def test_every_cut_and_every_addition_is_refused(folder: Path) -> None:
    good = (folder / "tiny.zip").read_bytes()
    for end in range(len(good)):
        refused(folder, good[:end])
    for more in (b"\0", b"PK\x05\x06", good):
        refused(folder, good + more)
        refused(folder, more + good)


def test_another_key_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="the signature is not that key's over this bundle"):
        read(folder, key="b")


def test_a_missing_a_changed_and_a_further_file(folder: Path) -> None:
    files = dict(read(folder).files)
    first, second = sorted(files)
    refused(folder, forged(folder, files={second: files[second]}), rf"\[{first}\] is missing")
    refused(folder, forged(folder, files={**files, first: files[first] + b"\n"}), rf"\[{first}\] was changed")
    refused(folder, forged(folder, files={**files, first: files[second], second: files[first]}), "was changed")
    refused(folder, forged(folder, files={**files, "us/or/more.yaml": b"id: us/or/more\n"}), r"\[lawbook/us/or/more\.yaml\] does not belong")


@pytest.mark.parametrize(
    "name",
    ["../out.yaml", "/etc/out.yaml", "us/../../out.yaml", "us//out.yaml", "./out.yaml", ".hidden.yaml", "us/or/..yaml/x", "C:\\out.yaml", "us\\out.yaml", "us/or/out.txt", "a\0.yaml", "\u202eout.yaml", "a b.yaml", "us/" * 12 + "x.yaml", "x" * 200 + ".yaml", "", None, 3],
)
def test_a_path_that_leads_elsewhere(folder: Path, name: Any) -> None:
    data = b"id: us/out\n"
    row = {"path": name, "id": None, "hash": None, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    good = read(folder)
    rows = [*json.loads(good.manifest)["files"], row]
    manifest = {**json.loads(good.manifest), "files": rows}
    refused(folder, forged(folder, manifest=manifest, files={**good.files, str(name): data}), "is no path of a law file")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "dueprocess-law-bundle-2"}, "its format is not"),
        ({"sequence": 0}, "not whole"),
        ({"sequence": True}, "not whole"),
        ({"sequence": "2"}, "not whole"),
        ({"sequence": 10**6}, "not whole"),
        ({"created": "soon"}, "soon"),
        ({"created": 1}, "not whole"),
        ({"files": []}, "not whole"),
        ({"files": [1]}, "not whole"),
        ({"files": [{"path": "a.yaml"}]}, "not whole"),
        ({"more": 1}, "not whole"),
    ],
)
def test_a_manifest_that_is_not_whole(folder: Path, change: dict[str, Any], told: str) -> None:
    refused(folder, forged(folder, **change) if "files" not in change else forged(folder, manifest={**json.loads(read(folder).manifest), **change}), told)


def test_a_manifest_in_another_form(folder: Path) -> None:
    raw = json.loads(read(folder).manifest)
    refused(folder, forged(folder, manifest=json.dumps(raw, indent=1).encode()), "not whole")
    refused(folder, forged(folder, manifest=b"no manifest"), "cannot be read")
    refused(folder, forged(folder, manifest=b"[" * 50_000), "cannot be read")
    rows = raw["files"]
    refused(folder, forged(folder, manifest={**raw, "files": [*rows, rows[0]]}), "stands twice in its manifest")
    refused(folder, forged(folder, manifest={**raw, "files": [{**rows[0], "id": "us/or/other"}, rows[1]]}), "is called")


def test_a_bomb_and_other_archives(folder: Path) -> None:
    good = read(folder)
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.writestr("manifest.json", good.manifest)
            archive.writestr("manifest.sig", good.signature)
            for name, data in good.files.items():
                archive.writestr(f"lawbook/{name}", data)
            archive.writestr("lawbook/bomb.yaml", b"\0" * 3_000_000)
        refused(folder, buffer.getvalue())
    refused(folder, b"", "no law bundle")
    refused(folder, b"PK\x05\x06" + b"\0" * 18, "no law bundle")
    refused(folder, b"\x1f\x8b tar", "no law bundle")


def test_a_bundle_beyond_all_measure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MAX_BYTES", 1000)
    refused(folder, (folder / "good.zip").read_bytes(), "more than 1000 bytes")
    with pytest.raises(InputError, match="cannot be read"):
        read_bundle(folder / "none.zip", read_public(folder / "a.pub"))


def test_law_that_must_be_refused_is(folder: Path, tmp_path: Path) -> None:
    good = read(folder)
    name = sorted(good.files)[0]
    data = good.files[name].replace(b"forbid: hold", b"permit: hold")
    rows = json.loads(good.manifest)["files"]
    rows[0] = {**rows[0], "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    bad = read(folder, forged(folder, manifest={**json.loads(good.manifest), "files": rows}, files={**good.files, name: data}))
    with pytest.raises(LawError, match=rf"bad\.zip: {name}:\d+.*the bundle is refused"):
        load_bundle(bad, where="bad.zip")


def test_a_program_that_reads_the_law_otherwise(folder: Path) -> None:
    raw = json.loads(read(folder).manifest)
    rows = [{**raw["files"][0], "hash": "sha256:other"}, *raw["files"][1:]]
    with pytest.raises(InputError, match="otherwise than the maker of the bundle did"):
        load_bundle(read(folder, forged(folder, manifest={**raw, "files": rows})), where="x.zip")
    with pytest.raises(InputError, match="otherwise than the maker"):
        load_bundle(read(folder, forged(folder, law_version="sha256:other")), where="x.zip")


def test_what_cannot_go_in(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "mine", tmp_path / "mine")
    shutil.copy(folder / "a.pem", tmp_path)
    name = next((tmp_path / "mine").rglob("*.yaml"))
    for sequence in (0, -1, 10**6):
        with pytest.raises(InputError, match="no sequence number"):
            made(tmp_path, sequence=sequence)
    (tmp_path / "outside.yaml").write_bytes(name.read_bytes())
    name.unlink()
    name.symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(InputError, match="no plain file"):
        made(tmp_path)
    name.unlink()
    name.write_text("id: wrong\n")
    load_lawbook.cache_clear()
    with pytest.raises(LawError):
        made(tmp_path)


def test_a_whole_lawbook_has_its_version(folder: Path) -> None:
    good = read(folder, make_bundle(default_folder(), key=read_private(folder / "a.pem"), sequence=7, created=DAY))
    assert good.law_version == load_lawbook().version and "facts.yaml" in good.files
