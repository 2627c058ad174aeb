"""Theory files: what they change, what they refuse, and the rows that move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import made_up
import pytest

from dueprocess.audit.comparison import compare, section
from dueprocess.audit.folder import Options, audit
from dueprocess.audit.inputs import decide
from dueprocess.audit.single import decide_rows
from dueprocess.audit.theories import apply, read_theory, tables_for
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.render.sheet import Entries, Table

TODAY = date(2026, 11, 22)
REGULATION = "us/cfr/8-287.7-d#limit-hold"
RIVERSIDE = "us/supreme-court/county-of-riverside#limit-hold"


def theory(folder: Path, text: str, name: str = "t.yaml") -> Path:
    path = folder / name
    path.write_text("name: Made-up theory\n" + text, encoding="utf-8")
    return path


def limits(book: object, ref: str) -> list[tuple[object, ...]]:
    identity, _, key = ref.partition("#")
    norms = book.authorities[identity].norms  # type: ignore[attr-defined]
    return [(n.hours, n.excluding, n.counted_from, n.until_end_of_day, n.rank) for n in norms if n.key == key]


def test_a_changed_clock_is_another_lawbook_and_the_first_stays_as_it_was(tmp_path: Path) -> None:
    book = load_lawbook()
    path = theory(tmp_path, f"clocks:\n  - change: {REGULATION}\n    hours: 24\n    excluding: []\n    counted_from: detainer_received\n")
    asked = apply(read_theory(path), book, today=TODAY)
    assert limits(asked.lawbook, REGULATION) == [(24, (), "detainer_received", False, 3)]
    assert limits(book, REGULATION) == [(48, ("federal_holidays", "weekends"), "release_due", False, 3)]
    assert asked.lawbook.version != book.version
    other = apply(read_theory(theory(tmp_path, f"clocks:\n  - change: {REGULATION}\n    hours: 36\n", "o.yaml")), book, today=TODAY)
    assert len({book.version, asked.lawbook.version, other.lawbook.version}) == 3
    again = apply(read_theory(path), book, today=TODAY)
    assert again.lawbook.version == asked.lawbook.version


def test_the_end_of_a_day_takes_the_place_of_hours_and_back(tmp_path: Path) -> None:
    book = load_lawbook()
    day = apply(read_theory(theory(tmp_path, f"clocks:\n  - change: {REGULATION}\n    until_end_of_day: true\n")), book, today=TODAY).lawbook
    assert limits(day, REGULATION) == [(None, (), "release_due", True, 3)]
    new_jersey = "us/nj/ag-directive-2018-6#limit-hold"
    back = apply(read_theory(theory(tmp_path, f"clocks:\n  - change: {new_jersey}\n    hours: 48\n", "b.yaml")), book, today=TODAY).lawbook
    assert limits(book, new_jersey)[0][3] is True
    assert limits(back, new_jersey)[0][:4] == (48, (), "release_due", False)


def test_a_limit_that_only_persuades_can_be_made_to_bind(tmp_path: Path) -> None:
    book = load_lawbook()
    agency, day = "us/tx/travis-county/sheriff", date(2018, 5, 1).toordinal()
    before = {a.norm.ref for a in book.applied(agency, (), day, TODAY.toordinal(), None)}
    found = apply(read_theory(theory(tmp_path, f"clocks:\n  - add: {RIVERSIDE}\n    binds: [us/tx]\n")), book, today=TODAY).lawbook
    after = {a.norm.ref: a.norm for a in found.applied(agency, (), day, TODAY.toordinal(), None)}
    (new,) = set(after) - before
    assert new == "us/theory/made-up-theory/us-supreme-court-county-of-riverside-limit-hold#limit"
    assert (after[new].rank, after[new].hours, after[new].excluding) == (1, 48, ())
    assert set(book.applied("us/or/clackamas-county/sheriff", (), day, TODAY.toordinal(), None)) == set(found.applied("us/or/clackamas-county/sheriff", (), day, TODAY.toordinal(), None))


def test_a_limit_of_ones_own_words(tmp_path: Path) -> None:
    text = 'clocks:\n  - add: prompt release\n    rank: federal constitution\n    binds: [us/or]\n    hours: 6\n    counted_from: release_due\n    in_force: {from: "2012-01-01"}\n'
    found = apply(read_theory(theory(tmp_path, text)), load_lawbook(), today=TODAY).lawbook
    (norm,) = found.authorities["us/theory/made-up-theory/prompt-release"].norms
    assert (norm.rank, norm.hours, norm.start, norm.because) == (1, 6, date(2012, 1, 1).toordinal(), "")
    agency = "us/or/clackamas-county/sheriff"
    on = [norm.ref in {a.norm.ref for a in found.applied(agency, (), date(y, 6, 1).toordinal(), TODAY.toordinal(), None)} for y in (2011, 2012)]
    assert on == [False, True]


def test_when_the_law_was_known(tmp_path: Path) -> None:
    book = load_lawbook()
    days: Sequence[tuple[str, date | None]] = (("then", None), ("today", TODAY), ('"2014-05-03"', date(2014, 5, 3)))
    for index, (word, day) in enumerate(days):
        assert apply(read_theory(theory(tmp_path, f"law_known_at: {word}\n", f"{index}.yaml")), book, today=TODAY).law_known_at == day
    plain = read_theory(theory(tmp_path, "allowance_hours: 1.5\n", "plain.yaml"))
    asked = apply(plain, book, today=TODAY, law_known_at=date(2020, 1, 1))
    assert asked.law_known_at == date(2020, 1, 1) and asked.allowance == 5400 and asked.lawbook is book


def test_law_laid_over_as_seen_from_the_theory_file(tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "us" / "or"
    folder.mkdir(parents=True)
    (folder / "made-up.yaml").write_text(
        'id: us/or/made-up\ntitle: Made up\nkind: statute\ncitation: made up\nin_force: {from: "2010-01-01"}\nbinds: [us/or]\n'
        "norms:\n  - {forbid: hold, when: NOT judicial_warrant}\nsources: [{title: Made up}]\nreview: {status: unreviewed, basis: general knowledge}\n",
        encoding="utf-8",
    )
    asked = apply(read_theory(theory(tmp_path, "law: [mine]\n")), load_lawbook(), today=TODAY)
    assert "us/or/made-up" in asked.lawbook.authorities and asked.lawbook.version != load_lawbook().version


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("alowance_hours: 2\n", r"t\.yaml:2: \[alowance_hours\] is no key here; did you mean \[allowance_hours\]"),
        ("allowance_hours: soon\n", r"t\.yaml:2: \[soon\] is no number of hours"),
        ("law_known_at: than\n", r"t\.yaml:2: .*did you mean \[then\]"),
        ("law: [nowhere]\n", r"t\.yaml:2: \[nowhere\] is no folder"),
        ("refused_bail: ignore\n", r"t\.yaml:2: \[ignore\] .*did you mean \[ignored\]"),
        ("clocks:\n  - {hours: 3}\n", r"t\.yaml:3: a clock has exactly one of \[change\] and \[add\]"),
        (f"clocks:\n  - change: {REGULATION}\n", r"t\.yaml:3: a change that changes nothing"),
        (f"clocks:\n  - change: {REGULATION}\n    hour: 3\n", r"t\.yaml:4: \[hour\] is no key here; did you mean \[hours\]"),
    ],
)
def test_a_theory_that_cannot_be_read_says_why(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        read_theory(theory(tmp_path, text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("clocks:\n  - change: us/cfr/8-287.7-d#limit-hols\n    hours: 3\n", r"t\.yaml:3: .*did you mean \[us/cfr/8-287\.7-d#limit-hold\]"),
        ("clocks:\n  - change: us/cfr/8-287.7-d\n    hours: 3\n", r"write us/cfr/8-287\.7-d#limit-hold"),
        (f"clocks:\n  - change: {REGULATION}\n    hours: soon\n", r"t\.yaml:4: \[soon\] is no number of hours"),
        (f"clocks:\n  - change: {REGULATION}\n    counted_from: release\n", r"t\.yaml:4: \[release\] is no event; did you mean \[release_due\]"),
        (f"clocks:\n  - change: {REGULATION}\n    excluding: [holidays]\n", r"\[holidays\] is no calendar; did you mean \[federal_holidays\]"),
        ("clocks:\n  - add: mine\n    binds: [us/or]\n    hours: 6\n    counted_from: release_due\n", r"t\.yaml:3: a limit without \[rank\]"),
        ("clocks:\n  - add: mine\n    rank: constitution\n    binds: [us/or]\n    hours: 6\n    counted_from: release_due\n", r"\[constitution\] is no rank; did you mean \[state constitution\]"),
        ("clocks:\n  - add: mine\n    rank: agency policy\n    hours: 6\n    counted_from: release_due\n", r"binds nobody; write binds: \[us/or\]"),
        ("clocks:\n  - add: mine\n    rank: agency policy\n    binds: [us/oregon]\n    hours: 6\n    counted_from: release_due\n", r"us/oregon"),
        ("clocks:\n  - add: mine\n    rank: agency policy\n    binds: [us/or]\n    hours: 6\n    counted_from: release_due\n    when: judicial_warant\n", r"t\.yaml:8: .*did you mean \[judicial_warrant\]"),
        ("clocks:\n  - add: mine\n    rank: agency policy\n    binds: [us/or]\n    hours: 6\n    counted_from: release_due\n    when: judicial_warrant\n", r"stands without NOT"),
    ],
)
def test_a_theory_that_the_lawbook_refuses_says_why(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        apply(read_theory(theory(tmp_path, text)), load_lawbook(), today=TODAY)
    assert "\n" not in str(caught.value)


# -- side by side -----------------------------------------------------------------------------------------


def decided(folder: Path, out: Path, text: str | None, tmp_path: Path) -> Path:
    book = load_lawbook()
    if text is None:
        decide_rows(folder, lawbook=book, law_known_at=TODAY, out=out)
        return out
    read = read_theory(theory(tmp_path, text, f"{out.stem}.yaml"))
    asked = apply(read, book, today=TODAY, law_known_at=TODAY)
    decide_rows(tables_for(read, folder, tmp_path / f"variant-{out.stem}"), lawbook=asked.lawbook, law_known_at=asked.law_known_at, out=out)
    return out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    refused = made_up.stay(2)
    made_up.exact(refused, "bail_refused", made_up.at("2012-03-20 12:00"))
    texas = made_up.stay(3, "us/tx/travis-county/sheriff", booked="2018-03-01 20:00", due="2018-03-12 15:00", left="2018-03-14 12:00", detainer_form="i-247a", detainer_edition="2017-03", detainer_boxes="biometric")
    made_up.exact(texas, "admin_warrant", made_up.at("2018-03-02 09:00", "America/Chicago"))
    made_up.exact(texas, "detainer_served", made_up.at("2018-03-02 10:00", "America/Chicago"))
    return made_up.write(tmp_path / "prepared", [made_up.stay(0), made_up.stay(1, left="2012-03-29 15:00", allowance=7200), refused, texas])


def test_rows_that_move(folder: Path, tmp_path: Path) -> None:
    results = {
        "as encoded": decided(folder, tmp_path / "base.parquet", None, tmp_path),
        "bail that was refused counts for nothing": decided(folder, tmp_path / "bail.parquet", "refused_bail: ignored\n", tmp_path),
        "<two> hours to process": decided(folder, tmp_path / "same.parquet", "allowance_hours: 20\n", tmp_path),
    }
    out = tmp_path / "out"
    found = compare(results, stays=folder / "stays.parquet", allowances={"<two> hours to process": 20 * 3600}, out=out)
    base, bail, allowed = found.totals
    # 19 hours from the sentence's end; from refused bail at noon of 20 March to 10:00 of 30 March it is 238.
    assert base["hours_least"] == 19 + 238 + hours_of_texas(results["as encoded"])
    assert round(base["hours_least"] - bail["hours_least"], 2) == 238 - 19
    assert (bail["moved"], bail["moved_hours"], bail["moved_class"]) == (1, 1, 0)
    # Of the three that are over, 20 hours take all of the first: 19.
    assert (allowed["moved"], allowed["moved_allowance"], allowed["moved_hours"]) == (1, 1, 0)
    assert allowed["hours_least"] == base["hours_least"] and allowed["hours_after_allowance_least"] < base["hours_after_allowance_least"]
    assert base["stays"] == sum(base[c] for c in ("certain", "possible", "no", "contradiction", "unknown")) == 4
    rows = duckdb.read_parquet(str(out / "theories_moves.parquet")).filter("theory LIKE 'bail%'").project('"row", base_hours_least, hours_least, moved_hours').fetchall()
    assert rows == [(2, 238.0, 19.0, True)]
    assert len((out / "theories.csv").read_text().splitlines()) == 4
    assert len((out / "theories_moves.csv").read_text().splitlines()) == 1 + bail["moved"] + allowed["moved"]
    part = section(found, {"bail that was refused counts for nothing": "the county says so"})
    _, said, table, moves = part.blocks
    assert isinstance(said, Entries) and isinstance(table, Table) and isinstance(moves, Table)
    assert [e.text for e in said.items] == ["the county says so"] and table.head == ("", *results)
    assert next(r for r in table.rows if r[0] == "Stays answered otherwise")[1:] == ("", "1", "1")
    assert ("bail that was refused counts for nothing", "Certain in both", "1", "−219") in moves.rows


def hours_of_texas(path: Path) -> float:
    (row,) = duckdb.read_parquet(str(path)).filter('"row" = 3').project("over_least / 3600").fetchall()
    return float(row[0])


def test_a_clock_that_starts_earlier_moves_a_hold_to_release(folder: Path, tmp_path: Path) -> None:
    clock = f"clocks:\n  - add: {RIVERSIDE}\n    binds: [us/tx]\n    hours: 24\n"
    results = {"as encoded": decided(folder, tmp_path / "base.parquet", None, tmp_path), "24 hours": decided(folder, tmp_path / "day.parquet", clock, tmp_path)}
    found = compare(results, stays=folder / "stays.parquet", allowances={}, out=tmp_path / "out")
    (row,) = duckdb.read_parquet(str(tmp_path / "out" / "theories_moves.parquet")).project('"row", base_class, class, hours_least').fetchall()
    assert row == (3, row[1], "certain", 21.0) and row[1] != "certain"
    assert found.moves[0][2] == "certain"


def test_results_of_other_rows_are_refused(folder: Path, tmp_path: Path) -> None:
    base = decided(folder, tmp_path / "base.parquet", None, tmp_path)
    decide_rows(folder, lawbook=load_lawbook(), law_known_at=TODAY, out=tmp_path / "few.parquet", rows=[0, 1])
    with pytest.raises(InputError, match=r"few: \[2\] results for \[4\] stays"):
        compare({"all": base, "few": tmp_path / "few.parquet"}, stays=folder / "stays.parquet", allowances={}, out=tmp_path / "out")


def test_both_evaluators_agree_under_a_theory(tmp_path: Path) -> None:
    rows = made_up.county(120, seed=5)
    for made in rows[::3]:
        if made["release_due_lo"] and made["release_due_lo"] - made["booked_lo"] > 2 * made_up.DAY:
            made_up.exact(made, "bail_refused", made["booked_lo"] + made_up.DAY)
    tables = made_up.write(tmp_path / "p", rows)
    read = read_theory(theory(tmp_path, f"refused_bail: ignored\nclocks:\n  - {{add: {RIVERSIDE}, binds: [us/tx, us/ia], hours: 24}}\n  - {{change: {REGULATION}, excluding: [], counted_from: detainer_received}}\n"))
    asked = apply(read, load_lawbook(), today=TODAY, law_known_at=TODAY)
    variant = tables_for(read, tables, tmp_path)
    answers = []
    for engine in ("single", "duckdb"):
        decide(variant, tmp_path / f"{engine}.parquet", lawbook=asked.lawbook, law_known_at=asked.law_known_at, engine=engine)
        answers.append(duckdb.read_parquet(str(tmp_path / f"{engine}.parquet")).order('"row"').project('"row", outcome, class, over_least, over_most, open_least, open_most, deciding_norm').fetchall())
    assert len(answers[0]) == 120 and answers[0] == answers[1]


def test_the_example_of_the_reference_is_a_theory(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "reference" / "theory-file.md"
    (tmp_path / "their-law" / "us").mkdir(parents=True)
    (tmp_path / "their-law" / "us" / "made-up.yaml").write_text(
        'id: us/made-up\ntitle: Made up\nkind: statute\ncitation: made up\nin_force: {from: "2010-01-01"}\nbinds: [us]\nsources: [{title: Made up}]\nreview: {status: unreviewed, basis: general knowledge}\n', encoding="utf-8"
    )
    path = tmp_path / "example.yaml"
    path.write_text(page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    read = read_theory(path)
    asked = apply(read, load_lawbook(), today=TODAY)
    assert len(read.clocks) == 3 and asked.law_known_at is None and asked.allowance == 7200
    assert len([i for i in asked.lawbook.authorities if i.startswith("us/theory/")]) == 2


def test_what_a_theory_is_called_and_says_is_text_in_the_report(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text('name: "Made <two> up"\nbecause: "<script>alert(1)</script> & more"\nallowance_hours: 2\n', encoding="utf-8")
    stays = made_up.write(tmp_path / "prepared", made_up.county(12))
    audit([stays], tmp_path / "out", lawbook=load_lawbook(), options=Options(law_known_at=TODAY, today=TODAY, engine="single", theories=(path,)), say=lambda text, share=0.0: None)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Made &lt;two&gt; up" in page and "<two>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page and "<script>alert" not in page
