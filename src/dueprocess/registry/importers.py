"""The declared importers of the public record: claims gathered by hand, the federal lists, agreements, counts and volumes.

Each states its columns, fewest rows, closed lists and how many rows may match no actor; anything else is refused loudly.
Coding rules are written out in docs/reference/registry.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dueprocess.places import PlaceBook
from dueprocess.registry.importing import (
    Batch,
    Declared,
    ImportRefused,
    Row,
    check_refusals,
    checked_date,
    date_basis,
    place_slug,
    read_table,
    source_id,
    unique,
)
from dueprocess.registry.matching import ActorMatcher, Match, Printed, agency_actor, by_hand
from dueprocess.registry.model import CONFIDENCES, POSITIONS, Claim, CountClaim, Source

FEDERAL = "work of the United States government, public domain"
FACTS = "facts only: the page itself is not kept or copied"
MANY = 10
"""From so many actors in one source by one claimant on, the source is a list."""
LISTERS = ("Center for Immigration Studies", "ICE", "DOJ", "DHS", "FAIR", "CIS / ICE", "ICE (via CIS)", "ICE (via Indiana Attorney General)", "advocacy lists / CIS", "OJJPAC")
_BOUNDS = re.compile(r"bounds: (\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
_STATES = {"Pennslyvania": "Pennsylvania", "West Viriginia": "West Virginia", "Utahj": "Utah"}
"""ICE's misspellings of states."""

POLICY = Declared(
    "policy-claims",
    "policy_claims.csv",
    ("claim_id", "agency", "agency_kind", "county", "city", "state", "county_fips", "position", "announced_on", "effective_on", "ended_on", "claimant",
     "source_title", "source_publisher", "source_url", "source_date", "confidence", "note"),
    1063,
    {"agency_kind": frozenset({"sheriff", "police", "corrections", "county", "city", "state"}), "position": frozenset({*POSITIONS, "reviewing"}) - {"undecided", "requires_any_warrant"}, "confidence": frozenset(CONFIDENCES)},
)  # fmt: skip
COUNTS = Declared(
    "count-claims",
    "count_claims.csv",
    ("claim_id", "value", "unit", "definition", "scope", "since", "as_of", "claimant", "source_title", "source_publisher", "source_url", "source_date"),
    84,
    {"unit": frozenset({"agencies", "jurisdictions", "counties", "states"})},
)
DHS = Declared(
    "dhs-2025",
    "dhs_sanctuary_list_2025-05-29.csv",
    ("state", "state_abbr", "entry_kind", "name_as_printed", "county_fips", "note", "list_published", "capture_date", "source"),
    605,
    {"entry_kind": frozenset({"county", "city", "statement"})},
    refused_at_most=2,  # Lawrence as a county and Douglas County as a city of Kansas, both misplaced
)
DOJ = Declared(
    "doj-2025",
    "doj_sanctuary_list_2025-08-05.csv",
    ("entry_kind", "name_as_printed", "state_abbr", "county_fips", "list_published", "note", "source"),
    35,
    {"entry_kind": frozenset({"state", "county", "city"})},
)
DDOR1 = Declared(
    "ddor-2017-section-1",
    "ice_ddor_2017_section1_partial.csv",
    ("week_start", "week_end", "rank", "jurisdiction", "state_abbr", "county_fips", "detainers_issued", "disputed", "note", "source"),
    7,
    {"disputed": frozenset({"yes", "no"})},
)
DDOR3 = Declared(
    "ddor-2017-section-3",
    "ice_ddor_2017_section3_partial.csv",
    ("jurisdiction", "state_abbr", "county_fips", "ice_aor", "date_enacted", "policy", "criteria_for_honoring", "source", "note"),
    4,
)
AGREEMENTS = Declared(
    "agreements-287g",
    "ice_287g_2021_2026.csv",
    ("state", "agency_as_listed", "agency_type", "county", "county_fips", "support_model", "date_signed", "other_dates_signed", "first_listed", "last_listed",
     "snapshots_listed_in", "listed_in_latest"),
    2128,
    {"listed_in_latest": frozenset({"yes", "no"})},
    refused_at_most=148,
)  # fmt: skip
SNAPSHOTS = Declared("snapshots-287g", "ice_287g_snapshot_counts.csv", ("snapshot_date", "rows_in_sheet", "distinct_agency_model_pairs", "distinct_agencies"), 781)
VOLUMES = Declared(
    "published-volumes",
    "published_volumes.csv",
    ("measure", "period_label", "period_start", "period_end", "value", "unit", "publisher", "source_title", "source_url", "federal_document", "note"),
    60,
    {"federal_document": frozenset({"yes", "no"})},
)


class Importer:
    """One run over a folder of sources: ``source`` and ``hand`` folders, the agreements' file, and what was read before."""

    def __init__(self, places: PlaceBook, *, source: Path, hand: Path, agreements: Path, before: Mapping[str, int] | None = None) -> None:
        self.places, self.source_dir, self.agreements_dir, self.before = places, source, agreements, before
        self.batch = Batch()
        self._hand = {name: self._by_hand(hand / f"{name}.csv", columns) for name, columns in _HAND.items()}
        self.matcher = ActorMatcher(places, by_hand(self._hand["actors"]))

    def run(self) -> Batch:
        """All importers in order, then the checks over all of them. Raises ImportRefused."""
        for step in (self.policy_claims, self.count_claims, self.dhs, self.doj, self.ddor1, self.ddor3, self.agreements, self.snapshots, self.volumes):
            step()
        self._denials()
        self._details()
        unused = sorted(set(self.matcher.by_hand) - self.matcher.used)
        if unused:
            raise ImportRefused(f"[{unused[0][1]}] matches nothing", where="hand/actors.csv", do="take the row out")
        return self.batch

    def _by_hand(self, path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
        return read_table(path, Declared(f"hand-{path.stem}", path.name, columns, 0), self.batch)

    def _table(self, declared: Declared, folder: Path | None = None) -> list[dict[str, str]]:
        return read_table((folder or self.source_dir) / declared.file, declared, self.batch, before=self.before)

    def policy_claims(self) -> None:
        """Claims gathered by hand from public pages, one source saying one thing about one agency."""
        rows = self._table(POLICY)
        practice = {row["claim"] for row in self._hand["practice"]}
        missing = sorted(practice - {row["claim_id"] for row in rows})
        if missing:
            raise ImportRefused(f"[{missing[0]}] is no claim", where="hand/practice.csv", do="correct the id")
        many = Counter((row["source_url"], row["source_title"], row["claimant"]) for row in rows)
        for number, row in enumerate(rows, 2):
            where = f"{POLICY.file}:{number}"
            county = row["county"] if row["agency_kind"] != "police" or not row["city"] else ""
            printed = Printed(row["state"], row["agency"], row["agency_kind"], county, row["city"], row["county_fips"] if county else "")
            match = self.batch.matched(self.matcher, printed, importer=POLICY.importer, row=number, seen=row["source_date"])
            if match.actor is None:
                continue
            note = row["note"]
            bounds = _BOUNDS.search(note)
            listed = many[row["source_url"], row["source_title"], row["claimant"]] >= MANY
            own = row["claimant"] == "agency" or row["claimant"] == row["agency"]
            voice = "own" if own else "list" if listed or row["claimant"].startswith(LISTERS) or "expanded from" in note else "report"
            position = "undecided" if row["position"] == "reviewing" else row["position"]
            listing = position == "unknown" and voice == "list" and "withdraws" not in note
            self.batch.claim(
                Claim(
                    id=row["claim_id"],
                    actor=match.actor.id,
                    about="practice" if row["claim_id"] in practice else "listing" if listing else "policy",
                    position=position,
                    source=self._page(row, note),
                    claimant=row["claimant"],
                    voice=voice,
                    cites=self.matcher.cites(printed),
                    announced=checked_date(row["announced_on"], where=where),
                    effective=checked_date(row["effective_on"], where=where),
                    ended=checked_date(row["ended_on"], where=where),
                    since_from=bounds[1] if bounds else "",
                    since_until=bounds[2] if bounds else "",
                    source_date=checked_date(row["source_date"], where=where),
                    confidence=row["confidence"],
                    note=note,
                    origin=where,
                ),
                where=where,
            )
        check_refusals(self.batch, POLICY)

    def _page(self, row: Row, note: str = "") -> str:
        publisher = row["source_publisher"]
        federal = bool(re.search(r"U\.S\. (?:Department|Immigration)|^ICE\b|^DHS\b", publisher)) and "reprint" not in publisher
        parts = (row["source_title"], publisher, row["source_url"], row["source_date"])
        return self.batch.source(
            Source(source_id(*parts), row["source_title"], publisher, row["source_date"], date_basis(row["source_date"], note), row["source_url"], "", "", "government" if federal else "page", FEDERAL if federal else FACTS)
        )

    def count_claims(self) -> None:
        """Published counts of agencies, counties, jurisdictions and states."""
        for number, row in enumerate(self._table(COUNTS), 2):
            where = f"{COUNTS.file}:{number}"
            for column in ("since", "as_of"):
                checked_date(row[column], where=where)
            self.batch.count(
                CountClaim(row["claim_id"], row["value"], row["unit"], row["definition"], row["scope"], row["since"], row["as_of"], row["claimant"], self._page(row), origin=where), where=where
            )

    def _list(self, declared: Declared, *, title: str, publisher: str, day: str, url: str = "", kind: str = "government_list", basis: str = "day of publication") -> str:
        file, sha256, _ = self.batch.read[declared.importer]
        return self.batch.source(Source(source_id(title, publisher, url, day), title, publisher, day, basis, url, sha256, file, kind, FEDERAL))

    def _entry(self, row: Row, number: int, *, declared: Declared, prefix: str, kind: str, source: str, claimant: str, day: str, note: str) -> None:
        name, state = row["name_as_printed"], row["state_abbr"]
        if kind == "county":
            # A place under Counties may be printed as a city with its county's code (Athens-Clarke).
            printed = Printed(state, name, "county", re.sub(r"\s*\(.*\)$", "", name) if not row["county_fips"] else "", "", row["county_fips"])
        elif kind == "city":
            printed = Printed(state, name, "city", "", re.sub(r"/.*$", "", name))
        else:
            printed = Printed(state, name, "state")
        match = self.batch.matched(self.matcher, printed, importer=declared.importer, row=number, seen=day)
        if match.actor is None:
            return
        where = f"{declared.file}:{number}"
        self.batch.claim(
            Claim(
                id=unique(f"{prefix}-{place_slug(state, name)}", self.batch.claims),
                actor=match.actor.id, about="listing", position="unknown", source=source, claimant=claimant, voice="list", source_date=day,
                locator=f"under {'Counties' if kind == 'county' else 'Cities' if kind == 'city' else 'States'}: {name}", confidence="high", note=note, origin=where,
            ),
            where=where,
        )  # fmt: skip

    def dhs(self) -> None:
        """The list of 29 May 2025: names without a criterion, so each entry is a listing of position unknown."""
        rows = self._table(DHS)
        source = self._list(DHS, title="Sanctuary Jurisdictions Defying Federal Immigration Law", publisher="U.S. Department of Homeland Security", day="2025-05-29", url="https://www.dhs.gov/sanctuary-jurisdictions")
        for number, row in enumerate(rows, 2):
            kind = "state" if row["entry_kind"] == "statement" else row["entry_kind"]
            note = "; ".join(filter(None, ("no criterion is given for any entry; the page was taken down within days", row["note"])))
            self._entry(row, number, declared=DHS, prefix="dhs25", kind=kind, source=source, claimant="DHS", day="2025-05-29", note=note)
        check_refusals(self.batch, DHS)

    def doj(self) -> None:
        """The list of 5 August 2025: 13 under States (with the District of Columbia), 4 counties, 18 cities."""
        rows = self._table(DOJ)
        kinds = Counter(row["entry_kind"] for row in rows)
        if kinds != {"state": 13, "county": 4, "city": 18}:
            raise ImportRefused(f"{dict(kinds)} entries by heading", where=DOJ.file, do="the list printed 13 states, 4 counties and 18 cities")
        source = self._list(DOJ, title="Justice Department Publishes List of Sanctuary Jurisdictions", publisher="U.S. Department of Justice", day="2025-08-05")
        for number, row in enumerate(rows, 2):
            note = "; ".join(filter(None, ("nine criteria, of which limits on detainers are one", row["note"])))
            self._entry(row, number, declared=DOJ, prefix="doj25", kind=row["entry_kind"], source=source, claimant="DOJ", day="2025-08-05", note=note)
        check_refusals(self.batch, DOJ)

    def ddor1(self) -> None:
        """ICE's weekly report, Section I: detainers sent to counties that ICE calls non-cooperative. Practice, as ICE sees it."""
        rows = self._table(DDOR1)
        source = self._list(DDOR1, title="Declined Detainer Outcome Report, recorded Jan 28 to Feb 3, 2017, Section I (partial)", publisher="U.S. Immigration and Customs Enforcement", day="2017-03-20")
        for number, row in enumerate(rows, 2):
            where = f"{DDOR1.file}:{number}"
            match = self.batch.matched(self.matcher, Printed(row["state_abbr"], row["jurisdiction"], "county", row["jurisdiction"], "", row["county_fips"]), importer=DDOR1.importer, row=number, seen="2017-03-20")
            if match.actor is None:
                continue
            note = "; ".join(filter(None, (f"{row['detainers_issued']} detainers issued in the week to {row['week_end']}, rank {row['rank']}", row["note"])))
            self.batch.claim(
                Claim(f"ddor17-s1-{place_slug(row['state_abbr'], row['jurisdiction'])}", match.actor.id, "practice", "unknown", source, "ICE", "list", source_date="2017-03-20", locator=f"rank {row['rank']}", confidence="medium", note=note, origin=where),
                where=where,
            )
        check_refusals(self.batch, DDOR1)

    def ddor3(self) -> None:
        """The same report, Section III: policies as ICE describes them; positions by hand/codings.csv."""
        rows = self._table(DDOR3)
        source = self._list(DDOR3, title="Declined Detainer Outcome Report, recorded Jan 28 to Feb 3, 2017, Section III (first entries)", publisher="U.S. Immigration and Customs Enforcement", day="2017-03-20")
        coded = {row["source_row"]: row for row in self._hand["codings"]}
        for number, row in enumerate(rows, 2):
            where, name, state = f"{DDOR3.file}:{number}", row["jurisdiction"], row["state_abbr"]
            coding = coded.get(f"{name} {state}")
            if coding is None:
                raise ImportRefused(f"[{name} {state}] has no coding", where=where, do="add it to hand/codings.csv")
            city = name.split(",")[0] if not name.endswith("County") or "," in name else ""
            printed = Printed(state, name, "city", "", city) if city else Printed(state, name, "county", name, "", row["county_fips"])
            match = self.batch.matched(self.matcher, printed, importer=DDOR3.importer, row=number, seen="2017-03-20")
            if match.actor is None:
                continue
            self.batch.claim(
                Claim(
                    f"ddor17-s3-{place_slug(state, name)}", match.actor.id, "policy", coding["position"], source, "ICE", "list",
                    accepts=tuple(a for a in coding["accepts"].split(";") if a), cites=(row["policy"],), effective=checked_date(row["date_enacted"], where=where),
                    source_date="2017-03-20", locator=f"row {number - 1}", confidence="medium", note="; ".join(filter(None, (row["criteria_for_honoring"], row["note"]))), origin=where,
                ),
                where=where,
            )  # fmt: skip
        check_refusals(self.batch, DDOR3)

    def agreements(self) -> None:
        """ICE's 287(g) lists: an agreement is no answer to detainers, so the position is unknown.

        Rows that the agreements' own matching settled keep its actor; task forces and police are matched here.
        """
        rows = self._table(AGREEMENTS, self.agreements_dir / "source")
        settled = self._by_hand(self.agreements_dir / "matching.csv", _MATCHING)
        if [tuple(r[k] for k in _MATCHING[:4]) for r in settled] != [tuple(r[k] for k in _MATCHING[:4]) for r in rows]:
            raise ImportRefused("it is not the log of this list", where="agreements/matching.csv", do="run data/agreements/build.py")
        spelled = {(r["state"], r["printed"]): r["place"] for r in self._by_hand(self.agreements_dir / "names.csv", ("state", "printed", "place", "reason"))}
        source = self._list(AGREEMENTS, title="287(g) participating agencies (781 lists, 2021-01-13 to 2026-05-18)", publisher="U.S. Immigration and Customs Enforcement", day="2026-05-18", basis="day of the last list seen")
        for number, (row, known) in enumerate(zip(rows, settled, strict=True), 2):
            state = _STATES.get(row["state"], row["state"])
            postal = self.places.place(self.places.resolve(state)).state or ""
            name = row["agency_as_listed"]
            if known["result"] == "matched":
                actor = agency_actor(self.places, known["agency"])
                match = self.batch.note(Match("matched", known["tier"], actor, known["confirmed_by"], known["reason"]), Printed(postal, name), importer=AGREEMENTS.importer, row=number, seen=row["last_listed"])
            else:
                sheriff = "Sheriff" in name
                county = spelled.get((state, row["county"]), "") if sheriff else ""
                county = self.places.place(county).name if county else row["county"] if sheriff else ""
                kind = "city" if row["agency_type"] == "Municipality" and not re.search("Police|Marshal", name) else ""
                match = self.batch.matched(self.matcher, Printed(postal, name, kind, county, "", row["county_fips"] if sheriff else ""), importer=AGREEMENTS.importer, row=number, seen=row["last_listed"])
            if match.actor is not None:
                self._agreement(row, number, postal, match.actor.id, source)
        check_refusals(self.batch, AGREEMENTS)

    def _agreement(self, row: Row, number: int, postal: str, actor: str, source: str) -> None:
        where = f"{AGREEMENTS.file}:{number}"
        signed = row["date_signed"] if _day(row["date_signed"]) and row["date_signed"] <= row["last_listed"] else ""
        self.batch.claim(
            Claim(
                unique(f"ice287g-{place_slug(postal, row['agency_as_listed'], row['support_model'])}", self.batch.claims),
                actor, "agreement", "unknown", source, "ICE", "list", announced=signed, effective=min(filter(None, (signed, row["first_listed"]))),
                ended="" if row["listed_in_latest"] == "yes" else row["last_listed"], source_date=row["first_listed"], locator=f"row {number - 1}", confidence="high",
                note=f"{row['support_model']}; on {row['snapshots_listed_in']} lists from {row['first_listed']} to {row['last_listed']}", origin=where,
            ),
            where=where,
        )  # fmt: skip

    def snapshots(self) -> None:
        """How many agencies each saved 287(g) list had."""
        rows = self._table(SNAPSHOTS)
        source = self._list(SNAPSHOTS, title="287(g) participating agencies: counts of each list", publisher="U.S. Immigration and Customs Enforcement", day="2026-05-18", kind="volume_table", basis="day of the last list seen")
        for number, row in enumerate(rows, 2):
            day = row["snapshot_date"]
            self.batch.count(CountClaim(f"count-287g-{day}", row["distinct_agencies"], "agencies", "agencies on ICE's 287(g) list", "US", "", day, "ICE", source, note=f"{row['rows_in_sheet']} rows", origin=f"{SNAPSHOTS.file}:{number}"), where=f"{SNAPSHOTS.file}:{number}")

    def volumes(self) -> None:
        """Published numbers of detainers, jail admissions and the like; sources that disagree stand beside each other."""
        for number, row in enumerate(self._table(VOLUMES), 2):
            where = f"{VOLUMES.file}:{number}"
            title, publisher, url = row["source_title"], row["publisher"], row["source_url"]
            federal = row["federal_document"] == "yes"
            source = self.batch.source(Source(source_id(title, publisher, url), title, publisher, "", "unknown", url, "", "", "government" if federal else "page", FEDERAL if federal else FACTS))
            id = unique(f"volume-{place_slug('', row['measure'], row['period_label'], publisher).strip('-')}", self.batch.counts)
            self.batch.count(CountClaim(id, row["value"], row["unit"], row["measure"], "US", row["period_start"], row["period_end"], publisher, source, note="; ".join(filter(None, (row["period_label"], row["note"]))), origin=where), where=where)

    def _denials(self) -> None:
        """Which claims deny which, by hand; every id must be a claim."""
        by_claim: dict[str, list[str]] = {}
        for number, row in enumerate(self._hand["denials"], 2):
            for id in (row["claim"], row["disputes"]):
                if id not in self.batch.claims:
                    raise ImportRefused(f"[{id}] is no claim", where=f"hand/denials.csv:{number}", do="correct the id")
            by_claim.setdefault(row["claim"], []).append(row["disputes"])
        for id, targets in by_claim.items():
            self.batch.claims[id] = replace(self.batch.claims[id], disputes=tuple(sorted(targets)))


    def _details(self) -> None:
        """What a source says beside the position, by hand from its note. Who tells ICE of releases and holds nobody gives notice: the position says so."""
        for id, claim in self.batch.claims.items():
            if claim.position == "notify_only":
                self.batch.claims[id] = replace(claim, notice="yes")
        for number, row in enumerate(self._hand["details"], 2):
            where = f"hand/details.csv:{number}"
            if row["claim"] not in self.batch.claims:
                raise ImportRefused(f"[{row['claim']}] is no claim", where=where, do="correct the id")
            for name, values in DETAILS.items():
                if row[name] and values and row[name] not in values:
                    raise ImportRefused(f"[{row[name]}] is no value of {name}", where=where, do=f"one of {', '.join(values)}")
            if not any(row[name] for name in DETAILS):
                raise ImportRefused("nothing is told of it", where=where, do="take the row out")
            claim = self.batch.claims[row["claim"]]
            self.batch.claims[row["claim"]] = replace(
                claim, notice=row["notice"] or claim.notice, interviews=row["interviews"], payment=row["payment"], motive=row["motive"], speaker=row["speaker"]
            )


DETAILS: Mapping[str, tuple[str, ...]] = {
    "notice": ("yes", "conditional", "no"),
    "interviews": ("yes", "conditional", "no"),
    "payment": ("required",),
    "motive": ("advice", "constitution", "cost", "law", "liability", "public_safety", "ruling", "settlement", "trust"),
    "speaker": (),
}
"""What hand/details.csv may say, column by column; a speaker is any person who spoke publicly."""
_MATCHING = ("state", "agency_as_listed", "support_model", "first_listed", "result", "tier", "confirmed_by", "agency", "reason")
_HAND: Mapping[str, tuple[str, ...]] = {
    "actors": ("state", "printed", "actor", "kind", "name", "cites", "reason"),
    "practice": ("claim", "reason"),
    "denials": ("claim", "disputes", "reason"),
    "codings": ("source_row", "position", "accepts", "reason"),
    "details": ("claim", "notice", "interviews", "payment", "motive", "speaker", "reason"),
}


def _day(text: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d{2}-\d{2}-\d{2}", text))
