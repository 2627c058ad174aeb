"""Made-up law over real places, as plain documents in the lawbook's file format, and the lawbook they make.

Every document obeys the loader's rules by construction, so that nothing is thrown away: polarity, rank, ends that
bind where the ended authority binds, no cycles among declarations.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from dueprocess.kernel.canonical import canonical_bytes
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.yamlread import Document, read
from dueprocess.law import reading
from dueprocess.law.lawbook import Lawbook
from dueprocess.law.linking import POWER_STATUTE, link
from dueprocess.law.model import Authority
from dueprocess.places import load_places
from dueprocess.terms import Vocabulary, read_vocabulary
from dueprocess.testing.conditions import condition, usual
from dueprocess.testing.source import Source

LawDocument = dict[str, Any]
"""One authority as the mapping of its YAML file."""

FOUR_TESTS = "us/four-tests"
FOURTH_AMENDMENT = "us/constitution/fourth-amendment"

AGENCIES = (
    "us/or/clackamas-county/sheriff",
    "us/mi/allegan-county/sheriff",
    "us/az/pima-county/sheriff",
    "us/ny/suffolk-county/sheriff",
)
"""Agencies in zones with and without daylight-saving time, in four circuits."""

BASE_DAYS = (
    date(2018, 6, 4),  # a plain Monday
    date(2018, 8, 31),  # the Friday before Labor Day
    date(2018, 11, 2),  # the clocks go back on the 4th
    date(2018, 3, 9),  # the clocks go forward on the 11th
    date(2018, 7, 3),  # the day before a holiday in midweek
    date(2018, 12, 29),  # a Saturday before New Year
    date(2020, 2, 27),  # a leap day follows
)
"""Days of booking: ordinary ones and those that calendars get wrong."""

COUNTED_FROM = (
    "release_due", "detainer_received", "papers_received", "served", "known_to_jail", "bail_refused", "booked",
    "claim_made", "ice_queried", "ice_told", "person_informed",
)  # fmt: skip
"""The events that generated limits count from."""

FROM_RECEIPT = ("detainer_received", "papers_received", "served")
"""Those of them that a paper's own receipt or service sets off."""

_CONSTITUTION, _STATUTE, _REGULATION, _STATE_CONSTITUTION, _STATE_LAW, _STATE_ORDER, _LOCAL, _POLICY = range(1, 9)

# The verbs on ``hold`` that the loader takes from each rank, those that say most first.
_VERBS: dict[int, tuple[str, ...]] = {
    _CONSTITUTION: ("limit", "forbid", "preempt", "permit"),
    _STATUTE: ("limit", "forbid"),
    _REGULATION: ("limit", "forbid"),
    _STATE_CONSTITUTION: ("forbid", "permit", "require", "preempt", "limit"),
    _STATE_LAW: ("require", "permit", "forbid", "limit", "preempt"),
    _STATE_ORDER: ("forbid", "require", "limit", "preempt"),
    _LOCAL: ("forbid", "limit", "require", "preempt"),
    _POLICY: ("forbid", "limit", "require"),
}
_OTHER_ACTIONS = ("notify_release", "inform_person", "serve_copy", "transfer", "allow_interview", "record_reason", "ask_status", "release")
_FAVORING = ("permit", "require", "preempt")
_ELSEWHERE = ("us/or/baker-county", "us/mi/kent-county", "us/tx", "us/ca/kern-county/sheriff", "circuit/5", "district/nd-ca", "us/az/*/police")


@dataclass(frozen=True)
class Scene:
    """Where and when a made-up stay lies: the agency that holds the person, and the local day of booking."""

    agency: str
    base: date

    @property
    def county(self) -> str:
        return self.agency.rpartition("/")[0]

    @property
    def state(self) -> str:
        return "/".join(self.agency.split("/")[:2])

    @property
    def zone(self) -> str:
        return _facility(self.agency)[0]

    @property
    def sets(self) -> tuple[str, ...]:
        """The circuit and district of the facility."""
        return _facility(self.agency)[1]

    def day(self, offset: int) -> str:
        """The date so many days from the booking, as law files write it."""
        return (self.base + timedelta(days=offset)).isoformat()


@lru_cache(maxsize=64)
def _facility(agency: str) -> tuple[str, tuple[str, ...]]:
    places = load_places()
    place = places.facility(places.agency(agency), None)
    return str(place.zone), places.sets(place)


def scene(source: Source) -> Scene:
    """An agency and a day of booking."""
    return Scene(source.choice(AGENCIES), source.choice(BASE_DAYS))


# -- what ships ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary of ``lawbook/facts.yaml``."""
    return read_vocabulary(read(data_dir("lawbook") / "facts.yaml"))


@lru_cache(maxsize=1)
def _frame() -> tuple[LawDocument, ...]:
    folder = data_dir("lawbook")
    names = [f"{i}.yaml" for i in (FOUR_TESTS, FOURTH_AMENDMENT, POWER_STATUTE)]
    names += sorted(p.relative_to(folder).as_posix() for p in (folder / "forms").rglob("*.yaml"))
    return tuple(read(folder / name).value for name in names)


def frame() -> list[LawDocument]:
    """The real files under all generated law: the four tests, the Fourth Amendment, 8 U.S.C. 1357(g)(10), every form."""
    return list(_frame())


# -- documents ----------------------------------------------------------------------------------------------


class _Maker:
    """The documents of one lawbook while it is being made."""

    def __init__(self, source: Source, where: Scene, documents: list[LawDocument], prefix: str) -> None:
        self.source = source
        self.scene = where
        self.documents = documents
        self.prefix = prefix
        self.serial = 0
        # Declarations of the one fact may rest on the other, and never the other way round: so there is no cycle.
        self.upper, self.lower = (
            ("probable_cause", "civil_arrest_power") if source.chance(0.8) else ("civil_arrest_power", "probable_cause")
        )
        self.ranks: dict[str, int] = {FOURTH_AMENDMENT: _CONSTITUTION, POWER_STATUTE: _STATUTE}
        """What a ruling may construe, with its rank."""

    # -- parts of a document --

    def identity(self, folder: str) -> str:
        self.serial += 1
        return f"{folder}/{self.prefix}-{self.serial}"

    def document(self, folder: str, kind: str, **keys: Any) -> LawDocument:
        source = self.source
        identity = self.identity(folder)
        document: LawDocument = {
            "id": identity,
            "title": f"Made-up {kind.replace('_', ' ')} {self.serial}",
            "kind": kind,
            "citation": f"Made-up Code {self.serial}",
            **keys,
            "sources": [{"title": "made up for a test"}],
            "review": {"status": "unreviewed", "basis": "general knowledge"},
        }
        if source.chance(0.2):
            document["review"] = {"status": "reviewed", "basis": "read in source", "by_role": "county counsel", "on": self.scene.day(-300)}
        if source.chance(0.3):
            document["confirmed_on"] = self.scene.day(-source.choice((20, 900)))
        self.documents.append(document)
        return document

    def here(self, *, wide: bool = False, local: bool = False) -> list[Any]:
        """A ``binds`` list that covers the scene's agency."""
        source, where = self.source, self.scene
        if wide:
            options: tuple[list[Any], ...] = (["us"], [where.state], list(where.sets[:1]) or ["us"], list(where.sets[1:2]) or ["us"])
        elif local:
            options = ([where.county], [where.agency], [where.county, _ELSEWHERE[0]])
        else:
            options = ([where.state], [f"{where.state}/*/sheriff"], [where.state, {"except": [_ELSEWHERE[0], _ELSEWHERE[1]]}])
        return list(source.choice(options))

    def started(self) -> str:
        """A first day governed: years ago, or, now and then, within the stay or after it."""
        source = self.source
        return self.scene.day(-source.choice((3000, 900)) if source.chance(0.85) else source.choice((1, 2, 3, -1, 400)))

    def hours(self) -> float:
        return self.source.choice((48, 24, 72, 2, 12, 36, 0.5, 96))

    def counted_from(self) -> str:
        return "release_due" if self.source.chance(0.5) else self.source.choice(COUNTED_FROM)

    # -- norms --

    def when(self, verb: str, rank: int) -> dict[str, Any]:
        """The ``when`` of a norm on hold, as a mapping to be laid into it; empty where there is none."""
        source = self.source
        if source.chance(0.55):
            text = usual(source, verb)
        else:
            favors = verb in _FAVORING
            # A state's permit or duty declares civil_arrest_power, so it may rest on no declared fact above it.
            declares = verb in ("permit", "require") and rank in (_STATE_CONSTITUTION, _STATE_LAW)
            facts = () if declares else ("probable_cause", "civil_arrest_power")
            text = condition(source, favors=favors, declared=facts, depth=source.integer(0, 2))
        return _optional(text)

    def norm(self, rank: int, *, verb: str | None = None) -> dict[str, Any]:
        """One norm that the loader takes from this rank: mostly on hold, else on another action."""
        source = self.source
        if verb is None and source.chance(0.12):
            return self.other(rank)
        verb = verb or source.choice(_VERBS[rank])
        norm: dict[str, Any] = {verb: "hold", **self.when(verb, rank), "because": "made up"}
        if verb == "limit":
            norm["counted_from"] = self.counted_from()
            if source.chance(0.15):
                norm["until_end_of_day"] = True
            else:
                norm["hours"] = self.hours()
                if source.chance(0.4):
                    norm["excluding"] = list(source.choice((["weekends", "federal_holidays"], ["weekends"], ["federal_holidays"])))
        return norm

    def other(self, rank: int) -> dict[str, Any]:
        """A norm on another action than hold."""
        source = self.source
        verb = source.choice(("require", "forbid", "preempt", "permit") if rank <= _STATE_LAW else ("require", "forbid"))
        norm: dict[str, Any] = {verb: source.choice(_OTHER_ACTIONS), "because": "made up"}
        if source.chance(0.6):
            norm["when"] = condition(source, favors=verb in _FAVORING, depth=source.integer(0, 1))
        if verb == "require" and source.chance(0.5):
            norm["by"] = {"hours": source.choice((24, 48, 0)), source.choice(("after", "before")): source.choice(COUNTED_FROM)}
        return norm

    def declaration(self, fact: str, value: bool) -> dict[str, Any]:
        source = self.source
        norm: dict[str, Any] = {"declare": fact, "value": value, "because": "made up"}
        if source.chance(0.65):
            text = usual(source, fact, value)
        else:
            declared = (self.lower,) if fact == self.upper else ()
            text = condition(source, favors=value, declared=declared, depth=source.integer(0, 2))
        return {**norm, **_optional(text)}

    def power(self, rank: int, *, construes: str = "") -> dict[str, Any] | None:
        """A declaration of civil_arrest_power that this rank may make."""
        if rank > _STATE_ORDER:
            return None
        may_affirm = _STATE_CONSTITUTION <= rank <= _STATE_LAW or construes == POWER_STATUTE
        return self.declaration("civil_arrest_power", may_affirm and self.source.chance(0.7))

    def norms(self, rank: int, *, construes: str = "") -> list[dict[str, Any]]:
        """One to three norms for an authority of this rank, each with an id of its own."""
        source = self.source
        found: list[dict[str, Any]] = []
        for _ in range(source.choice((1, 1, 2, 3))):
            norm: dict[str, Any] | None = None
            if rank == _CONSTITUTION and source.chance(0.5):
                norm = self.declaration("probable_cause", source.chance(0.6))
            elif source.chance(0.15):
                norm = self.power(rank, construes=construes)
            found.append({"id": f"n{len(found) + 1}", **(norm or self.norm(rank))})
        return found

    # -- authorities --

    def text(self, rank: int) -> LawDocument:
        """A text of a rank: clause, statute, regulation, order, ordinance or policy that binds the scene's agency."""
        where = self.scene
        kind, folder, binds = {
            _CONSTITUTION: ("constitution", "us/constitution", {"wide": True}),
            _STATUTE: ("statute", "us/statute", {"wide": True}),
            _REGULATION: ("regulation", "us/cfr", {"wide": True}),
            _STATE_CONSTITUTION: ("constitution", where.state, {}),
            _STATE_LAW: (self.source.choice(("statute", "common_law")), where.state, {}),
            _STATE_ORDER: (self.source.choice(("executive_order", "regulation")), where.state, {}),
            _LOCAL: (self.source.choice(("ordinance", "executive_order")), where.county, {"local": True}),
            _POLICY: ("agency_policy", where.county, {"local": True}),
        }[rank]
        # An order that binds only places below the state would be a local one.
        bound = [where.state] if rank == _STATE_ORDER else self.here(**binds)
        document = self.document(folder, kind, in_force={"from": self.started()}, binds=bound, norms=self.norms(rank))
        if self.source.chance(0.15):
            document["known"] = {"from": where.day(self.source.choice((-900, 1, 3, 500)))}
        self.ranks[document["id"]] = rank
        return document

    def ruling(self, construes: str | None = None, norms: list[dict[str, Any]] | None = None) -> LawDocument:
        """A ruling or decree on a text or on another ruling; a norm of it may construe something else."""
        source, where = self.source, self.scene
        target = construes or source.choice(tuple(self.ranks))
        rank = self.ranks[target]
        document = self.document(
            source.choice((where.county, where.state, "us/circuit-made-up")),
            "ruling" if source.chance(0.9) else "decree",
            stage=source.choice(("final", "preliminary", "pleading")),
            construes=target,
            known={"from": where.day(source.choice((-700, -2500, -60)) if source.chance(0.8) else source.choice((1, 2, 300)))},
            norms=norms or self.norms(rank, construes=target),
        )
        if document["kind"] == "ruling":
            document["court"] = source.choice(("us_appeals", "us_district", "state_supreme", "state_trial"))
        if source.chance(0.2):
            document["in_force"] = {"from": self.started()}
        if source.chance(0.12):
            document["persuades"] = self.here(wide=True)
        else:
            document["binds"] = self.here(local=source.chance(0.5))
            if source.chance(0.3):
                document["persuades"] = self.here(wide=True)
        if norms is None and source.chance(0.15):
            other = source.choice(tuple(self.ranks))
            extra = self.norm(self.ranks[other])
            document["norms"].append({"id": f"n{len(document['norms']) + 1}", **extra, "construes": other})
        self.ranks[document["id"]] = rank
        return document

    def ended(self, document: LawDocument, *, depth: int = 0) -> None:
        """End what it governs, or our knowledge of it, mostly by another authority that binds wherever it does."""
        source, where = self.source, self.scene
        ruling = document["kind"] in ("ruling", "decree")
        key = "known" if ruling or source.chance(0.2) else "in_force"
        interval = dict(document.get(key) or {})
        first = interval.get("from")
        until = where.day(source.choice((2, 1, 4, -30, -1, 300)))
        if first is not None and until <= first:
            return
        interval["until"] = until
        if source.chance(0.75):
            bound = {"binds": document["binds"]} if document.get("binds") else {"binds": self.here()}
            folder = document["id"].rpartition("/")[0]
            if ruling:
                ender = self.document(folder, "ruling", construes=document["construes"], known={"from": until}, **bound, norms=[])
                ender["court"] = "us_appeals"
            else:
                kind = document["kind"] if document["kind"] not in ("form", "agreement", "ice_policy") else "statute"
                ender = self.document(folder, kind, in_force={"from": until}, **bound, norms=[])
            if source.chance(0.3):
                # A law is enacted before, or found out after, the day on which it ends the other.
                ender["known"] = {"from": where.day(source.choice((-100, 5, 600)))}
            interval["ended_by"] = ender["id"]
            if depth < 2 and source.chance(0.25):
                self.ended(ender, depth=depth + 1)
        document[key] = interval

    def unranked(self) -> None:
        """What binds nobody's jail: an opinion, an ICE policy, an agreement, or a ruling that only persuades."""
        source, where = self.source, self.scene
        kind = source.integer(0, 3)
        if kind == 0:
            norm = self.norm(_STATE_LAW) if source.chance(0.6) else self.declaration("civil_arrest_power", source.chance(0.5))
            self.document(where.state, "opinion", in_force={"from": self.started()}, persuades=[where.state], norms=[{"id": "n1", **norm}])
        elif kind == 1:
            verb = source.choice(("forbid", "require"))
            norm = {"id": "n1", verb: "issue", "when": condition(source, favors=verb == "require", depth=1), "because": "made up"}
            self.document("us/ice", "ice_policy", in_force={"from": self.started()}, binds=["us/ice"], norms=[norm])
        elif kind == 2:
            norm = {"declare": "officer_287g", "value": source.chance(0.6), "because": "made up"}
            self.document(where.county, "agreement", in_force={"from": self.started()}, binds=[where.agency], norms=[norm])
        else:
            self.elsewhere()

    def elsewhere(self) -> LawDocument:
        """An authority that does not bind the scene's agency; it may persuade it."""
        source, where = self.source, self.scene
        rank = source.choice((_STATE_LAW, _POLICY, _STATE_CONSTITUTION, _STATUTE))
        document = self.text(rank)
        apart = [p for p in _ELSEWHERE if not p.startswith(where.state) and p not in where.sets]
        document["binds"] = [source.choice(apart)] if source.chance(0.7) else [where.state, {"except": [where.agency]}]
        if source.chance(0.4):
            document["persuades"] = self.here(wide=True)
        return document


def _optional(text: str | None) -> dict[str, Any]:
    return {} if text is None else {"when": text}


def random_law(
    source: Source,
    where: Scene,
    *,
    size: int = 10,
    four_tests: bool = True,
    agreements: bool = False,
    ends: float = 0.25,
    counted_from: Sequence[str] = COUNTED_FROM,
) -> list[LawDocument]:
    """A lawbook's documents: the real frame and about ``size`` made-up authorities of mixed rank around one scene.

    Most lawbooks declare power and probable cause in the usual way, so that holds happen. Without
    ``four_tests`` the frame lacks the four tests. ``agreements`` lets 287(g) agreements declare an agency's records.
    ``ends`` is how often an authority comes to an end. ``counted_from`` are the events that limits may count from.
    """
    documents = [d for d in frame() if four_tests or d["id"] != FOUR_TESTS]
    known = len(documents)
    maker = _Maker(source, where, documents, "made-up")
    if source.chance(0.85):
        power = maker.text(_STATE_LAW)
        power["in_force"] = {"from": where.day(-3000)}
        power.pop("known", None)
        affirm = {"permit": "hold", **maker.when("permit", _STATE_LAW)} if source.chance(0.4) else {"declare": "civil_arrest_power", "value": True, **_optional(usual(source, "civil_arrest_power", True))}
        power["norms"] = [{"id": "power", "because": "made up", **affirm}]
    if source.chance(0.85):
        affirm = {"declare": "probable_cause", "value": True, **_optional(usual(source, "probable_cause", True))}
        cause = maker.ruling(FOURTH_AMENDMENT, [{"id": "cause", "because": "made up", **affirm}])
        cause["known"] = {"from": where.day(-2500)}
        cause["binds"] = maker.here(wide=True)
        cause.pop("in_force", None)
    if source.chance(0.4):
        clock = maker.text(_REGULATION)
        clock["norms"] = [
            {"id": "clock", "limit": "hold", "hours": 48, "excluding": ["weekends", "federal_holidays"], "counted_from": "release_due", "when": "NOT judicial_warrant", "because": "made up"}
        ]
    for _ in range(source.integer(size // 5, size)):
        kind = source.integer(0, 19)
        if kind <= 9:
            document = maker.text(source.choice((5, 7, 8, 5, 4, 6, 1, 3, 2)))
        elif kind <= 15:
            document = maker.ruling()
        elif kind <= 17:
            maker.unranked()
            continue
        else:
            maker.elsewhere()
            continue
        if source.chance(ends):
            maker.ended(document)
    for document in documents[known:]:
        for norm in document["norms"]:
            if "limit" in norm and norm["counted_from"] not in counted_from:
                norm["counted_from"] = counted_from[0]
    if not agreements:
        documents = [d for d in documents if d["kind"] != "agreement"]
    return documents[:known] + _renumbered(documents[known:])


def more_law(source: Source, where: Scene, documents: Sequence[LawDocument], *, ranks: Sequence[int], size: int = 3) -> list[LawDocument]:
    """One to ``size`` further texts of the given ranks (1 the federal constitution … 8 agency policy) that bind here."""
    maker = _Maker(source, where, list(documents), "added")
    return _renumbered([maker.text(source.choice(ranks)) for _ in range(source.integer(1, size))])


def _renumbered(documents: list[LawDocument]) -> list[LawDocument]:
    """The documents with the numbered norms of each numbered anew: a norm that was repeated keeps no other's name."""
    for document in documents:
        for number, norm in enumerate(document.get("norms") or (), 1):
            if re.fullmatch(r"n\d+", str(norm.get("id", ""))):
                norm["id"] = f"n{number}"
    return documents


def more_elsewhere(source: Source, where: Scene, documents: Sequence[LawDocument], *, size: int = 3) -> list[LawDocument]:
    """One to ``size`` further authorities that do not bind the scene's agency; some persuade it."""
    maker = _Maker(source, where, list(documents), "added")
    return [maker.elsewhere() for _ in range(source.integer(1, size))]


# -- the lawbook ----------------------------------------------------------------------------------------------

_lock = threading.Lock()
_authorities: dict[tuple[int, bytes], Authority] = {}
_vocabularies: dict[int, Vocabulary] = {}  # keeps each alive, so that its id stays its own
_MOST = 50_000


def lawbook_from(documents: Iterable[Mapping[str, Any]], vocabulary: Vocabulary | None = None) -> Lawbook:
    """The lawbook of some documents, through the loader's own checks.

    Conditions and whole documents that were read before are not read again. ``vocabulary`` defaults to the one that
    ships. Raises LawError as the loader does, with the document's id for a place.
    """
    words = vocabulary or shipped_vocabulary()
    with _lock:
        _vocabularies.setdefault(id(words), words)
        if len(_authorities) > _MOST:
            _authorities.clear()
        if len(words.trees) > _MOST:
            words.trees.clear()
        found = [_authority(document, words) for document in documents]
    return link(found, words)


def _authority(document: Mapping[str, Any], vocabulary: Vocabulary) -> Authority:
    key = (id(vocabulary), canonical_bytes(document))
    found = _authorities.get(key)
    if found is None:
        found = reading.read_authority(Document(dict(document), {}, str(document.get("id"))), vocabulary=vocabulary)
        _authorities[key] = found
    return found
