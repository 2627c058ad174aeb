"""How a decision is shown: the outcome first, nothing left out, nothing that says more than the law does."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from datetime import date
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from dueprocess.decide import decide_case
from dueprocess.decide.messages import EN, TABLES, Messages
from dueprocess.decide.present import to_html, to_pdf, to_text
from dueprocess.decide.wording import between, effect, span
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.yamlread import read_mapping

ROOT = Path(__file__).resolve().parents[3]
CASES = sorted(p for p in (ROOT / "cases").glob("*.yaml") if not p.name.endswith(".expect.yaml"))
TODAY = date(2026, 11, 22)
BEFORE = {"at": "2017-08-14T20:30:00-04:00"}
UNREAD = {"record_complete": False, "papers": [{"kind": "i-247a", "edition": "2017-03"}]}

Decision = dict[str, Any]


@cache
def _decided(name: str, changes: str, *, nothing_adopted: bool) -> str:
    case = {**read_mapping(ROOT / "cases" / f"{name}.yaml"), **json.loads(changes)}
    adoption = {"agency": case["agency"], "adopted": []} if nothing_adopted else None
    return json.dumps(decide_case(case, today=TODAY, adoption=adoption))


def decided(name: str, changes: dict[str, Any] | None = None, *, nothing_adopted: bool = False) -> Decision:
    found: Decision = json.loads(_decided(name, json.dumps(changes or {}), nothing_adopted=nothing_adopted))
    return found


def every() -> list[Decision]:
    return [decided(p.stem) for p in CASES]


def page_words(decision: Decision) -> str:
    body = re.sub(r"<style>.*?</style>", "", to_html([decision]), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def pdf_words(decision: Decision) -> str:
    return " ".join(" ".join(words_of(to_pdf([decision]))).split())


def words_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    with PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def first_screen(decision: Decision) -> str:
    return " ".join(" ".join(to_text(decision).splitlines()[:24]).split())


# -- the outcome -----------------------------------------------------------------------------------------


def test_release() -> None:
    text = first_screen(decided("g10-lunn"))
    assert text.startswith(
        "RELEASE: the encoded law gives no authority to keep this person Why: A jail may make"
    )
    assert "Massachusetts law gives no officer power" in text


def test_may_hold_gives_its_end_and_the_contrary_authority_on_the_first_screen() -> None:
    text = first_screen(decided("g12-lopez-lopez"))
    assert text.startswith("MAY HOLD until 2017-08-16 22:24 (-04:00), Wed (not required) Why: ")
    assert "CONTRARY AUTHORITY AND RISKS" in text
    assert "Against a hold: A detainer hold without a warrant" in text


def test_must_hold() -> None:
    text = first_screen(decided("g23-el-cenizo"))
    assert re.match(r"MUST HOLD until \d{4}-\d\d-\d\d \d\d:\d\d \(-0\d:00\), \w{3} Why: ", text)
    assert "CONTRARY AUTHORITY AND RISKS" in text


def test_a_hold_that_nothing_ends_says_so() -> None:
    decision = decided("g12-lopez-lopez")
    decision |= {"hold_until": None, "hold_until_because": "nothing ends it"}
    assert first_screen(decision).startswith("MAY HOLD, with no end known (not required) Why: ")
    assert "Its end: nothing ends it." in first_screen(decision)


def test_review_puts_the_questions_first_with_what_each_answer_makes_of_it() -> None:
    decision = decided("g12-lopez-lopez", UNREAD)
    assert decision["outcome"] == "review"
    text = first_screen(decision)
    assert text.startswith("REVIEW: this person may not be held past release until this is settled Why: ")
    assert "Release was due 2017-08-14 22:24 (-04:00), Mon." in text
    assert "WHAT MUST BE SETTLED" in text
    whole = " ".join(to_text(decision).split())
    for missing in decision["missing"]:
        assert missing["question"] in whole
    alone = [m for m in decision["missing"] if set(m["if"].values()) != {"review"}]
    assert alone
    assert "(yes: MAY HOLD; no: REVIEW)" in whole


def test_review_of_a_duty_does_not_forbid_the_hold() -> None:
    decision = decided("g12-lopez-lopez", UNREAD) | {"open_because": "duty"}
    text = first_screen(decision)
    assert text.startswith("REVIEW: the encoded law permits the hold; whether it requires it is open")
    assert "may not be held" not in text
    assert "nothing here allows" not in text


def test_review_for_want_of_adoption_names_the_law() -> None:
    decision = decided("g12-lopez-lopez", nothing_adopted=True)
    assert decision["open_because"] == "adoption"
    text = first_screen(decision)
    assert "law that the agency's counsel has not adopted" in text
    assert f"Not adopted: {', '.join(decision['not_adopted'])}." in text


def test_local_custody_tells_what_comes_when_it_ends() -> None:
    text = first_screen(decided("g12-lopez-lopez", BEFORE))
    assert text.startswith(
        "LOCAL CUSTODY: a local reason to keep this person stands; when it ends, at 2017-08-14 22:24 (-04:00), Mon:"
        " MAY HOLD until 2017-08-16 22:24 (-04:00), Wed (not required) Why: "
    )
    assert "CONTRARY AUTHORITY AND RISKS, WHEN LOCAL CUSTODY ENDS" in text


def test_local_custody_without_a_known_end_supposes_one_and_says_so() -> None:
    custody = {"booked_at": "2017-08-14T20:00:00-04:00", "grounds": [{"kind": "warrant", "until": "open"}]}
    text = first_screen(decided("g12-lopez-lopez", {"custody": custody}))
    assert "; if it ended now, at 2017-08-15 03:00 (-04:00), Tue: MAY HOLD until " in text
    assert "When local custody ends is not known." in text


# -- all of it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", every(), ids=lambda d: d["case"])
def test_every_case_is_shown_whole_in_all_three(decision: Decision) -> None:
    text, page = to_text(decision), page_words(decision)
    assert text.endswith("\n")
    assert max(map(len, text.splitlines())) <= 78
    flat = " ".join(text.split())
    point = decision["then"] or decision
    told = [
        r["because"]
        for r in (*point["reasons"], *point["defeated"], *point["risks"], *decision["obligations"])
    ]
    told += [r["citation"] for r in point["reasons"]] + [c["citation"] for c in point["clocks"]]
    told += [m["question"] for m in decision["missing"]] + decision["unreviewed"] + decision["not_adopted"]
    told += [decision["law_version"], decision["engine_version"], decision["notice"]]
    for words in told:
        assert " ".join(words.split()) in flat, words
        assert " ".join(words.split()) in page, words
    titles = [
        line for line in text.splitlines() if line and line == line.upper() and not line.startswith(" ")
    ]
    for title, after in pairwise(titles):
        assert f"{title}\n{after}" not in text


def test_every_case_fits_one_page() -> None:
    decisions = every()
    pages = words_of(to_pdf(decisions))
    assert len(pages) == len(decisions)
    for decision, words in zip(decisions, pages, strict=True):
        assert words.startswith(EN[f"{decision['outcome']}.status"])
        assert " ".join(decision["notice"].split()) in " ".join(words.split())


def test_own_words_never_call_anything_lawful_and_never_print_a_null() -> None:
    """The law's own words and the vocabulary's questions may; what is added to them may not."""
    for table in TABLES.values():
        assert not [key for key, text in table.items() if re.search("lawful|legal", text, re.IGNORECASE)]
    for decision in [*every(), decided("g12-lopez-lopez", UNREAD), decided("g12-lopez-lopez", BEFORE)]:
        bare = blanked(decision)
        for shown in (to_text(bare), page_words(bare)):
            assert not re.search(r"lawful|\bNone\b|\bnull\b|[{}]", shown)


def blanked(value: Any, key: str = "") -> Any:
    """The decision with all its sentences, citations and questions taken out."""
    if isinstance(value, dict):
        return {k: blanked(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [blanked(v, key) for v in value]
    return (
        "x" if key in ("because", "citation", "question", "notice", "hold_until_because") and value else value
    )


def test_clocks_name_the_one_that_governs_and_join_their_steps() -> None:
    text = to_text(decided("g01-miranda-olivares"))
    assert re.search(r"\n  > 1    2012-03-17 12:00, Sat  power +48 h, every hour +governs; ran out\n", text)
    assert re.search(r"2012-03-15 12:00, Thu  2012-03-17 00:00, Sat  36 h\n", text)
    assert re.search(r"2012-03-17 00:00, Sat  2012-03-19 00:00, Mon  no: Saturday, Sunday\n", text)


def test_a_table_over_a_clock_change_gives_each_time_its_offset() -> None:
    text = to_text(decided("s10-autumn-clock-change"))
    assert "(-05:00), Sat" in text
    assert "(-06:00), Mon" in text


def test_a_clock_that_does_not_apply_is_named_apart() -> None:
    decision = decided("g12-lopez-lopez")
    decision["clocks"][1]["state"] = "does not apply"
    flat = " ".join(to_text(decision).split())
    assert "Do not apply here: 8 C.F.R. § 287.7(d); 62 Fed. Reg. 10312 [us/cfr/8-287.7-d#limit-hold]." in flat


def test_hours_in_words() -> None:
    words = Messages()
    assert [span(words, h) for h in (0, 0.0003, 0.3333, 19.0, 16.6, 72.0, 358.0, 25.0)] == [
        "0 h", "less than 1 min", "20 min", "19 h", "16 h 36 min", "72 h (3 days)", "358 h (14 days 22 h)", "25 h",
    ]  # fmt: skip
    assert between(words, {"least": 0.0, "most": 0.0}) == "none"
    assert between(words, {"least": 12.0, "most": 48.0}) == "between 12 h and 48 h"
    assert between(words, {"least": 19.0, "most": 19.0}) == "19 h"


def test_uncertain_times_are_told_as_intervals() -> None:
    decision = decided("g12-lopez-lopez")
    decision["release_due_at"] = {
        "earliest": "2017-08-14T00:00:00-04:00",
        "latest": "2017-08-15T00:00:00-04:00",
    }
    flat = " ".join(to_text(decision).split())
    assert "between 2017-08-14 00:00 (-04:00), Mon and 2017-08-15 00:00 (-04:00), Tue" in flat
    decision["release_due_at"] = {"earliest": "2017-08-14T00:00:00-04:00", "latest": None}
    assert "2017-08-14 00:00 (-04:00), Mon or later" in to_text(decision)


def test_effects_that_the_table_lacks_are_still_said() -> None:
    words = Messages()
    assert (
        effect(words, "declares civil_arrest_power false")
        == "Rests on no power to make a civil immigration arrest"
    )
    assert effect(words, "declares some_new_fact true") == "Rests on some new fact: yes"
    assert effect(words, "limits hold", rests=False) == "Limits the time of a hold"
    assert effect(words, "forbids transfer") == "Forbids transfer"


def test_unknown_kinds_are_shown_not_dropped() -> None:
    decision = decided("g12-lopez-lopez")
    decision["risks"].append(
        {**decision["risks"][0], "kind": "brand_new", "because": "Something new.", "side": "aside"}
    )
    decision["would_change"].append({"fact": "some_new_fact", "from": "1", "to": "2", "outcome": "release"})
    flat = " ".join(to_text(decision).split())
    assert "Brand new: Something new." in flat
    assert "some new fact: 2" in flat


# -- what is given from outside ----------------------------------------------------------------------------------


def test_a_decision_that_is_none_is_one_clear_line() -> None:
    for change in ({"outcome": "perhaps"}, {"at": "2017-08-15T03:00:00"}, {"at": "soon"}):
        with pytest.raises(InputError) as caught:
            to_text(decided("g10-lunn") | change)
        assert str(next(iter(change.values()))) in str(caught.value)


HOSTILE = '\x1b[2J<script>x</script> #panic("y") {at} \u202e\u65e5'


def test_a_hostile_label_is_only_text() -> None:
    decision = decided("g10-lunn") | {"case": HOSTILE}
    kept = '[2J<script>x</script> #panic("y") {at} \u65e5'
    assert kept in " ".join(to_text(decision).split())
    assert "\x1b" not in to_text(decision)
    assert "<script" not in to_html([decision])
    assert kept in page_words(decision)
    assert '#panic("y") {at} [U+65E5]' in pdf_words(decision).replace("”", '"').replace("“", '"')


def test_no_label_leaves_no_gap() -> None:
    text = " ".join(to_text(decided("g10-lunn") | {"case": ""}).split())
    assert "Asked for Massachusetts: trial court (us/ma/trial-court), at " in text
    assert "Case" not in text.split("RELEASE AND HOURS")[0]


def test_an_agency_that_is_not_known_here_is_named_by_its_path() -> None:
    assert "Asked for us/zz/nowhere/sheriff, at" in " ".join(
        to_text(decided("g10-lunn") | {"agency": "us/zz/nowhere/sheriff"}).split()
    )


def test_the_decision_is_not_changed() -> None:
    decision = decided("g12-lopez-lopez", BEFORE)
    before = copy.deepcopy(decision)
    to_text(decision), to_html([decision]), to_pdf([decision])
    assert decision == before


def test_same_input_same_bytes() -> None:
    decisions = [decided("g10-lunn"), decided("g12-lopez-lopez")]
    assert to_text(decisions[0]) == to_text(copy.deepcopy(decisions[0]))
    assert to_html(decisions) == to_html(copy.deepcopy(decisions))
    assert to_pdf(decisions) == to_pdf(copy.deepcopy(decisions))


@pytest.mark.parametrize("width", [40, 60, 120])
def test_other_widths(width: int) -> None:
    for decision in every()[:8]:
        assert max(map(len, to_text(decision, width=width).splitlines())) <= width


def test_text_needs_neither_jinja_nor_typst() -> None:
    code = (
        "import json, sys; from dueprocess.decide.present import to_text;"
        "to_text(json.load(sys.stdin)); print({'jinja2', 'typst', 'markupsafe'} & set(sys.modules))"
    )
    given = json.dumps(decided("g10-lunn"))
    made = subprocess.run(
        [sys.executable, "-c", code], input=given, capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == "set()"


# -- the texts -------------------------------------------------------------------------------------------------------


def test_every_language_has_every_text_with_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    for lang, table in TABLES.items():
        assert set(table) == set(EN), lang
        assert {k: places(v) for k, v in table.items()} == {k: places(v) for k, v in EN.items()}


def test_no_texts_in_a_language_that_there_is_none_of() -> None:
    with pytest.raises(InputError, match=r"\[xx\]"):
        Messages("xx")


def test_every_word_of_the_schema_has_a_text() -> None:
    schema = json.loads((ROOT / "data/schemas/decision.schema.json").read_text(encoding="utf-8"))
    defs = schema["$defs"]
    wanted = {f"outcome.{o}" for o in defs["outcome"]["enum"]} | {
        f"{o}.status" for o in defs["outcome"]["enum"]
    }
    wanted |= {f"lead.open.{b}" for b in defs["open_because"]["enum"] if b}
    wanted |= {f"class.{c}" for c in schema["properties"]["class"]["enum"]}
    wanted |= {f"duty.{s}" for s in defs["obligation"]["properties"]["status"]["enum"]}
    wanted |= {f"settled_by.{s}" for s in defs["missing"]["properties"]["settled_by"]["enum"]}
    wanted |= {f"action.{r}" for r in defs["action"]["properties"]["result"]["enum"] if r != "free"}
    wanted |= {f"action.issue.{r}" for r in defs["action"]["properties"]["result"]["enum"] if r != "free"}
    wanted |= {f"clocks.{s}" for s in defs["clock"]["properties"]["state"]["enum"] if s != "does not apply"}
    wanted |= {f"clocks.ends.{e}" for e in defs["clock"]["properties"]["ends"]["enum"]}
    wanted |= {f"side.{s}" for s in defs["risk"]["properties"]["side"]["enum"]}
    assert wanted <= set(EN), wanted - set(EN)
