"""``dueprocess columns``: it shows before and after, writes a map that reads, and shows nobody's name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tables_common import AGENCY, SAMPLES, lawbook, prepared, read, write

from dueprocess.kernel.yamlread import parse
from dueprocess.tables import load_map, presets, propose


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "dueprocess", "columns", *words], cwd=cwd, capture_output=True, text=True, timeout=120)


def test_a_map_is_shown_and_written_and_reads(tmp_path: Path) -> None:
    path = str(SAMPLES / "odd-jail-log.xlsx")
    done = run(path, "--agency", AGENCY, "--out", "map.yaml", cwd=tmp_path)
    assert done.returncode == 0 and "59 rows in = 20 stays + 39 rows merged" in done.stdout
    assert "DOE" not in done.stdout and "(not shown)" in done.stdout
    found = prepared(tmp_path, Path(path), map=load_map(tmp_path / "map.yaml", vocabulary=lawbook().vocabulary))
    assert found.stays == 20 and found.map == "odd-jail-log"
    again = run(path, "--out", "map.yaml", cwd=tmp_path)
    assert again.returncode == 2 and "already" in again.stderr and again.stderr.count("\n") == 1


def test_json_and_a_known_release(tmp_path: Path) -> None:
    done = run(str(SAMPLES / "ice-detainers-lifted-us-citizen-2007-2015.csv"), "--json", cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert answer["preset"] == "ice-detainers-foia-6" and answer["map"] is None and len(answer["after"]) == 10


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    done = run("nothing.csv", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "no such file" in done.stderr


def test_charges_in_a_table_of_their_own(tmp_path: Path) -> None:
    files = [
        write(tmp_path, "bookings.csv", [["Booking Number", "Booking Date", "Release Date", "Inmate Name"], ["1", "5/1/14 1005", "5/4/14 1700", "DOE, SAMPLE"], ["2", "5/2/14 1205", "", "DOE, MADEUP"]]),
        write(tmp_path, "charges.csv", [["Booking Number", "Charge Description", "Disposition", "Disposition Date"], ["1", "THEFT", "DISMISSED", "5/2/14"], ["1", "INS HOLD", "CANCELLED", "5/4/14"], ["2", "DUII", "PENDING", ""]]),
    ]
    proposal = propose(files, vocabulary=lawbook().vocabulary, agency=AGENCY)
    map_ = parse(proposal.text, name="map").value
    assert map_["stays"] == {"table": "bookings", "id": "Booking Number"}
    found = prepared(tmp_path, *files, map={**map_, "assume": {"detainer_form": "i-247"}})
    one, two = read(found, "stays")
    assert (one["detainer_form"], one["has_grounds"], two["detainer_form"], two["has_grounds"]) == ("i-247", True, None, True)
    assert one["detainer_cancelled_lo"] is not None and "DOE" not in str(read(found, "stays"))


def test_every_preset_is_a_map_that_reads() -> None:
    for path in presets().values():
        assert load_map(path, vocabulary=lawbook().vocabulary).name == path.stem


def test_the_command_stays_quick_to_import() -> None:
    code = "import sys, dueprocess.cli.commands; sys.exit(any(m in sys.modules for m in ('duckdb', 'pyarrow', 'python_calamine')))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
    code = "import sys, dueprocess.tables; sys.exit(any(m in sys.modules for m in ('duckdb', 'pyarrow', 'python_calamine', 'psycopg')))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_what_the_layout_says_is_proposed(tmp_path: Path) -> None:
    path = write(tmp_path, "odd.csv", "Booking #,Book Date,Release Date,Agency,ICE Hold\nJANUARY,,,,\n15-1,1/3/15,1/5/15,XXSO,Y\n,,,XXSO,Y\n15-2,1/4/15,,XXSO,N\nFEBRUARY,,,,\n15-3,2/3/15,2/5/15,XXSO,Y\n")
    found = propose([path], vocabulary=lawbook().vocabulary, agency=AGENCY)
    assert "group_header: Group" in found.text and 'fill_down: ["Booking #"' in found.text and 'detainer: "ICE Hold"' in found.text
    # Initials in a column called Agency name no agency: what the user said counts.
    assert AGENCY in found.text and '"Agency"' not in found.text
    assert prepared(tmp_path, path, map=parse(found.text, name="map").value).stays == 3


def test_a_table_of_counts_is_refused_and_a_pivot_is_named(tmp_path: Path) -> None:
    done = run(str(SAMPLES / "ice-detainer-outcomes-california-cities-2007-2015.csv"), cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "each row is a count" in done.stderr
    pivot = write(tmp_path, "pivot.csv", "Release Type,Jan,Feb\nICE,3,4\nBOND,5,6\n")
    assert any("without one nothing can be decided" in n for n in propose([pivot], vocabulary=lawbook().vocabulary, agency=AGENCY).notes)


def test_times_are_found_by_the_words_of_their_names_and_marked(tmp_path: Path) -> None:
    rows = [["Booking #", "Inmate", "Book Date", "Bail Out / Release From Local", "Ice Det. Rec'd", "Actual Release Dt", "Rel Time", "Bond Set Dt", "Proj. Release Dt", "Who"]]
    rows += [[f"14-{i}", "Placeholder, Pat", "5/3/2014", "05/09/2014 02:55 AM", "05/04/14", "05/10/2014", "14:55", "5/4/2014", "6/1/2014", "Example, Sam"] for i in range(6)]
    write(tmp_path, "log.csv", rows)
    found = propose([tmp_path / "log.csv"], vocabulary=lawbook().vocabulary, agency=AGENCY)
    columns = parse(found.text, name="map").value["columns"]
    assert columns["release_due_at"] == "Bail Out / Release From Local" and columns["detainer_received_at"] == "Ice Det. Rec'd"
    assert columns["left_at"] == {"column": "Actual Release Dt", "clock": "Rel Time"}
    assert found.text.count("# by the words of its name: check") == 3
    # What was set, projected or is only a day of court is no release; it is said that nothing was made of it.
    assert any("[Bond Set Dt], [Proj. Release Dt]" in note for note in found.notes)
    shown = json.dumps(found.tables)
    assert "Placeholder" not in shown and "Example, Sam" not in shown


@pytest.mark.parametrize(("ends", "taken"), [(("ICE", "Bond", "Self", "UNK") * 3, True), (("ICE", "Bond", "Example, Sam", "Self") * 3, False), (("ICE", "Bond", "Self") * 3 + ("Family: Example, Sam", "ICE", "Bond"), False)])
def test_a_column_of_who_took_somebody_is_taken_where_it_holds_no_names(ends: tuple[str, ...], taken: bool, tmp_path: Path) -> None:
    rows = [["Booking #", "Book Date", "Release Dt", "Released To – Who"], *([f"14-{i}", "5/3/2014", "5/10/2014", ends[i]] for i in range(12))]
    write(tmp_path, "log.csv", rows)
    found = propose([tmp_path / "log.csv"], vocabulary=lawbook().vocabulary, agency=AGENCY)
    columns = parse(found.text, name="map").value["columns"]
    if taken:
        assert columns["left_to"] == {"column": "Released To – Who", "values": {"ICE": "ice", "Bond": "community", "Self": "community", "UNK": "unknown"}, "else": "unknown"}
    else:
        assert "left_to" not in columns and any("[Released To – Who] was left out" in n for n in found.notes)
        assert "Example, Sam" not in found.text + json.dumps(found.tables) + " ".join(found.notes)


def test_codes_of_all_sorts_of_holds_are_listed_where_some_are_for_ice(tmp_path: Path) -> None:
    holds = ("", "ICE DET", "Hold - Jones Co.", "", "Parole")
    write(tmp_path, "log.csv", [["Booking #", "Book Date", "Release Dt", "Hold/Agency"], *([f"15-{i}", "5/3/2015", "5/10/2015", holds[i % 5]] for i in range(20))])
    found = propose([tmp_path / "log.csv"], vocabulary=lawbook().vocabulary, agency=AGENCY)
    # What is no word for a hold of ICE's is unknown, till somebody who knows the codes says no.
    assert parse(found.text, name="map").value["columns"]["detainer"] == {"column": "Hold/Agency", "values": {"ICE DET": "yes", "Hold - Jones Co.": "unknown", "Parole": "unknown"}, "else": "unknown"}


def test_a_hold_that_was_typed_once_is_not_shown(tmp_path: Path) -> None:
    holds = ("ICE DET", "Parole", "", "ICE DET", "Parole", "", "ICE DET", "Parole", "", "for Officer Sam Example", "", "")
    write(tmp_path, "log.csv", [["Booking #", "Book Date", "Release Dt", "Hold/Agency"], *([f"15-{i}", "5/3/2015", "5/10/2015", hold] for i, hold in enumerate(holds))])
    found = propose([tmp_path / "log.csv"], vocabulary=lawbook().vocabulary, agency=AGENCY)
    assert "Sam Example" not in found.text


def test_two_columns_of_one_meaning_are_left_to_the_reader(tmp_path: Path) -> None:
    write(tmp_path, "log.csv", [["Booking No", "Booked", "Rls Dt From Jail", "Custody Out Date"], *([f"14-{i}", "5/3/2014", "5/9/2014", "5/10/2014"] for i in range(5))])
    found = propose([tmp_path / "log.csv"], vocabulary=lawbook().vocabulary, agency=AGENCY)
    assert "left_at" not in parse(found.text, name="map").value["columns"]
    assert any("nothing was made" in note and "[Rls Dt From Jail]" in note for note in found.notes)
