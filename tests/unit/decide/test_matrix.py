"""The table of a place says on every cell what the engine says, and its pages show what the table says."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from datetime import date
from functools import lru_cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from dueprocess.cli import main
from dueprocess.decide import decide_case
from dueprocess.decide.matrix import DETERMINED, build_table, first_end, lookup, lookup_case
from dueprocess.decide.matrix_rows import Line, rows_of
from dueprocess.decide.matrix_view import view_of
from dueprocess.decide.packets import Packet, Scene, case_of, scene_of
from dueprocess.decide.stay import Setting
from dueprocess.decide.values import key_of
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import parse_instant
from dueprocess.law import load_lawbook
from dueprocess.render.matrix import matrix_html, matrix_pdf, matrix_text

TODAY = date(2026, 11, 22)
CASES_EACH = 60

PLACES = [
    ("us/or/clackamas-county/sheriff", date(2012, 3, 29)),
    ("us/ca/los-angeles-county/sheriff", date(2012, 9, 5)),
    ("us/pa/lehigh-county/corrections", date(2012, 6, 1)),
    ("us/ca/alameda-county/sheriff", date(2014, 5, 3)),
    ("us/co/denver-county/sheriff", date(2014, 5, 5)),
    ("us/la/orleans-parish/sheriff", date(2014, 5, 6)),
    ("us/tx/travis-county/sheriff", date(2018, 6, 1)),
    ("us/az/coconino-county/sheriff", date(2018, 6, 4)),
    ("us/il/cook-county/sheriff", date(2018, 6, 5)),
    ("us/fl/monroe-county/sheriff", TODAY),
    ("us/nc/alamance-county/sheriff", TODAY),
    ("us/md/allegany-county/sheriff", TODAY),
    ("us/nh/merrimack-county/corrections", TODAY),
    ("us/mi/allegan-county/sheriff", TODAY),
]


@lru_cache(maxsize=32)
def scene(agency: str, day: date) -> Scene:
    return scene_of(agency, facility=None, as_of=day, known_at=TODAY, setting=Setting(load_lawbook()))


@lru_cache(maxsize=32)
def table(agency: str, day: date) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(build_table(scene(agency, day))))
    return made


def within(entry: dict[str, Any], dice: random.Random) -> Any:
    """Any value of one class of numbers."""
    low, high = entry["low"], entry["high"]
    if low is not None and low == high:
        return low
    if low is None:
        return max(0, high - dice.randint(1, 9))
    return low + dice.randint(1, 9) if high is None else low + (high - low) * dice.choice([0.25, 0.5, 0.75])


def random_case(made: dict[str, Any], where: Scene, dice: random.Random, *, unknown: float) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A case of one of the table's packets: its facts, and others that the table says do not matter, at random."""
    entry = dice.choice(made["packets"])
    packet = Packet(entry["id"], entry["request"], entry["companion"], tuple(entry["papers"]), entry["facts"])
    case = case_of(where, packet, ground=dice.choice(["charge", "sentence", "other"]), due=where.due + 60 * dice.randint(-300, 300))
    facts: dict[str, Any] = {}
    named = {f["name"] for f in made["facts"]}
    for fact in made["facts"]:
        if dice.random() >= unknown:
            facts[fact["name"]] = within(dice.choice(fact["classes"]), dice) if fact["classes"] else dice.choice(fact["values"])
    for fact in where.lawbook.vocabulary.facts.values():
        if fact.name not in named and fact.type == "boolean" and fact.origin in ("shown", "claimed", "asked", "agency_record") and dice.random() < 0.3:
            case["facts"][fact.name] = dice.random() < 0.5
    case["facts"] |= {n: v for n, v in facts.items() if not n.startswith(DETERMINED)}
    case["determined"] = {
        n.removeprefix(DETERMINED): {"value": v, "by_role": "counsel", "at": case["custody"]["booked_at"], "on": "these papers"}
        for n, v in facts.items()
        if n.startswith(DETERMINED)
    }
    return packet.id, facts, case


def clock_key(clock: dict[str, Any]) -> tuple[Any, ...]:
    return (clock["norm"], clock["ends"], clock["state"], clock["defeated"], clock["hours"], tuple(clock["excluding"]))


@pytest.mark.parametrize(("agency", "day"), PLACES, ids=[f"{a.split('/')[2]}-{d}" for a, d in PLACES])
@pytest.mark.parametrize("unknown", [0.0, 0.3])
def test_the_table_says_what_the_engine_says(agency: str, day: date, unknown: float) -> None:
    where, made = scene(agency, day), table(agency, day)
    exact = {p["id"]: p["exact_unknown"] for p in made["packets"]}
    dice = random.Random(f"{agency} {unknown}")
    outcomes, tried = set(), 0
    for _ in range(CASES_EACH):
        packet, facts, case = random_case(made, where, dice, unknown=unknown)
        try:
            decision = decide_case(case, today=TODAY)
        except InputError:  # the facts contradict what the form says of itself
            continue
        tried += 1
        rule = lookup(made, packet, facts)
        assert lookup_case(made, case)["outcome"] == rule["outcome"]
        if unknown and not exact[packet] and rule["outcome"] == "review":
            continue  # said to be a question too many, never a hold
        outcomes.add(rule["outcome"])
        assert rule["outcome"] == decision["outcome"], (packet, facts)
        assert set(rule["deciding"]) <= {r["norm"] for r in decision["reasons"]}
        if rule["outcome"] in ("may_hold", "must_hold"):
            assert rule["deciding"]
            mine = {clock_key(c) for c in rule["clocks"] if c["state"] == "applies" and c["ends"] != "duty"}
            theirs = {clock_key(c) for c in decision["clocks"] if c["state"] == "applies"}
            # A judge's warrant carries the hold on when the request ends: the table leaves the request's clock out.
            assert mine == ({c for c in theirs if c[1] != "request"} if packet.endswith("judge-warrant") else theirs)
            end = first_end(rule["clocks"], parse_instant(case["at"], where=""), where.zone)
            assert end == (parse_instant(decision["hold_until"], where="") if decision["hold_until"] else None)
        if rule["outcome"] == "review" and not unknown:
            assert rule["open_because"] == decision["open_because"], (packet, facts)
    assert tried > CASES_EACH / 2 and outcomes


def fits(cube: dict[str, frozenset[Any]], keys: dict[str, Any]) -> bool:
    return all(keys[n] in v for n, v in cube.items())


def told(lines: tuple[Line, ...], keys: dict[str, Any]) -> Line:
    """The one line of a cell that speaks of these facts, as a reader would find it."""
    found = [x for x in lines if not x.otherwise and any(fits(c, keys) for c in x.cubes)]
    rest = [x for x in lines if x.otherwise]
    assert len({x.outcome for x in found}) <= 1, "two lines speak of the same facts and disagree"
    return found[0] if found else rest[0]


@pytest.mark.parametrize(("agency", "day"), PLACES, ids=[f"{a.split('/')[2]}-{d}" for a, d in PLACES])
def test_the_rows_that_people_read_say_what_the_table_says(agency: str, day: date) -> None:
    made = table(agency, day)
    columns, rows, service = rows_of(made)
    dice = random.Random(agency)
    read = 0
    for _ in range(200):
        packet = dice.choice(made["packets"])
        if packet["request"] == "unserved" and not service:
            packet = next(p for p in made["packets"] if p["id"] == f"good/{packet['companion']}")
        row = next(r for r in rows if packet["id"] in [p["id"] for p in r.packets])
        index = dice.randrange(len(columns))
        facts = {f["name"]: dice.choice(f["values"]) for f in made["facts"]}
        facts |= {n: v for n, v in columns[index]["facts"].items() if n in facts}
        some = [n for n in columns[index]["at_least_one"] if n in facts]
        if len(some) == len(columns[index]["at_least_one"]) > 0 and not any(facts[n] for n in some):
            facts[some[0]] = True
        determined = {n: facts.pop(n) for n in list(facts) if n.startswith(DETERMINED)}
        samples = {f["name"]: within(next(c for c in f["classes"] if c["key"] == facts[f["name"]]), dice) for f in made["facts"] if f["classes"]}
        try:
            plain = lookup(made, packet["id"], {**facts, **samples})
            settled = lookup(made, packet["id"], {**facts, **samples, **determined})
        except InputError:
            continue
        read += 1
        line = told(row.cells[index], facts)
        assert line.outcome == plain["outcome"]
        inner = [told(lines, facts).outcome for fact, value, lines in line.inner if determined.get(fact) is value]
        if settled["outcome"] != plain["outcome"]:
            assert settled["outcome"] in inner
        elif inner:
            assert inner == [settled["outcome"]]
    assert read > 100


def test_every_packet_stands_in_a_row_and_what_allows_a_hold_is_spelled_out() -> None:
    for agency, day in PLACES:
        made = table(agency, day)
        _, rows, service = rows_of(made)
        shown = [p["id"] for r in rows for p in r.packets]
        assert sorted(shown) == sorted(p["id"] for p in made["packets"] if service or p["request"] != "unserved")
        assert not [x for r in rows for cell in r.cells for x in cell if x.otherwise and x.outcome in ("may_hold", "must_hold")]


def test_custody_makes_columns_only_where_the_law_tells_it_apart() -> None:
    assert [c["id"] for c in rows_of(table(*PLACES[0]))[0]] == ["dismissed", "bail", "sentence"]
    assert [c["id"] for c in rows_of(table("us/fl/monroe-county/sheriff", TODAY))[0]] == ["any"]


@pytest.mark.parametrize("card", [False, True])
def test_pages_are_whole_one_sheet_and_the_same_twice(card: bool) -> None:
    for agency, day in PLACES[1::3]:
        view = view_of(table(agency, day))
        pdf, html, text = matrix_pdf(view, card=card), matrix_html(view, card=card), matrix_text(view, card=card)
        again = view_of(build_table(scene(agency, day)))
        assert (pdf, html, text) == (matrix_pdf(again, card=card), matrix_html(again, card=card), matrix_text(again, card=card))
        pages = PdfReader(BytesIO(pdf)).pages
        assert len(pages) == 1
        Balanced().check(html)
        printed = " ".join(pages[0].extract_text().split())
        for shown in (printed, " ".join(html.split()), " ".join(text.split())):
            assert "lawful" not in shown.lower().replace("lawful status", "")
            assert "Not legal advice" in shown and day.isoformat() in shown
            for word in {"MAY NOT", "MAY"} & {x["status"] for r in view["rows"] for c in r["cells"] for x in c}:
                assert word in shown
        assert "green" not in html and max(map(len, text.splitlines())) <= 78 + 2
        assert table(agency, day)["law_version"] in text


class Balanced(HTMLParser):
    """Every element that is opened is closed, in order."""

    void = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "img")
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def check(self, html: str) -> None:
        self.feed(html)
        self.close()
        assert not self.open


def test_text_of_a_law_file_is_never_markup() -> None:
    made = json.loads(json.dumps(table("us/tx/travis-county/sheriff", date(2018, 6, 1))))
    for norm in made["norms"].values():
        norm["because"] = "<script>alert(1)</script> #read(\"/etc/passwd\") \u202e\x1b[2J"
    view = view_of(made)
    html = matrix_html(view)
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert "#read" in PdfReader(BytesIO(matrix_pdf(view))).pages[0].extract_text()
    assert "\x1b" not in matrix_text(view)


def test_what_the_table_does_not_have_is_refused() -> None:
    made = table("us/tx/travis-county/sheriff", date(2018, 6, 1))
    with pytest.raises(InputError, match=r"no packet \[good/i-20\]; did you mean"):
        lookup(made, "good/i-20", {})
    with pytest.raises(InputError, match=r"\[yes\] is no value of status_proof_shown"):
        lookup(made, "good/i-200", {"status_proof_shown": "yes"})
    with pytest.raises(InputError, match="no packet of the table"):
        lookup_case(made, {"papers": [{"kind": "i-862"}]})


def test_law_not_adopted_lets_nobody_be_held() -> None:
    where = scene("us/tx/travis-county/sheriff", date(2018, 6, 1))
    made = build_table(replace(where, setting=Setting(where.lawbook, frozenset())))
    outcomes = {a["outcome"] for a in made["answers"]}
    assert outcomes <= {"release", "review"} and "review" in outcomes
    assert "adoption" in {a["open_because"] for a in made["answers"]}


def test_an_open_duty_is_told_as_a_permitted_hold() -> None:
    where = scene("us/tx/travis-county/sheriff", date(2018, 6, 1))
    made = build_table(replace(where, setting=Setting(where.lawbook, frozenset({"us/four-tests"}))))
    rule = lookup(made, "good/judge-warrant", {})
    assert (rule["outcome"], rule["open_because"]) == ("review", "duty")
    view = view_of(made)
    assert "a hold is permitted; whether it is required is open" in " ".join(matrix_text(view, card=True).split())
    assert "OPEN: no hold past release until counsel has settled it" in " ".join(matrix_text(view, card=True).split())


def test_numbers_are_told_apart_where_the_law_cuts() -> None:
    made = table("us/ca/alameda-county/sheriff", date(2014, 5, 3))
    age = next(f for f in made["facts"] if f["name"] == "conviction_age_years")
    assert [key_of(age, v) for v in (0, 4.5, 5, 6, None)] == ["below 5", "below 5", "5", "above 5", None]
    assert "under 5 years since the conviction" in matrix_text(view_of(made), width=400)


def test_before_the_first_form_there_is_no_matrix() -> None:
    with pytest.raises(InputError, match="no detainer form"):
        build_table(scene("us/tx/travis-county/sheriff", date(1990, 1, 1)))


def test_a_duty_that_rests_on_the_request_ends_with_it_though_a_warrant_carries_the_hold() -> None:
    made = table("us/tx/travis-county/sheriff", date(2018, 6, 1))
    rule = lookup(made, "good/judge-warrant", {})
    assert (rule["outcome"], [c["ends"] for c in rule["clocks"] if c["state"] == "applies"]) == ("must_hold", ["duty"])
    where = scene("us/tx/travis-county/sheriff", date(2018, 6, 1))
    entry = next(p for p in made["packets"] if p["id"] == "good/judge-warrant")
    case = case_of(where, Packet(entry["id"], entry["request"], entry["companion"], tuple(entry["papers"]), entry["facts"]))
    spans = decide_case(case, today=TODAY)["timeline"]
    assert [s["outcome"] for s in spans] == ["local_custody", "must_hold", "may_hold"]


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["dueprocess", "law", "matrix", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    day = ("--as-of", "2018-06-01", "--known-at", "2026-11-22")
    status, out, _ = run(capsys, monkeypatch, "Travis County, TX", *day, "--json")
    assert status == 0 and json.loads(out) == table("us/tx/travis-county/sheriff", date(2018, 6, 1))
    card = tmp_path / "card.pdf"
    status, out, _ = run(capsys, monkeypatch, "us/tx/travis-county", *day, "--card", "--format", "pdf", "--out", str(card))
    assert (status, out) == (0, "") and card.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("us/tx/travis-county", "--format", "pdf"), "--format pdf: a PDF needs a file to be written to; add --out matrix.pdf"),
        (("us/tx/travis-county", "--card", "--json"), "--card: the wall card has no JSON of its own"),
        (("us/tx/travis-county", "--as-of", "1990-01-01"), "the lawbook has no detainer form of [1990-01-01]"),
        (("us/tx/travis-county", "--as-of", "yesterday"), "--as-of: [yesterday] is no date"),
        (("us",), "[us] is no one's jail"),
        (("us/or",), "[us/or/corrections] lies in no one county; give --facility"),
        (("us/tx/travis-county/sherif",), "did you mean"),
    ],
)
def test_what_the_command_refuses(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], error: str) -> None:
    status, out, err = run(capsys, monkeypatch, *words)
    assert (status, out) == (2, "") and error in err and err.count("\n") == 1
