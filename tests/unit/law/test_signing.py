"""Keys are made for their owner's eyes only, read strictly, and only Ed25519."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from dueprocess.kernel.errors import InputError
from dueprocess.law.signing import (
    fingerprint,
    good_signature,
    new_key,
    public_text,
    read_private,
    read_public,
    sign,
)


def test_a_new_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    (tmp_path / "key.pub").write_text(new_key(path))
    assert path.stat().st_mode & 0o777 == 0o600
    private, public = read_private(path), read_public(tmp_path / "key.pub")
    assert public_text(private.public_key()) == public_text(public)
    assert good_signature(public, sign(private, b"law"), b"law")
    assert not good_signature(public, sign(private, b"law"), b"flaw")
    assert not good_signature(public, b"", b"law")
    assert fingerprint(public) == fingerprint(private.public_key()) and len(fingerprint(public)) == 24


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("mine")
    with pytest.raises(InputError, match="there is a file already"):
        new_key(tmp_path / "key.pem")
    assert (tmp_path / "key.pem").read_text() == "mine"
    with pytest.raises(InputError, match="cannot be written"):
        new_key(tmp_path / "none" / "key.pem")


def test_what_is_no_key(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    files = {
        "empty": b"",
        "text": b"no key",
        "cut": new_key(tmp_path / "a.pem").encode()[:50],
        "large": b"-" * 20_000,
        "other.pem": other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "other.pub": other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        for reads in (read_private, read_public):
            with pytest.raises(InputError):
                reads(tmp_path / name)
    with pytest.raises(InputError, match="this is a private key"):
        read_public(tmp_path / "a.pem")
    with pytest.raises(InputError, match="cannot be read"):
        read_private(tmp_path / "none")


def test_no_other_command_pays_for_it() -> None:
    """Loading the command line and the lawbook imports no cryptography."""
    code = "import sys, dueprocess.cli.commands, dueprocess.decide; from dueprocess.law import load_lawbook; load_lawbook(); sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
