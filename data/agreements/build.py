"""Make a lawbook file for each jail's 287(g) agreement from ICE's published list, and log how each row was matched.

    python data/agreements/build.py           write matching.csv and lawbook/us/**/agreement-287g-*.yaml
    python data/agreements/build.py --check   write nothing; status 1 if a file is not what this makes, or is left over

Read: source/ice_287g_2021_2026.csv (taken); names.csv, agencies.csv (by hand). No network.

A row counts only where its model speaks of a jail (Jail Enforcement, Warrant Service Officer; a Task Force works in the field)
and its agency keeps prisoners (a sheriff, or an agency that agencies.csv knows). It is matched to a place by the name in the
agency's own name together with the state, and by ICE's county column and the county's code where they are given; if two of these
name different places, the row is refused. A name is never taken without its state, nor where it fits two places.

The files declare nothing: the list shows that an agency has an agreement, not that the officer at hand is certified under it,
which is what the fact ``officer_287g`` asks.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from dueprocess.places import PlaceError, load_places

HERE = Path(__file__).resolve().parent
LAWBOOK = HERE.parents[1] / "lawbook"
SOURCE = HERE / "source" / "ice_287g_2021_2026.csv"
# The lists that were saved begin and end on these days.
FIRST_SAVED, LAST_SAVED = date(2021, 1, 13), date(2026, 5, 18)

# ICE's spellings of the models; None speaks of no jail.
MODELS: Mapping[str, str | None] = {
    "Jail Enforcement Model": "Jail Enforcement Model",
    "Warrant Service Officer": "Warrant Service Officer",
    "Warrant Services Officer": "Warrant Service Officer",
    "Warrant Service Office": "Warrant Service Officer",
    "Task Force Model": None,
    "Task Force Officer": None,
}
# ICE's misspellings of states.
STATES = {"Pennslyvania": "Pennsylvania", "West Viriginia": "West Virginia", "Utahj": "Utah"}
SHERIFF = re.compile(r"^(?P<name>.+?),? Sheriff(?:'s|s|’s)? (?:Office|Department|office|Offic)(?: \(Addendum\))?$")
LOG = ("state", "agency_as_listed", "support_model", "first_listed", "result", "tier", "confirmed_by", "agency", "reason")

Row = Mapping[str, str]


@dataclass(frozen=True)
class Match:
    """What became of a row: ``matched`` (with tier and agency), ``refused`` or ``left out`` (with the reason)."""

    result: str
    tier: str = ""
    confirmed_by: str = ""
    agency: str = ""
    reason: str = ""


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_of(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class Matcher:
    """Rows to agencies of the book of places, by the tiers exact, normalized and alias."""

    def __init__(self) -> None:
        self.places = load_places()
        self.names = {(r["state"], r["printed"]): r["place"] for r in read(HERE / "names.csv")}
        self.agencies = {(r["state"], r["agency_as_listed"]): r for r in read(HERE / "agencies.csv")}
        for place in self.names.values():
            self.places.place(place)
        for row in self.agencies.values():
            self.places.agency(row["agency"])
        self.used: set[tuple[str, str]] = set()

    def match(self, row: Row) -> Match:
        if MODELS[row["support_model"]] is None:
            return Match("left out", reason="a task force works in the field; it says nothing of a jail")
        state, listed = STATES.get(row["state"], row["state"]), row["agency_as_listed"]
        by_hand = self.agencies.get((state, listed))
        if by_hand:
            self.used.add((state, listed))
            return self._by_hand(row, state, by_hand)
        sheriff = SHERIFF.match(listed)
        if sheriff:
            return self._sheriff(row, state, sheriff["name"])
        if "Police" in listed or "Marshal" in listed:
            return Match("left out", reason="a city's police, which runs no county jail")
        if "Attorney" in listed or "Bureau of Investigation" in listed:
            return Match("left out", reason="it keeps no prisoners")
        if "Regional Jail" in listed or "District Jail" in listed:
            return Match("refused", reason="a jail of several counties has no place of its own that an agency could be named by")
        return Match("refused", reason="no sheriff, and agencies.csv does not know it")

    def _by_hand(self, row: Row, state: str, known: Row) -> Match:
        place = self.places.agency(known["agency"]).place
        witnesses, against = self._witnesses(row, state, place.id) if place.kind == "county" else ([], "")
        if against:
            return Match("refused", reason=against)
        return Match("matched", "alias", " ".join(witnesses) or "state", known["agency"], known["reason"])

    def _sheriff(self, row: Row, state: str, name: str) -> Match:
        try:
            place, alias = self._place(name, state)
        except PlaceError as error:
            return Match("refused", reason=error.what)
        found = self.places.place(place)
        if found.kind != "county":
            return Match("refused", reason=f"[{name}, {state}] is a {found.kind}")
        witnesses, against = self._witnesses(row, state, place)
        if against:
            return Match("refused", reason=against)
        if alias:
            tier = "alias"
        elif name == found.name and row["county"] == found.name and row["county_fips"] == found.fips:
            tier = "exact"
        else:
            tier = "normalized"
        return Match("matched", tier, " ".join(witnesses) or "state", f"{place}/sheriff", alias)

    def _place(self, name: str, state: str) -> tuple[str, str]:
        """The place of a printed name in a state, and why, where it is by hand. Raises PlaceError."""
        known = self.names.get((state, name))
        if known:
            self.used.add((state, name))
            return known, f"names.csv: [{name}]"
        return self.places.resolve(f"{name}, {state}"), ""

    def _witnesses(self, row: Row, state: str, place: str) -> tuple[list[str], str]:
        """Which other columns name the same place, and the first that does not."""
        found: list[str] = []
        if row["county"]:
            try:
                other, _ = self._place(row["county"], state)
            except PlaceError as error:
                return [], f"the county column: {error.what}"
            if other != place:
                return [], f"the agency's name gives [{place}], the county column [{other}]"
            found.append("county")
        if row["county_fips"]:
            other = self.places.resolve(row["county_fips"])
            if other != place:
                return [], f"the agency's name gives [{place}], the code [{other}]"
            found.append("fips")
        return found, ""


def dates_of(row: Row) -> list[date]:
    """The days of signing that can be: dates no later than the day on which the row was last listed."""
    found = []
    for text in (row["date_signed"], *row["other_dates_signed"].split("|")):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        if day <= date.fromisoformat(row["last_listed"]):
            found.append(day)
    return sorted(found)


def document(agency: str, rows: Sequence[Row]) -> tuple[str, str]:
    """The id and the text of the file of one agency's agreements."""
    places = load_places()
    known = places.agency(agency)
    identity = f"{known.place.id}/agreement-287g-{known.role}"
    begun = min(min([*dates_of(row), date.fromisoformat(row["first_listed"])]) for row in rows)
    last = max(date.fromisoformat(row["last_listed"]) for row in rows)
    still = any(row["listed_in_latest"] == "yes" for row in rows)
    by_model: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_model[str(MODELS[row["support_model"]])].append(row)
    said = "; ".join(_said(model, of) for model, of in sorted(by_model.items()))
    printed = sorted({row["agency_as_listed"] for row in rows})
    until = "" if still else f', until: "{(last + timedelta(days=1)).isoformat()}"'
    end = (
        f"It was still on the list of {LAST_SAVED.isoformat()}; later lists were not seen."
        if still
        else f"It was last seen on {last.isoformat()}. Whether it ended, was renamed or merged is not known: the end that stands here is the earliest that it can have."
    )
    note = (
        f"ICE lists {' and '.join(printed)}: {said}. {end} The agreement itself was not read. The list shows an agreement, not that the "
        "officer at hand is certified under it: officer_287g asks for that, and whether state law lets such an officer hold is the "
        "state's to say."
    )
    role = {"sheriff": "sheriff", "corrections": "jail or corrections agency"}[known.role]
    state = places.place("/".join(known.place.id.split("/")[:2])).name
    where = state if known.place.kind in ("state", "territory") else f"{known.place.name}, {state}"
    lines = [
        f"id: {identity}",
        f'title: "287(g) agreement, {where}, {role}"',
        "kind: agreement",
        f'citation: "Memorandum of agreement under 8 U.S.C. 1357(g) ({", ".join(sorted(by_model))})"',
        f'in_force: {{from: "{begun.isoformat()}"{until}}}',
        f"binds: [{agency}]",
        "sources:",
        f'  - {{title: "287(g) participating agencies", publisher: U.S. Immigration and Customs Enforcement, url: null, date: "{last.isoformat()}"}}',
        "review: {status: unreviewed, basis: secondary source}",
        "note: >-",
        *(f"  {line}" for line in textwrap.wrap(note, 118, break_long_words=False, break_on_hyphens=False)),
    ]
    return identity, "\n".join(lines) + "\n"


def _said(model: str, rows: Sequence[Row]) -> str:
    signed = sorted({day for row in rows for day in dates_of(row)})
    first = min(date.fromisoformat(row["first_listed"]) for row in rows)
    last = max(date.fromisoformat(row["last_listed"]) for row in rows)
    since = f"{first.isoformat()} or before" if first == FIRST_SAVED else first.isoformat()
    return f"{model}, signed {' or '.join(d.isoformat() for d in signed) or 'on an unknown day'}, listed from {since} to {last.isoformat()}"


def build() -> tuple[dict[Path, str], Counter[str]]:
    """Every file with its text, and the counts of what became of the rows. Raises SystemExit for a bad table by hand."""
    matcher = Matcher()
    log: list[dict[str, str]] = []
    counts: Counter[str] = Counter()
    by_agency: dict[str, list[Row]] = defaultdict(list)
    for row in read(SOURCE):
        found = matcher.match(row)
        counts[f"{found.result}: {found.tier or found.reason}" if found.result != "refused" else "refused"] += 1
        log.append({**{k: row[k] for k in LOG[:4]}, **{k: getattr(found, k) for k in LOG[4:]}})
        if found.result == "matched":
            by_agency[found.agency].append(row)
    unused = sorted({*matcher.names, *matcher.agencies} - matcher.used)
    if unused:
        raise SystemExit(f"names.csv or agencies.csv has rows that match nothing: {unused}")
    files = {HERE / "matching.csv": text_of(LOG, log)}
    for agency, rows in sorted(by_agency.items()):
        identity, text = document(agency, rows)
        files[LAWBOOK / f"{identity}.yaml"] = text
    counts["agencies"] = len(by_agency)
    return files, counts


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if a file would change")
    check = parser.parse_args(argv).check
    files, counts = build()
    left_over = sorted(set(LAWBOOK.rglob("agreement-287g-*.yaml")) - set(files))
    changed = [path for path, text in files.items() if not path.exists() or path.read_bytes() != text.encode()]
    for path in (*changed, *left_over):
        if check:
            print(f"{path.relative_to(HERE.parents[1])} is not what build.py makes", file=sys.stderr)
        elif path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[path].encode())
        else:
            path.unlink()
    for what, count in sorted(counts.items()):
        print(f"{count:5}  {what}")
    return 1 if check and (changed or left_over) else 0


if __name__ == "__main__":
    sys.exit(main())
