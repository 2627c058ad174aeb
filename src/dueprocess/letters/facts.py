"""What is known for one letter: each field and list with the claims, authorities and sources that it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from dueprocess.audit.exposure import benchmark_rows
from dueprocess.decide.benchmarks import benchmarks
from dueprocess.kernel.errors import InputError
from dueprocess.law import Lawbook
from dueprocess.letters.audited import Figures
from dueprocess.letters.law import Cited, PlaceLaw, checked_words, laws_of, name_of, source_of
from dueprocess.letters.recipients import Recipient
from dueprocess.letters.wording import (
    MEANS,
    NO_POSITION,
    POSITIONS,
    age_words,
    day_words,
    money,
    office,
    printed_day,
    short,
    since_words,
)
from dueprocess.places import PlaceBook
from dueprocess.registry import RULES, Claim, Registry, View, side
from dueprocess.terms.vocabulary import Value

MOST_CLAIMS = 8
"""Of a long list of claims so many stand in a letter, and how many more there are."""


@dataclass(frozen=True, slots=True)
class Ref:
    """What a sentence rests on. ``kind``: claim, authority, benchmark, audit, places, rule, table or template."""

    kind: str
    id: str
    source: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its texts by name, and what it rests on."""

    texts: Mapping[str, str]
    refs: tuple[Ref, ...] = ()


@dataclass
class Facts:
    """Everything that the sentences of one letter may name. A field that is not in ``texts`` is unknown."""

    columns: Mapping[str, Value]
    accepts: tuple[str, ...] | None
    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    refs: dict[str, tuple[Ref, ...]] = field(default_factory=dict)

    def say(self, name: str, text: str, refs: Sequence[Ref]) -> None:
        """Keep a field; an empty text leaves it unknown."""
        if text:
            self.texts[name] = text
            self.refs[name] = tuple(dict.fromkeys(refs))


class FactBook:
    """Gathers the facts of letters of one day; what is the same for a state or the nation is worked out once."""

    def __init__(
        self, registry: Registry, places: PlaceBook, book: Lawbook, *, as_of: date, known_at: date,
        figures: Mapping[str, Figures] | None = None, signers: Sequence[str] = (), columns: Sequence[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        self.registry, self.places, self.book, self.as_of, self.known_at = registry, places, book, as_of, known_at
        self.laws = laws_of(book, places, as_of, known_at)
        self.figures = figures or {}
        self.signers = tuple(Item({"line": s}, (Ref("template", "signers", "the file given with --signed"),)) for s in signers)
        self.table_columns = tuple(Item({"name": n, "what": w}, (Ref("table", n, "docs/reference/map-file.md"),)) for n, w in columns)
        self._counts: dict[str, Counter[str]] = {}
        counties = places.counties(on=as_of)
        self._totals = Counter(p.state for p in counties)
        self._law: dict[tuple[int, str], tuple[dict[str, tuple[str, tuple[Ref, ...]]], dict[str, tuple[Item, ...]]]] = {}
        for place in registry.place_views(as_of=as_of, known_at=known_at).values():
            if place.place.count("/") == 2 and len(place.fips) == 5:
                self._counts.setdefault(place.state, Counter())[side(place.position)] += 1

    def with_columns(self, row: Recipient) -> Recipient:
        """The row with what the audit's figures say of it in its columns."""
        told = self._figures_of(row)
        if told is None:
            return row
        return replace(row, columns={**row.columns, "audited": True, "counted": bool(told.certain), "priced": bool(told.cost)})

    def _figures_of(self, row: Recipient) -> Figures | None:
        """The figures of the agency; of a county's row also those of the one agency by which the audit names its jail."""
        found = self.figures.get(row.agency)
        if found is None and row.id == row.agency:
            own = [f for path, f in self.figures.items() if path.rsplit("/", 1)[0] == row.place.id]
            found = own[0] if len(own) == 1 else None
        return found

    def of(self, row: Recipient, *, lang: str = "en") -> Facts:
        """The facts of one letter. Raises InputError where the law of the place cannot be told."""
        facts = Facts(row.columns, row.accepts)
        self._place(facts, row, lang)
        self._policy(facts, row)
        self._numbers(facts, row)
        self._legal(facts, row, lang)
        self._audit(facts, row)
        facts.lists |= {"columns": self.table_columns, "signers": self.signers}
        return facts

    # -- the place -----------------------------------------------------------------------------------------

    def _place(self, facts: Facts, row: Recipient, lang: str) -> None:
        where = (Ref("places", row.place.id, "U.S. Census Bureau, legal names of places"),)
        state = self.places.place("/".join(row.place.id.split("/")[:2])).name
        name = row.place.name.removesuffix(" city") if row.place.kind == "city" else row.place.name
        facts.say("place", f"{name}, {state}" if name != state else name, where)
        facts.say("county", row.jail.name, where)
        facts.say("state", state, where)
        facts.say("office", office(row.role, name), where)
        facts.say("jail", f"the jail of {name}", where)
        facts.say("as_of", day_words(self.as_of, lang), ())
        facts.say("known_at", day_words(self.known_at, lang), ())
        title = self.places.set_title(row.jail.circuit) if row.jail.circuit else None
        facts.say("circuit", title or "", where)

    # -- the registry ----------------------------------------------------------------------------------------

    def _claim(self, identity: str) -> Claim:
        return self.registry.claims[identity]

    def _ref(self, identity: str) -> Ref:
        claim = self._claim(identity)
        return Ref("claim", identity, self._source(claim))

    def _source(self, claim: Claim) -> str:
        source = self.registry.sources[claim.source]
        told = ", ".join(t for t in (source.publisher, printed_day(claim.source_date or source.date)) if t)
        return f"“{short(source.title)}”" + (f" ({short(told, 160)})" if told else "")

    def _by(self, claim: Claim) -> str:
        if claim.voice == "own":
            return "the office's own words"
        who = short(claim.claimant, 120) if claim.claimant not in ("", "agency", "not stated") else "a source that names nobody"
        return f"{'a list or statement about many by' if claim.voice == 'list' else 'as told by'} {who}"

    def _items(self, ids: Sequence[str], rules: Mapping[str, str] | None = None) -> tuple[Item, ...]:
        found = []
        for identity in ids[:MOST_CLAIMS]:
            claim = self._claim(identity)
            rule = (rules or {}).get(identity, "")
            texts = {"said": f"it {POSITIONS[claim.position]}", "by": self._by(claim), "source": self._source(claim), "rule": RULES.get(rule, "Its end has come.") if rule else ""}
            day = since_words(claim) or (f"as of {printed_day(claim.source_date)}" if claim.source_date else "")
            texts["day"] = day or "undated"
            found.append(Item(texts, (self._ref(identity),)))
        if (more := len(ids) - MOST_CLAIMS) > 0:
            texts = {"source": f"{more} more {'claim' if more == 1 else 'claims'}", "said": "not repeated here", "by": "in the registry", "day": "dueprocess agencies show", "rule": "See the registry."}
            found.append(Item(texts, tuple(self._ref(i) for i in ids[MOST_CLAIMS:])))
        return tuple(found)

    def _policy(self, facts: Facts, row: Recipient) -> None:
        view = row.view
        facts.lists |= {name: () for name in ("claims_for", "claims_against", "practice", "listings", "agreements")}
        if view is not None:
            self._view(facts, view)
        told = [(v, self.registry.actors[v.actor]) for v in row.others if v.position != "unknown" and v.claim]
        if told:
            said = "; ".join(f"{short(a.name, 200)} {POSITIONS[v.position]} ({self._source(self._claim(v.claim))})" for v, a in told)
            facts.say("others_said", said, [self._ref(v.claim) for v, _ in told])
        above = f"us/{str(row.columns['state']).lower()}/state"
        if above in self.registry.actors:
            law = self.registry.view(above, as_of=self.as_of, known_at=self.known_at)
            if law.claim:
                facts.say("state_policy", f"{POSITIONS[law.position]} ({self._source(self._claim(law.claim))})", [self._ref(law.claim)])

    def _view(self, facts: Facts, view: View) -> None:
        ids = tuple(i for i in (view.claim, *view.support) if i)
        refs = [self._ref(i) for i in ids]
        facts.lists |= {
            "claims_for": self._items(ids), "claims_against": self._items([i for i, _ in view.losing], dict(view.losing)), "practice": self._items(view.practice),
            "listings": self._items(view.listings), "agreements": self._items(view.agreements),
        }  # fmt: skip
        if view.position == "unknown":
            losing = [self._ref(i) for i, _ in view.losing] or [self._ref(i) for i in (*view.listings, *view.agreements, *view.practice)][:MOST_CLAIMS]
            facts.say("policy_none", NO_POSITION.get(view.rule, NO_POSITION["no-claim"]), [Ref("rule", view.rule, RULES[view.rule]), *losing])
            return
        claim = self._claim(view.claim)
        facts.say("policy", POSITIONS[view.position], refs)
        dated = [i for i in ids if self._claim(i).dated]
        if dated:
            low, high = min(self._claim(i).start for i in dated)
            # Of claims whose days may be the same, the one that names it most exactly.
            within = [i for i in dated if low <= self._claim(i).start[0] and self._claim(i).start[1] <= high]
            first = min(within, key=lambda i: (self._claim(i).start[1] - self._claim(i).start[0], self._claim(i).start, i))
            facts.say("policy_since", since_words(self._claim(first)), [self._ref(first)])
        else:
            first = min(ids, key=lambda i: (self._claim(i).known, i))
            facts.say("policy_seen", printed_day(self._claim(first).source_date), [self._ref(first)])
        facts.say("policy_by", f"{self._by(claim)}, in {self._source(claim)}", refs[:1])
        if view.confirmed_on is not None and view.age_days is not None:
            facts.say("policy_confirmed", day_words(view.confirmed_on), refs)
            facts.say("policy_age", age_words(view.age_days), refs)
        if view.losing or view.contested:
            facts.say("policy_rule", view.because, [Ref("rule", view.rule, "docs/reference/registry-rules.md")])
        if view.maybe:
            facts.say("policy_maybe", "; or ".join(f"it {POSITIONS[p]}" for p in view.maybe), refs)

    def _numbers(self, facts: Facts, row: Recipient) -> None:
        state = str(row.columns["state"])
        own, every = self._counts.get(state, Counter()), sum(self._counts.values(), Counter())
        ref = (Ref("table", "registry", f"count of the registry's places on {self.as_of.isoformat()}, known at {self.known_at.isoformat()}"),)
        facts.say("state_counts", _counted(own, self._totals[state]), ref)
        facts.say("national_counts", _counted(every, sum(self._totals.values())), ref)

    # -- the law -----------------------------------------------------------------------------------------------

    def _legal(self, facts: Facts, row: Recipient, lang: str) -> None:
        law = self.laws.of(row.agency, row.jail)
        key = (id(law), lang)
        if key not in self._law:
            self._law[key] = self._told(law)
        texts, lists = self._law[key]
        for name, (text, refs) in texts.items():
            facts.say(name, text, refs)
        facts.lists |= lists
        facts.say("law_means", MEANS[row.regime][0 if lang == "en" else 1], [*self._authority_refs(c.id for c in law.cited if c.binds)])
        change = self.laws.next_change(row.agency, row.jail)
        if change is not None:
            facts.say("law_next", day_words(change, lang), (Ref("table", "law matrix", f"lawbook {law.version}"),))
        near = benchmarks(row.agency)
        facts.lists["comparables"] = tuple(Item({"citation": b["citation"], "because": b["because"]}, (Ref("benchmark", str(b["authority"]), "data/damages/benchmarks.csv"),)) for b in near)

    def _authority_refs(self, ids: object) -> list[Ref]:
        return [Ref("authority", i, source_of(self.book, i)) for i in dict.fromkeys(ids)]  # type: ignore[call-overload]

    def _told(self, law: PlaceLaw) -> tuple[dict[str, tuple[str, tuple[Ref, ...]]], dict[str, tuple[Item, ...]]]:
        """The fields and lists that all letters under one body of law share."""
        texts: dict[str, tuple[str, tuple[Ref, ...]]] = {}
        for name, (text, ids) in law.answers.items():
            texts[name] = text, tuple(self._authority_refs(ids))
        table = (Ref("table", "law matrix", f"lawbook {law.version}"),)
        texts |= {
            "law_form": (law.form, table), "law_count": (str(law.authorities), table), "law_unreviewed": (str(len(law.unreviewed)), table),
            "law_version": (law.version.removeprefix("sha256:")[:12], table),
        }  # fmt: skip
        rows = benchmark_rows()
        paid = (Ref("benchmark", "damages", "data/damages/benchmarks.csv"),)
        amounts, persons = [r["amount_usd"] for r in rows], [r["per_person_usd"] for r in rows if r["per_person_usd"]]
        texts |= {
            "paid_least": (money(min(amounts)), paid), "paid_most": (money(max(amounts)), paid), "paid_person_least": (money(min(persons)), paid),
            "paid_person_most": (money(max(persons)), paid), "paid_cases": (str(len(rows)), paid),
        }  # fmt: skip
        cited = {name: tuple(self._cite(c) for c in law.cited if c.binds is binds and c.side in sides) for name, (binds, sides) in _SIDES.items()}
        lists = {
            **cited,
            "courts": tuple(self._cite(c) for c in law.cited if c.binds and any(p.startswith(("circuit/", "district/")) for p in self.book.authorities[c.id].binds)),
            "matrix": tuple(Item({"packet": p, "answer": a}, tuple(self._authority_refs(ids))) for p, a, ids in law.matrix),
            "clocks": tuple(Item({"text": t}, table) for t in law.clocks),
            "duties": tuple(Item({"text": t}, table) for t in law.duties),
            "questions": tuple(Item({"text": t}, table) for t in law.questions),
            "norms": tuple(
                Item({"says": says, "side": _SIDE_WORDS[where], "name": name_of(self.book, i)}, tuple(self._authority_refs((i,))))
                for ref, says, where in law.norms
                for i in (ref.partition("#")[0],)
            ),
            "unreviewed": tuple(
                Item({"name": name_of(self.book, i), "checked": checked_words(self.book, i)}, tuple(self._authority_refs((i,)))) for i in law.unreviewed
            ),
        }  # fmt: skip
        return texts, lists

    def _cite(self, c: Cited) -> Item:
        return Item({"number": c.number, "name": c.name, "because": c.because, "checked": c.checked}, (Ref("authority", c.id, c.source),))

    # -- the audit -------------------------------------------------------------------------------------------------

    def _audit(self, facts: Facts, row: Recipient) -> None:
        told = self._figures_of(row)
        if told is None:
            return
        refs = (Ref("audit", row.agency, told.source),)
        for name, text in (
            ("audit_what", told.what), ("audit_stays", told.stays), ("audit_certain", told.certain), ("audit_possible", told.possible), ("audit_classes", told.classes),
            ("exposure", told.exposure), ("cost", told.cost), ("cost_basis", told.cost_basis),
        ):  # fmt: skip
            facts.say(name, text, refs)


_SIDES: Mapping[str, tuple[bool, tuple[str, ...]]] = {
    "for": (True, ("for",)),
    "against": (True, ("against",)),
    "limits": (True, ("limit",)),
    "persuasive_for": (False, ("for",)),
    "persuasive_against": (False, ("against", "limit")),
}
_SIDE_WORDS = {"for": "for a hold", "against": "against a hold", "limit": "limits the time"}


def _counted(counts: Counter[str], total: int) -> str:
    """``4 limit holds, 1 holds on every detainer, 0 …; of 36 counties a source states no position of 31``."""
    stated = counts["limits"] + counts["holds"] + counts["undecided"]
    return (
        f"of {total:,} counties, {counts['limits']:,} are said to hold on less than every detainer, {counts['holds']:,} on every detainer, "
        f"{counts['undecided']:,} to have it under review; of {total - stated:,} no position is known"
    )


def read_signers(path: Path) -> tuple[str, ...]:
    """The signing organizations of a file: a YAML list of names, or of mappings with ``name`` and, as known, ``by``, ``title``, ``contact``.

    Raises InputError with the place.
    """
    from dueprocess.kernel.yamlread import parse, read_text

    document = parse(read_text(path), name=str(path))
    raw = document.value
    if not isinstance(raw, list) or not raw:
        raise InputError("it is no list of signing organizations", where=str(path), do="write - name: A made-up organization, one a line")
    found = []
    for index, entry in enumerate(raw):
        given = {"name": entry} if isinstance(entry, str) else entry
        if not isinstance(given, dict) or not given.get("name") or set(given) - {"name", "by", "title", "contact"}:
            raise InputError("a signer has a name and, as wanted, by, title and contact", where=document.where((index,)), do="write {name: …, by: …, title: …, contact: …}")
        person = ", ".join(str(given[k]) for k in ("by", "title") if given.get(k))
        found.append(short("; ".join(str(t) for t in (given["name"], person, given.get("contact")) if t), 400))
    return tuple(found)
