"""Authorities to a lawbook: each refers to others, and what it may say follows from its rank. Whatever does not fit is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dueprocess.kernel.errors import LawError, nearest
from dueprocess.law.closings import laid
from dueprocess.law.lawbook import Lawbook
from dueprocess.law.model import (
    CONSTITUTION,
    FEDERAL_REGULATION,
    FEDERAL_STATUTE,
    LOCAL,
    RANK_NAMES,
    STATE_CONSTITUTION,
    STATE_LAW,
    STATE_ORDER,
    Authority,
    Norm,
    covers,
    declares,
)
from dueprocess.terms import Vocabulary, facts_of

POWER_STATUTE = "us/statute/8-usc-1357-g-10"
"""The one federal text that courts have read to give, or not to give, local officers power."""


def link(
    authorities: Iterable[Authority],
    vocabulary: Vocabulary,
    *,
    where: Mapping[str, str] | None = None,
    errors: list[LawError] | None = None,
) -> Lawbook:
    """Check authorities against each other and give rulings the rank of what they construe.

    ``where`` maps an id (or ``id#norm``) to the place to name in an error. Raises LawError at the first authority that must be
    refused, or collects one an authority in ``errors`` where a list is given.
    """
    places = where or {}

    def refuse(error: LawError) -> None:
        if errors is None:
            raise error
        errors.append(error)

    by_id: dict[str, Authority] = {}
    for authority in authorities:
        if authority.id in by_id:
            refuse(LawError(f"two files have the id [{authority.id}]", where=places.get(authority.id, authority.id), do="give one another id", code="id"))
        by_id[authority.id] = authority
    linked: dict[str, Authority] = {}
    for identity, authority in by_id.items():
        spot = _Spots(identity, places)
        try:
            linked[identity] = ranked = _linked(authority, by_id, spot)
            _check_places(ranked, spot)
            _check_ends(ranked, by_id, spot)
            for norm in ranked.norms:
                _check_power(ranked, norm, vocabulary, spot.norm(norm.key))
        except LawError as error:
            refuse(error)
    try:
        _check_cycles(linked, vocabulary, places)
    except LawError as error:
        refuse(error)
    return Lawbook(laid(linked), vocabulary)


@dataclass(frozen=True, slots=True)
class _Spots:
    """Where an authority's keys and norms stand, for errors."""

    identity: str
    places: Mapping[str, str]

    def key(self, name: str) -> str:
        return self.places.get(f"{self.identity}:{name}", self.places.get(self.identity, self.identity))

    def norm(self, key: str) -> str:
        return self.places.get(f"{self.identity}#{key}", self.places.get(self.identity, self.identity))


def _construed(authority: Authority, norm_construes: str | None, by_id: Mapping[str, Authority], spot: str) -> Authority:
    """The text at the end of a chain of rulings."""
    seen = {authority.id}
    target = norm_construes or authority.construes
    while True:
        found = by_id.get(target or "")
        if found is None:
            raise LawError(f"it construes [{target}], which the lawbook lacks", where=spot, do=nearest(target or "", by_id) or "add that authority", code="construes")
        if found.construes is None:
            if found.kind in ("ruling", "decree"):
                raise LawError(f"[{target}] construes nothing", where=spot, code="construes")
            return found
        if found.id in seen:
            raise LawError(f"[{target}] construes itself in a circle", where=spot, do="name the text at the end of the chain", code="construes")
        seen.add(found.id)
        target = found.construes


def _linked(authority: Authority, by_id: Mapping[str, Authority], spot: _Spots) -> Authority:
    ruling = authority.kind in ("ruling", "decree")
    base = _construed(authority, None, by_id, spot.key("construes")) if ruling else None
    rank = base.rank if base else authority.rank
    start = authority.in_force.start if base is None else _governed_from(authority, by_id)
    norms = []
    for norm in authority.norms:
        if norm.construes and not ruling:
            raise LawError(f"the norm [{norm.key}] construes something, and kind [{authority.kind}] does not", where=spot.norm(norm.key), do="only rulings and decrees construe", code="construes")
        own = _construed(authority, norm.construes, by_id, spot.norm(norm.key)) if norm.construes else None
        norms.append(
            replace(
                norm,
                rank=own.rank if own else rank,
                construes=norm.construes or authority.construes,
                start=_governed_from(replace(authority, construes=norm.construes), by_id) if own else start,
            )
        )
    return replace(authority, rank=rank, norms=tuple(norms))


def _governed_from(authority: Authority, by_id: Mapping[str, Authority]) -> int | None:
    """The first day governed: what the authority says itself, else what the text that it construes says."""
    while authority.in_force.start is None and authority.construes is not None:
        authority = by_id[authority.construes]
    return authority.in_force.start


def _check_ends(authority: Authority, by_id: Mapping[str, Authority], spots: _Spots) -> None:
    for name, interval in (("in_force", authority.in_force), ("known", authority.known)):
        spot = spots.key(name)
        if interval.ended_by is None:
            continue
        ender = by_id.get(interval.ended_by)
        if ender is None:
            raise LawError(f"{name}.ended_by names [{interval.ended_by}], which the lawbook lacks", where=spot, do=nearest(interval.ended_by, by_id) or "add that authority", code="ended-by")
        if ender.id == authority.id:
            raise LawError("it names itself in ended_by", where=spot, do="a law that ends by its own terms has until without ended_by", code="ended-by")
        _check_circle(authority, by_id, spot)
        if authority.kind in ("form", "ice_policy", "agreement"):
            continue
        for pattern in authority.binds:
            spared = any(covers(e, pattern) for e in ender.excepts)
            if spared or not any(_wider(p, pattern) for p in ender.binds):
                raise LawError(
                    f"it is ended by [{ender.id}], which does not bind [{pattern}]",
                    where=spot,
                    do="an end must bind wherever the ended authority binds",
                    code="ended-by",
                )


def _check_circle(authority: Authority, by_id: Mapping[str, Authority], spot: str) -> None:
    """Ends must not lead back: whether an end counts depends on whether the ending authority is itself known."""
    seen: set[str] = set()
    todo = [i for i in (authority.in_force.ended_by, authority.known.ended_by) if i]
    while todo:
        identity = todo.pop()
        if identity == authority.id:
            raise LawError(f"[{authority.id}] is ended by what it ends", where=spot, do="leave one of the ends out", code="ended-by")
        found = by_id.get(identity)
        if found is None or identity in seen:
            continue
        seen.add(identity)
        todo += [i for i in (found.in_force.ended_by, found.known.ended_by) if i]


def _check_places(authority: Authority, spots: _Spots) -> None:
    """Every place, agency and set that it binds or persuades exists: a mistyped one would bind nobody."""
    from dueprocess.places import ROLES, PlaceError, load_places

    places = load_places()
    for pattern in (*authority.binds, *authority.excepts, *authority.persuades):
        spot = spots.key("persuades" if pattern in authority.persuades else "binds")
        if pattern.startswith(("circuit/", "district/")):
            if not places.known_set(pattern):
                raise LawError(f"there is no [{pattern}]", where=spot, do="write circuit/9, circuit/dc or district/d-or", code="place")
            continue
        parts = pattern.split("/")
        if any("*" in p and p != "*" for p in parts):
            raise LawError(f"[*] stands inside a name in [{pattern}]", where=spot, do="it stands for one whole step, as us/nh/*/corrections", code="place")
        role = parts[-1] if parts[-1] in ROLES or pattern in ("us/ice", "us/cbp") else None
        try:
            if role is not None and "*" not in parts:
                places.agency(pattern)
            elif "*" in parts:
                places.place("/".join(parts[: parts.index("*")]))
                if parts[-1] != "*" and role is None:
                    raise LawError(f"[{parts[-1]}] is no role in [{pattern}]", where=spot, do=nearest(parts[-1], ROLES) or f"one of {', '.join(ROLES)}", code="place")
            else:
                places.place(pattern)
        except PlaceError as error:
            do = error.do
            if len(parts) > 3:  # the last step may be a mistyped role
                found = nearest(parts[-1], ROLES)
                do = found.replace("[", f"[{'/'.join(parts[:-1])}/") if found else do
            raise LawError(error.what, where=spot, do=do, code="place") from None


def _wider(pattern: str, inner: str) -> bool:
    """Whether ``pattern`` covers all that ``inner`` covers."""
    if covers(pattern, inner):
        return True
    if inner.startswith(("circuit/", "district/")) or not pattern.startswith(("circuit/", "district/")):
        return inner.startswith("district/") and pattern.startswith("circuit/")
    from dueprocess.places import PlaceError, load_places

    parts = inner.split("/")
    for end in range(len(parts), 0, -1):
        try:
            return pattern in load_places().sets(load_places().place("/".join(parts[:end])))
        except PlaceError:
            continue
    return False


def _check_power(authority: Authority, norm: Norm, vocabulary: Vocabulary, spot: str) -> None:
    """Power only from above, and never from federal law. Tenth Amendment; 8 U.S.C. § 1357(g)(1), (10)."""
    spot = f"{spot}: {norm.key}"
    rank = norm.rank
    if norm.verb == "declare":
        _check_declaration(authority, norm, vocabulary, spot)
        return
    if authority.kind == "form":
        if norm.verb != "limit":
            raise LawError(f"a form may not {norm.verb} [{norm.object}]", where=spot, do="a form declares facts of its own paper and limits its own request", code="rank")
        return
    if rank is None:
        allowed = (authority.kind == "ice_policy" and norm.object == "issue") or (authority.kind == "opinion")
        if not allowed:
            raise LawError(f"kind [{authority.kind}] has no rank and may not {norm.verb} [{norm.object}]", where=spot, do="move the rule to the law that makes it" if authority.kind != "ice_policy" else "an ICE policy speaks of issue only", code="rank")
        return
    if norm.object == "hold" and norm.verb in ("permit", "require", "preempt"):
        federal_text = rank in (FEDERAL_STATUTE, FEDERAL_REGULATION) or (rank == CONSTITUTION and norm.verb == "require")
        if federal_text:
            raise LawError(
                f"federal law may not {'take away the choice to refuse' if norm.verb == 'preempt' else norm.verb} a local hold",
                where=spot,
                do="power and duty come from the state's law (Tenth Amendment); write the rule in the state's file",
                code="federal-power",
            )
    if norm.verb == "permit" and rank > STATE_LAW:
        raise LawError(f"rank [{RANK_NAMES[rank]}] may not permit [{norm.object}]", where=spot, do="power comes from state statute upward: leave the permit out", code="power-from-below")
    if (
        norm.object == "hold"
        and norm.verb in ("permit", "require")
        and rank in (STATE_CONSTITUTION, STATE_LAW)
        and "civil_arrest_power" in facts_of(norm.when)
    ):
        raise LawError(
            "a state's permit or duty to hold declares civil_arrest_power and may not rest on it",
            where=spot,
            do="take civil_arrest_power out of the condition",
            code="cycle",
        )


def _check_declaration(authority: Authority, norm: Norm, vocabulary: Vocabulary, spot: str) -> None:
    fact = vocabulary.facts[norm.object]
    if authority.kind == "form":
        if fact.origin != "detainer":
            raise LawError(f"a form may not declare [{fact.name}]", where=spot, do="only facts of its own paper", code="rank")
        return
    if authority.kind == "agreement":
        if fact.origin != "agency_record":
            raise LawError(f"an agreement may not declare [{fact.name}]", where=spot, do="only what the agency has agreed to", code="rank")
        return
    if authority.kind == "opinion":
        return  # it binds nobody, and is only reported
    if fact.origin != "declared":
        raise LawError(f"[{fact.name}] is no matter of law", where=spot, do="declare civil_arrest_power, probable_cause or another declared fact", code="declare")
    rank = norm.rank
    if rank is None or rank > STATE_ORDER or (rank == STATE_ORDER and norm.value) or rank >= LOCAL:
        raise LawError(f"kind [{authority.kind}] may not declare [{fact.name}]", where=spot, do="what the law is, is declared by state law upward", code="power-from-below")
    if fact.name == "probable_cause" and rank != CONSTITUTION:
        raise LawError("probable cause is a matter of the federal constitution", where=spot, do="declare it in a ruling that construes the Fourth Amendment", code="probable-cause")
    if fact.name == "civil_arrest_power" and norm.value and rank < STATE_CONSTITUTION and norm.construes != POWER_STATUTE:
        raise LawError(
            "federal law gives a local jail no power to arrest",
            where=spot,
            do=f"power comes from the state; only a ruling that construes {POWER_STATUTE} may declare it",
            code="federal-power",
        )


def _check_cycles(by_id: Mapping[str, Authority], vocabulary: Vocabulary, where: Mapping[str, str]) -> None:
    rests_on: dict[str, dict[str, str]] = {}
    for authority in by_id.values():
        for norm in authority.norms:
            found = declares(norm)
            if found:
                for name in facts_of(norm.when):
                    rests_on.setdefault(found[0], {}).setdefault(name, f"{where.get(norm.ref, where.get(authority.id, authority.id))}: {norm.key}")
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            circle = " on ".join((*trail[trail.index(name) :], name))
            raise LawError(f"declarations rest on each other in a circle: {circle}", where=rests_on[trail[-1]][name], do="rest one of them on papers or records instead", code="cycle")
        if name in done:
            return
        for inner in sorted(rests_on.get(name, ())):
            visit(inner, (*trail, name))
        done.add(name)

    for name in sorted(rests_on):
        visit(name, ())
