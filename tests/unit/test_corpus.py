"""The labelled corpus in tests/corpus keeps its own rules (tests/corpus/README.md)."""

from __future__ import annotations

import hashlib
import json
import re
import statistics
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).parents[1] / "corpus"
SPLITS = ("dev", "heldout")
THIRD = ("third-dev", "third-test")
LATER = {
    "fourth-dev": "fourth", "fourth-test": "fourth_test", "fifth-test": "fifth_test", "sixth-test": "sixth_test",
    "seventh-test": "seventh_test", "eighth-test": "eighth_test", "ninth-test": "ninth_test", "tenth-test": "tenth_test", "eleventh-test": "eleventh_test", "twelfth-test": "twelfth_test", "thirteenth-test": "thirteenth_test",
    "fourteenth-test": "fourteenth_test", "fifteenth-test": "fifteenth_test",
}
"""Splits written later, shorter texts among them, and the file of each."""
ALL = (*SPLITS, *THIRD, *LATER)
POSITIONS = {
    "honors_all", "requires_judicial_warrant", "requires_court_order", "requires_any_warrant", "requires_probable_cause",
    "limits_by_offense", "notify_only", "declines_all", "undecided", "unknown",
}
ACCEPTS = {"detainer", "admin_warrant", "removal_order", "judicial_warrant", "court_order", "probable_cause", "listed_offense"}
STATES = {
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME",
    "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI",
    "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "PR",
}
KINDS = {"policy", "distractor", "other_language"}
MOTIVES = {"constitution", "liability", "court_ruling", "state_law", "cost", "community_trust", "public_safety", "federal_pressure"}
KEYS = {"id", "kind", "origin", "format", "language", "split", "date", "title", "publisher", "difficulty", "traps", "text", "labels"}
LABELS = {
    "claims": {"agency", "county_or_city", "state", "position", "accepts", "effective_date", "announced_date", "speaker", "motive", "cites", "quote"},
    "counts": {"value", "unit", "scope", "since", "as_of", "claimant", "disputes", "quote"},
    "rulings": {"name", "court", "date", "holding", "quote"},
    "statutes_regs": {"name", "quote"},
    "incidents": {"place", "state", "hours_overheld", "duration_text", "quote"},
}
MORE = {"aliases", "also_accept", "note", "optional", "value_text"}
DATED = {"claims": ("announced_date", "effective_date"), "rulings": ("date",), "counts": ("since", "as_of")}
SHORTEST_SHARED = 45
"""Characters from which on a sentence may not stand in two texts: shorter ones are stock phrases."""
STOCK = {"immigration and customs enforcement (ice) or u.s.", "frederick county board of commissioners, 725 f.3d 451 (4th cir.", "this alert is for general information and is not legal advice.", "privileged and confidential — attorney-client communication", "on november 14, the appellate division, second department, decided people ex rel."}
"""Longer ones that are, the name of an agency and of a real decision (each cut at a period), and a sentence that names another."""


@cache
def read(split: str) -> tuple[dict[str, Any], ...]:
    name = "third" if split in THIRD else LATER.get(split, split)
    entries = [json.loads(line) for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return tuple(entry for entry in entries if split not in THIRD or entry["split"] == split)


def texts() -> list[dict[str, Any]]:
    return [entry for split in ALL for entry in read(split)]


def words(entry: dict[str, Any]) -> int:
    return len(entry["text"].split())


def is_date(value: str) -> bool:
    """A day, a month or a year; a fiscal year only in a count."""
    found = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", value)
    if not found:
        return False
    year, month, day = found.groups()
    date(int(year), int(month or 1), int(day or 1))
    return True


def sentences(text: str) -> set[str]:
    plain = re.sub(r"<[^>]*>", " ", text)
    parts = re.split(r"(?<=[.!?])\s+|\n\n+", plain)
    return {joined for part in parts if len(joined := " ".join(part.split()).lower()) >= SHORTEST_SHARED}


def test_there_are_enough_texts_in_two_halves_of_like_make() -> None:
    dev, heldout = read("dev"), read("heldout")
    assert len(dev) >= 32 and len(heldout) >= 32
    assert abs(len(dev) - len(heldout)) <= 2
    for entries in (dev, heldout):
        kinds = Counter(entry["kind"] for entry in entries)
        assert kinds["distractor"] >= 7 and kinds["other_language"] >= 1
    origins = [Counter(entry["origin"] for entry in entries if entry["kind"] == "policy") for entries in (dev, heldout)]
    assert len(set(origins[0]) & set(origins[1])) >= 12


def test_the_third_set_is_halved_by_a_hash_of_its_texts() -> None:
    """Within each kind the texts alternate in the order of their hashes: nobody chose which half a text is in."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for split in THIRD:
        for entry in read(split):
            kinds.setdefault(entry["kind"], []).append(entry)
    assert sum(map(len, kinds.values())) >= 40 and len(kinds["distractor"]) >= 6
    for entries in kinds.values():
        entries.sort(key=lambda entry: hashlib.sha256(entry["text"].encode()).hexdigest())
        assert [entry["split"] for entry in entries] == [THIRD[i % 2] for i in range(len(entries))]


def test_ids_are_unique_and_name_their_half() -> None:
    ids = [entry["id"] for entry in texts()]
    assert len(ids) == len(set(ids))
    for split in ALL:
        assert {entry["split"] for entry in read(split)} == {split}


def test_texts_are_as_long_as_real_ones() -> None:
    assert all(150 <= words(entry) <= 1500 for entry in texts())
    assert all(words(entry) >= 300 for split in (*SPLITS, *THIRD) for entry in read(split))
    lengths = [words(entry) for split in SPLITS for entry in read(split)]
    assert 500 <= statistics.median(lengths) <= 700
    assert sum(length >= 1000 for length in lengths) >= 4


@pytest.mark.parametrize("split", ALL)
def test_every_label_is_well_formed_and_its_quote_stands_in_the_text(split: str) -> None:
    for entry in read(split):
        where = entry["id"]
        assert set(entry) == KEYS and entry["kind"] in KINDS, where
        assert is_date(entry["date"]) and len(entry["date"]) == 10, where
        assert set(entry["labels"]) == set(LABELS), where
        for what, keys in LABELS.items():
            for label in entry["labels"][what]:
                assert keys <= set(label) <= keys | MORE, (where, label)
                assert label["quote"].strip() and label["quote"] in entry["text"], (where, label["quote"])
                for key in DATED.get(what, ()):
                    value = label[key]
                    assert value is None or is_date(value) or (what == "counts" and re.fullmatch(r"FY \d{4}", value)), (where, key, value)


@pytest.mark.parametrize("split", ALL)
def test_claims_use_the_closed_lists(split: str) -> None:
    for entry in read(split):
        for claim in entry["labels"]["claims"]:
            assert claim["position"] in POSITIONS, entry["id"]
            assert set(claim.get("also_accept", [])) <= POSITIONS - {claim["position"]}, entry["id"]
            assert set(claim["accepts"]) <= ACCEPTS, entry["id"]
            assert claim["state"] in STATES, entry["id"]
            assert claim["motive"] is None or claim["motive"] in MOTIVES, entry["id"]
            if claim["position"] == "honors_all":
                assert claim["accepts"] == ["detainer"], entry["id"]
            if claim["position"] == "requires_court_order":
                assert "court_order" in claim["accepts"] and "removal_order" not in claim["accepts"], entry["id"]
            if claim["position"] in ("undecided", "unknown", "notify_only"):
                assert not claim["accepts"], entry["id"]


@pytest.mark.parametrize("splits", [("dev",), ("heldout",), THIRD], ids=["dev", "heldout", "third"])
def test_each_position_occurs_several_times(splits: tuple[str, ...]) -> None:
    found = Counter(claim["position"] for split in splits for entry in read(split) for claim in entry["labels"]["claims"] if not claim.get("optional"))
    assert set(found) == POSITIONS
    assert min(found.values()) >= 2


def test_distractors_and_other_languages_yield_nothing() -> None:
    for entry in texts():
        if entry["kind"] == "policy":
            kinds = LABELS if entry["split"] in LATER else ("claims",)
            assert any(not label.get("optional") for what in kinds for label in entry["labels"][what]), entry["id"]
            continue
        assert not entry["labels"]["claims"] and not entry["labels"]["counts"] and not entry["labels"]["incidents"], entry["id"]
        assert all(label.get("optional") for what in LABELS for label in entry["labels"][what]), entry["id"]
        assert (entry["kind"] == "other_language") == (entry["language"] != "en"), entry["id"]


def test_a_count_carries_a_number() -> None:
    for entry in texts():
        for count in entry["labels"]["counts"]:
            assert isinstance(count["value"], int | float) and count["value"] >= 0, entry["id"]
            assert count["unit"], entry["id"]


def test_no_sentence_stands_in_two_texts() -> None:
    seen: dict[str, str] = {}
    for entry in texts():
        for sentence in sentences(entry["text"]):
            assert sentence in STOCK or seen.setdefault(sentence, entry["id"]) == entry["id"], (sentence, seen[sentence], entry["id"])


@pytest.mark.parametrize(("name", "texts_"), [("wording", 827), ("context", 416), ("news", 450), ("official", 453), ("dialogue", 450), ("phrases", 900), ("nearmiss", 437), ("articles", 40), ("documents", 40), ("hearings", 45), ("plain", 49),
    ("spoken", 648), ("coded", 549), ("sober", 514), ("twins", 827), ("talk", 689), ("around", 597), ("whole", 156), ("press", 168), ("desk", 197), ("spans", 648), ("plainly", 802), ("wire", 238), ("folder", 255), ("rounds", 290), ("offices", 38), ("turned", 27)])  # fmt: skip
def test_the_passages_quote_themselves(name: str, texts_: int) -> None:
    entries = [json.loads(line) for line in (CORPUS / "passages" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({e["id"] for e in entries}) == len(entries) == texts_
    for entry in entries:
        assert set(entry) == KEYS and entry["split"] == "passages" and entry["kind"] in KINDS, entry["id"]
        for kind, labels in entry["labels"].items():
            for label in labels:
                assert label["quote"] in entry["text"], (entry["id"], label["quote"])
                assert set(label) - MORE <= LABELS[kind], (entry["id"], kind)
                assert kind != "claims" or (label["position"] in POSITIONS and label["state"] in STATES and set(label["accepts"]) <= ACCEPTS), entry["id"]
        assert entry["kind"] != "distractor" or all(label.get("optional") for label in entry["labels"]["claims"]), entry["id"]
