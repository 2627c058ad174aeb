"""Build ``federal-holidays.csv``: the legal public holidays of 5 U.S.C. 6103, with the days on which they are observed.

    python data/calendars/build.py          write
    python data/calendars/build.py --check  compare with what is committed; status 1 if not equal

The days come from the library ``holidays`` and are compared with the rules of 5 U.S.C. 6103(a) and (b) as written
below; if the two differ on one day, nothing is written. Needs the extra ``build-data``.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
# From the year of 8 CFR 287.7's present form; later years assume that the statute stays as it is.
FIRST, LAST = date(1997, 1, 1), date(2040, 12, 31)
MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
# Names differ between the statute and the library in these.
STATUTE_NAMES = {"Martin Luther King Jr. Day": "Birthday of Martin Luther King, Jr."}
OBSERVED = " (observed)"


def nth(year: int, month: int, weekday: int, n: int) -> date:
    """The ``n``-th such weekday of the month; the last one for -1."""
    if n < 0:
        day = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return day - timedelta(days=(day.weekday() - weekday) % 7)
    day = date(year, month, 1)
    return day + timedelta(days=(weekday - day.weekday()) % 7 + 7 * (n - 1))


def statute(year: int) -> dict[date, str]:
    """The days of 5 U.S.C. 6103(a) in a year."""
    days = {
        date(year, 1, 1): "New Year's Day",
        nth(year, 1, MONDAY, 3): "Birthday of Martin Luther King, Jr.",  # Pub. L. 98-144, from 1986
        nth(year, 2, MONDAY, 3): "Washington's Birthday",
        nth(year, 5, MONDAY, -1): "Memorial Day",
        date(year, 7, 4): "Independence Day",
        nth(year, 9, MONDAY, 1): "Labor Day",
        nth(year, 10, MONDAY, 2): "Columbus Day",
        date(year, 11, 11): "Veterans Day",
        nth(year, 11, THURSDAY, 4): "Thanksgiving Day",
        date(year, 12, 25): "Christmas Day",
    }
    if year >= 2021:  # Pub. L. 117-17, signed on 17 June 2021
        days[date(year, 6, 19)] = "Juneteenth National Independence Day"
    return days


def observed(day: date) -> date:
    """The weekday on which a holiday counts: Saturday's on Friday (5 U.S.C. 6103(b)(1)), Sunday's on Monday (E.O. 11582)."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def by_statute() -> Iterator[tuple[date, str]]:
    """All days and observed days within the range, unsorted; an observed day may belong to the next year's first day."""
    for year in range(FIRST.year, LAST.year + 2):
        for day, name in statute(year).items():
            yield day, name
            if observed(day) != day:
                yield observed(day), name + OBSERVED


def by_library() -> Iterator[tuple[date, str]]:
    import holidays

    for day, names in holidays.country_holidays("US", years=range(FIRST.year, LAST.year + 2)).items():
        for name in names.split("; "):
            plain = name.removesuffix(OBSERVED)
            yield day, STATUTE_NAMES.get(plain, plain) + name[len(plain) :]


def tables() -> dict[Path, str]:
    """The files and their text. Raises SystemExit if the library and the statute disagree."""
    found = sorted(row for row in by_library() if FIRST <= row[0] <= LAST)
    expected = sorted(row for row in by_statute() if FIRST <= row[0] <= LAST)
    if found != expected:
        differ = sorted(set(found) ^ set(expected))
        raise SystemExit(
            f"the library and 5 U.S.C. 6103 disagree on {[(d.isoformat(), n) for d, n in differ]}"
        )
    rows = [("date", "name", "kind", "observed_for")]
    for day, name in found:
        plain = name.removesuffix(OBSERVED)
        if plain == name:
            rows.append((day.isoformat(), name, "statutory", ""))
        else:
            of = next(
                d
                for d in (day + timedelta(days=1), day - timedelta(days=1))
                if statute(d.year).get(d) == plain
            )
            rows.append((day.isoformat(), name, "observed", of.isoformat()))
    meta = [("verified_from", "verified_until"), (FIRST.isoformat(), LAST.isoformat())]
    return {HERE / "federal-holidays.csv": text_of(rows), HERE / "federal-holidays.meta.csv": text_of(meta)}


def text_of(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if a file would change")
    check = parser.parse_args(argv).check
    status = 0
    for path, text in tables().items():
        if path.exists() and path.read_bytes() == text.encode():
            continue
        if check:
            print(f"{path.name} is not what build.py makes", file=sys.stderr)
            status = 1
        else:
            path.write_bytes(text.encode())
            print(f"wrote {path.name}")
    return status


if __name__ == "__main__":
    sys.exit(main())
