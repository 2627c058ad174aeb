"""A release of the registry: dated, citable, the same bytes for the same registry, days and program.

Each table as CSV and as Parquet, all of them as one JSON, the codebook, what to cite, what is missing, and the hashes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import dueprocess
from dueprocess.kernel.errors import InputError
from dueprocess.registry import Actor, Claim, CountClaim, Registry, Source, View, days
from dueprocess.registry.counts import Beside, count, definitions
from dueprocess.registry.importing import Logged
from dueprocess.registry.views.codebook import COLUMNS, TABLES, VALUES
from dueprocess.registry.views.curve import curve_rows
from dueprocess.registry.views.disagree import disagreement_rows

FORMAT = "dueprocess-registry-release-1"
SUMS = "SHA256SUMS"
MISSING = (
    "Agencies of which no gathered source speaks: they are in no table, and that is not to say that they have no policy.",
    "Agencies that hold as a matter of course and were never written about.",
    "The texts of most policies: claims rest on news, reports and lists, and few captures are kept.",
    "The end of most policies: a position stands until a source says otherwise, so read confirmed_on with it.",
    "Practice: what jails do is in their records, not here.",
)

Rows = list[dict[str, str]]


def release_tables(registry: Registry, *, as_of: date, known_at: date) -> dict[str, Rows]:
    """The tables of a release by name; every cell is a text, lists are separated by a semicolon."""
    known = known_at.toordinal()
    claims = [c for c in registry.claims.values() if c.known <= known]
    counts = [c for c in registry.counts if c.source not in registry.sources or not (day := registry.sources[c.source].date) or days(day)[1] <= known]
    actors = [registry.actors[i] for i in sorted({c.actor for c in claims})]
    told_of = {a.id for a in actors}
    sources = [registry.sources[i] for i in sorted({c.source for c in claims} | {c.source for c in counts}) if i in registry.sources]
    return {
        "actors": [_record(Actor, a) for a in actors],
        "names": [{"actor": a.id, "name": n.name, "first_seen": n.first_seen, "last_seen": n.last_seen} for a in actors for n in a.names],
        "sources": [_record(Source, s) for s in sources],
        "claims": [_record(Claim, c) for c in claims],
        "counts": [_record(CountClaim, c) for c in counts],
        "views": [_view(registry, v) for _, v in sorted(registry.views(as_of=as_of, known_at=known_at).items())],
        "spans": [
            {"start": s.start.isoformat(), "until": s.until.isoformat() if s.until else "", **_view(registry, s.view)}
            for _, spans in sorted(registry.arbitrate(known_at=known_at).items()) for s in spans
        ],
        "disagreements": disagreement_rows(registry, as_of=as_of, known_at=known_at),
        "comparisons": _comparisons(registry, known_at=known_at, published=frozenset(c.id for c in counts)),
        "matching": [_record(Logged, one) for one in registry.log if not one.actor or one.actor in told_of],
        "curve": [{k: str(v) for k, v in r.items()} for r in curve_rows(registry, as_of=as_of, known_at=known_at)],
    }  # fmt: skip


def _comparisons(registry: Registry, *, known_at: date, published: frozenset[str]) -> Rows:
    """Ours beside each published count of a definition, with the entries that only one of the two has where a list exists."""
    rows = []
    for id, definition in definitions().items():
        ours = count(registry, definition, known_at=known_at)
        only = [r.key for r in ours.rows if r.in_list is False and r.status == "certain"]
        told: dict[str, Any] = {
            "definition": id, "title": definition.title, "unit": definition.unit, "ours": ours.certain, "ours_possible": ours.possible, "states": len(ours.states),
            "listed": ours.listed, "ours_only": tuple(only), "list_only": tuple(ours.only_in_list), "missing": " ".join(definition.missing),
        }  # fmt: skip
        known: list[Beside | None] = [b for b in ours.beside if b.id in published]
        for b in known or [None]:
            beside: dict[str, Any] = {} if b is None else {"count": b.id, "value": b.value, "count_unit": b.unit, "difference": b.difference, "inexact": b.inexact}
            rows.append({c: _cell({**told, **beside}.get(c)) for c in COLUMNS["comparisons"]})
    return rows


def write_release(registry: Registry, out: Path, *, as_of: date, known_at: date) -> dict[str, Any]:
    """Write the release into ``out``, a new or empty folder or an earlier release; gives what the JSON's head says.

    Raises:
        InputError: the folder holds something else, or cannot be written.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / SUMS).is_file())):
        raise InputError("it is there already, and is no earlier release", where=str(out), do="name a new folder")
    tables = release_tables(registry, as_of=as_of, known_at=known_at)
    texts = {f"{name}.csv": _csv(list(COLUMNS[name]), rows) for name, rows in tables.items()}
    digest = hashlib.sha256("".join(f"{n}\0{texts[n]}\0" for n in sorted(texts)).encode()).hexdigest()
    head = {
        "format": FORMAT, "version": f"{as_of.isoformat()}+{digest[:12]}", "as_of": as_of.isoformat(), "known_at": known_at.isoformat(),
        "program": f"dueprocess {dueprocess.__version__}", "rows": {n: len(r) for n, r in tables.items()},
    }  # fmt: skip
    texts["codebook.csv"] = _csv(["table", "column", "value", "meaning"], _codebook())
    texts["registry.json"] = json.dumps({**head, "tables": tables}, ensure_ascii=False, indent=1) + "\n"
    texts["CITATION.cff"] = _citation(head)
    texts["README.md"] = _readme(head, tables)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_bytes(text.encode())
        for name, rows in tables.items():
            _parquet(out / f"{name}.parquet", list(COLUMNS[name]), rows)
        names = sorted([*texts, *(f"{n}.parquet" for n in tables)])
        sums = "".join(f"{hashlib.sha256((out / n).read_bytes()).hexdigest()}  {n}\n" for n in names)
        (out / SUMS).write_bytes(sums.encode())
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(out), do="name a folder that you may write to") from None
    return head


def _record(kind: type, value: Any) -> dict[str, str]:
    return {f.name: _cell(getattr(value, f.name)) for f in fields(kind) if not (kind is Actor and f.name == "names")}


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _view(registry: Registry, view: View) -> dict[str, str]:
    actor = registry.actors[view.actor]
    values: dict[str, Any] = {
        "actor": view.actor, "state": actor.state, "fips": actor.fips, "position": view.position, "side": view.side, "rule": view.rule, "claim": view.claim,
        "accepts": view.accepts, "certain": view.certain, "contested": view.contested, "maybe": view.maybe, "support": view.support,
        "losing": tuple(f"{i}:{r}" for i, r in view.losing), "confirmed_on": view.confirmed_on, "practice": view.practice, "listings": view.listings, "agreements": view.agreements,
    }  # fmt: skip
    return {k: _cell(v) for k, v in values.items()}


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _parquet(path: Path, columns: Sequence[str], rows: Rows) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({c: pa.array([r[c] for r in rows], pa.string()) for c in columns})
    pq.write_table(table, path, compression="zstd")


def _codebook() -> Rows:
    rows = []
    for table, what in TABLES.items():
        rows.append({"table": table, "column": "", "value": "", "meaning": what})
        for column, meaning in COLUMNS[table].items():
            rows.append({"table": table, "column": column, "value": "", "meaning": meaning})
            rows += [{"table": table, "column": column, "value": v, "meaning": m} for v, m in VALUES.get((table, column), {}).items()]
    return rows


def _citation(head: Mapping[str, Any]) -> str:
    return (
        "cff-version: 1.2.0\n"
        "message: Cite this release by its version; it names the day and the content.\n"
        "type: dataset\n"
        f"title: Policies of local agencies on immigration detainers, as of {head['as_of']}\n"
        f"version: \"{head['version']}\"\n"
        f"date-released: \"{head['known_at']}\"\n"
        "authors:\n  - name: The dueprocess contributors\n"
        f"abstract: Claims about the detainer policies of agencies in the United States, each with its source, as known on {head['known_at']}, and what stated rules make of them.\n"
    )


def _readme(head: Mapping[str, Any], tables: Mapping[str, Rows]) -> str:
    terms = Counter(s["license"] for s in tables["sources"])
    lines = [
        f"# Policies on immigration detainers, as of {head['as_of']}", "",
        f"Version {head['version']}, as known on {head['known_at']}, made by {head['program']}. Cite it as `CITATION.cff` says.", "",
        "A claim is what a source says about an agency, not what is so. `views` is what the registry's stated rules make of the claims on the day; `disagreements` is where claims contradict each other. `unknown` is a position. None of this is legal advice, and a policy on paper is not what a jail does.", "",
        "| file | rows | what |", "| --- | --- | --- |",
        *(f"| `{n}.csv`, `{n}.parquet` | {len(tables[n]):,} | {what} |" for n, what in TABLES.items()),
        "| `registry.json` | | All of these tables, with the version. |", "| `codebook.csv` | | Each table, column and closed value in words. |", f"| `{SUMS}` | | The SHA-256 of each file. |", "",
        "All cells are texts; an empty one says that it is not known, never \"no\". Ids are stable: a claim keeps its id from release to release.", "",
        "## Terms", "",
        *(f"- {n:,} source{'' if n == 1 else 's'}: {t}." for t, n in sorted(terms.items())), "",
        "## What is missing", "", *(f"- {m}" for m in MISSING), "",
    ]  # fmt: skip
    return "\n".join(lines)
