"""Detainers against the policy that their own sender was under on the day: ICE's memoranda, or CBP's.

Detainers that are alike in all that such a policy can turn on share one answer, so that millions cost a few hundred.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.audit.numbers import Table, fetch
from dueprocess.audit.single import read_row, read_rows
from dueprocess.decide.regime import FORBIDDEN
from dueprocess.decide.stay import Setting, Stay
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import local_date
from dueprocess.law import Lawbook
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
    SKIPPED: "Not examined: of stays with further papers only the first 20,000 are",
}
"""What can be said of a detainer, in the order of the report."""

MOST_ALONE = 20_000
"""Stays with further papers are asked about one by one; so many and no more."""


def issuance(link: duckdb.DuckDBPyConnection, prepared: Path, *, lawbook: Lawbook, law_known_at: date | None) -> dict[str, Any]:
    """How many detainers the sender's own policy forbade: by result, by form, by norm.

    ``link`` has the views of ``numbers.opened``. The first-listed detainer of each stay is asked about, as in a decision.
    ``norms`` counts the norms that forbade, ``wanted`` the facts that kept the rest open; one detainer may count in several.
    """
    groups = _groups(link, prepared, lawbook)
    alone = [g["row"] for g in groups if g["alone"]]
    skipped = set(alone[MOST_ALONE:])
    sample = {g["row"] for g in groups} - skipped
    answers: dict[int, tuple[str, tuple[str, ...]]] = {}
    for stay, papers, grounds, events, _ in read_rows(prepared, rows=sample):
        answers[stay["row"]] = _asked(stay, papers, grounds, events, lawbook=lawbook, law_known_at=law_known_at)
    answers |= dict.fromkeys(skipped, (SKIPPED, ()))
    results = dict.fromkeys(LABELS, 0)
    forms: dict[str, dict[str, int]] = {}
    years: dict[int, dict[str, int]] = {}
    norms: dict[str, int] = {}
    wanted: dict[str, int] = {}
    for group in groups:
        result, refs = answers[group["row"]]
        for place in (results, forms.setdefault(group["form"], dict.fromkeys(LABELS, 0)), years.setdefault(group["year"], dict.fromkeys(LABELS, 0))):
            place[result] += group["n"]
        counted = norms if result == AGAINST else wanted
        for ref in refs:
            counted[ref] = counted.get(ref, 0) + group["n"]
    return {
        "detainers": sum(results.values()),
        "results": results,
        "forms": dict(sorted(forms.items())),
        "years": dict(sorted((y, v) for y, v in years.items() if y)),
        "norms": dict(sorted(norms.items(), key=lambda i: (-i[1], i[0]))),
        "wanted": dict(sorted(wanted.items(), key=lambda i: (-i[1], i[0]))),
    }


def _groups(link: duckdb.DuckDBPyConnection, prepared: Path, lawbook: Lawbook) -> Table:
    """Each set of like detainers: one row of it, their number, form and year."""
    columns = {r["column_name"] for r in fetch(link, "DESCRIBE stays")}
    norms = [n for a in lawbook.authorities.values() for n in a.norms if n.object == "issue"]
    facts = sorted({c for n in norms for f in facts_of(n.when) for c in columns if c in (f"f_{f}", f"f_{f}_from", f"f_{f}_then")})
    days = sorted({d for a in lawbook.authorities.values() if any(n.object == "issue" for n in a.norms) for d in (a.in_force.start, a.in_force.until, a.known.start) if d})
    era = " + ".join(f"(received >= DATE '{date.fromordinal(d).isoformat()}')::INT" for d in days) or "0"
    warrants = ", ".join(f"CASE WHEN {w}_lo IS NULL THEN 0 WHEN abs({w}_lo) > 1e11 THEN 1 WHEN {w}_lo <= detainer_received_lo THEN 2 ELSE 3 END AS {w}" for w in ("admin_warrant", "removal_warrant", "judicial_warrant"))
    # Facts that change within a stay are compared with the day of receipt by the evaluator: such rows stand alone.
    changing = [c for c in facts if c.endswith("_from")]
    alone = " OR ".join(["row IN (SELECT row FROM more)", *(f'"{c}" IS NOT NULL' for c in changing)])
    link.read_parquet(str(prepared / "papers.parquet")).create_view("more_papers", replace=True)
    link.execute("CREATE OR REPLACE TEMP VIEW more AS SELECT DISTINCT row FROM more_papers")
    plain = "".join(f', "{c}"' for c in facts)
    return fetch(
        link,
        f"""
        WITH d AS (
            SELECT *, (to_timestamp(CASE WHEN abs(detainer_received_lo) < 1e11 THEN detainer_received_lo END) AT TIME ZONE coalesce(zone, 'UTC'))::DATE AS received,
                   {warrants.replace(" AS ", " AS w_")}, CASE WHEN {alone} THEN row END AS alone
            FROM stays WHERE detainer_form IS NOT NULL)
        SELECT min(row) AS row, count(*) AS n, detainer_form AS form, year(received) AS year, alone IS NOT NULL AS alone
        FROM d GROUP BY detainer_form, detainer_edition, detainer_signed_by, detainer_boxes, detainer_issuer, record_complete, agency,
            {era}, year(received), w_admin_warrant, w_removal_warrant, w_judicial_warrant, alone{plain}
        ORDER BY 1
        """,
    )


def _asked(stay: dict[str, Any], papers: list[Any], grounds: list[Any], events: list[Any], *, lawbook: Lawbook, law_known_at: date | None) -> tuple[str, tuple[str, ...]]:
    received = stay.get("detainer_received_lo")
    if received is None or abs(received) > 1e11:
        return NO_DAY, ()
    if stay["agency"] is None:
        return OPEN, ()
    try:
        # A contradiction elsewhere in the stay takes nothing from what the paper says: only the paper is asked.
        bare = {**stay, "at": received, "left_lo": None, "left_hi": None, "left_state": "present", "bail_refused_lo": None, "bail_refused_hi": None}
        bare |= {"release_due_lo": None, "release_due_hi": None, "has_grounds": False, "booked_lo": None, "booked_hi": None}
        case = read_row(bare, papers, [], events, lawbook=lawbook, law_known_at=law_known_at)
    except InputError:
        return OPEN, ()
    asked = Stay(replace(case, known_at=(law_known_at or local_date(case.zone, received)).toordinal()), Setting(lawbook))
    paper = case.detainers[0]
    actor = "us/cbp" if paper.issuer == "cbp" else "us/ice"
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
