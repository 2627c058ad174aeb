"""One stay asked of both evaluators: what ``decide`` says of a case, and what ``batch`` says of the row made of it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from dueprocess.audit.single import first_deciding
from dueprocess.batch import Options, run_batch
from dueprocess.case import read_case
from dueprocess.decide import Setting, Stay
from dueprocess.decide.answer import class_of
from dueprocess.decide.stay import HOLDS, LOCAL, REVIEW
from dueprocess.kernel.errors import ContradictionError
from dueprocess.kernel.instants import MAX_INSTANT, MIN_INSTANT, NEVER, local_date, parse_instant
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.places import PlaceError, load_places
from dueprocess.testing import (
    TODAY,
    CaseDocument,
    LawDocument,
    Source,
    frame,
    lawbook_from,
    shrink,
)
from dueprocess.testing.rows import CaseRows

Found = dict[str, Any]
MEMORY = Options(threads=1)


@lru_cache(maxsize=1)
def shipped() -> Lawbook:
    """The lawbook that ships."""
    return load_lawbook()


@lru_cache(maxsize=1)
def counties() -> tuple[str, ...]:
    """A sheriff for each different body of law that binds some county's jail."""
    places, book = load_places(), shipped()
    found: dict[tuple[str, ...], str] = {}
    for place in places.counties(on=TODAY):
        try:
            agency = places.agency(f"{place.id}/sheriff")
            sets = places.sets(places.facility(agency, None))
        except PlaceError:
            continue
        binding = book.binding(agency.id, sets)
        found.setdefault(tuple(a.id for a in binding if any(n.object == "hold" or n.verb == "declare" for n in a.norms)), agency.id)
    return tuple(found.values())


def of_decide(case: CaseDocument, book: Lawbook) -> Found:
    """The evaluator of one case, in the columns of the results (seconds). Of what contradicts itself, only the class."""
    try:
        read = read_case(case, lawbook=book, places=load_places(), today=TODAY)
        stay = Stay(read, Setting(book))
        stay.check_statements()
    except ContradictionError:
        return {"class": "contradiction", "outcome": None, "deciding_norm": None, "over_least": None}
    at = read.at
    outcome, due = stay.outcome_at(at, stay.grounds), stay.release_due(at, stay.grounds)
    over, undetermined = stay.hours()
    later = None if read.bail_refused == NEVER else stay.hours(with_bail=False)[0]
    told = outcome != LOCAL and due.earliest > MIN_INSTANT and due.latest < MAX_INSTANT
    after = (s.start for s in stay.spans if s.start > at and s.outcome not in HOLDS)
    return {
        "at": at,
        "outcome": outcome,
        "due_lo": due.earliest if told else None,
        "due_hi": due.latest if told else None,
        "hold_until": next(after, None) if outcome in HOLDS else None,
        "over_least": over.earliest,
        "over_most": over.latest,
        "open_least": undetermined.earliest,
        "open_most": undetermined.latest,
        "later_over_least": later.earliest if later else None,
        "later_over_most": later.latest if later else None,
        "class": class_of(stay, over),
        "deciding_norm": None if outcome in (LOCAL, REVIEW) else first_deciding(stay.moment(at, due)),
    }


def of_batch(cases: Iterable[CaseDocument], book: Lawbook, *, known: date | None, inline: bool = False, options: Options = MEMORY) -> list[Found]:
    """The evaluator of many rows, a result for each case in order."""
    rows = CaseRows(book.vocabulary, inline=inline)
    for case in cases:
        rows.add(case)
    folder = Path(tempfile.mkdtemp(prefix="agreement-"))
    try:
        run_batch(rows.write(folder / "prepared"), lawbook=book, law_known_at=known, out=folder / "results.parquet", options=options)
        return read_results(folder / "results.parquet")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read_results(path: Path) -> list[Found]:
    """The rows of a result file as they lie there."""
    import pyarrow.parquet as pq

    return list(pq.read_table(path).to_pylist())


def asked_at(case: CaseDocument, known: date | None) -> CaseDocument:
    """The case asked with the law known on a day; None: on the day of its own moment."""
    places = load_places()
    if known is None:
        zone = str(places.facility(places.agency(case["agency"]), case.get("facility")).zone)
        known = local_date(zone, parse_instant(case["at"], where="at"))
    return {**case, "law_known_at": known.isoformat()}


def apart(one: Found, other: Found) -> dict[str, tuple[Any, Any]]:
    """(decide's, batch's) of each column on which they differ."""
    return {key: (one[key], other[key]) for key in one if one[key] != other[key]}


def assert_agree(
    cases: Sequence[CaseDocument], book: Lawbook, *, known: date | None, inline: bool = False, law: Sequence[LawDocument] | None = None
) -> Counter[str]:
    """Both evaluators say the same of every case; the classes counted. ``law`` are the documents of a made-up lawbook,
    which are made small together with the case where one differs."""
    asked = [asked_at(case, known) for case in cases]
    found = of_batch(asked, book, known=known, inline=inline)
    assert [r["row"] for r in found] == list(range(len(asked)))
    classes: Counter[str] = Counter()
    wrong: list[CaseDocument] = []
    for case, result in zip(asked, found, strict=True):
        expected = of_decide(case, book)
        classes[expected["class"]] += 1
        if apart(expected, result):
            wrong.append(case)
    assert not wrong, f"{len(wrong)} of {len(asked)} differ\n" + _told(wrong[0], book, known=known, inline=inline, law=law)
    return classes


def _told(case: CaseDocument, book: Lawbook, *, known: date | None, inline: bool, law: Sequence[LawDocument] | None) -> str:
    """A small example of the disagreement."""

    def differences(documents: Sequence[LawDocument], one: CaseDocument) -> dict[str, tuple[Any, Any]]:
        under = book if law is None else lawbook_from(documents)
        one = asked_at(one, known)
        return apart(of_decide(one, under), of_batch([one], under, known=known, inline=inline)[0])

    try:
        documents, (small,) = shrink(law or [], [case], lambda d, c: bool(differences(d, c)), seconds=60)
        parts = differences(documents, small)
    except KeyError:  # the rows want a part that was left out
        documents, small, parts = list(law or []), case, differences(law or [], case)
    real = frame()
    lines = [f"(as shipped) {d['id']}" if d in real else json.dumps(d) for d in documents]
    told = [f"{k}: decide {a}, batch {b}" for k, (a, b) in parts.items()]
    return "\n".join([*told, f"known {known}, inline {inline}", "LAW", *lines, "CASE", json.dumps(small)])


STATED = (
    "admin_warrant", "judicial_warrant", "court_order", "removal_order", "judge_probable_cause", "removal_warrant", "hold_requested",
    "detainer_signed", "detainer_served", "detainer_cancelled", "detainer_lodged", "basis_biometric", "detainer_complete",
    "asserts_probable_cause", "request_stands", "basis_final_order", "notice_requested", "box_priority", "service_required",
)  # fmt: skip
"""Facts that papers give, so that a case which states one may contradict its papers."""


def with_statements(source: Source, case: CaseDocument) -> CaseDocument:
    """The case with up to two facts stated of its papers, true or not."""
    found = deepcopy(case)
    for _ in range(source.integer(0, 2)):
        found["facts"][source.choice(STATED)] = source.chance(0.5)
    if source.chance(0.1):
        found["facts"]["detainer_issuer"] = source.choice(("ice", "cbp"))
    if source.chance(0.1):
        found["facts"]["detainer_form"] = source.choice(("i-247", "i-247a"))
    return found

