"""The kit in a real browser: every cell and clock as the engine has them on 10,000 cases, and the page as its users meet it."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from dueprocess.clock import deadline
from dueprocess.decide import Setting, decide_case
from dueprocess.decide.packets import Scene, scene_of
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import day_start, iso, parse_instant
from dueprocess.law import load_lawbook
from dueprocess.public.calendars import calendar_data
from dueprocess.public.fill import asset
from dueprocess.public.kit import kit_data, kit_html

TODAY = date(2026, 11, 22)
LATER = date(2028, 1, 1)
CASES_EACH = 400
"""Cases of a place in the quick tests; the long runs ask of five times as many."""
PLACES = (
    "us/tx/travis-county/sheriff",
    "us/fl/alachua-county/sheriff",
    "us/nc/alamance-county/sheriff",
    "us/ca/alameda-county/sheriff",
    "us/az/coconino-county/sheriff",
)
OFFICER, JUDGE = "immigration_officer", "judge"
PAPERS: dict[str, dict[str, Any]] = {
    "i-200": {"kind": "i-200", "signed_by": OFFICER},
    "i-205": {"kind": "i-205", "signed_by": OFFICER},
    "immigration-judge": {"kind": "immigration_judge_order", "signed_by": "immigration_judge"},
    "judge-order": {"kind": "court_order", "signed_by": JUDGE, "matter": "civil"},
    "judge-finding": {"kind": "probable_cause_affidavit", "signed_by": JUDGE},
    "judge-warrant": {"kind": "judicial_warrant", "signed_by": JUDGE, "matter": "civil"},
}


@lru_cache(maxsize=16)
def scene(agency: str, day: date = TODAY) -> Scene:
    return scene_of(agency, facility=None, as_of=day, known_at=TODAY, setting=Setting(load_lawbook()))


@lru_cache(maxsize=16)
def data(agency: str, day: date = TODAY) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(kit_data(scene(agency, day))))
    return made


@lru_cache(maxsize=16)
def html(agency: str) -> str:
    return kit_html(scene(agency), data=data(agency))


def told_by_boxes(form: dict[str, Any] | None, boxes: list[str]) -> dict[str, Any]:
    if form is None:
        return {}
    found: dict[str, Any] = form["says"][form["by_boxes"][sum(1 << i for i, b in enumerate(form["boxes"]) if b in boxes)]]
    return found


def a_value(fact: dict[str, Any], dice: random.Random) -> Any:
    if not fact["classes"]:
        return dice.choice(fact["values"])
    entry = dice.choice(fact["classes"])
    low, high = entry["low"], entry["high"]
    if low is not None and low == high:
        return low
    if low is None:
        return max(0, high - dice.randint(1, 9))
    return low + dice.randint(1, 9) if high is None else (low + high) / 2


def a_time(kit: dict[str, Any], where: Scene, dice: random.Random) -> int:
    """A minute within the kit's days; one in four near a change of the clocks or a holiday."""
    first, last = (day_start(where.zone, date.fromisoformat(kit[k])) for k in ("valid_from", "good_until"))
    at = dice.randrange(first // 60, last // 60) * 60
    if dice.random() < 0.25:
        near = [z for z, _ in kit["calendar"]["zones"]["jail"][1:]] + [day_start(where.zone, date.fromisoformat(d)) for d in kit["calendar"]["holidays"]]
        at = dice.choice(near) + 60 * dice.randint(-4500, 1500)
    return min(max(at, first), last - 60)


def a_case(kit: dict[str, Any], where: Scene, dice: random.Random, *, unknown: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same question twice: as the kit's form gives it, and as a case file for the engine."""
    number = dice.randrange(-1, len(kit["forms"]))
    form = kit["forms"][number] if number >= 0 else None
    boxes = [b for b in form["boxes"] if dice.random() < 0.5] if form else []
    signed, served, cancelled = dice.random() < 0.85, dice.random() < 0.85, dice.random() < 0.05
    papers = [p for p in PAPERS if dice.random() < 0.22]
    says = told_by_boxes(form, boxes)
    facts = {
        f["name"]: a_value(f, dice) for f in kit["facts"] if says.get(f["name"]) is None and dice.random() >= unknown
    }
    due = a_time(kit, where, dice)
    given = {"form": number, "boxes": boxes, "signed": signed, "served": served, "cancelled": cancelled, "papers": papers, "facts": facts, "events": {}, "due": due}

    def text(at: int) -> str:
        return iso(at, where.zone)

    listed = [{**PAPERS[p], "received_at": text(due - 300)} for p in papers]
    if form:
        _, kind, edition = form["id"].split("/")
        vocabulary = where.lawbook.vocabulary
        listed.append({
            "kind": kind, "edition": edition, "received_at": text(due - 300), "signed_by": OFFICER if signed else "none",
            "boxes": [vocabulary.facts[b].box for b in boxes], "served_at": text(due - 300) if served else "never",
            "cancelled_at": text(due - 60) if cancelled else "never",
        })  # fmt: skip
    case = {
        "case": "kit", "agency": where.agency, "facility": where.facility, "at": text(due), "law_known_at": where.known_at.isoformat(),
        "record_complete": True,
        "custody": {"booked_at": text(due - 10800), "grounds": [{"kind": "charge", "from": text(due - 10800), "until": text(due)}]},
        "papers": listed,
        "facts": {n: v for n, v in facts.items() if ":" not in n},
        "determined": {
            n.partition(":")[2]: {"value": v, "by_role": "counsel", "at": text(due - 10800), "on": "these papers"}
            for n, v in facts.items() if ":" in n
        },
    }  # fmt: skip
    return given, case


def engine_says(case: dict[str, Any]) -> tuple[str, int | None] | None:
    """(outcome, end of the hold); None where the facts contradict the papers, which no kit's form lets one say."""
    try:
        decision = decide_case(case, today=LATER)
    except InputError as error:
        assert "is stated as" in str(error), error
        return None
    return decision["outcome"], parse_instant(decision["hold_until"], where="") if decision["hold_until"] else None


@pytest.fixture(scope="module")
def engine(browser: Any) -> Any:
    """A blank page with the arithmetic that every kit carries."""
    context = browser.new_context(timezone_id="Asia/Kolkata")  # another zone than any jail's: it may not matter
    page = context.new_page()
    page.set_content(f"<script>{asset('engine.js')}</script>")
    yield page
    context.close()


def differing(engine: Any, agency: str, count: int, unknown: float) -> tuple[list[Any], int, set[str]]:
    kit, where = data(agency), scene(agency)
    dice = random.Random(f"{agency} {unknown}")
    given, wanted = [], []
    while len(given) < count:
        question, case = a_case(kit, where, dice, unknown=unknown)
        said = engine_says(case)
        if said is not None:
            given.append(question)
            wanted.append(said)
    engine.evaluate("data => { window.DATA = data; }", kit)
    got = engine.evaluate("list => list.map(g => { var r = DP.answer(DATA, g); return [r.outcome, r.until]; })", given)
    hold = ("may_hold", "must_hold")
    wrong = [
        (question, want, mine) for question, want, mine in zip(given, wanted, got, strict=True)
        if mine[0] != want[0] or (want[0] in hold and mine[1] != want[1])
    ]  # fmt: skip
    return wrong, len(given), {w[0] for w in wanted}


@pytest.mark.parametrize("cases", [CASES_EACH, pytest.param(5 * CASES_EACH, marks=pytest.mark.soak)])
@pytest.mark.parametrize("agency", PLACES, ids=[p.split("/")[2] for p in PLACES])
def test_the_kit_says_what_the_engine_says(engine: Any, agency: str, cases: int) -> None:
    """2,000 cases in all, and 10,000 in the long runs: any form and edition, any boxes, several papers at once, defects, facts known and not known."""
    seen: set[str] = set()
    for unknown in (0.0, 0.3):
        wrong, tried, outcomes = differing(engine, agency, cases // 2, unknown)
        assert tried == cases // 2 and wrong == []
        seen |= outcomes
    assert "release" in seen and len(seen) > 1


@pytest.mark.soak
@pytest.mark.parametrize("agency", ["us/fl/monroe-county/sheriff", "us/md/allegany-county/sheriff", "us/or/clackamas-county/sheriff", "us/nh/merrimack-county/corrections"])
def test_more_places(engine: Any, agency: str) -> None:
    for unknown in (0.0, 0.3, 0.7):
        assert differing(engine, agency, 3000, unknown)[0] == []


def test_every_rule_of_every_cell(engine: Any) -> None:
    """Each rule of a table is visited, with the packet that leads to it, and found again by its own facts."""
    kit = data("us/fl/alachua-county/sheriff")
    engine.evaluate("data => { window.DATA = data; }", kit)
    asked, wanted = [], []
    for number, (rules, _) in enumerate(kit["cells"]):
        for index, (when, _, _) in enumerate(kit["rules"][rules]):
            facts = {kit["facts"][n]["name"]: values[0] for n, values in when}
            asked.append([number, facts])
            wanted.append([rules, index])
    got = engine.evaluate(
        "list => list.map(([cell, facts]) => { var rule = DP.lookup(DATA, cell, facts), rules = DATA.cells[cell][0];"
        " return [rules, DATA.rules[rules].indexOf(rule)]; })", asked,
    )  # fmt: skip
    assert got == wanted and len(wanted) > 50


ZONES = ("America/New_York", "America/Phoenix", "America/Denver", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam")


def test_the_clock_of_a_page_is_the_clock_of_the_engine(engine: Any) -> None:
    """In the zones of the states, over two years with their changes of the clocks and holidays."""
    first, last = date(2026, 1, 1), date(2027, 12, 31)
    calendar = json.loads(json.dumps(calendar_data({z: z for z in ZONES}, first, last)))
    dice = random.Random(1)
    asked, wanted = [], []
    for _ in range(10_000):
        zone = dice.choice(ZONES)
        low, high = day_start(zone, first), day_start(zone, last)
        at = dice.randrange(low, high)
        changes = [z for z, _ in calendar["zones"][zone][1:]]
        if changes and dice.random() < 0.3:
            at = min(max(dice.choice(changes) + dice.randint(-4 * 86400, 3600), low), high)
        excluding = dice.choice([[], ["weekends"], ["federal_holidays"], ["weekends", "federal_holidays"]])
        hours, day_end = dice.choice([2, 24, 47.5, 48, 72, 96]), dice.random() < 0.1
        asked.append([zone, at, {"hours": hours, "excluding": excluding, "until_end_of_day": day_end}])
        wanted.append(deadline(at, zone_name=zone, hours=hours, excluding=tuple(excluding), until_end_of_day=day_end))
    got = engine.evaluate("([calendar, list]) => list.map(([zone, at, clock]) => DP.deadline(calendar, zone, at, clock).end)", [calendar, asked])
    assert got == wanted


def test_a_local_time_is_an_instant_of_the_jail(engine: Any) -> None:
    calendar = json.loads(json.dumps(calendar_data({"z": "America/Chicago"}, date(2026, 10, 1), date(2027, 4, 1))))
    ask = "([calendar, day, s]) => DP.instants(calendar, 'z', DP.ordinal(day), s)"
    assert engine.evaluate(ask, [calendar, "2026-11-20", 64800]) == [parse_instant("2026-11-20T18:00:00-06:00", where="")]
    twice = engine.evaluate(ask, [calendar, "2026-11-01", 5400])
    assert twice == [parse_instant(f"2026-11-01T01:30:00{o}", where="") for o in ("-05:00", "-06:00")]
    assert engine.evaluate(ask, [calendar, "2027-03-14", 9000]) == []


# -- the page ------------------------------------------------------------------------------------------------------------

KIT = "us/tx/travis-county/sheriff"
NOW = "2026-11-22T09:00:00Z"  # 03:00 in Travis County


def opened(page: Any, tmp_path: Path, *, now: str = NOW, agency: str = KIT) -> Any:
    file = tmp_path / "kit.html"
    file.write_text(html(agency), encoding="utf-8")
    # Its clock stands still where a test wants it, however slow the machine is.
    page.clock.install(time=datetime.fromisoformat(now) - timedelta(minutes=10))
    page.goto(file.as_uri())
    page.clock.pause_at(datetime.fromisoformat(now))
    return page


def answer_hold(page: Any) -> None:
    """An I-247A with an I-200, signed, served, no claim: in Travis County the encoded law commands the hold."""
    page.fill("#due", "2026-11-21T18:00")
    page.check("input[name=local][value=no]")
    page.check("input[name=form][value='1']")
    page.check("input[value=basis_biometric]")
    page.check("input[name=signed][value=yes]")
    page.check("input[name=served][value=yes]")
    page.check("input[name=paper][value=i-200]")


def test_a_clerk_gets_an_answer_a_countdown_and_a_printed_page(page: Any, tmp_path: Path) -> None:
    opened(page, tmp_path)
    assert "2026-11-22 03:00 (-06:00), Sun" in page.inner_text("#clock")
    answer_hold(page)
    # What the person said or showed has no answer beforehand: until somebody says so there is no hold.
    assert "REVIEW" in page.inner_text("#told") and "U.S. citizen" in page.inner_text("#told")
    for question in page.query_selector_all("#questions fieldset:not([hidden])"):
        if "Nobody has" not in question.inner_text() and "Not known" not in question.inner_text():
            question.query_selector("input[value=no]").check()
    told = page.inner_text("#told")
    assert "MUST HOLD" in told and "2026-11-23 18:00 (-06:00), Mon at the latest" in told
    assert told.index("Authority against the hold") < told.index("Authority for the hold")
    assert page.inner_text("#left") == "39 h 0 min"
    page.clock.run_for(3_600_000)
    assert page.inner_text("#left") == "38 h 0 min"
    page.fill("#booking", "<b>1</b>")
    page.dispatch_event("#booking", "input")
    assert "<b>1</b>" in page.inner_text("#given") or "<b>1</b>" in page.text_content("#given")
    pdf = page.pdf(prefer_css_page_size=True)
    printed = unicodedata.normalize("NFKC", " ".join(p.extract_text() for p in PdfReader(BytesIO(pdf)).pages))
    for words in ("MUST HOLD", "Record for the file", "Officer", "fingerprint confirmation", "sha256:"):
        assert words in printed
    assert "Start again" not in printed
    # When the time is up, the page says so by itself.
    page.clock.run_for(39 * 3_600_000)
    assert "TIME IS UP: RELEASE" in page.inner_text("#told")


def test_unknown_never_holds(page: Any, tmp_path: Path) -> None:
    opened(page, tmp_path)
    answer_hold(page)
    for name in ("signed", "served"):
        page.check(f"input[name={name}][value='']")
        assert "REVIEW" in page.inner_text("#told") and "HOLD\n" not in page.inner_text("#told")
        page.check(f"input[name={name}][value=yes]")
    page.check("input[name=form][value='?']")
    assert "REVIEW" in page.inner_text("#told")
    page.check("input[name=local][value=yes]")
    assert "LOCAL CUSTODY" in page.inner_text("#told")


@pytest.mark.parametrize("now", ["2027-05-24T07:00:00Z", "2035-01-01T00:00:00Z"])
def test_out_of_date_it_refuses(page: Any, tmp_path: Path, now: str) -> None:
    opened(page, tmp_path, now=now)
    assert "out of date" in page.inner_text("#stale")
    answer_hold(page)
    assert "No answer" in page.inner_text("#told") and "HOLD" not in page.inner_text("#told") and page.is_disabled("#print")


def test_a_time_outside_of_its_days_or_left_out_by_the_clocks_is_refused(page: Any, tmp_path: Path) -> None:
    opened(page, tmp_path)
    answer_hold(page)
    for due, why in (("2027-05-24T00:00", "only"), ("2025-12-31T12:00", "only"), ("2027-03-14T02:30", "leave this time out")):
        page.fill("#due", due)
        assert why in page.inner_text("#due-why") and "HOLD" not in page.inner_text("#told")
    page.fill("#due", "2026-11-01T01:30")
    assert page.is_visible("#fold")


def test_axe_keyboard_phone_and_zoom(new_page: Callable[..., Any], axe: Callable[..., list[str]], tmp_path: Path) -> None:
    for size in ({"width": 1280, "height": 900}, {"width": 390, "height": 844}, {"width": 640, "height": 450}):
        page = opened(new_page(viewport=size), tmp_path)
        page.clock.resume()  # axe waits for the page's own timers
        assert axe(page, contrast=size["width"] == 1280) == []
        answer_hold(page)
        assert axe(page, contrast=size["width"] == 1280) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.click("#show-card")
        assert axe(page, contrast=size["width"] == 1280) == [] and page.is_hidden("#case")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_by_keyboard_alone(page: Any, tmp_path: Path) -> None:
    opened(page, tmp_path)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.name || document.activeElement.tagName"))
    for wanted in ("show-card", "booking", "due", "local", "custody", "form", "paper", "again"):
        assert wanted in reached, wanted
    page.focus("input[name=local]")
    page.keyboard.press("Space")
    page.focus("input[name=form]")
    for _ in range(1):
        page.keyboard.press("ArrowDown")
    assert page.is_checked("input[name=form][value='1']") and page.is_visible("#boxes")
    page.focus("input[value=basis_biometric]")
    page.keyboard.press("Space")
    assert page.is_checked("input[value=basis_biometric]")


def test_without_javascript_the_wall_card_stands(new_page: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "kit.html"
    file.write_text(html(KIT), encoding="utf-8")
    page = new_page(java_script_enabled=False)
    page.goto(file.as_uri())
    text = page.inner_text("body")
    assert "needs JavaScript" in text and "MUST HOLD" in text and page.is_hidden("#form")


def test_it_asks_the_network_for_nothing_and_keeps_nothing(page: Any, tmp_path: Path) -> None:
    requests: list[str] = []
    page.on("request", lambda r: requests.append(r.url))
    opened(page, tmp_path)
    answer_hold(page)
    assert [r for r in requests if not r.startswith("file:")] == [] and len(requests) == 1
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    page.reload()
    assert page.input_value("#due") == "" and page.input_value("#booking") == ""


def test_its_size_and_bytes() -> None:
    assert all(len(html(agency).encode()) < 300_000 for agency in PLACES)
    small = "us/ca/alameda-county/sheriff"
    assert kit_html(scene(small)) == html(small)


@pytest.mark.soak
def test_a_kit_of_the_past_asks_what_its_law_turned_on(engine: Any) -> None:
    """Alameda County in 2014 (the Trust Act): numbers, many facts, another form."""
    where, kit = scene("us/ca/alameda-county/sheriff", date(2014, 5, 3)), data("us/ca/alameda-county/sheriff", date(2014, 5, 3))
    assert any(f["classes"] for f in kit["facts"]) and kit["good_until"] < "2014-12-01"
    engine.evaluate("data => { window.DATA = data; }", kit)
    dice = random.Random(3)
    pairs = [(q, s) for q, c in (a_case(kit, where, dice, unknown=0.0) for _ in range(300)) if (s := engine_says(c))]
    got = engine.evaluate("list => list.map(g => DP.answer(DATA, g).outcome)", [q for q, _ in pairs])
    assert got == [s[0] for _, s in pairs] and len(pairs) > 200


def test_its_calendar_holds_every_stretch() -> None:
    calendar = data(KIT)["calendar"]
    assert all(a[0] < b[0] and a[1] != b[1] for a, b in pairwise(calendar["zones"]["jail"]))
    assert calendar["holidays"]["2026-11-26"] == "Thanksgiving Day"
