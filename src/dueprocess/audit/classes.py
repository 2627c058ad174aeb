"""Class definitions: which stays of an audit belong to a class, by person, with what each membership rests on.

A definition file is described in docs/reference/class-definition.md. Its conditions are the lawbook's own small subset of
SQL, over the columns that ``columns`` lists, in three-valued logic: a stay of which it cannot be told is no member, and is
counted apart as undecided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.case.custody import LEFT_STATES, NEVER_AT
from dueprocess.case.model import DETAINERS
from dueprocess.case.reading import LEFT_TO, SIGNERS
from dueprocess.kernel.canonical import content_hash
from dueprocess.kernel.errors import InputError, LawError, nearest, shown
from dueprocess.kernel.instants import iso, parse_date
from dueprocess.kernel.yamlread import Document, Path_, read
from dueprocess.terms import Vocabulary
from dueprocess.terms.grammar import parse_condition
from dueprocess.terms.tree import TRUE, Tree, text
from dueprocess.terms.vocabulary import Fact

if TYPE_CHECKING:
    import duckdb

KEYS = ("class", "because", "condition", "period", "agencies", "minimum_hours", "hours", "after_allowance", "exclude")
PERIOD_KEYS = ("from", "until", "by")
PERIOD_BY = ("release_due", "booked", "left", "detainer_received")
CLASSES = ("certain", "possible", "no", "contradiction", "unknown")
OUTCOMES = ("local_custody", "release", "review", "may_hold", "must_hold")
NONE = "none"
"""What a column says that is empty because there is nothing, not because it is unknown: no detainer listed, no norm that decides."""

_WARRANTS = {"admin_warrant": "i-200", "removal_warrant": "i-205", "judicial_warrant": "judicial_warrant"}
"""Own column -> the kind of paper in the table of papers."""


class _AnyText(tuple[str, ...]):
    """The values of a column that has no closed list: every text is one."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str)


@dataclass(frozen=True, slots=True)
class Definition:
    """A class. ``condition`` and ``exclude`` are trees over ``columns``; days are local, ``until`` the first day out."""

    name: str
    because: str
    condition: Tree
    start: date | None
    until: date | None
    by: str
    agencies: tuple[str, ...]
    """Places or agencies whose stays count; empty: all."""
    minimum_hours: float
    hours: str
    """``least`` or ``most``."""
    after_allowance: bool
    exclude: tuple[tuple[Tree, str], ...]
    """Conditions that keep a stay out, each with its reason."""
    hash: str

    @property
    def slug(self) -> str:
        """The name as a file is called."""
        return "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in self.name.lower()).split())[:60] or "class"


def columns(vocabulary: Vocabulary, present: Sequence[str]) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """What a condition may name: the type, the SQL, and the values of an enumeration.

    ``present`` are the columns of the stays' table; a fact that the file lacks may not be named. Columns kept only to
    break results down (``by_…``) and anything about a person's origin are never among them.
    """
    found: dict[str, tuple[str, str, tuple[str, ...]]] = {
        "class": ("one_of", "r.class", CLASSES),
        "outcome": ("one_of", "coalesce(r.outcome, 'none')", (*OUTCOMES, NONE)),
        "open_because": ("one_of", "coalesce(r.open_because, 'none')", ("fact", "law", "duty", NONE)),
        "deciding_norm": ("one_of", "coalesce(r.deciding_norm, 'none')", _AnyText()),
        "agency": ("one_of", "s.agency", _AnyText()),
        "left_state": ("one_of", "s.left_state", LEFT_STATES),
        "left_to": ("one_of", "s.left_to", LEFT_TO),
        "detainer_form": ("one_of", "coalesce(s.detainer_form, 'none')", (*DETAINERS, NONE)),
        "detainer_edition": ("one_of", "s.detainer_edition", _AnyText()),
        "detainer_signed_by": ("one_of", "s.detainer_signed_by", SIGNERS),
        "detainer_issuer": ("one_of", "s.detainer_issuer", ("ice", "cbp")),
        "record_complete": ("boolean", "s.record_complete", ()),
        "bail_was_refused": ("boolean", "(r.later_over_least IS NOT NULL)", ()),
        "has_person": ("boolean", "(s.person IS NOT NULL)", ()),
    }
    for name in ("over", "open", "later_over"):
        label = {"over": "hours", "open": "open_hours", "later_over": "later_hours"}[name]
        for end in ("least", "most"):
            found[f"{label}_{end}"] = ("number", f"(r.{name}_{end} / 3600)", ())
    for end in ("least", "most"):
        found[f"hours_after_allowance_{end}"] = ("number", f"(greatest(0, r.over_{end} - coalesce(s.allowance, 0)) / 3600)", ())
    for name in PERIOD_BY:
        first, last = _days(name)
        found[f"{name}_on"] = ("date", f"(CASE WHEN {first} = {last} THEN {first} END)", ())
    for name, kind in _WARRANTS.items():
        # A fact is stated of the packet: that an officer's warrant came does not say which of the two forms.
        stated = f'WHEN s."f_{name}" IS NOT NULL THEN s."f_{name}"' if f"f_{name}" in present and f"f_{name}_from" not in present and name != "admin_warrant" else ""
        found[f"has_{name}"] = ("boolean", f"(CASE WHEN s.{name}_lo IS NOT NULL THEN s.{name}_lo < {NEVER_AT} WHEN list_contains(s.listed, '{kind}') THEN TRUE {stated} WHEN s.record_complete THEN FALSE END)", ())
    for fact in vocabulary.facts.values():
        if fact.box and fact.name not in found:
            found[fact.name] = ("boolean", f"(CASE WHEN s.detainer_boxes IS NULL THEN NULL ELSE list_contains(string_split(s.detainer_boxes, ' '), '{fact.box}') END)", ())
        elif f"f_{fact.name}" in present and fact.name not in found:
            column = f's."f_{fact.name}"'
            if f"f_{fact.name}_from" in present:
                # What changed during the stay is neither yes nor no of the stay as a whole.
                column = f'(CASE WHEN s."f_{fact.name}_from" IS NULL OR {column} IS NOT DISTINCT FROM s."f_{fact.name}_then" THEN {column} END)'
            found[fact.name] = (fact.type, column, fact.values)
    return found


def _days(name: str) -> tuple[str, str]:
    """The first and last local day of a recorded time, as SQL; null where there is none."""
    def local(instant: str) -> str:
        return f"CAST(timezone(s.zone, to_timestamp({instant})) AS DATE)"

    known = f"s.{name}_lo IS NOT NULL AND abs(s.{name}_lo) < {NEVER_AT} AND abs(s.{name}_hi) < {NEVER_AT}"
    last = f"CASE WHEN s.{name}_open THEN s.{name}_hi - 1 ELSE s.{name}_hi END"
    return f"(CASE WHEN {known} THEN {local(f's.{name}_lo')} END)", f"(CASE WHEN {known} THEN {local(last)} END)"


# -- reading --------------------------------------------------------------------------------------------


def read_definition(path: Path, *, vocabulary: Vocabulary, present: Sequence[str]) -> Definition:
    """The class in a file. Raises InputError or LawError with file, line, reason and what to write instead."""
    document = read(path)
    raw = document.value
    if not isinstance(raw, dict):
        raise InputError("the file holds no mapping", where=document.name, do="write class: and condition:")
    _known(document, raw, (), KEYS)
    name = raw.get("class")
    if not isinstance(name, str) or not name.strip() or len(name) > 120:
        raise InputError("a class without a short name", where=document.where(("class",)), do="write class: and a few words")
    words = _vocabulary(vocabulary, present)
    if "condition" not in raw:
        raise InputError("[condition] is missing", where=document.name, do="write condition: class = 'certain'")
    start, until, by = _period(document, raw.get("period"))
    hours = raw.get("hours", "least")
    if hours not in ("least", "most"):
        raise InputError(f"[{shown(hours)}] is neither least nor most", where=document.where(("hours",)), do=nearest(hours, ("least", "most")) or "write hours: least")
    minimum = raw.get("minimum_hours", 0)
    if isinstance(minimum, bool) or not isinstance(minimum, (int, float)) or minimum < 0:
        raise InputError(f"[{shown(minimum)}] is no number of hours", where=document.where(("minimum_hours",)), do="write minimum_hours: 1")
    after = raw.get("after_allowance", False)
    if not isinstance(after, bool):
        raise InputError(f"[{shown(after)}] is neither true nor false", where=document.where(("after_allowance",)), do="write true or false")
    return Definition(
        name=" ".join(name.split()),
        because=" ".join(str(raw.get("because") or "").split()),
        condition=_condition(document, raw["condition"], ("condition",), words),
        start=start,
        until=until,
        by=by,
        agencies=_agencies(document, raw.get("agencies")),
        minimum_hours=float(minimum),
        hours=hours,
        after_allowance=after,
        exclude=_exclusions(document, raw.get("exclude"), words),
        hash=content_hash(raw),
    )


def _known(document: Document, raw: Mapping[str, Any], path: Path_, keys: Sequence[str]) -> None:
    for key in raw:
        if key not in keys:
            raise InputError(f"[{shown(key)}] is no key here", where=document.where((*path, key)), do=nearest(key, keys) or f"one of {', '.join(keys)}")


def _vocabulary(vocabulary: Vocabulary, present: Sequence[str]) -> Vocabulary:
    """The columns as a vocabulary, so that the lawbook's grammar reads and refuses conditions over them."""
    facts = {
        name: Fact(name, kind, "agency_record", name, name, "paper", values) for name, (kind, _, values) in columns(vocabulary, present).items()
    }
    return Vocabulary(facts, {}, {}, vocabulary.refused_names, {})


def _condition(document: Document, value: Any, path: Path_, words: Vocabulary) -> Tree:
    try:
        return parse_condition(value, vocabulary=words, where=document.where(path))
    except LawError as error:
        do = error.do.replace("see lawbook/facts.yaml", "see docs/reference/class-definition.md for the columns")
        raise InputError(error.what.replace("is no known fact", "is no column of this audit"), where=error.where, do=do) from None


def _period(document: Document, value: Any) -> tuple[date | None, date | None, str]:
    if value is None:
        return None, None, PERIOD_BY[0]
    if not isinstance(value, dict):
        raise InputError("[period] is no mapping", where=document.where(("period",)), do='write period: {from: "2014-01-01", until: "2015-01-01"}')
    _known(document, value, ("period",), PERIOD_KEYS)
    days = [parse_date(value[k], where=document.where(("period", k))) if value.get(k) is not None else None for k in ("from", "until")]
    if days[0] and days[1] and days[1] <= days[0]:
        raise InputError("[until] is not after [from]", where=document.where(("period", "until")), do="until is the first day out")
    by = value.get("by", PERIOD_BY[0])
    if by not in PERIOD_BY:
        raise InputError(f"[{shown(by)}] is no time of a stay", where=document.where(("period", "by")), do=nearest(by, PERIOD_BY) or f"one of {', '.join(PERIOD_BY)}")
    return days[0], days[1], by


def _agencies(document: Document, value: Any) -> tuple[str, ...]:
    from dueprocess.places import PlaceError, load_places

    if value is None:
        return ()
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise InputError("[agencies] is no list", where=document.where(("agencies",)), do="write agencies: [us/or/clackamas-county]")
    places = load_places()
    found = []
    for index, path in enumerate(value):
        try:
            found.append(places.place(path).id)
        except PlaceError as error:
            try:
                found.append(places.agency(path).id)
            except PlaceError:
                raise InputError(error.what, where=document.where(("agencies", index)), do=error.do) from None
    return tuple(found)


def _exclusions(document: Document, value: Any, words: Vocabulary) -> tuple[tuple[Tree, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InputError("[exclude] is no list", where=document.where(("exclude",)), do="write exclude: [{condition: …, because: …}]")
    found = []
    for index, item in enumerate(value):
        path: Path_ = ("exclude", index)
        if not isinstance(item, dict) or not isinstance(item.get("because"), str) or "condition" not in item:
            raise InputError("an exclusion without [condition] or [because]", where=document.where(path), do="say what keeps a stay out, and why")
        _known(document, item, path, ("condition", "because"))
        found.append((_condition(document, item["condition"], (*path, "condition"), words), " ".join(item["because"].split())))
    return tuple(found)


# -- members --------------------------------------------------------------------------------------------


class Members:
    """The members of a class in one audit. Use as a context manager: it holds the tables open.

    ``tests`` are the criteria in order, each with its words; a stay fails at the first that is not true.
    """

    def __init__(self, definition: Definition, *, prepared: Path, results: Path, vocabulary: Vocabulary) -> None:
        import duckdb

        self.definition = definition
        self.connection = duckdb.connect()
        self.connection.read_parquet(str(prepared / "stays.parquet")).create_view("stays")
        self.connection.read_parquet(str(prepared / "papers.parquet")).create_view("papers")
        self.connection.execute('CREATE VIEW s AS SELECT t.*, p.listed FROM stays t LEFT JOIN (SELECT "row", list(DISTINCT kind) AS listed FROM papers GROUP BY "row") p USING ("row")')
        self.connection.read_parquet(str(results)).create_view("r")
        self.columns = columns(vocabulary, _present(self.connection))
        self.tests = self._tests()
        self._fill()

    def __enter__(self) -> Members:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _tests(self) -> list[tuple[str, str]]:
        d = self.definition
        found: list[tuple[str, str]] = []
        if d.agencies:
            tests = " OR ".join(f"s.agency = {_text(a)} OR starts_with(s.agency, {_text(a + '/')})" for a in d.agencies)
            found.append((f"of {', '.join(d.agencies)}", f"({tests})"))
        if d.start or d.until:
            first, last = _days(d.by)
            after = f"{last} >= DATE '{d.start}'" if d.start else "TRUE"
            before = f"{first} < DATE '{d.until}'" if d.until else "TRUE"
            sure = " AND ".join([f"{first} >= DATE '{d.start}'" if d.start else "TRUE", f"{last} < DATE '{d.until}'" if d.until else "TRUE"])
            words = f"{d.by} from {d.start or 'the beginning'} until {d.until or 'the end'}"
            found.append((words, f"(CASE WHEN {first} IS NULL THEN NULL WHEN {sure} THEN TRUE WHEN NOT ({after} AND {before}) THEN FALSE END)"))
        if d.condition != TRUE:
            found.append((text(d.condition), self.sql(d.condition)))
        if d.minimum_hours:
            name = f"hours_after_allowance_{d.hours}" if d.after_allowance else f"hours_{d.hours}"
            found.append((f"{name} at least {d.minimum_hours:g}", f"({self.columns[name][1]} >= {d.minimum_hours!r})"))
        for tree, because in d.exclude:
            found.append((f"not excluded: {because}", f"(NOT {self.sql(tree)})"))
        return found

    def sql(self, tree: Tree) -> str:
        """A condition as SQL over ``s`` (stays) and ``r`` (results): SQL's own logic is Kleene's."""
        kind = tree[0]
        if kind in ("true", "false"):
            return str(kind).upper()
        if kind == "fact":
            return self.columns[tree[1]][1]
        if kind == "not":
            return f"(NOT {self.sql(tree[1])})"
        if kind in ("and", "or"):
            return "(" + f" {kind.upper()} ".join(self.sql(t) for t in tree[1:]) + ")"
        if kind == "cmp":
            return f"({self._operand(tree[2])} {tree[1]} {self._operand(tree[3])})"
        return f"({self._operand(tree[1])} IN ({', '.join(_literal(v) for v in tree[2])}))"

    def _operand(self, operand: tuple[str, Any]) -> str:
        return self.columns[operand[1]][1] if operand[0] == "f" else _literal(operand[1])

    def _fill(self) -> None:
        tests = ", ".join(f"{sql} AS t{i}" for i, (_, sql) in enumerate(self.tests))
        whole = " AND ".join(f"t{i}" for i in range(len(self.tests))) or "TRUE"
        name = "hours_after_allowance" if self.definition.after_allowance else "hours"
        hours = ", ".join(f"{self.columns[f'{name}_{end}'][1]} AS hours_{end}" for end in ("least", "most"))
        self.connection.execute(
            f"""CREATE TABLE judged AS SELECT *, ({whole}) AS member FROM (SELECT s."row", s.person, s.agency, r.class, r.deciding_norm,
                {", ".join(filter(None, (hours, tests)))} FROM s JOIN r USING ("row"))"""
        )

    def counts(self) -> dict[str, Any]:
        """Members, undecided stays, and how many each criterion keeps out, with the hours of the members; no row."""
        d = self.definition
        cursor = self.connection.execute(
            """SELECT count(*), count(*) FILTER (member), count(*) FILTER (member IS NULL), count(DISTINCT person) FILTER (member),
                count(*) FILTER (member AND person IS NULL), coalesce(sum(hours_least) FILTER (member), 0), coalesce(sum(hours_most) FILTER (member), 0) FROM judged"""
        )
        ((stays, members, undecided, persons, without, least, most),) = cursor.fetchall()
        steps, passed = [], "TRUE"
        for index, (words, _) in enumerate(self.tests):
            ((out, unknown),) = self.connection.execute(f"SELECT count(*) FILTER (t{index} IS FALSE), count(*) FILTER (t{index} IS NULL) FROM judged WHERE {passed}").fetchall()
            steps.append({"criterion": words, "out": out, "undecided": unknown})
            passed += f" AND t{index} IS NOT FALSE"
        agencies = self.connection.execute(
            "SELECT agency, count(*), count(DISTINCT person), round(sum(hours_least), 2), round(sum(hours_most), 2) FROM judged WHERE member GROUP BY agency ORDER BY 2 DESC, 1"
        ).fetchall()
        return {
            "class": d.name,
            "because": d.because,
            "definition": d.hash,
            "hours": f"{'after the allowance, ' if d.after_allowance else ''}minimum measured as {d.hours}",
            "stays": stays,
            "members": {"stays": members, "persons": persons, "stays_without_person": without, "hours_least": round(float(least), 2), "hours_most": round(float(most), 2)},
            "undecided": undecided,
            "criteria": steps,
            "by_agency": [{"agency": a, "stays": n, "persons": p, "hours_least": lo, "hours_most": hi} for a, n, p, lo, hi in agencies],
        }

    def by_person(self, path: Path) -> None:
        """Write ``path`` (CSV): one row a member, by the keyed hash that the tables hold; a stay without one stands alone."""
        self.connection.sql(
            """SELECT person, count(*) AS stays, string_agg(DISTINCT agency, ' ' ORDER BY agency) AS agencies,
                string_agg(DISTINCT deciding_norm, ' ' ORDER BY deciding_norm) AS norms,
                round(sum(hours_least), 4) AS hours_least, round(sum(hours_most), 4) AS hours_most
            FROM judged WHERE member GROUP BY person, CASE WHEN person IS NULL THEN "row" END ORDER BY hours_least DESC, person, min("row")"""
        ).write_csv(str(path))

    def lineage(self) -> list[dict[str, Any]]:
        """One row a member's stay with where it stands in the files that were read: this names people to whoever has them."""
        times = [f"{n}_{w}" for n in ("booked", "release_due", "left") for w in ("earliest", "latest")]
        moments = ", ".join(f"s.{t.replace('_earliest', '_lo').replace('_latest', '_hi')} AS {t}" for t in times)
        cursor = self.connection.execute(
            f"""SELECT j.person, s.stay_id, s.source_file, s.source_row, j."row", j.agency, {moments}, j.class, r.outcome, j.deciding_norm,
                round(j.hours_least, 4) AS hours_least, round(j.hours_most, 4) AS hours_most, s.zone
            FROM judged j JOIN s USING ("row") JOIN r USING ("row") WHERE j.member ORDER BY j.person NULLS LAST, j."row" """
        )
        names = [c[0] for c in cursor.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for row in found:  # in the zone of the jail, as in stays.csv
            row |= {t: None if row[t] is None or abs(row[t]) >= NEVER_AT else iso(row[t], row["zone"] or "UTC") for t in times}
        return found


def present_columns(prepared: Path) -> list[str]:
    """The columns of a prepared table of stays."""
    import duckdb

    with duckdb.connect() as connection:
        connection.read_parquet(str(prepared / "stays.parquet")).create_view("s")
        return _present(connection)


def _present(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [str(row[0]) for row in connection.execute("DESCRIBE s").fetchall()]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _literal(value: Any) -> str:
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return _text(value) if isinstance(value, str) else repr(value)
