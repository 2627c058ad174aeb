"""The matrix of one agency on one day as a decision table: packets × the facts that matter → the engine's answer.

For each packet a tree is grown: the engine is asked about a synthetic case; where it leaves the answer open, the tree
branches on a fact that keeps it open, also on "not known"; where no fact that may be asked is left, the cell is open
and stays in the table. Branches that lead to the same are put together. The table holds nothing that the engine did
not say, and ``lookup`` reads it without the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import dueprocess
from dueprocess.case import Case, Given
from dueprocess.case.facts import WITHOUT_DETAINER
from dueprocess.clock.deadline import deadline
from dueprocess.decide import duties, explain, risk
from dueprocess.decide.answer import NOTICE
from dueprocess.decide.packets import (
    ALONE,
    FIXED,
    Packet,
    Scene,
    next_change,
    packets_of,
    read_packet,
    service_required,
)
from dueprocess.decide.regime import FORBIDDEN, NO_AUTHORITY, REVIEW
from dueprocess.decide.stay import HOLDS, Moment, Stay
from dueprocess.decide.values import Class, classes_of, key_of
from dueprocess.kernel.errors import ContradictionError, InputError, nearest
from dueprocess.kernel.instants import MIN_INSTANT, iso, local_date
from dueprocess.law import Norm
from dueprocess.law.closings import named
from dueprocess.terms import facts_of
from dueprocess.terms.tree import TRUE, evaluate, walk
from dueprocess.terms.vocabulary import Value

FORMAT = "dueprocess-decision-table-1"
MOST_EXACT = 6
"""With at most so many facts that matter, "not known" is worked out exactly, with the other facts known or not. With
more, a fact that matters and is not known gives review at once: never a hold, but perhaps a question too many."""
DETERMINED = "determined:"
"""What stands before the name of a fact that the law leaves open and that counsel or a judge determined for the case."""
MOST_RULES = 4000
"""A packet with more cells than this is refused: no table of that size can be read or checked."""

CUSTODY: tuple[dict[str, Any], ...] = (
    {"id": "dismissed", "facts": {"pending_criminal_charge": False}, "at_least_one": []},
    {"id": "bail", "facts": {"pending_criminal_charge": True}, "at_least_one": []},
    {"id": "sentence", "facts": {"pending_criminal_charge": False}, "at_least_one": ["convicted_felony", "convicted_misdemeanor"]},
)
"""The kinds of custody that end, and what each says about the facts: the charge is dismissed and no other is pending;
bail is paid, so a charge is; a sentence is served, so there was a conviction, and no charge is pending."""


@dataclass
class _Leaf:
    """One cell: the engine's answer on one synthetic case, and all that it is compared by."""

    stay: Stay
    moment: Moment
    signature: tuple[Any, ...]
    ask: tuple[str, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class _Node:
    fact: str
    children: dict[Any, _Leaf | _Node]
    signature: tuple[Any, ...]


def build_table(scene: Scene, *, most_exact: int = MOST_EXACT) -> dict[str, Any]:
    """The decision table as JSON, the same for the same scene and lawbook. Times are ISO 8601 in the jail's zone.

    With at most ``most_exact`` facts that matter, "not known" is worked out exactly; each more doubles the time.

    Raises InputError where the lawbook has no form of that day, or the table would be too large to be of use.
    """
    packets = tuple(packets_of(scene))
    facts: dict[str, None] = {}
    norms: dict[str, dict[str, Any]] = {}
    rules: dict[str, list[dict[str, Any]]] = {}
    answers: dict[str, dict[str, Any]] = {}
    told: list[dict[str, Any]] = []
    seen: dict[Any, str] = {}
    for packet in packets:
        grown = _Grower(scene, packet, most_exact)
        tree = grown.grow({}, frozenset())
        assert tree is not None
        made = [grown.rule(leaf, when, norms) for leaf, when in _flat(tree, {})]
        _name_the_open(made)
        facts.update(dict.fromkeys(n for r in made for n in r["when"]))
        key = repr(made)
        same = seen.setdefault(key, packet.id)
        told.append({**_packet(packet), "rules": same, "exact_unknown": grown.exact, "actions": grown.actions(norms)})
        if same == packet.id:
            rules[packet.id] = [_apart(r, answers) for r in made]
    vocabulary = scene.lawbook.vocabulary
    order = [n for n in (*vocabulary.facts, *(DETERMINED + n for n in vocabulary.facts)) if n in facts]
    used = sorted({n["authority"] for n in norms.values()} & set(scene.lawbook.authorities))
    first = Stay(read_packet(scene, packets[0]), scene.setting)
    change = next_change(scene)
    return {
        "format": FORMAT,
        "agency": scene.agency,
        "facility": scene.facility,
        "zone": scene.zone,
        "as_of": scene.as_of.isoformat(),
        "at": iso(scene.due, scene.zone),
        "law_known_at": scene.known_at.isoformat(),
        "next_change": change.isoformat() if change else None,
        "service_required": service_required(scene, packets[0]),
        "packets": told,
        "custody": [dict(c) for c in CUSTODY],
        "facts": [_fact(first, n) for n in order],
        "rules": rules,
        "answers": list(answers.values()),
        "norms": {ref: norms[ref] for ref in sorted(norms)},
        "authorities": len(used),
        "unreviewed": [a for a in used if not scene.lawbook.authorities[a].reviewed],
        "adoption": scene.setting.adopted is not None,
        "not_adopted": explain.not_adopted(first, first.moment(scene.due, first.release_due(scene.due, first.grounds))),
        "law_version": scene.lawbook.version,
        "engine_version": dueprocess.__version__,
        "notice": NOTICE,
    }


class _Grower:
    """Grows the tree of one packet."""

    def __init__(self, scene: Scene, packet: Packet, most_exact: int) -> None:
        self.scene = scene
        self.packet = packet
        self.base: Case = read_packet(scene, packet)
        stay = Stay(self.base, scene.setting)
        self.due = stay.release_due(scene.due, stay.grounds)
        self.root = stay
        regime = stay.moment(scene.due, self.due).regime
        names = _turned_on(stay)
        known = set(self.packet.facts) | FIXED
        vocabulary = scene.lawbook.vocabulary
        self.open = {n for n in names if vocabulary.facts[n].origin not in ("papers", "declared") and n not in known}
        self.order = {n: i for i, n in enumerate(vocabulary.facts)}
        self.classes = {n: classes_of(vocabulary.facts[n], [a.norm.when for a in regime.applied]) for n in self.open}
        # Where the law leaves such a fact open, counsel or a judge may determine it for the case.
        self.determinable = [n for n in self.order if n in names and vocabulary.facts[n].determined_by]
        for name in self.determinable:
            self.order[DETERMINED + name] = len(self.order)
            self.classes[DETERMINED + name] = [Class(True, True), Class(False, False)]
        # Shown and claimed facts are "no" in a complete record; here they are unknown until the tree has asked.
        self.claimed = [n for n in sorted(self.open) if vocabulary.facts[n].no_where_complete]
        self.exact = len(self.open) <= most_exact
        self.cells = 0
        self._asked_before: dict[frozenset[tuple[str, Any]], tuple[Stay, Moment] | None] = {}

    def ask(self, given: Mapping[str, Class]) -> tuple[Stay, Moment] | None:
        """The engine's answer with some facts given; None where no such case can be (the papers contradict it)."""
        key = frozenset((n, c.key) for n, c in given.items())
        if key not in self._asked_before:
            self._asked_before[key] = self._ask(given)
        return self._asked_before[key]

    def _ask(self, given: Mapping[str, Class]) -> tuple[Stay, Moment] | None:
        facts = {n: Given(((MIN_INSTANT, c.sample),)) for n, c in given.items() if not n.startswith(DETERMINED)}
        determined = {
            n.removeprefix(DETERMINED): (c.sample, MIN_INSTANT, "counsel or a judge", "these papers")
            for n, c in given.items()
            if n.startswith(DETERMINED)
        }
        case = replace(self.base, facts=dict(sorted({**self.base.facts, **facts}.items())), determined=determined)
        stay = Stay(case, self.scene.setting)
        if any(self.scene.lawbook.vocabulary.facts[n].origin == "detainer" for n in facts):  # only a paper contradicts
            try:
                stay.check_statements()
            except ContradictionError:
                return None
        unknown: dict[str, Value] = {n: None for n in self.claimed if n not in given}
        return stay, stay.moment(self.scene.due, self.due, unknown)

    def grow(self, given: dict[str, Class], skipped: frozenset[str]) -> _Leaf | _Node | None:
        asked = self.ask(given)
        if asked is None:
            return None
        self.cells += 1
        if self.cells > MOST_RULES:
            raise InputError(
                f"more than {MOST_RULES} cells for the packet [{self.packet.id}]", where=self.scene.agency,
                do="the law there turns on too many facts for a table; ask about single cases with decide",
            )  # fmt: skip
        stay, moment = asked
        if moment.outcome != REVIEW:
            return self._leaf(stay, moment, given, ())
        open_now = _open_names(moment)
        left = sorted(open_now & self.open - set(given) - skipped, key=self.order.__getitem__)
        if not left:
            left = [d for n in self.determinable if n in open_now and (d := DETERMINED + n) not in skipped and d not in given]
        if not left:
            return self._leaf(stay, moment, given, self._asked(open_now, skipped))
        fact = self._first(left, given)
        children: dict[Any, _Leaf | _Node] = {}
        for value in self.classes[fact]:
            child = self.grow({**given, fact: value}, skipped)
            if child is not None:
                children[value.key] = child
        if _may_be_unknown(self.scene, fact):
            if self.exact or fact.startswith(DETERMINED):
                unknown = self.grow(given, skipped | {fact})
                assert unknown is not None
                children[None] = unknown
            else:
                children[None] = self._leaf(stay, moment, given, (fact,))
        signatures = {c.signature for c in children.values()}
        if len(signatures) == 1:
            return next(iter(children.values()))
        return _Node(fact, children, (fact, tuple((k, c.signature) for k, c in children.items())))

    def _asked(self, open_now: set[str], skipped: frozenset[str]) -> tuple[str, ...]:
        """The facts that a cell leaves not known and that it may turn on."""
        found = {n for n in skipped if n.removeprefix(DETERMINED) in open_now}
        return tuple(sorted(found, key=self.order.__getitem__))

    def _first(self, names: list[str], given: Mapping[str, Class]) -> str:
        """The fact of which most values settle the answer at once; of equals the first of the vocabulary."""

        def settles(name: str) -> int:
            found = (self.ask({**given, name: value}) for value in self.classes[name])
            return sum(1 for a in found if a is not None and a[1].outcome != REVIEW)

        return max(names, key=settles) if len(names) > 1 else names[0]

    def _leaf(self, stay: Stay, moment: Moment, given: Mapping[str, Class], ask: tuple[str, ...]) -> _Leaf:
        if moment.outcome == REVIEW:
            decided: tuple[Any, ...] = (moment.duty_only, ask, tuple(_undecided(moment)))
        else:
            decided = (tuple(n.ref for n in _deciding(moment)),)
        limits = () if moment.outcome not in (*HOLDS, REVIEW) else tuple(tuple(sorted(c.items(), key=repr)) for c in _clocks(stay, moment))
        example = {n: _plain(c.sample) for n, c in given.items()}
        return _Leaf(stay, moment, (moment.outcome, decided, repr(limits)), ask, example)

    # -- a cell in words and references --------------------------------------------------------------

    def rule(self, leaf: _Leaf, when: Mapping[str, list[Any]], norms: dict[str, dict[str, Any]]) -> dict[str, Any]:
        stay, moment, at = leaf.stay, leaf.moment, self.scene.due
        told, _ = explain.reasons(stay, moment)
        overruled = explain.defeated(stay, moment)
        risks = risk.persuasive(stay, at, moment)
        undecided = _undecided(moment) if moment.outcome == REVIEW else []
        clocks = _clocks(stay, moment) if moment.outcome in (*HOLDS, REVIEW) else []
        by_ref = {a.norm.ref: a.norm for a in moment.regime.applied}
        shown = [*told, *overruled, *risks, *(explain.shown(stay, by_ref[r]) for r in undecided)]
        for entry in shown:
            _note(norms, entry, stay, by_ref, persuades=entry in risks)
        for clock in clocks:
            _note(norms, explain.shown(stay, _norm(stay, clock["norm"])), stay, by_ref, persuades=clock["state"] == "claimed")
        hold = moment.outcome in HOLDS
        reasons = [e["norm"] for e in told]
        # The bare rule that what nothing forbids is allowed speaks for no hold that something forbids.
        said = [e["norm"] for e in overruled if norms[e["norm"]]["side"] == "for" and not _bare(by_ref.get(e["norm"]))]
        pro = list(reasons) if hold else said
        contra = list(reasons) if moment.outcome not in (*HOLDS, REVIEW) else [e["norm"] for e in overruled if norms[e["norm"]]["side"] != "for"]
        pro += [r for r in undecided if norms[r]["side"] == "for"]
        contra += [r for r in undecided if norms[r]["side"] != "for"]
        open_because = self._open(leaf) if moment.outcome == REVIEW else None
        return {
            "when": {n: when[n] for n in sorted(when, key=self.order.__getitem__)},
            "outcome": moment.outcome,
            "open_because": open_because,
            "clocks": clocks,
            "deciding": [n.ref for n in _deciding(moment)] if moment.outcome != REVIEW else [],
            "reasons": reasons,
            "because": " ".join(dict.fromkeys(e["because"] for e in told if e["because"])),
            "for": _once(pro),
            "against": _once(contra),
            "persuasive_for": _once(r["norm"] for r in risks if r["side"] == "for a hold"),
            "persuasive_against": _once(r["norm"] for r in risks if r["side"] == "against a hold"),
            "open_law": sorted(_declared_open(moment), key=self.order.__getitem__) if moment.outcome == REVIEW else [],
            "ask": list(leaf.ask),
            "conflicts": explain.conflicts(stay, moment),
            "example": dict(leaf.example),
        }

    def _open(self, leaf: _Leaf) -> str:
        """Why a cell is open; whether facts could settle it is told from the whole table, in ``_name_the_open``."""
        if leaf.moment.duty_only:
            return "duty"
        return "adoption" if explain.open_by_adoption(leaf.stay, self.scene.due, self.due) else "law"

    def actions(self, norms: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """What else the jail must, may or must not do on this packet, the facts of the person left open."""
        moment = self.root.moment(self.scene.due, self.due)
        by_ref = {a.norm.ref: a.norm for a in moment.regime.applied}
        found = {}
        for name, action in duties.actions(self.root, moment).items():
            if name != "issue" and action["result"] != "free":
                for ref in action["norms"]:
                    _note(norms, explain.shown(self.root, by_ref[ref]), self.root, by_ref)
                found[name] = action
        return found


# -- what the engine says of a moment ------------------------------------------------------------------


def _turned_on(stay: Stay) -> set[str]:
    """The facts on which the norms about a hold turn, those behind declared facts included."""
    regime = stay.regime(stay.case.at)
    hold = regime.actions.get("hold")
    todo = {n for i in (hold.indices() if hold else ()) for n in facts_of(regime.applied[i].norm.when)}
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            for declaration in regime.declarations.get(name, ()):
                todo |= facts_of(regime.applied[declaration.index].norm.when)
    return found


def _open_names(moment: Moment) -> set[str]:
    """The unknown facts that an open answer may turn on, declared ones followed to what they rest on."""
    regime = moment.regime
    hold = regime.actions.get("hold")
    found: set[str] = set()
    for resolved in moment.resolved:
        if resolved.favor == resolved.against:
            continue
        todo = [i for i in (hold.indices() if hold else ()) if resolved.states[i] is None]
        done: set[int] = set()
        while todo:
            index = todo.pop()
            done.add(index)
            tree = regime.applied[index].norm.when
            if evaluate(tree, resolved.facts) is not None:
                continue
            for name in {n for n, _ in walk(tree) if resolved.facts.get(n) is None}:
                found.add(name)
                todo += [d.index for d in regime.declarations.get(name, ()) if d.index not in done]
    return found


def _bare(norm: Norm | None) -> bool:
    return norm is not None and norm.verb == "permit" and norm.when == TRUE


def _declared_open(moment: Moment) -> set[str]:
    return {n for n in _open_names(moment) if n in moment.regime.declarations}


def _undecided(moment: Moment) -> list[str]:
    """The norms about a hold, and the declarations, that an open answer waits for or rests on; highest rank first."""
    regime = moment.regime
    hold = regime.actions.get("hold")
    wanted = set(hold.indices() if hold else ())
    for name in _declared_open(moment):
        wanted |= {d.index for d in regime.declarations[name]}
    found: dict[int, None] = {}
    for resolved in moment.resolved:
        if resolved.favor != resolved.against:
            for index in sorted(wanted):
                norm = regime.applied[index].norm
                state = resolved.states[index]
                # A limit that still runs forbids nothing yet, and the bare rule that a hold is allowed says nothing here.
                if norm.verb == "limit" or _bare(norm):
                    continue
                if state is None or (state is True and norm.verb != "forbid"):
                    found[index] = None
    return [regime.applied[i].norm.ref for i in sorted(found)]


def _deciding(moment: Moment) -> list[Norm]:
    """The norms that decide a settled answer. More knowledge can only add to them."""
    if moment.outcome == REVIEW:
        return []
    _, indices = moment.deciding()
    return [moment.regime.applied[i].norm for i in indices]


def _clocks(stay: Stay, moment: Moment) -> list[dict[str, Any]]:
    """The limits that would end a hold here: of the form (the request), of the law (the power), and those only claimed.
    Where a judge's warrant carries the hold, the form's limit ends at most the duty to hold.

    Several candidates (a detainer, a judge's warrant alone) may carry a hold; the clocks are those of the one that favors
    it most, as in the decision.
    """
    case, book = stay.case, stay.lawbook
    best = max(moment.resolved, key=lambda r: (r.against, r.favor))
    regime = moment.regime
    hold = regime.actions.get("hold")
    over = min(
        (r for i, r in (*hold.requires, *hold.preempts) if best.states[i] is True), default=99
    ) if hold else 99  # fmt: skip
    found: list[dict[str, Any]] = []

    def add(norm: Norm, ends: str, state: str, beaten: bool) -> None:
        clock = {
            "norm": norm.ref,
            "hours": norm.hours,
            "until_end_of_day": norm.until_end_of_day,
            "excluding": sorted(named(norm.excluding)),
            "counted_from": norm.counted_from,
            "ends": ends,
            "state": state,
            "defeated": beaten,
        }
        if clock not in found:
            found.append(clock)

    on_request = best.candidate is not WITHOUT_DETAINER and best.facts.get("request_stands") is not False
    ends = "request"
    if best.facts.get("judicial_warrant") is True:
        # The warrant carries the hold on when the request ends; what may end with the request is the duty to hold.
        due = stay.release_due(case.at, stay.grounds)
        without = stay.moment(case.at, due, {"request_stands": False}).outcome if on_request else moment.outcome
        on_request, ends = without != moment.outcome, "duty"
    for edition in stay.editions(best.candidate) if on_request else ():
        for norm in edition.norms:
            if norm.verb == "limit":
                add(norm, ends, "applies", False)
    for index in regime.limits:
        norm = regime.applied[index].norm
        state = evaluate(norm.when, best.facts)
        if norm.object == "hold" and state is not False:
            add(norm, "power", "applies" if state is True else "unknown", (norm.rank or 99) > over)
    day = local_date(case.zone, case.at).toordinal()
    for authority in book.persuading(case.agency, case.sets, day, case.known_at):
        for norm in authority.norms:
            if norm.verb == "limit" and (norm.start or 0) <= day and evaluate(norm.when, best.facts) is not False:
                add(norm, "power", "claimed", False)
    return found


def _norm(stay: Stay, ref: str) -> Norm:
    identity, _, key = ref.partition("#")
    return next(n for n in stay.lawbook.authorities[identity].norms if n.key == key)


def _note(norms: dict[str, dict[str, Any]], entry: Mapping[str, Any], stay: Stay, by_ref: Mapping[str, Norm], *, persuades: bool = False) -> None:
    """Keep what a reference stands for."""
    ref = entry["norm"]
    if ref in norms:
        return
    authority = stay.lawbook.authorities.get(entry["authority"])
    norm = by_ref.get(ref) or (_norm(stay, ref) if authority and "#" in ref and any(n.ref == ref for n in authority.norms) else None)
    for_hold = norm.favors if norm is not None else entry["effect"].endswith(" true")
    norms[ref] = {
        "authority": entry["authority"],
        "title": authority.title if authority else "",
        "citation": entry["citation"],
        "effect": entry["effect"],
        "because": entry["because"],
        "side": "limit" if norm is not None and norm.verb == "limit" else "for" if for_hold else "against",
        "binds": not persuades,
        "rank": norm.rank if norm else None,
        "reviewed": bool(authority and authority.reviewed),
    }


# -- the table --------------------------------------------------------------------------------------------


def _flat(tree: _Leaf | _Node, when: dict[str, list[Any]]) -> Iterable[tuple[_Leaf, dict[str, list[Any]]]]:
    """Each leaf with the values that lead to it; branches of one fact that lead to the same are put together."""
    if isinstance(tree, _Leaf):
        yield tree, when
        return
    groups: dict[Any, tuple[_Leaf | _Node, list[Any]]] = {}
    for key, child in tree.children.items():
        groups.setdefault(child.signature, (child, []))[1].append(key)
    for child, keys in groups.values():
        yield from _flat(child, {**when, tree.fact: keys})


def _name_the_open(rules: list[dict[str, Any]]) -> None:
    """A cell is open because of a fact where some answer to what is not known in it leads to another outcome."""
    for rule in rules:
        if rule["outcome"] != REVIEW or rule["open_because"] != "law" or not rule["ask"]:
            continue
        # A determination is no fact that somebody could find out.
        fits = (
            o for o in rules
            if o["outcome"] != REVIEW and _compatible(rule["when"], o["when"])
            and all(None in v for n, v in o["when"].items() if n.startswith(DETERMINED))
        )  # fmt: skip
        if any(True for _ in fits):
            rule["open_because"] = "fact"


OF_A_RULE = ("when", "ask", "example")
"""What stands with a rule itself; the rest is its answer, which many rules share."""


def _apart(rule: Mapping[str, Any], answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The rule with its answer by number; the answer is kept once."""
    answer = {k: v for k, v in rule.items() if k not in OF_A_RULE}
    answers.setdefault(repr(answer), answer)
    return {**{k: rule[k] for k in OF_A_RULE}, "answer": list(answers).index(repr(answer))}


def rules_of(table: Mapping[str, Any], packet: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rules of one of the table's packets, each with its answer."""
    return [{**table["answers"][r["answer"]], **r} for r in table["rules"][packet["rules"]]]


def _compatible(one: Mapping[str, list[Any]], other: Mapping[str, list[Any]]) -> bool:
    """Whether what one rule knows can be so under the other; what it does not know may be anything."""
    return all(None in one[n] or set(one[n]) & set(other[n]) for n in one if n in other)


def _packet(packet: Packet) -> dict[str, Any]:
    return {
        "id": packet.id,
        "request": packet.request,
        "companion": packet.companion,
        "papers": [dict(p) for p in packet.papers],
        "facts": dict(packet.facts),
    }


def _fact(stay: Stay, name: str) -> dict[str, Any]:
    fact = stay.vocabulary.facts[name.removeprefix(DETERMINED)]
    regime = stay.regime(stay.case.at)
    classes = classes_of(fact, [a.norm.when for a in regime.applied])
    forbidden = fact.about_status and _asking_forbidden(stay)
    return {
        "name": name,
        "type": fact.type,
        "values": [c.key for c in classes],
        "classes": [c.as_json() for c in classes] if fact.type in ("number", "date") else None,
        "question": fact.question,
        "question_es": fact.question_es,
        "settled_by": fact.settled_by,
        "do_not_ask_the_person": forbidden,
        "no_where_absent": fact.no_where_complete,
        "determined_by": list(fact.determined_by) if name.startswith(DETERMINED) else [],
    }


def _asking_forbidden(stay: Stay) -> bool:
    moment = stay.moment(stay.case.at, stay.release_due(stay.case.at, stay.grounds))
    favor = against = NO_AUTHORITY
    for resolved in moment.resolved:
        one, other = moment.regime.resolve("ask_status", resolved.states)
        favor, against = max(favor, one), max(against, other)
    return FORBIDDEN in (favor, against)


def _may_be_unknown(scene: Scene, name: str) -> bool:
    """In a complete record what was shown or claimed is known: it was not, if nothing says so."""
    if name.startswith(DETERMINED):
        return True
    return not scene.lawbook.vocabulary.facts[name].no_where_complete


def _once(refs: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(refs))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


# -- reading it back -----------------------------------------------------------------------------------------


def lookup(table: Mapping[str, Any], packet: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rule of the table for a packet (by its id) and facts (a value each; absent or None is not known).

    Facts that the table does not name take no part. Raises InputError for a packet or value that it does not have.
    """
    by_id = {p["id"]: p for p in table["packets"]}
    if packet not in by_id:
        raise InputError(f"the table has no packet [{packet}]", do=nearest(packet, by_id) or "see its packets")
    given: dict[str, Any] = {}
    for fact in table["facts"]:
        value = facts.get(fact["name"])
        given[fact["name"]] = False if value is None and fact["no_where_absent"] else key_of(fact, value)
    for rule in table["rules"][by_id[packet]["rules"]]:
        if all(given[name] in values for name, values in rule["when"].items()):
            return {**table["answers"][rule["answer"]], **rule}
    raise InputError(f"no cell of [{packet}] fits these facts", do="they contradict what the papers say; decide the case itself")


def lookup_case(table: Mapping[str, Any], case: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rule for a case file's mapping whose papers are one of the packets and whose facts are plain values.

    Raises InputError where the papers are no packet of the table: then only ``decide`` can answer.
    """
    wanted = sorted(_paper_key(p, "served_at" in p and p["served_at"] not in (None, "never")) for p in case.get("papers") or ())
    facts = dict(case.get("facts") or {})
    facts |= {DETERMINED + name: entry["value"] for name, entry in (case.get("determined") or {}).items()}
    for packet in table["packets"]:
        if sorted(_paper_key(p, bool(p.get("served"))) for p in packet["papers"]) != wanted:
            continue
        if all(facts.get(n, v) == v for n, v in packet["facts"].items()):
            return lookup(table, packet["id"], facts)
    raise InputError("the papers of this case are no packet of the table", do="decide the case itself")


def _paper_key(paper: Mapping[str, Any], served: bool) -> tuple[str, ...]:
    names = ("kind", "edition", "signed_by", "matter")
    return (*(str(paper.get(n)) for n in names), str(served), ",".join(sorted(paper.get("boxes") or ())))


def first_end(clocks: Iterable[Mapping[str, Any]], due: int, zone: str) -> int | None:
    """The first instant at which one of a rule's clocks that bind and count from release ends; None where none does."""
    ends = [
        deadline(due, zone_name=zone, hours=c["hours"], excluding=tuple(c["excluding"]), until_end_of_day=c["until_end_of_day"])
        for c in clocks
        if c["state"] == "applies" and c["ends"] != "duty" and not c["defeated"] and c["counted_from"] == "release_due"
    ]
    return min(ends, default=None)


__all__ = ["ALONE", "CUSTODY", "FORMAT", "build_table", "first_end", "lookup", "lookup_case", "rules_of"]
