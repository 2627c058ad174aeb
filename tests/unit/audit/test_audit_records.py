"""Which records an audit read: a column of ours is told with the column of the file that it was read from."""

from dueprocess.audit.records import _defects, origins_of

COLUMNS = {
    "booked_at": [{"column": "Book Date", "files": ["may.csv", "june.csv"]}, {"column": "Book Time", "files": ["may.csv", "june.csv"]}, {"column": "Booked", "files": ["july.csv"]}],
    "left_at": [{"column": "Out", "files": [f"{n}.csv" for n in range(12)]}],
}


def test_a_column_is_told_by_its_headers_and_files() -> None:
    told = origins_of({"columns": COLUMNS, "preset": None})
    assert told == {"booked_at": "Book Date, Book Time (may.csv, june.csv); Booked (july.csv)", "left_at": "Out (12 files)"}
    assert origins_of({"columns": COLUMNS, "preset": "own"}) == {} == origins_of({})


def test_a_defect_names_the_column_of_the_file() -> None:
    problems = [{"what": "no time", "file": "1.csv", "column": "left_at", "count": 3}, {"what": "no time", "file": "1.csv", "column": "Out", "count": 2}]
    assert _defects(problems, origins_of({"columns": COLUMNS})) == (("no time", "left_at, read from Out (12 files)", "1.csv", "3"), ("no time", "Out", "1.csv", "2"))
