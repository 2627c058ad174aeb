"""Signed notes against the published examples of the format."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dueprocess.kernel.errors import InputError
from dueprocess.ledger import Checkpoint, NoteKey, NoteSigner, open_note, sign_note

# The example of the Go module that the format comes from (golang.org/x/mod/sumdb/note), key and all.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = TEXT + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
# The examples of c2sp.org/signed-note and c2sp.org/tlog-checkpoint; their public keys are not given there.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
SIGNER = NoteSigner("PeterNeumann", Ed25519PrivateKey.from_private_bytes(SEED))


def test_the_published_key_and_note() -> None:
    key = NoteKey.parse(KEY)
    assert (key.name, key.id.hex(), key.text()) == ("PeterNeumann", "c74f20a3", KEY)
    assert SIGNER.key == key
    assert open_note(NOTE, [key]) == TEXT
    assert sign_note(TEXT, SIGNER) == NOTE  # Ed25519 gives the same signature each time


def test_every_changed_character_of_the_published_note_is_refused() -> None:
    key = NoteKey.parse(KEY)
    for place, letter in enumerate(NOTE):
        changed = NOTE[:place] + chr(ord(letter) ^ 1) + NOTE[place + 1 :]
        with pytest.raises(InputError):
            open_note(changed, [key])
    for place in range(len(NOTE)):
        with pytest.raises(InputError):
            open_note(NOTE[:place], [key])


def test_every_part_of_the_published_key_is_refused() -> None:
    for start in range(len(KEY)):
        for end in range(start, len(KEY) + 1):
            if (start, end) != (0, len(KEY)):
                with pytest.raises(InputError):
                    NoteKey.parse(KEY[start:end])
    for bad in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # too long, with its own id
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # another kind of key, with its own id
    ):
        with pytest.raises(InputError):
            NoteKey.parse(bad)


def test_the_published_notes_of_unknown_keys_have_the_form_and_are_not_believed() -> None:
    for note in (POEM, SOFA):
        with pytest.raises(InputError, match="no known key has signed"):
            open_note(note, [NoteKey.parse(KEY)])
    assert Checkpoint.parse(SOFA.partition("\n\n")[0] + "\n") == Checkpoint(
        "example.com/behind-the-sofa", 20852163, base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    )


def test_signatures_of_others_are_passed_over_and_a_wrong_one_of_a_known_key_is_not() -> None:
    other = NoteSigner("witness.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    line = sign_note(TEXT, other).rpartition("\n\n")[2]
    assert open_note(NOTE + line, [SIGNER.key]) == TEXT
    assert open_note(NOTE + line, [other.key]) == TEXT
    spoiled = line[:-10] + ("A" if line[-10] != "A" else "B") + line[-9:]
    assert open_note(NOTE + spoiled, [SIGNER.key]) == TEXT  # the witness is unknown to this reader
    with pytest.raises(InputError, match=r"signature of \[witness.example\] is wrong"):
        open_note(NOTE + spoiled, [SIGNER.key, other.key])


def test_a_text_that_no_note_can_have_is_not_signed() -> None:
    for text in ("no newline", "a tab\t\n", "nul\0\n"):
        with pytest.raises(ValueError, match="no note"):
            sign_note(text, SIGNER)
    with pytest.raises(ValueError, match="no note"):
        sign_note(TEXT, NoteSigner("two words", SIGNER.private))


def test_checkpoints_come_back_as_they_were() -> None:
    for size in (0, 1, 20852163):
        made = Checkpoint("desk.example/made-up", size, bytes(range(32)))
        assert Checkpoint.parse(made.text()) == made
        assert Checkpoint.opened(made.signed(SIGNER), [SIGNER.key]) == made


@pytest.mark.parametrize(
    "text",
    ["", "a\n", "a\n1\n", "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n1\nCsUY\n", "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n"],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no checkpoint"):
        Checkpoint.parse(text)
