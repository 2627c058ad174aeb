"""Detainers against the policy that their own sender was under on the day: ICE's memoranda, or CBP's.

Detainers that are alike in all that such a policy can turn on share one answer, so that millions cost a few hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.audit.numbers import Row, fetch
from dueprocess.audit.single import read_row, read_rows
from dueprocess.case.model import DETAINERS
from dueprocess.decide.regime import FORBIDDEN
from dueprocess.decide.stay import Setting, Stay
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import Instant, local_date
from dueprocess.law import Lawbook
from dueprocess.places import load_places
from dueprocess.terms import facts_of

if TYPE_CHECKING:
    import duckdb

AGAINST, WITHIN, OPEN, NO_RULE, NO_DAY, SKIPPED = "against", "within", "open", "no_rule", "no_day", "skipped"
LABELS = {
    AGAINST: "The policy of the day did not allow it",
    WITHIN: "Nothing in the encoded policy of the day stood against it",
    OPEN: "Cannot be told: facts that the policy turns on are not in the file",
    NO_RULE: "No policy of that day is encoded",
    NO_DAY: "Cannot be told: the day of the detainer is not in the file",
    SKIPPED: "Not examined: of the sorts that are like no other only the 20,000 most frequent are",
}
"""What can be said of a detainer, in the order of the report."""

SENDERS = ("us/ice", "us/cbp")
MOST_ASKED = 20_000
"""Sorts of detainers that are asked about, the most frequent first; each costs about a millisecond."""

_DETAINER = ("form", "edition", "signed_by", "boxes", "issuer", *(f"{t}_{s}" for t in ("received", "served", "cancelled") for s in ("lo", "hi", "open")))


def issuance(link: duckdb.DuckDBPyConnection, prepared: Path, *, lawbook: Lawbook, law_known_at: date | None) -> dict[str, Any]:
    """How many detainers the sender's own policy forbade: by result, by form, by year, by norm.

    ``link`` has the views of ``numbers.opened``. Every detainer is asked about, also the second of a stay.
    ``norms`` counts the norms that forbade, ``wanted`` the facts that kept the rest open; one detainer may count in several.
    """
    _sort(link, prepared, lawbook, then=law_known_at is None)
    samples = fetch(link, f"SELECT sort, min_by(row, (row, n)) AS row, min_by(n, (row, n)) AS n, count(*) AS many FROM lodged GROUP BY sort ORDER BY many DESC, row, n LIMIT {MOST_ASKED}")
    wanted_rows: dict[int, list[Row]] = {s["row"]: [] for s in samples}
    for sample in samples:
        wanted_rows[sample["row"]].append(sample)
    answers: dict[int, tuple[str, tuple[str, ...]]] = {}
    for stay, papers, _, events, _ in read_rows(prepared, rows=wanted_rows):
        for sample in wanted_rows[stay["row"]]:
            asked, others = _first(stay, papers, sample["n"])
            answers[sample["sort"]] = _asked(asked, others, events, lawbook=lawbook, law_known_at=law_known_at)
    results = dict.fromkeys(LABELS, 0)
    forms: dict[str, dict[str, int]] = {}
    years: dict[int, dict[str, int]] = {}
    norms: dict[str, int] = {}
    wanted: dict[str, int] = {}
    for group in fetch(link, "SELECT sort, form, year(day) AS year, count(*) AS many FROM lodged GROUP BY ALL ORDER BY ALL"):
        result, refs = answers.get(group["sort"], (SKIPPED, ()))
        for place in (results, forms.setdefault(group["form"], dict.fromkeys(LABELS, 0)), years.setdefault(group["year"], dict.fromkeys(LABELS, 0))):
            place[result] += group["many"]
        counted = norms if result == AGAINST else wanted
        for ref in refs:
            counted[ref] = counted.get(ref, 0) + group["many"]
    return {
        "detainers": sum(results.values()),
        "results": results,
        "forms": dict(sorted(forms.items())),
        "years": dict(sorted((y, v) for y, v in years.items() if y)),
        "norms": dict(sorted(norms.items(), key=lambda i: (-i[1], i[0]))),
        "wanted": dict(sorted(wanted.items(), key=lambda i: (-i[1], i[0]))),
    }


def _first(stay: Row, papers: Sequence[Row], number: int) -> tuple[Row, list[Row]]:
    """The stay with its detainer of that number in the row itself, and its other papers. 0 is the row's own."""
    if number == 0:
        return stay, list(papers)
    taken = papers[number - 1]
    moved = {f"detainer_{c}": taken["kind" if c == "form" else c] for c in _DETAINER}
    own = {"row": stay["row"], "kind": stay["detainer_form"], "matter": None} | {c: stay[f"detainer_{c}"] for c in _DETAINER if c != "form"}
    return {**stay, **moved}, [*(p for p in papers if p is not taken), *([own] if own["kind"] else [])]


def _sort(link: duckdb.DuckDBPyConnection, prepared: Path, lawbook: Lawbook, *, then: bool) -> None:
    """The table ``lodged``: each detainer with its ``sort``, a number that all have which such a policy cannot tell apart.

    Alike are those with the same paper and facts, of places that the same policies bind, on a day on which the same
    policies and forms were in force and known, and with the same other papers and events, each on the same side of the
    receipt; ``then`` where each is asked by the law known on its own day. ``n`` is 0 for the detainer of the row itself, else its place among the papers.
    """
    columns = {r["column_name"] for r in fetch(link, "DESCRIBE stays")}
    issuing = [a for a in lawbook.authorities.values() if any(n.object == "issue" for n in a.norms)]
    facts = sorted({c for a in issuing for n in a.norms if n.object == "issue" for f in facts_of(n.when) for c in columns if c in (f"f_{f}", f"f_{f}_then")})
    # The day from which a fact has another value is compared with the day of receipt, as the papers' own are.
    changing = sorted(f"{c.removesuffix('_then')}_from" for c in facts if c.endswith("_then"))
    bound = _law_of_places(link, lawbook)
    days = _days_of(lawbook, bound | {a.id for a in lawbook.authorities.values() if a.kind == "form"}, then=then)
    starts = [f"DATE '{date.fromordinal(d).isoformat()}'" for d in sorted(days)]
    era, last_era = (" + ".join(f"({day} >= {start})::INT" for start in starts) or "0" for day in ("day", "last_day"))
    link.read_parquet(str(prepared / "papers.parquet")).create_view("more_papers", replace=True)
    link.read_parquet(str(prepared / "events.parquet")).create_view("more_events", replace=True)
    own = ", ".join(f"detainer_{c} AS {c}" for c in _DETAINER)
    link.execute(
        f"""CREATE OR REPLACE TEMP TABLE all_papers AS
            SELECT row, 0 AS n, {own}, NULL::VARCHAR AS matter FROM stays WHERE detainer_form IS NOT NULL
            UNION ALL BY NAME SELECT row, row_number() OVER (PARTITION BY row ORDER BY at_) AS n, kind AS form, * EXCLUDE (row, kind, at_)
            FROM (SELECT *, file_row_number AS at_ FROM read_parquet('{str(prepared / "papers.parquet").replace("'", "''")}', file_row_number = true))"""
    )
    beside = ", ".join(_side(f"q.{t}", "p.received_lo") for t in ("received", "served", "cancelled"))
    link.execute(
        f"""CREATE OR REPLACE TEMP TABLE others AS
            SELECT p.row, p.n, string_agg(concat_ws(' ', q.form, coalesce(q.edition, '-'), coalesce(q.signed_by, '-'), coalesce(q.boxes, '-'), coalesce(q.matter, '-'), coalesce(q.issuer, '-'), {beside}), ';' ORDER BY ALL) AS papers
            FROM all_papers p JOIN all_papers q ON q.row = p.row AND q.n <> p.n WHERE p.form IN ({", ".join(f"'{d}'" for d in DETAINERS)}) GROUP BY p.row, p.n"""
    )
    link.execute(
        f"""CREATE OR REPLACE TEMP TABLE happened AS
            SELECT p.row, p.n, string_agg(concat_ws(' ', e.kind, {_side("e.at", "p.received_lo")}), ';' ORDER BY ALL) AS events
            FROM all_papers p JOIN more_events e ON e.row = p.row GROUP BY p.row, p.n"""
    )
    warrants = ", ".join(_side(f"s.{w}", "p.received_lo") for w in ("admin_warrant", "removal_warrant", "judicial_warrant"))
    of_facts = "".join(f", s.{_quoted(c)}" for c in facts) + "".join(f", {_side(f's.{_quoted(c)}', 'p.received_lo', one=True)}" for c in changing)
    link.execute(
        f"""CREATE OR REPLACE TEMP TABLE lodged AS
            SELECT row, n, form, day, dense_rank() OVER (ORDER BY alike) AS sort FROM (
                SELECT row, n, form, day, hash(form, edition, signed_by, boxes, issuer, record_complete, law, day IS NULL, day <> last_day, {era}, {last_era}, served, cancelled, warrants, papers, events, facts) AS alike FROM (
                    SELECT p.*, s.record_complete, coalesce(l.law, -1) AS law,
                        {_day("p.received_lo")} AS day, {_day("p.received_hi - CASE WHEN p.received_open THEN 1 ELSE 0 END")} AS last_day,
                        {_side("p.served", "p.received_lo")} AS served, {_side("p.cancelled", "p.received_lo")} AS cancelled,
                        concat_ws(' ', {warrants}) AS warrants, o.papers, h.events, row(1{of_facts}) AS facts
                    FROM all_papers p JOIN stays s ON s.row = p.row LEFT JOIN law_of l ON l.agency = s.agency AND l.facility IS NOT DISTINCT FROM s.facility
                    LEFT JOIN others o ON o.row = p.row AND o.n = p.n LEFT JOIN happened h ON h.row = p.row AND h.n = p.n
                    WHERE p.form IN ({", ".join(f"'{d}'" for d in DETAINERS)})))"""
    )


def _day(instant: str) -> str:
    """The local day of an instant of a stay ``s``; null for none and never."""
    return f"(to_timestamp(CASE WHEN abs({instant}) < 1e11 THEN {instant} END) AT TIME ZONE coalesce(s.zone, 'UTC'))::DATE"


def _side(time: str, of: str, *, one: bool = False) -> str:
    """On which side of an instant a recorded time lies: nothing given, never, up to it, after it, or around it (then how far)."""
    low, high = (time, time) if one else (f"{time}_lo", f"{time}_hi")
    return f"CASE WHEN {low} IS NULL THEN '-' WHEN {low} > 1e11 THEN 'n' WHEN {of} IS NULL THEN '?' WHEN {low} > {of} THEN 'a' WHEN {high} <= {of} THEN 'b' ELSE concat({low} - {of}, '/', {high} - {of}) END"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _law_of_places(link: duckdb.DuckDBPyConnection, lawbook: Lawbook) -> set[str]:
    """The table ``law_of``: of each agency and facility, a number for the law about issuing (or what it turns on) that reaches ICE
    and CBP there; and all of that law."""
    places = load_places()
    numbers: dict[tuple[str, ...], int] = {}
    rows: list[tuple[str, str | None, int]] = []
    bound: set[str] = set()
    for found in fetch(link, "SELECT DISTINCT agency, facility FROM stays WHERE agency IS NOT NULL"):
        try:
            sets = places.sets(places.facility(places.agency(found["agency"]), found["facility"]))
        except InputError:
            sets = ()
        reach = tuple(f"{actor} {a.id}" for actor in SENDERS for a in lawbook.binding(actor, sets) if any(n.object == "issue" or n.verb == "declare" for n in a.norms))
        bound |= {r.split()[1] for r in reach}
        rows.append((found["agency"], found["facility"], numbers.setdefault(reach, len(numbers))))
    link.execute("CREATE OR REPLACE TEMP TABLE law_of (agency VARCHAR, facility VARCHAR, law BIGINT)")
    if rows:
        link.execute("INSERT INTO law_of SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BIGINT[])", [list(c) for c in zip(*rows, strict=True)])
    return bound


def _days_of(lawbook: Lawbook, identities: Iterable[str], *, then: bool) -> set[int]:
    """Every day on which something of this law came into force or ended; as known ``then``, also those on which it became known."""
    days: set[int | None] = set()
    for identity in identities:
        authority = lawbook.authorities[identity]
        ends = [lawbook.authorities[e] for e in (authority.in_force.ended_by, authority.known.ended_by) if e is not None and e in lawbook.authorities]
        days |= {t for a in (authority, *ends) for span in ((a.in_force, a.known) if then else (a.in_force,)) for t in (span.start, span.until)}
        days |= {n.start for n in authority.norms}
    return {d for d in days if d is not None}


def _asked(stay: Row, papers: list[Row], events: list[Row], *, lawbook: Lawbook, law_known_at: date | None) -> tuple[str, tuple[str, ...]]:
    """What the sender's policy said, on the first and on the last day on which the detainer may have come."""
    low, high = stay.get("detainer_received_lo"), stay.get("detainer_received_hi")
    if low is None or high is None or abs(low) > 1e11 or abs(high) > 1e11:
        return NO_DAY, ()
    if stay["agency"] is None:
        return OPEN, ()
    last = max(low, high - 1 if stay.get("detainer_received_open") else high)
    days = dict.fromkeys((low, last) if local_date(stay["zone"], low) != local_date(stay["zone"], last) else (low,))
    told = [_on(stay, papers, events, received, lawbook=lawbook, law_known_at=law_known_at) for received in days]
    if len({result for result, _ in told}) == 1:
        return told[0][0], tuple(dict.fromkeys(ref for _, refs in told for ref in refs))
    return OPEN, tuple(sorted({ref for result, refs in told if result == OPEN for ref in refs}))


def _on(stay: Row, papers: list[Row], events: list[Row], received: Instant, *, lawbook: Lawbook, law_known_at: date | None) -> tuple[str, tuple[str, ...]]:
    try:
        # A contradiction elsewhere in the stay takes nothing from what the paper says: only the paper is asked, as it
        # came, whatever the hour of that day was.
        bare = {**stay, "at": received, "left_lo": None, "left_hi": None, "left_state": "present", "bail_refused_lo": None, "bail_refused_hi": None}
        bare |= {"release_due_lo": None, "release_due_hi": None, "has_grounds": False, "booked_lo": None, "booked_hi": None}
        bare |= {"detainer_received_lo": received, "detainer_received_hi": received, "detainer_received_open": False}
        case = read_row(bare, papers, [], events, lawbook=lawbook, law_known_at=law_known_at)
    except InputError:
        return OPEN, ()
    asked = Stay(replace(case, known_at=(law_known_at or local_date(case.zone, received)).toordinal()), Setting(lawbook))
    paper = case.detainers[0]
    actor = SENDERS[paper.issuer == "cbp"]
    regime = asked.regimes.on(actor, case.sets, local_date(case.zone, received).toordinal(), asked.case.known_at, None)
    group = regime.actions.get("issue")
    if group is None:
        return NO_RULE, ()
    moment = asked.moment(received, asked.release_due(received, asked.grounds))
    facts = dict(next((r.facts for r in moment.resolved if r.candidate.paper == paper), moment.resolved[0].facts))
    states = regime.states(facts, [None] * len(regime.limits))
    favor, against = group.resolve(states)
    if favor != against:
        unknown = {f for i, _ in group.forbids if states[i] is None for f in facts_of(regime.applied[i].norm.when) if facts.get(f) is None}
        return OPEN, tuple(sorted(unknown))
    if against != FORBIDDEN:
        return WITHIN, ()
    return AGAINST, tuple(regime.applied[i].norm.ref for i, _ in group.forbids if states[i] is True)
