"""What if: past stays asked under today's law, and under today's law with, or without, one policy or statute.

"Today's law" is the law in force today, taken as in force at every moment of every stay: what has ended is out, what
has begun is in from the beginning. The stays keep their own times, so that weekends, holidays and hours are counted on
their own calendar. So a stay of 2012 is asked as if it had happened under the law of today; whether it was lawful in
2012 is the question of an audit, not of this.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from dueprocess.audit.exposure import exposure, groups_of
from dueprocess.audit.link import linked
from dueprocess.audit.single import decide_rows, read_row, read_rows
from dueprocess.decide import duties, explain
from dueprocess.decide.stay import Setting, Stay
from dueprocess.kernel.canonical import content_hash
from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.yamlread import read
from dueprocess.law import Authority, Interval, Lawbook, load_lawbook
from dueprocess.law.contradictions import group_of, groups, search
from dueprocess.law.text import norm_text

OUTCOMES = ("local_custody", "release", "review", "may_hold", "must_hold")
NOT_ASKED = "not asked"
ASKED_SINGLY = 10_000
"""At most so many stays are asked one by one for notices and defeated rules; of more, every k-th."""

Decide = Callable[..., None]
"""``decide_rows`` or what gives the same results."""

_NEVER = date.max.toordinal()


@dataclass(frozen=True)
class Question:
    """Two lawbooks in which today's law is always in force, and what differs between them."""

    before: Lawbook
    after: Lawbook
    today: date
    added: Authority | None = None
    removed: Authority | None = None
    conflicts: tuple[str, ...] = ()
    """Each contradiction between the rule and law beside or above it, in words."""
    revived: tuple[str, ...] = ()
    """What stands again without the removed rule, since only that rule had ended it."""
    dropped: tuple[str, ...] = ()
    """Norms that rest on the removed rule and go with it."""

    @property
    def subject(self) -> str:
        """The change in a few words."""
        parts = [f"with {self.added.title}"] if self.added else []
        parts += [f"without {self.removed.title}"] if self.removed else []
        return " and ".join(parts)


def question(*, today: date, folders: tuple[Path, ...] = (), policy: Path | None = None, without: str | None = None) -> Question:
    """The two lawbooks of a question. Raises InputError or LawError with the line of the policy's file."""
    if policy is None and without is None:
        raise InputError("nothing to try", where="whatif", do="name a file of law, or give --without an id")
    base = load_lawbook(*folders)
    removed = _removed(base, without) if without else None
    changed, identity = (base, None) if policy is None else with_file(folders, policy)
    revived: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    if without and removed:
        changed, dropped = never_enacted(changed, without)
    before = in_force_always(base, day=today)
    added = changed.authorities[identity] if identity else None
    if added is not None and added.in_force.until is not None and added.in_force.until <= today.toordinal():
        raise InputError(f"[{added.id}] has already ended", where=str(policy), do="take in_force.until out to try it")
    after = in_force_always(changed, day=today, as_of_its_start=added.id if added else None)
    if without:
        revived = tuple(i for i in after.authorities if i not in before.authorities and i != identity)
        if removed is not None and removed.id not in before.authorities:
            raise InputError(f"[{removed.id}] is not in force today", where="--without", do="name law that is: see dueprocess law list --as-of")
    return Question(before, after, today, added, removed, _conflicts(changed, after, added), revived, dropped)


def with_file(folders: tuple[Path, ...], policy: Path) -> tuple[Lawbook, str]:
    """The lawbook with one file of law laid over it, and that file's id; the file may lie anywhere."""
    value = read(policy).value
    identity = value.get("id") if isinstance(value, dict) else None
    if not isinstance(identity, str) or not identity.strip() or identity.startswith("/") or ".." in identity:
        raise InputError("no [id] in it", where=str(policy), do="name a file of law: see docs/reference/lawbook-format.md")
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / f"{identity}.yaml"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(policy.read_bytes())
        try:
            return load_lawbook(*folders, Path(name)), identity
        except InputError as error:
            raise InputError(error.what, where=error.where.replace(str(copy), str(policy)), do=error.do) from None


def in_force_always(lawbook: Lawbook, *, day: date, as_of_its_start: str | None = None) -> Lawbook:
    """A lawbook in which what is in force, and known, on ``day`` is so at all times, and nothing else is.

    The authority ``as_of_its_start`` counts as if it had begun. Forms stay as they are: a paper is what it prints. The
    version is one of its own.
    """
    ordinal = day.toordinal()
    kept: dict[str, Authority] = {}
    for authority in lawbook.authorities.values():
        own = ordinal
        if authority.id == as_of_its_start:
            own = max([ordinal, *(d for d in (authority.in_force.start, authority.known.start) if d)])
        mark = content_hash([authority.hash, "in force always", day.isoformat()])
        if authority.kind == "form":
            kept[authority.id] = replace(authority, hash=mark)
            continue
        if not lawbook.known(authority.id, own) or _ended(lawbook, authority, ordinal):
            continue
        if authority.in_force.start is not None and authority.in_force.start > own:
            continue
        norms = tuple(replace(n, start=None) for n in authority.norms if n.start is None or n.start <= own)
        kept[authority.id] = replace(authority, in_force=Interval(), known=Interval(), norms=norms, hash=mark)
    return Lawbook(kept, lawbook.vocabulary)


def _ended(lawbook: Lawbook, authority: Authority, day: int) -> bool:
    interval = authority.in_force
    return interval.until is not None and interval.until <= day and (interval.ended_by is None or lawbook.known(interval.ended_by, day))


def never_enacted(lawbook: Lawbook, identity: str) -> tuple[Lawbook, tuple[str, ...]]:
    """The lawbook as if an authority had never been: what it ended stands, what construes it is gone (the second value)."""
    authorities: dict[str, Authority] = {}
    dropped: list[str] = []
    for authority in lawbook.authorities.values():
        if authority.id == identity:
            authorities[authority.id] = replace(authority, known=Interval(_NEVER), hash=content_hash([authority.hash, "never enacted"]))
            continue
        norms = tuple(n for n in authority.norms if n.construes != identity)
        if len(norms) != len(authority.norms):
            dropped += [n.ref for n in authority.norms if n.construes == identity]
            authority = replace(authority, norms=norms, hash=content_hash([authority.hash, "without", identity]))
        authorities[authority.id] = authority
    return Lawbook(authorities, lawbook.vocabulary), tuple(dropped)


def _removed(lawbook: Lawbook, identity: str) -> Authority:
    found = lawbook.authorities.get(identity)
    if found is None or found.kind == "form":
        raise InputError(f"[{shown(identity)}] is no law in the lawbook", where="--without", do=nearest(identity, lawbook.authorities) or "see dueprocess law list")
    return found


def _conflicts(real: Lawbook, after: Lawbook, added: Authority | None) -> tuple[str, ...]:
    """What the search for contradictions says of the added rule among the law in force today."""
    if added is None:
        return ()
    standing = {name: tuple(a for a in members if a.id in after.authorities) for name, members in groups(real).items()}
    name = group_of(added.id)
    federal = standing.get("us", ()) if name != "us" else ()
    found = search(standing.get(name, ()), federal, real.vocabulary)
    own = [f for f in found if added.id in (f.norm.partition("#")[0], f.other.partition("#")[0])]
    return tuple(dict.fromkeys(f.what if f.code else f"not searched (too many facts): {f.what}" for f in own))


# -- the stays ------------------------------------------------------------------------------------------


def ask(folder: Path, asked: Question, *, out: Path, decide: Decide = decide_rows, singly: int = ASKED_SINGLY) -> dict[str, Any]:
    """Ask every stay of a prepared folder under both lawbooks; the whole comparison as JSON.

    The results under each lawbook are left in ``out`` as ``today.parquet`` and ``changed.parquet``.
    """
    out.mkdir(parents=True, exist_ok=True)
    paths = {"before": out / "today.parquet", "after": out / "changed.parquet"}
    books = {"before": asked.before, "after": asked.after}
    for side, path in paths.items():
        decide(folder, lawbook=books[side], law_known_at=asked.today, out=path)
    stays = folder / "stays.parquet"
    counts = {side: groups_of(path, stays) for side, path in paths.items()}
    found = _moved(paths, stays)
    step, rows = _chosen(stays, singly)
    one_by_one = {side: _singly(folder, book, asked, rows) for side, book in books.items()}
    added = {n.ref: norm_text(n) for n in (asked.added.norms if asked.added else ())}
    return {
        "subject": asked.subject,
        "today": asked.today.isoformat(),
        "added": _authority(asked.added),
        "removed": _authority(asked.removed),
        "law_version": {"before": asked.before.version, "after": asked.after.version},
        **found,
        "classes": {side: {name: {k: v for k, v in g.items() if k != "by_agency"} for name, g in groups_.items()} for side, groups_ in counts.items()},
        "notices": {side: dict(sorted(o["notices"].items())) for side, o in one_by_one.items()},
        "asked_singly": {"stays": len(rows), "every": step},
        "defeated": [{"norm": n, "by": by, "says": added.get(n, ""), "stays": c} for (n, by), c in sorted(one_by_one["after"]["defeated"].items(), key=lambda p: (-p[1], p[0]))],
        "conflicts": list(asked.conflicts),
        "revived": list(asked.revived),
        "dropped": list(asked.dropped),
        "exposure": {side: exposure(groups_) for side, groups_ in counts.items()},
        "bound": _bound(asked, stays),
    }


def _authority(authority: Authority | None) -> dict[str, Any] | None:
    if authority is None:
        return None
    return {"id": authority.id, "title": authority.title, "citation": authority.citation, "kind": authority.kind, "says": [norm_text(n) for n in authority.norms], "because": list(dict.fromkeys(n.because for n in authority.norms if n.because)), "reviewed": authority.reviewed}


def _moved(paths: Mapping[str, Path], stays: Path) -> dict[str, Any]:
    """Counts of outcomes, their moves, and hours under both, over the same rows."""
    with linked() as connection:
        for side, path in paths.items():
            connection.read_parquet(str(path)).create_view(side)
        connection.read_parquet(str(stays)).create_view("stays")
        ((stayed, rows),) = connection.execute("SELECT (SELECT count(*) FROM stays), count(*) FROM before JOIN after USING (\"row\") JOIN stays USING (\"row\")").fetchall()
        if stayed != rows:
            raise InputError(f"[{rows}] answers for [{stayed}] stays", where=str(stays), do="run it again")
        ((people, without),) = connection.execute("SELECT count(DISTINCT person), count(*) FILTER (person IS NULL) FROM stays").fetchall()
        moves = connection.execute(
            f"""SELECT coalesce(b.outcome, '{NOT_ASKED}'), coalesce(a.outcome, '{NOT_ASKED}'), count(*),
                count(DISTINCT s.agency) FROM before b JOIN after a USING ("row") JOIN stays s USING ("row") GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"""
        ).fetchall()
        # A stay whose end, say, nobody gives has a most of years: it is counted as unknown and its hours enter no sum.
        hours = {}
        for side in paths:
            cursor = connection.execute(f"SELECT {', '.join(f'coalesce(sum({c}), 0) / 3600' for c in ('over_least', 'over_most', 'open_least', 'open_most'))} FROM {side} WHERE class IN ('certain', 'possible', 'no')")
            ((least, most, open_least, open_most),) = cursor.fetchall()
            hours[side] = {"overheld": {"least": round(least, 2), "most": round(most, 2)}, "undetermined": {"least": round(open_least, 2), "most": round(open_most, 2)}}
        ((hours_moved,),) = connection.execute(
            'SELECT count(*) FROM before b JOIN after a USING ("row") WHERE (b.over_least, b.over_most, b.open_least, b.open_most) IS DISTINCT FROM (a.over_least, a.over_most, a.open_least, a.open_most)'
        ).fetchall()
    before, after = Counter[str](), Counter[str]()
    for one, other, count, _ in moves:
        before[one] += count
        after[other] += count
    return {
        "stays": stayed,
        "persons": people or None,
        "stays_without_person": without,
        "outcomes": {side: {o: counter.get(o, 0) for o in (*OUTCOMES, NOT_ASKED)} for side, counter in (("before", before), ("after", after))},
        "moves": [{"before": b, "after": a, "stays": n, "agencies": g} for b, a, n, g in moves if a != b],
        "hours": hours,
        "hours_moved": hours_moved,
    }


def _chosen(stays: Path, most: int) -> tuple[int, list[int]]:
    """Every k-th row, so that at most ``most`` are asked one by one; and k."""
    with linked() as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(stays)]).fetchall()
    step = max(1, -(-count // most))
    return step, list(range(0, count, step))


def _singly(folder: Path, book: Lawbook, asked: Question, rows: list[int]) -> dict[str, Counter[Any]]:
    """Notices of release, and norms of the rule that others defeat, of the chosen stays by the evaluator of one case."""
    notices: Counter[str] = Counter()
    defeated: Counter[tuple[str, str]] = Counter()
    for stay, papers, grounds, events, _ in read_rows(folder, rows=rows):
        if stay["agency"] is None:
            notices[NOT_ASKED] += 1
            continue
        try:
            case = read_row(stay, papers, grounds, events, lawbook=book, law_known_at=asked.today)
        except InputError:
            notices[NOT_ASKED] += 1
            continue
        one = Stay(case, Setting(book))
        moment = one.moment(case.at, one.release_due(case.at, one.grounds))
        notices[duties.actions(one, moment)["notify_release"]["result"]] += 1
        for entry in explain.defeated(one, moment):
            if asked.added and entry["authority"] == asked.added.id:
                defeated[(entry["norm"], entry["by"])] += 1
    return {"notices": notices, "defeated": defeated}


def _bound(asked: Question, stays: Path) -> int:
    """How many of the stays are of an agency that the changed rule binds."""
    from dueprocess.places import PlaceError, load_places

    with linked() as connection:
        agencies = connection.execute("SELECT agency, facility, count(*) FROM read_parquet(?) WHERE agency IS NOT NULL GROUP BY ALL ORDER BY ALL", [str(stays)]).fetchall()
    total = 0
    for agency, facility, count in agencies:
        try:
            sets = load_places().sets(load_places().facility(load_places().agency(agency), facility))
        except PlaceError:
            continue
        names = {a.id for book in (asked.before, asked.after) for a in book.binding(agency, sets)}
        total += count if any(a.id in names for a in (asked.added, asked.removed) if a) else 0
    return total
