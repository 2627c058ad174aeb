"""The result folder: complete or absent, without names, and the same again."""

from __future__ import annotations

import csv
import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import made_up
import pytest

from dueprocess.audit.folder import Options, audit, explain, locate
from dueprocess.audit.sections import wilson
from dueprocess.audit.single import opinion_words, second_opinion
from dueprocess.cli import main
from dueprocess.cli.auditing import Progress, command_of
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook

TODAY = date(2026, 11, 22)
CANARY = "Zzcanary Madeupname"
FILES = {"stays.parquet", "stays.csv", "by_agency.csv", "by_month.csv", "by_end.csv", "problems.csv", "report.html", "request.md", "run.json", "results.parquet", "prepared"}


def run(inputs: list[Path], out: Path, **more: Any) -> dict[str, Any]:
    options = Options(law_known_at=TODAY, today=TODAY, engine="single", **more)
    return audit(inputs, out, lawbook=load_lawbook(), options=options, say=lambda text, share=0.0: None)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four hundred made-up stays."""
    folder = tmp_path_factory.mktemp("county") / "prepared"
    return made_up.write(folder, made_up.county(400), by=["race_as_recorded"])


@pytest.fixture(scope="module")
def whole(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their audit."""
    out = tmp_path_factory.mktemp("whole") / "audit"
    run([county], out, by=("race_as_recorded",), daily_cost=95.0)
    return out


def test_the_folder_holds_what_it_should_and_loses_no_row(whole: Path) -> None:
    assert {p.name for p in whole.iterdir()} == {*FILES, "by_race_as_recorded.csv"}
    made = json.loads((whole / "run.json").read_text())
    stays = rows_of(whole / "stays.csv")
    assert made["rows_in"] == made["stays"] == len(stays) == 400
    assert sum(c["stays"] for c in made["classes"].values()) == 400
    for name in ("by_agency.csv", "by_month.csv", "by_end.csv", "by_race_as_recorded.csv"):
        assert sum(int(r["stays"]) for r in rows_of(whole / name)) == 400, name
    assert made["law_version"].startswith("sha256:") and made["inputs"][0]["sha256"] == "0" * 64
    # Without a problem there is still a table of them; a stay is called as the tables that go in call it.
    assert (whole / "problems.csv").read_text(encoding="utf-8").split() == ["file,row,column,code,what,count"]
    assert next(iter(stays[0])) == "stay_id"


def test_hours_add_up_from_rows_to_tables(whole: Path) -> None:
    stays = rows_of(whole / "stays.csv")
    certain = [r for r in stays if r["class"] == "certain"]
    told = json.loads((whole / "run.json").read_text())["classes"]["certain"]
    assert told["stays"] == len(certain) > 0
    assert told["hours_least"] == pytest.approx(sum(float(r["hours_least"]) for r in certain), abs=1)
    agencies = rows_of(whole / "by_agency.csv")
    assert sum(float(r["certain_hours_least"]) for r in agencies) == pytest.approx(told["hours_least"], abs=1)
    assert all(float(r["hours_least"]) <= float(r["hours_most"]) for r in stays if r["hours_least"])


def test_times_are_iso_in_the_zone_of_the_jail(whole: Path) -> None:
    for row in rows_of(whole / "stays.csv"):
        if row["release_due_earliest"]:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", row["release_due_earliest"])
            offset = row["release_due_earliest"][-6:]
            allowed = {"America/Los_Angeles": ("-07:00", "-08:00"), "America/New_York": ("-04:00", "-05:00"), "America/Chicago": ("-05:00", "-06:00")}
            assert offset in allowed[row["zone"]]


def test_the_same_again_gives_the_same_bytes(county: Path, whole: Path, tmp_path: Path) -> None:
    run([county], tmp_path / "audit", by=("race_as_recorded",), daily_cost=95.0)
    for name in ("report.html", "request.md", "stays.csv", "by_agency.csv", "by_month.csv", "run.json"):
        assert (tmp_path / "audit" / name).read_bytes() == (whole / name).read_bytes(), name


def test_the_report_stands_alone_and_is_whole_without_script(whole: Path) -> None:
    page = (whole / "report.html").read_text()
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page
    assert " style=" not in page and page.count("<script") == 2
    without = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    for heading in ("Which records", "What was found", "Over time", "By agency", "By reason", "How long", "The longest", "What cannot be told", "By race as recorded", "Detainers against", "Cost of holding", "Exposure", "The law it rests on", "Method and limits", "To repeat it"):
        assert re.search(rf"<h2[^>]*>[^<]*{heading}", without), heading
    # Possible stays have their reasons, too, and none of them is called a finding.
    assert "Possible stays" in without and "None of them is found to have lasted too long." in without and "Missing most often:" in without
    for svg in re.findall(r"<svg .*?</svg>", page, flags=re.S):
        assert "<title" in svg and "<desc" in svg
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert page.count("<figure") <= page.count("<table")


def test_the_folder_of_an_audit_is_no_input(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the folder of an audit, not records"):
        run([whole], tmp_path / "again")


def test_an_explained_stay_agrees_with_its_row(whole: Path) -> None:
    row = next(r for r in rows_of(whole / "stays.csv") if r["class"] == "certain")
    told = explain(whole, row["stay_id"], lawbook=load_lawbook())
    assert told["class"] == "certain" and told["overheld_hours"]["least"] == pytest.approx(float(row["hours_least"]), abs=0.001)
    with pytest.raises(InputError, match="no stay has that id"):
        explain(whole, "no-such-1", lawbook=load_lawbook())


def test_both_evaluators_are_held_against_each_other(whole: Path, tmp_path: Path) -> None:
    prepared, results = locate(whole)
    stays = rows_of(whole / "stays.csv")
    for kind in ("certain", "possible", "unknown", "contradiction", "no"):
        row = next(r for r in stays if r["class"] == kind)
        said = opinion_words(second_opinion(prepared, results, row["stay_id"], lawbook=load_lawbook(), law_known_at=TODAY))
        assert said.startswith(f"Row {row['source_row']} of made-up.csv. In the audit: {kind}") and "says the same." in said
    certain = next(r for r in stays if r["class"] == "certain")["stay_id"]
    with duckdb.connect() as link:
        link.execute(f"COPY (SELECT * REPLACE (over_least - 1 AS over_least) FROM '{results}') TO '{tmp_path / 'r.parquet'}'")
    changed = second_opinion(prepared, tmp_path / "r.parquet", certain, lawbook=load_lawbook(), law_known_at=TODAY)
    assert changed["differs"] == ["over_least"] and "says otherwise of: over least." in opinion_words(changed)
    untold = next(r for r in stays if r["class"] == "unknown" and not r["left_latest"])["stay_id"]
    assert "no bound" in opinion_words(second_opinion(prepared, results, untold, lawbook=load_lawbook(), law_known_at=TODAY))


def test_published_aggregates_hold_no_stay_and_nothing_small(county: Path, tmp_path: Path) -> None:
    out = tmp_path / "public"
    run([county], out, public=True, by=("race_as_recorded",))
    assert {p.name for p in out.iterdir()} == {"by_agency.csv", "by_month.csv", "by_end.csv", "by_race_as_recorded.csv", "problems.csv", "report.html", "request.md", "run.json"}
    for name in ("by_agency.csv", "by_month.csv", "by_end.csv", "by_race_as_recorded.csv"):
        for row in rows_of(out / name):
            for key, value in row.items():
                if value and key not in ("agency", "month", "end", "race_as_recorded") and "hours" not in key:
                    assert int(value) == 0 or int(value) >= 11, (name, row)
                if value and "hours" in key:
                    assert float(value) % 10 == 0
    page = (out / "report.html").read_text()
    words = re.sub(r"<script.*?</script>|<svg.*?</svg>", "", page, flags=re.S)
    assert not re.search(r"(?<![\d,.])([1-9]|10) (more )?(stay|person|people|detainer)", words)
    assert "One report only" in page and "no second one may be published beside it" in page
    assert "The longest" not in page and not re.search(r"\d{4}-\d\d-\d\d[T ]\d\d:", page)
    with pytest.raises(InputError, match="--public"):
        locate(out)


def test_too_few_stays_are_not_published(tmp_path: Path) -> None:
    made_up.write(tmp_path / "few", [made_up.stay(i) for i in range(5)])
    with pytest.raises(InputError, match="fewer than 11"):
        run([tmp_path / "few"], tmp_path / "out", public=True)
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.partial").exists()


def test_what_is_not_ours_is_left_alone(county: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("two years of work")
    with pytest.raises(InputError, match="no older audit"):
        run([county], tmp_path / "out")
    assert (tmp_path / "out" / "thesis.txt").exists()


def test_an_older_audit_is_replaced_only_by_a_whole_one(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up.write(tmp_path / "few", [made_up.stay(i) for i in range(3)])
    run([tmp_path / "few"], tmp_path / "out")
    before = (tmp_path / "out" / "run.json").read_bytes()
    monkeypatch.setattr("dueprocess.audit.stays_file.write_stays", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run([tmp_path / "few"], tmp_path / "out")
    assert (tmp_path / "out" / "run.json").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["few", "out"]


def test_no_name_gets_out_of_any_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    columns = ["stay_id", "person_key", "agency", "booked_at", "release_due_at", "left_at", "left_to", "detainer_form", "detainer_edition", "detainer_received_at", "detainer_boxes", "detainer_signed", "admin_warrant_at", "facility", "under_18", "detainer_issuer", "note"]
    good = dict(zip(columns, ["A-1", "p1", "us/or/clackamas-county/sheriff", "2012-03-14 20:00", "2012-03-29 15:00", "2012-03-30 10:00", "ice", "i-247", "2011-06", "2012-03-15 09:00", "investigation", "true", "", "", "false", "ice", ""], strict=True))
    with (tmp_path / "stays.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=columns)
        writer.writeheader()
        for index, column in enumerate(columns):
            writer.writerow({**good, "stay_id": f"A-{index}", column: CANARY})
        writer.writerow({**dict.fromkeys(columns, CANARY), "stay_id": f"{CANARY} 2"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["dueprocess", "audit", "stays.csv", "--out", "audit", "--engine", "single", "--by", "note"])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capfd.readouterr()
    assert ended.value.code in (0, None), printed.err
    parts = [w.encode() for w in CANARY.split()]
    assert not any(w in (printed.out + printed.err).encode() for w in parts)
    read = 0
    for path in (tmp_path / "audit").rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if path.suffix == ".parquet":  # compressed: read it as it is read
            with duckdb.connect() as link:
                data = repr(link.execute(f"SELECT * FROM '{path}'").fetchall()).encode()
        assert not any(w in data for w in parts), path
        read += 1
    assert read > 10
    assert len(rows_of(tmp_path / "audit" / "stays.csv")) == len(columns) + 1


def test_the_command_line_takes_inputs_and_a_word(county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def call(*args: object) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["dueprocess", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main()
        found = capfd.readouterr()
        return ended.value.code or 0, found.out, found.err

    status, out, err = call("audit", county, "--out", tmp_path / "a", "--engine", "single")
    assert status == 0 and "400 rows in = 400 rows out" in out and "400 stays asked about = 400 answered" in out and "deciding 400 stays: done" in err
    status, out, _ = call("audit", "explain", tmp_path / "a", "--stay", "row-3", "--json")
    told = json.loads(out)
    assert status == 0 and told["case"] and told["read_from"] == {}, "the file has our own names"
    found = told["in_the_audit"]
    assert (found["source_file"], found["differs"], found["audit"]["class"]) == ("made-up.csv", [], told["class"]) and found["source_row"] > 0
    status, _, err = call("audit", county, "--out", tmp_path / "b", "--as-known-then", "--law-known-at", "2014-01-01")
    assert status == 2 and len(err.splitlines()) == 1
    for wrong in ((tmp_path / "nothing.csv",), (county, "--by", "shoe_size"), (county, "--map", tmp_path / "no.yaml"), (county, "--daily-cost", "-4"), (county, "--master", "x")):
        status, _, err = call("audit", *wrong, "--out", tmp_path / "b", "--engine", "single")
        assert status == 2 and len(err.splitlines()) == 1 and err.startswith("dueprocess: "), wrong
        assert not (tmp_path / "b").exists() and not (tmp_path / "b.partial").exists()
    assert command_of(["audit", "my file.csv", "--out", "x"], law_known_at="2026-11-22") == "dueprocess audit 'my file.csv' --out x --law-known-at 2026-11-22"


def test_progress_gives_an_estimate(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    ticks = iter([0.0, 0.0, 5.0, 60.0, 60.0, 80.0, 81.0])
    monkeypatch.setattr("dueprocess.cli.auditing.time.monotonic", lambda: next(ticks))
    told = Progress()
    told.say("reading the files")
    told.say("rows read", 0.08)
    told.say("joining", 0.6)
    told.rows(0, 100)
    told.rows(40, 100)
    told.rows(100, 100)
    shown = capfd.readouterr().err
    assert "joining … (about 40 s of reading left)" in shown and "rows read …" not in shown
    assert "40 of 100 rows, about 30 s left" in shown


def test_wilson_intervals_are_those_of_the_textbook() -> None:
    low, high = wilson(8, 10)  # Agresti and Coull (1998): 0.49 to 0.943
    assert (round(low, 2), round(high, 3)) == (0.49, 0.943)
    assert wilson(0, 20)[0] == 0 and wilson(20, 20)[1] == 1 and wilson(0, 0) == (0, 1)


def test_rival_theories_stand_beside_the_audit(tmp_path: Path) -> None:
    made_up.write(tmp_path / "prepared", [made_up.stay(i) for i in range(12)])
    (tmp_path / "then.yaml").write_text('name: law known in 2010\nbecause: What could be known then.\nlaw_known_at: "2010-01-01"\n')
    run([tmp_path / "prepared"], tmp_path / "out", theories=(tmp_path / "then.yaml",))
    assert {"theories.csv", "theories_moves.csv"} <= {p.name for p in (tmp_path / "out").iterdir()}
    assert "law known in 2010" in (tmp_path / "out" / "report.html").read_text()
    with pytest.raises(InputError, match="two theories"):
        run([tmp_path / "prepared"], tmp_path / "out", theories=(tmp_path / "then.yaml",) * 2)


def test_an_assumption_is_told_with_and_without(tmp_path: Path) -> None:
    (tmp_path / "stays.csv").write_text(
        "stay_id,agency,booked_at,release_due_at,left_at,left_to,detainer_form,detainer_edition,detainer_received_at,detainer_boxes\n"
        + "".join(f"A-{i},us/or/clackamas-county/sheriff,2012-03-14 20:00,2012-03-29 15:00,2012-03-30 10:00,ice,i-247,2011-06,2012-03-15 09:00,investigation\n" for i in range(3))
    )
    (tmp_path / "map.yaml").write_text(
        "map: made-up\ncolumns: {stay_id: stay_id, agency: agency, booked_at: booked_at, release_due_at: release_due_at, left_at: left_at, left_to: left_to, "
        "detainer_form: detainer_form, detainer_edition: detainer_edition, detainer_received_at: detainer_received_at, detainer_boxes: detainer_boxes}\n"
        "assume: {record_complete: true}\nwhy: {record_complete: The jail says so.}\n"
    )
    run([tmp_path / "stays.csv"], tmp_path / "out", map=tmp_path / "map.yaml")
    for row in rows_of(tmp_path / "out" / "stays.csv"):
        assert (row["class"], row["class_without"]) == ("certain", "possible")
        assert row["assumptions"].split() == ["record_complete"]
        assert (float(row["hours_least"]), float(row["hours_least_without"]), float(row["hours_most_without"])) == (19, 0, 19)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "with and without what the map assumes" in page and "The jail says so." in page


def test_a_run_that_is_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up.write(tmp_path / "few", [made_up.stay(i) for i in range(3)])

    def stopped(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    def again(*args: object, **kwargs: object) -> None:
        raise AssertionError("the tables were prepared already")

    with monkeypatch.context() as patch:
        patch.setattr("dueprocess.audit.folder.decide", stopped)
        with pytest.raises(KeyboardInterrupt):
            run([tmp_path / "few"], tmp_path / "out")
    assert not (tmp_path / "out").exists() and (tmp_path / "out.partial").exists()
    with monkeypatch.context() as patch:
        patch.setattr("dueprocess.audit.folder.prepared_from", again)
        with pytest.raises(AssertionError):
            run([tmp_path / "few"], tmp_path / "other")  # another folder starts anew
        run([tmp_path / "few"], tmp_path / "out")
    assert len(rows_of(tmp_path / "out" / "stays.csv")) == 3
    assert not (tmp_path / "out.partial").exists() and not (tmp_path / "out" / "prepared" / "ready").exists()


@pytest.mark.parametrize(("given", "shown"), [("B-00017", "B-00017"), ("2014/CF-17", "2014/CF-17"), ("Doe-Jane-1", "row-0"), ("Ann Doe 12345", "row-0"), ("=cmd()", "row-0"), ("Doe", "row-0"), ("17", "17")])
def test_only_what_looks_like_an_id_is_repeated(tmp_path: Path, given: str, shown: str) -> None:
    made_up.write(tmp_path / "one", [made_up.stay(0, stay_id=given)])
    run([tmp_path / "one"], tmp_path / "out")
    assert rows_of(tmp_path / "out" / "stays.csv")[0]["stay_id"] == shown
    assert explain(tmp_path / "out", shown, lawbook=load_lawbook())["class"] == "certain"


def test_releases_under_a_mandate_are_told_as_sums_only(tmp_path: Path) -> None:
    texas = [made_up.stay(i, "us/tx/travis-county/sheriff", booked="2018-03-14 20:00", due="2018-03-19 15:00", left="2018-03-19 16:00", left_to="community" if i < 12 else "ice", detainer_form="i-247a", detainer_edition="2017-03", detainer_boxes="biometric", f_citizenship_claimed=False) for i in range(15)]
    for stay in texas:
        made_up.exact(stay, "admin_warrant", stay["booked_lo"])
        made_up.exact(stay, "detainer_served", stay["booked_lo"] + 14 * made_up.HOUR)
    made_up.write(tmp_path / "texas", texas)
    run([tmp_path / "texas"], tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    part = page[page.index("Stays under a mandate") :].split("</table>")[0]
    assert re.findall(r'<td class="n">([^<]*)</td>', part) == ["15", "12", "fewer than 11", "0", "0"]
