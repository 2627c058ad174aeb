"""The registry: which agency has which policy, since when, says who. Claims are evidence; the engine never reads them."""

from dueprocess.registry.arbitrate import RULES, Segment, View, resolve
from dueprocess.registry.counts import COLUMNS, Count, Definition, count, definitions
from dueprocess.registry.disputes import Change, Disagreement, changes, disagreements
from dueprocess.registry.importing import ImportRefused
from dueprocess.registry.matching import ActorMatcher, Match, Printed
from dueprocess.registry.model import ACCEPTS, LIMITS, POSITIONS, Actor, Claim, CountClaim, Source, days, side
from dueprocess.registry.store import PlaceView, Registry, load_registry, read_registry

__all__ = [
    "ACCEPTS",
    "COLUMNS",
    "LIMITS",
    "POSITIONS",
    "RULES",
    "Actor",
    "ActorMatcher",
    "Change",
    "Claim",
    "Count",
    "CountClaim",
    "Definition",
    "Disagreement",
    "ImportRefused",
    "Match",
    "PlaceView",
    "Printed",
    "Registry",
    "Segment",
    "Source",
    "View",
    "changes",
    "count",
    "days",
    "definitions",
    "disagreements",
    "load_registry",
    "read_registry",
    "resolve",
    "side",
]
