"""Made-up cases as rows of prepared custody tables, so that one stay can be asked of every evaluator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dueprocess.case.custody import (
    EVENT_COLUMNS,
    EVENT_TIMES,
    FACT_TYPES,
    GROUND_COLUMNS,
    GROUND_TIMES,
    NEVER_AT,
    PAPER_COLUMNS,
    PAPER_TIMES,
    stay_schema,
    time_columns,
)
from dueprocess.case.model import DETAINERS
from dueprocess.kernel.instants import parse_date, parse_instant, parse_time
from dueprocess.places import load_places
from dueprocess.terms import Vocabulary

Row = dict[str, Any]


class CaseRows:
    """Collects cases as rows; ``write`` makes the prepared folder. ``inline`` puts a case's first detainer and its
    plain warrants into the row itself, as an export with one row a stay does."""

    def __init__(self, vocabulary: Vocabulary, *, inline: bool = False) -> None:
        self.vocabulary = vocabulary
        self.inline = inline
        self.stays: list[Row] = []
        self.papers: list[Row] = []
        self.grounds: list[Row] = []
        self.events: list[Row] = []
        self._facts: set[str] = set()
        self._dated: set[str] = set()

    def add(self, case: Mapping[str, Any]) -> int:
        """Add one case file's mapping; its row number. The case must be one that the tables can express."""
        row = len(self.stays)
        places = load_places()
        facility = places.facility(places.agency(case["agency"]), case.get("facility"))
        zone = str(facility.zone)
        custody = case["custody"]
        at = parse_instant(case["at"], where="at")
        stay: Row = {
            "row": row,
            "stay_id": f"{case.get('case') or 'stay'} {row}",
            "source_file": "made-up",
            "source_row": row,
            "agency": case["agency"],
            "facility": case.get("facility"),
            "zone": zone,
            "record_complete": case.get("record_complete", False),
            "at": at,
            "as_of": at,
            "left_state": "present" if custody.get("left_at") in (None, "never") else "recorded",
            "left_to": custody.get("left_to"),
            "has_grounds": custody.get("grounds") is not None or custody.get("release_due_at") is not None,
            "allowance": round(3600 * custody.get("processing_allowance_hours", 0)),
        }
        for name, key in (("booked", "booked_at"), ("left", "left_at"), ("release_due", "release_due_at"), ("bail_refused", "bail_refused_at")):
            if custody.get(key) not in (None, "never"):
                stay |= _time(name, custody[key], zone)
        for ground in custody.get("grounds") or ():
            until = "never" if ground.get("until") == "open" else ground.get("until")
            self.grounds.append({"row": row, "kind": ground["kind"], **_time("start", ground.get("from"), zone), **_time("end", until, zone)})
        for paper in case.get("papers") or ():
            if not (self.inline and self._into_row(stay, paper, zone)):
                times = {k: v for name in PAPER_TIMES for k, v in _time(name, paper.get(f"{name}_at"), zone).items()}
                boxes = None if paper.get("boxes") is None else " ".join(paper["boxes"])
                self.papers.append({"row": row, **{k: paper.get(k) for k in ("kind", "edition", "signed_by", "matter", "issuer")}, "boxes": boxes, **times})
        for event in case.get("events") or ():
            self.events.append({"row": row, "kind": event["kind"], **_time("at", event.get("at"), zone)})
        self._add_facts(stay, case, zone)
        self.stays.append(stay)
        return row

    def _into_row(self, stay: Row, paper: Mapping[str, Any], zone: str) -> bool:
        if paper["kind"] in DETAINERS and "detainer_form" not in stay:
            stay |= {"detainer_form": paper["kind"], "detainer_edition": paper.get("edition"), "detainer_signed_by": paper.get("signed_by"), "detainer_issuer": paper.get("issuer")}
            stay["detainer_boxes"] = None if paper.get("boxes") is None else " ".join(paper["boxes"])
            for name in PAPER_TIMES:
                stay |= _time(f"detainer_{name}", paper.get(f"{name}_at"), zone)
            return True
        return False

    def _add_facts(self, stay: Row, case: Mapping[str, Any], zone: str) -> None:
        for name, value in (case.get("facts") or {}).items():
            self._facts.add(name)
            fact = self.vocabulary.facts[name]
            if isinstance(value, list):
                first, second = value
                self._dated.add(name)
                start = second["from"]
                stay[f"f_{name}"] = fact.read(first["value"], where=name)
                stay[f"f_{name}_then"] = fact.read(second["value"], where=name)
                stay[f"f_{name}_from"] = parse_instant(start, where=name) if len(start) > 10 else parse_time(start, zone_name=zone, where=name).earliest
            else:
                stay[f"f_{name}"] = fact.read(value, where=name)
        determined = (case.get("determined") or {}).get("probable_cause")
        if determined:
            stay["determined_probable_cause"] = determined["value"]
            at = determined["at"]
            stay["determined_probable_cause_at"] = parse_instant(at, where="at") if len(at) > 10 else parse_date(at, where="at")

    def write(self, folder: Path) -> Path:
        """The prepared folder."""
        folder.mkdir(parents=True, exist_ok=True)
        facts: dict[str, str] = {}
        for name in sorted(self._facts):
            kind = FACT_TYPES[self.vocabulary.facts[name].type]
            facts[f"f_{name}"] = kind
            if name in self._dated:
                facts |= {f"f_{name}_then": kind, f"f_{name}_from": "BIGINT"}
        extra = {"determined_probable_cause": "BOOLEAN", "determined_probable_cause_at": "BIGINT"}
        write_table(folder / "stays.parquet", {**stay_schema(), **facts, **extra}, self.stays)
        write_table(folder / "papers.parquet", {**PAPER_COLUMNS, **time_columns(PAPER_TIMES)}, self.papers)
        write_table(folder / "grounds.parquet", {**GROUND_COLUMNS, **time_columns(GROUND_TIMES)}, self.grounds)
        write_table(folder / "events.parquet", {**EVENT_COLUMNS, **time_columns(EVENT_TIMES)}, self.events)
        return folder


def write_table(path: Path, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as a Parquet file with the given columns; what a row lacks is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "DOUBLE": pa.float64(), "DATE": pa.date32()}
    kept = list(rows)
    pq.write_table(pa.table({name: pa.array([r.get(name) for r in kept], type=types[kind]) for name, kind in columns.items()}), path)


def _time(name: str, value: Any, zone: str) -> Row:
    if value is None:
        return {}
    if value == "never":
        return {f"{name}_lo": NEVER_AT, f"{name}_hi": NEVER_AT, f"{name}_open": False}
    time = parse_time(value, zone_name=zone, where=name)
    return {f"{name}_lo": time.earliest, f"{name}_hi": time.latest, f"{name}_open": time.open_end}
