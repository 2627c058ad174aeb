"""The first stages: a chunk of rows with its times resolved, its grounds as bail ended them, and what contradicts itself.

Everything here follows case/reading.py and case/model.py, which say why; the two are compared on generated rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dueprocess.batch.shape import Shape
from dueprocess.batch.sqltext import HIGH, LOW, bounded, given
from dueprocess.batch.survey import Told

WARRANTS = ("admin_warrant", "removal_warrant", "judicial_warrant")
TIMES_OF_PAPERS = ("detainer_received", "detainer_served", "detainer_cancelled", "bail_refused", *WARRANTS)
"""The recorded times that a plain row (``Shape.plain``) does not have."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One paper that is no detainer: its kind (SQL), receipt, cancellation, whether it is listed, signer, matter."""

    kind: str
    low: str
    high: str
    cancelled_low: str
    cancelled_high: str
    listed: str
    signer: str
    matter: str
    inline: str = ""


def paper_slots(shape: Shape) -> list[Slot]:
    """The warrants in the row itself, then the papers of the side table."""
    found = []
    for name in WARRANTS:
        kind, signer = {"admin_warrant": ("i-200", "immigration_officer"), "removal_warrant": ("i-205", "immigration_officer"), "judicial_warrant": ("judicial_warrant", "judge")}[name]
        found.append(Slot(f"'{kind}'", f"{name}_l", f"{name}_h", "absent_lo", HIGH, f"{name}_listed", f"'{signer}'", "'civil'", name))
    for i in range(1, shape.papers + 1):
        found.append(Slot(f"q{i}_kind", f"q{i}_rec_lo", f"q{i}_rec_hi", f"q{i}_can_lo", f"q{i}_can_hi", f"(q{i}_kind IS NOT NULL)", f"q{i}_signed_by", f"coalesce(q{i}_matter, 'civil')"))
    return found


def pivot_papers(shape: Shape, detainer_kinds: tuple[str, ...]) -> dict[str, str]:
    """Side tables to one row a stay: name of the stage to its SQL. Sources: ``side_papers``, ``side_grounds``."""
    stages: dict[str, str] = {}
    kinds = ", ".join(f"'{k}'" for k in detainer_kinds)
    for prefix, count, condition in (("d", shape.detainers, f"kind IN ({kinds})"), ("q", shape.papers, f"kind NOT IN ({kinds})")):
        if not count:
            continue
        columns = []
        for i in range(1, count + 1):
            for source, target in (("kind", "kind"), ("edition", "edition"), ("signed_by", "signed_by"), ("boxes", "boxes"), ("matter", "matter"), ("issuer", "issuer")):
                columns.append(f"max(CASE WHEN n = {i} THEN {source} END) AS {prefix}{i}_{target}")
            for source, target in (("received", "rec"), ("served", "srv"), ("cancelled", "can")):
                for side in ("lo", "hi"):
                    columns.append(f"max(CASE WHEN n = {i} THEN {source}_{side} END) AS {prefix}{i}_{target}_{side}0")
        stages[f"pivot_{prefix}"] = (
            f"SELECT row AS {prefix}_row, {', '.join(columns)} FROM (SELECT *, row_number() OVER (PARTITION BY row ORDER BY received_lo, received_hi, kind) AS n"
            f" FROM side_papers WHERE {condition}) AS s GROUP BY row"
        )
    if shape.grounds:
        columns = ["count(*) AS g_count"]
        for i in range(1, shape.grounds + 1):
            columns.append(f"max(CASE WHEN n = {i} THEN kind END) AS g{i}_kind")
            for source, target in (("start", "s"), ("end", "e")):
                for side in ("lo", "hi"):
                    columns.append(f'max(CASE WHEN n = {i} THEN {source}_{side} END) AS g{i}_{target}_{side}0')
                columns.append(f"max(CASE WHEN n = {i} AND {source}_open THEN 1 ELSE 0 END) AS g{i}_{target}_open0")
        stages["pivot_g"] = (
            f"SELECT row AS g_row, {', '.join(columns)} FROM (SELECT *, row_number() OVER (PARTITION BY row ORDER BY start_lo, end_lo, kind) AS n"
            " FROM side_grounds) AS s GROUP BY row"
        )
    return stages


def time_layers(shape: Shape, times: Mapping[str, Told]) -> list[dict[str, str]]:
    """The row's own times with what is not given resolved: unknown, or never in a complete record.

    First whether each is given at all (``<name>_ok``), which several columns turn on and an engine works out once.
    ``times`` says how the rows give a time where that is known."""
    complete = "coalesce(record_complete, FALSE)"
    told: dict[str, str] = {"complete": complete, "absent_lo": f"(CASE WHEN {complete} THEN {HIGH} ELSE {LOW} END)", "absent_by": f"(CASE WHEN {complete} THEN 0 ELSE 1 END)"}
    columns = {"source_at": '"at"'}

    def told_of(name: str, low: str, high: str) -> str:
        how = times.get(low.removesuffix("_lo"), Told())
        told[f"{name}_ok"] = how.given_sql(low, high)
        return f"{name}_ok"

    def resolved(names: tuple[str, str], source: tuple[str, str], low: str, high: str = HIGH, *, unless: str = "") -> None:
        """Both bounds: as given, else ``low`` and ``high``; where ``unless`` holds there is nothing at all, and nothing more
        is asked: most rows have no such paper."""
        if shape.plain and source[0].removesuffix("_lo") in TIMES_OF_PAPERS:
            columns.update(dict.fromkeys(names, HIGH))
            return
        ok = times.get(source[0].removesuffix("_lo"), Told()).given_sql(*source) if unless else told_of(names[0], *source)
        for name, column, otherwise in zip(names, source, (low, high), strict=True):
            value = f"WHEN {ok} THEN {column} ELSE {otherwise} END"
            columns[name] = f"CASE WHEN {unless} THEN {HIGH} {value}" if unless else f"CASE {value}"

    def opened(name: str, source: str, ok: str) -> None:
        """1 where the later bound is a midnight that the time does not reach."""
        columns[name] = f"CASE WHEN {source}_open AND {ok} AND {source}_hi < {HIGH} THEN 1 ELSE 0 END"

    resolved(("booked_l", "booked_h"), ("booked_lo", "booked_hi"), LOW)
    opened("booked_o", "booked", "booked_l_ok")
    resolved(("bail_l", "bail_h"), ("bail_refused_lo", "bail_refused_hi"), HIGH)
    if shape.plain:
        columns["bail_o"] = "0"
    else:
        opened("bail_o", "bail_refused", "bail_l_ok")
    for name, source in (("left", "left"), ("due", "release_due")):
        ok = told_of(f"{name}_l", f"{source}_lo", f"{source}_hi")
        how = times.get(source, Told())
        # A time that is never unbounded is known where it is given.
        known = ok if how.below and how.above else f"({ok} AND {source}_lo < {HIGH})"
        columns[f"{name}_l"] = f"CASE WHEN {known} THEN {source}_lo END"
        columns[f"{name}_h"] = f"CASE WHEN {known} THEN {source}_hi END"
    opened("due_o", "release_due", "due_l_ok")
    for name, source, low in (("rec", "received", LOW), ("srv", "served", "absent_lo"), ("can", "cancelled", "absent_lo")):
        resolved((f"d0_{name}_lo", f"d0_{name}_hi"), (f"detainer_{source}_lo", f"detainer_{source}_hi"), low, unless="detainer_form IS NULL")
    for name in WARRANTS:
        told[f"{name}_listed"] = "FALSE" if shape.plain else f"({name}_lo IS NOT NULL AND {name}_lo < {HIGH})"
        resolved((f"{name}_l", f"{name}_h"), (f"{name}_lo", f"{name}_hi"), LOW, unless=f"NOT {name}_listed")
    for prefix, count in (("d", shape.detainers), ("q", shape.papers)):
        for i in range(1, count + 1):
            for name, low in (("rec", LOW), ("srv", "absent_lo"), ("can", "absent_lo")):
                slot = f"{prefix}{i}_{name}"
                resolved((f"{slot}_lo", f"{slot}_hi"), (f"{slot}_lo0", f"{slot}_hi0"), low, unless=f"{prefix}{i}_kind IS NULL")
    return [told, columns]


@dataclass(frozen=True, slots=True)
class GroundSlot:
    """The columns of one ground before bail: ``a{k}_…``; absent slots never begin. Slots after the listed ones are
    grounds that papers add."""

    number: int
    added_by: int | None = None


def ground_slots(shape: Shape) -> list[GroundSlot]:
    """Slot 1 is what ``release_due`` says or the first listed ground; then the listed ones; then those from papers."""
    listed = [GroundSlot(k) for k in range(1, max(1, shape.grounds) + 1)]
    return [*listed, *(GroundSlot(len(listed) + i, added_by=i) for i in range(1, shape.papers + 1))]


def ground_layers(shape: Shape) -> list[dict[str, str]]:
    """Layers of columns ``a{k}_s_lo, _s_hi, _s_o, _e_lo, _e_hi, _e_o, _listed, _charge`` and ``gnone``, with the
    contradictions found on the way (``bad_ground``, ``bad_due``)."""
    listed = "coalesce(g_count, 0)" if shape.grounds else "0"
    first: dict[str, str] = {
        "g_listed": listed,
        "alone_due": f"({listed} = 0 AND due_l IS NOT NULL)",
        "gnone": f"({listed} = 0 AND due_l IS NULL AND NOT coalesce(has_grounds AND release_due_lo IS NULL, FALSE))",
    }
    second: dict[str, str] = {}
    third: dict[str, str] = {}
    for k in range(1, max(1, shape.grounds) + 1):
        has = f"(g_listed >= {k})" if shape.grounds >= k else "FALSE"
        if shape.grounds >= k:
            start_ok, end_ok = given(f"g{k}_s_lo0", f"g{k}_s_hi0"), given(f"g{k}_e_lo0", f"g{k}_e_hi0")
            # A start that nobody knows lies after the booking; an end that nobody knows lies after the start.
            second[f"r{k}_s_lo"] = f"CASE WHEN NOT {has} THEN {HIGH} WHEN {start_ok} THEN g{k}_s_lo0 ELSE booked_l END"
            second[f"r{k}_s_hi"] = f"CASE WHEN NOT {has} THEN {HIGH} WHEN {start_ok} THEN g{k}_s_hi0 ELSE {HIGH} END"
            second[f"r{k}_s_o"] = f"CASE WHEN {has} AND {start_ok} THEN g{k}_s_open0 ELSE 0 END"
            third[f"r{k}_e_lo"] = f"CASE WHEN NOT {has} THEN {HIGH} WHEN {end_ok} THEN g{k}_e_lo0 ELSE r{k}_s_lo END"
            third[f"r{k}_e_hi"] = f"CASE WHEN NOT {has} THEN {HIGH} WHEN {end_ok} THEN g{k}_e_hi0 ELSE {HIGH} END"
            third[f"r{k}_e_o"] = f"CASE WHEN {has} AND {end_ok} AND g{k}_e_hi0 < {HIGH} THEN g{k}_e_open0 ELSE 0 END"
    n = shape.grounds
    fourth: dict[str, str] = {}
    if n:
        last = [f"(g_listed >= {k} AND r{k}_e_hi >= due_l AND r{k}_e_lo <= due_h)" for k in range(1, n + 1)]
        late = " OR ".join(f"(g_listed >= {k} AND r{k}_e_lo > due_h)" for k in range(1, n + 1))
        fourth["last_count"] = " + ".join(f"CASE WHEN {c} THEN 1 ELSE 0 END" for c in last)
        fourth["bad_due"] = f"(g_listed > 0 AND due_l IS NOT NULL AND (({' + '.join(f'CASE WHEN {c} THEN 1 ELSE 0 END' for c in last)}) = 0 OR ({late})))"
        fourth["bad_ground"] = "(" + " OR ".join(f"(g_listed >= {k} AND r{k}_e_hi < r{k}_s_lo)" for k in range(1, n + 1)) + ")"
    else:
        fourth["bad_due"] = fourth["bad_ground"] = "FALSE"
    fifth: dict[str, str] = {}
    for k in range(1, max(1, n) + 1):
        only = k == 1
        until = "due_l IS NOT NULL"
        r = {c: f"r{k}_{c}" for c in ("s_lo", "s_hi", "s_o", "e_lo", "e_hi", "e_o")} if n >= k else {"s_lo": HIGH, "s_hi": HIGH, "s_o": "0", "e_lo": HIGH, "e_hi": HIGH, "e_o": "0"}
        is_last = f"(r{k}_e_hi >= due_l AND r{k}_e_lo <= due_h AND last_count = 1)" if n >= k else "FALSE"
        here = f"g_listed >= {k}"

        def pick(alone: str, listed_sql: str, plain: str, *, k: int = k, only: bool = only, here: str = here, until: str = until) -> str:
            if n < k:
                return f"CASE WHEN alone_due THEN {alone} ELSE {plain} END" if only else plain
            listed_case = f"CASE WHEN {here} AND {until} THEN {listed_sql} ELSE {plain} END"
            return f"CASE WHEN alone_due THEN {alone} ELSE {listed_case} END" if only else listed_case

        fifth[f"a{k}_s_lo"] = pick("booked_l", r["s_lo"], r["s_lo"])
        # Where nobody says when the person was booked, the ground stood for as long as one can look back.
        fifth[f"a{k}_s_hi"] = pick("booked_l", r["s_hi"], r["s_hi"])
        fifth[f"a{k}_s_o"] = pick("0", r["s_o"], r["s_o"])
        fifth[f"a{k}_e_lo"] = pick("due_l", f"CASE WHEN {is_last} THEN greatest({r['e_lo']}, due_l) ELSE {r['e_lo']} END", r["e_lo"])
        fifth[f"a{k}_e_hi"] = pick("due_h", f"least({r['e_hi']}, due_h)", r["e_hi"])
        fifth[f"a{k}_e_o"] = pick(
            "due_o",
            f"CASE WHEN {r['e_hi']} < due_h THEN {r['e_o']} WHEN {r['e_hi']} > due_h THEN due_o ELSE least({r['e_o']}, due_o) END",
            r["e_o"],
        )
        fifth[f"a{k}_listed"] = ("(alone_due OR " if only else "(") + (here if n >= k else "FALSE") + ")"
        fifth[f"a{k}_charge"] = f"({here} AND g{k}_kind = 'charge')" if n >= k else "FALSE"
    for slot in ground_slots(shape):
        if slot.added_by is None:
            continue
        k, q = slot.number, f"q{slot.added_by}"
        adds = f"({q}_kind IN ('judicial_warrant', 'court_order') AND {q}_matter = 'criminal' AND ({q}_signed_by IS NULL OR {q}_signed_by NOT IN ('immigration_officer', 'immigration_judge', 'none')))"
        adds = f"coalesce({adds}, FALSE)"
        fifth[f"a{k}_s_lo"] = f"CASE WHEN {adds} THEN {q}_rec_lo ELSE {HIGH} END"
        fifth[f"a{k}_s_hi"] = f"CASE WHEN {adds} AND {q}_signed_by IS NOT NULL THEN {q}_rec_hi ELSE {HIGH} END"
        fifth[f"a{k}_s_o"] = "0"
        fifth[f"a{k}_e_lo"] = f"CASE WHEN {adds} THEN {q}_can_lo ELSE {HIGH} END"
        fifth[f"a{k}_e_hi"] = f"CASE WHEN {adds} THEN {q}_can_hi ELSE {HIGH} END"
        fifth[f"a{k}_e_o"] = "0"
        fifth[f"a{k}_listed"] = "FALSE"
        fifth[f"a{k}_charge"] = "FALSE"
        fifth[f"a{k}_added"] = adds
    return [first, second, third, fourth, fifth]


def bail_layers(shape: Shape) -> list[dict[str, str]]:
    """The grounds after bail: ``b{k}_…`` with the same columns as ``a{k}_…``."""
    slots = [s.number for s in ground_slots(shape)]
    columns = ("s_lo", "s_hi", "s_o", "e_lo", "e_hi", "e_o")
    if not shape.bail:
        return [{f"b{k}_{c}": f"a{k}_{c}" for k in slots for c in columns}]
    counts = {
        "bail_given": f"(bail_l < {HIGH} AND NOT gnone)",
        "charges": " + ".join(f"CASE WHEN a{k}_charge THEN 1 ELSE 0 END" for k in slots),
        "listed_count": " + ".join(f"CASE WHEN a{k}_listed THEN 1 ELSE 0 END" for k in slots),
    }
    alone = {"bail_alone": "(charges = 1 OR (charges = 0 AND listed_count = 1))"}
    ends: dict[str, str] = {}
    refs: dict[str, str] = {}
    for k in slots:
        refs[f"bailable{k}"] = f"(a{k}_listed AND CASE WHEN charges > 0 THEN a{k}_charge ELSE listed_count = 1 END)"
        # When bail ended a ground; asked only where bail was refused at all, which is rare, so it is no column of its own.
        low = f"(CASE WHEN bail_alone THEN greatest(bail_l, a{k}_s_lo) ELSE bail_l END)"
        high = f"(CASE WHEN bail_alone THEN greatest(bail_h, a{k}_s_hi) ELSE bail_h END)"
        open_ = f"(CASE WHEN NOT bail_alone OR bail_h > a{k}_s_hi THEN bail_o WHEN bail_h < a{k}_s_hi THEN a{k}_s_o ELSE least(bail_o, a{k}_s_o) END)"
        applies = f"(bail_given AND bailable{k} AND a{k}_s_lo <= bail_h)"
        stood = f"(bail_alone OR a{k}_s_hi <= bail_l)"
        for c in ("s_lo", "s_hi", "s_o"):
            ends[f"b{k}_{c}"] = f"a{k}_{c}"
        ends[f"b{k}_e_lo"] = f"CASE WHEN {applies} THEN least(a{k}_e_lo, {low}) ELSE a{k}_e_lo END"
        ends[f"b{k}_e_hi"] = f"CASE WHEN {applies} AND {stood} THEN least(a{k}_e_hi, {high}) ELSE a{k}_e_hi END"
        ends[f"b{k}_e_o"] = (
            f"CASE WHEN NOT bail_given THEN a{k}_e_o WHEN NOT ({applies} AND {stood}) OR a{k}_e_hi < {high} THEN a{k}_e_o"
            f" WHEN a{k}_e_hi > {high} THEN {open_} ELSE least(a{k}_e_o, {open_}) END"
        )
    return [counts, alone, refs, ends]


def one_ground(shape: Shape) -> dict[str, str]:
    """``a0_…`` and ``b0_…``: the grounds of a row that all begin together, as the one that they are in time. Whether any
    stands, and when release was due once none does, is the same of it as of them."""
    count = range(1, shape.grounds + 1)
    found: dict[str, str] = {}
    for p in ("b", "a") if shape.bail else ("b",):
        found |= {f"{p}0_{c}": f"{p}1_{c}" for c in ("s_lo", "s_hi")}
        for c in ("e_lo", "e_hi"):
            found[f"{p}0_{c}"] = _greatest([f"{p}1_{c}", *(f"CASE WHEN g_listed >= {k} THEN {p}{k}_{c} ELSE {LOW} END" for k in count if k > 1)])
        # It is open where each that ends last is.
        found[f"{p}0_e_o"] = _least([f"CASE WHEN g_listed >= {k} AND {p}{k}_e_hi = {found[f'{p}0_e_hi']} THEN {p}{k}_e_o ELSE 1 END" for k in count])
    return found


def moment_layers(shape: Shape) -> list[dict[str, str]]:
    """``moment`` (the instant of the outcome), ``begin``, ``latest_begin``, ``vague`` and ``contradiction``."""
    slots = ground_slots(shape)
    numbers = [s.number for s in slots]
    present = {s.number: f"a{s.number}_listed" if s.added_by is None else f"a{s.number}_added" for s in slots}
    any_present = " OR ".join(present[k] for k in numbers)
    last_end = _greatest([f"CASE WHEN {present[k]} THEN b{k}_e_hi ELSE {LOW} END" for k in numbers])
    fallback = "coalesce(CASE WHEN left_state = 'recorded' THEN left_h END, as_of, CASE WHEN booked_h < " + HIGH + " THEN booked_h END)"
    known_end = f"CASE WHEN NOT ({any_present}) THEN (CASE WHEN NOT gnone AND booked_h < {HIGH} THEN booked_h END) WHEN gnone THEN NULL WHEN {last_end} < {HIGH} THEN {last_end} END"
    first = {"own_end": known_end}
    at = f"CASE WHEN source_at IS NOT NULL THEN source_at WHEN left_state = 'present' AND as_of IS NOT NULL THEN as_of WHEN own_end IS NULL THEN {fallback} WHEN own_end > left_h THEN left_h ELSE own_end END"
    second = {"moment0": at}
    third = {"moment": f"CASE WHEN source_at IS NULL AND {bounded('booked_l')} AND moment0 < booked_l THEN booked_l ELSE moment0 END"}
    starts = [(f"CASE WHEN a{k}_s_hi = {LOW} THEN a{k}_e_lo ELSE a{k}_s_lo END", present[k]) for k in numbers]
    begin = _least([*(f"CASE WHEN {p} AND {bounded(f'({s})')} THEN {s} ELSE {HIGH} END" for s, p in starts), "moment"])
    late = _least(["booked_h", "moment", *(f"CASE WHEN NOT gnone AND NOT {bounded('booked_h')} AND {present[k]} THEN (CASE WHEN a{k}_s_hi = {LOW} THEN a{k}_e_lo ELSE a{k}_s_hi END) ELSE {HIGH} END" for k in numbers)])
    vague = " OR ".join(f"({present[k]} AND (b{k}_s_lo <> b{k}_s_hi OR b{k}_e_lo <> b{k}_e_hi))" for k in numbers)
    vague_a = " OR ".join(f"({present[k]} AND (a{k}_s_lo <> a{k}_s_hi OR a{k}_e_lo <> a{k}_e_hi))" for k in numbers)
    # Grounds that begin at no known time (both bounds far back) still end exactly; nothing there is placed otherwise.
    fourth = {
        "begin": f"CASE WHEN {bounded('booked_l')} THEN booked_l ELSE {begin} END",
        "latest_begin": late,
        "vague": f"({vague})",
        "vague_before_bail": f"({vague_a})",
        "contradiction": _contradictions(shape),
    }
    # Up to here some ground certainly stands, however the times are placed: the person is in local custody.
    calm = _greatest(["begin", *(f"CASE WHEN {present[k]} AND b{k}_s_hi <= begin THEN b{k}_e_lo ELSE begin END" for k in numbers)])
    return [first, second, third, fourth, {"calm": calm}]


def _contradictions(shape: Shape) -> str:
    checks: list[tuple[str, str]] = [
        ("bad_ground", "a ground ends before it begins"),
        ("bad_due", "release_due_at is not when the last ground ends"),
        ("left_h < booked_l", "the person left before they were booked"),
        (f"booked_l > {LOW} AND moment < booked_l", "at is before the booking"),
        ("moment > left_h", "at is after the person left"),
    ]
    listed = [s.number for s in ground_slots(shape) if s.added_by is None]
    if shape.bail:
        checks.append((f"bail_l < {HIGH} AND (bail_h < booked_l OR bail_l > left_h)", "bail was refused outside the stay"))
        early = " OR ".join(f"(bailable{k} AND a{k}_s_lo > bail_h)" for k in listed)
        checks.append((f"bail_l < {HIGH} AND NOT gnone AND bail_alone AND ({early})", "bail was refused before the only ground began that it could have been for"))
    checks.append((" OR ".join(f"(a{k}_listed AND a{k}_s_lo > left_h)" for k in listed), "a ground begins after the person left"))
    checks.append(("left_to IN ('ice', 'community') AND (" + " OR ".join(f"(a{k}_listed AND a{k}_e_lo < {HIGH} AND a{k}_e_lo > left_h)" for k in listed) + ")", "a ground ends after the person left"))
    for i in range(shape.detainers + 1):
        there = "detainer_form IS NOT NULL" if i == 0 else f"d{i}_kind IS NOT NULL"
        for name, column in (("srv", "served_at"), ("can", "cancelled_at")):
            checks.append((f"{there} AND d{i}_{name}_hi < d{i}_rec_lo", f"a paper has {column} before it was received"))
    for i in range(1, shape.papers + 1):
        for name, column in (("srv", "served_at"), ("can", "cancelled_at")):
            checks.append((f"q{i}_kind IS NOT NULL AND q{i}_{name}_hi < q{i}_rec_lo", f"a paper has {column} before it was received"))
    return "CASE " + " ".join(f"WHEN {sql} THEN '{what}'" for sql, what in checks) + " END"


def _greatest(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"greatest({', '.join(parts)})"


def _least(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"least({', '.join(parts)})"
