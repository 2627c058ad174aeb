"""The published table of disagreements: who says what against whom, which stands by which rule, with both sources."""

from __future__ import annotations

import csv
import io
from datetime import date

from dueprocess.registry import Registry
from dueprocess.registry.disputes import KINDS, disagreements
from dueprocess.registry.views import words
from dueprocess.render.registry import view_page

COLUMNS = (
    "actor", "state", "kind", "kind_in_words", "position", "claim", "claimant", "source", "url",
    "other_position", "other_claim", "other_claimant", "other_source", "other_url",
)  # fmt: skip


def disagreement_rows(registry: Registry, *, as_of: date, known_at: date, state: str | None = None) -> list[dict[str, str]]:
    """One row a disagreement that stands on ``as_of``, by state and actor, of one ``state`` only where it is given; the columns are COLUMNS."""
    rows = []
    for d in disagreements(registry, as_of=as_of, known_at=known_at):
        if state is not None and d.state != state:
            continue
        row = {"actor": d.actor, "state": d.state, "kind": d.kind, "kind_in_words": KINDS[d.kind], "position": d.position, "other_position": d.other_position, "claim": d.winner, "other_claim": d.loser}
        for prefix, id in (("", d.winner), ("other_", d.loser)):
            claim = registry.claims.get(id)
            source = registry.sources[claim.source] if claim else None
            row |= {f"{prefix}claimant": words.who_words(claim) if claim else "", f"{prefix}source": words.source_words(source) if source else "", f"{prefix}url": words.link(source.url) if source else ""}
        if d.kind in ("denied", "named-and-denied"):
            row["kind_in_words"] = f"{'' if d.kind == 'denied' else 'named without a policy; '}{words.why_lost(registry, d.loser, 'denied', known_at=known_at)}"
        rows.append({c: row[c] for c in COLUMNS})
    return rows


def disagreements_csv(registry: Registry, *, as_of: date, known_at: date, state: str | None = None) -> str:
    """The table as CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(disagreement_rows(registry, as_of=as_of, known_at=known_at, state=state))
    return out.getvalue()


def disagreements_html(registry: Registry, *, as_of: date, known_at: date, state: str | None = None) -> str:
    """The table as a page."""
    rows = disagreement_rows(registry, as_of=as_of, known_at=known_at, state=state)
    table = [
        [
            registry.actors[r["actor"]].name, r["state"],
            f"{words.POSITIONS[r['position']]}{'; says ' + r['claimant'] if r['claimant'] else ''}", (r["source"], r["url"]),
            f"{words.POSITIONS[r['other_position']] if r['kind'] != 'named-and-denied' else 'names it'}; says {r['other_claimant']}", (r["other_source"], r["other_url"]), r["kind_in_words"],
        ]
        for r in rows
    ]  # fmt: skip
    page = {
        "title": f"Where sources disagree on {as_of.isoformat()}{f', {state}' if state else ''}",
        "lead": [f"{len(rows)} disagreement{'' if len(rows) == 1 else 's'} about what an agency's policy was on that day, as known on {known_at.isoformat()}. A change over time is none."],
        "notice": "Nothing is averaged. What stands by the registry's rules is not thereby true. " + words.WRONG,
        "tables": [{"title": "Disagreements", "text": "", "head": ["Agency", "State", "What stands", "Its source", "Against it", "Its source", "Kind"], "rows": table}],
    }
    return view_page(page)
