"""What one query is about: the law, the days and the shape of its rows, and the names that its stages share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dueprocess.batch import rows
from dueprocess.batch.calendars import Calendars
from dueprocess.batch.folding import ATOMS_A_WORD, Atom, Folded, Spec
from dueprocess.batch.forms import Looks
from dueprocess.batch.shape import Shape
from dueprocess.batch.survey import Told

OUT_LOCAL, OUT_RELEASE, OUT_REVIEW, OUT_MAY, OUT_MUST = range(5)
OUTCOMES = ("local_custody", "release", "review", "may_hold", "must_hold")


MANY = 2
"""Papers or grounds beside a row from which on its joins are many."""


MOST_HOURS = 240
"""Counted hours that surely go by within the margin of the calendar, whatever weekends and holidays lie between."""


class Asked:
    """One run's law and days, and one shape of rows. ``columns`` are those of the rows."""

    def __init__(self, folded: Folded, calendars: Calendars, shape: Shape, *, columns: Iterable[str], one_known: bool, events: Iterable[str] = (), far: Calendars | None = None, timeline: bool = True, only_classes: bool = False, times: Mapping[str, Told] | None = None) -> None:
        self.folded = folded
        self.calendars = calendars
        self.shape = shape
        self.columns = frozenset(columns)
        self.one_known = one_known
        self.all_cuts = far is not None
        """Whether all changes of law after a moment are asked about, not only those before the person left."""
        self.far_calendars = far or calendars
        self.times: dict[str, Told] = {**(times or {}), **(dict.fromkeys(rows.TIMES_OF_PAPERS, Told(given=False)) if shape.plain else {})}
        """How the rows give a recorded time, where that is known."""
        self.everything = timeline
        """Whether more is asked than the outcome at one moment."""
        self.timeline = timeline and not shape.settled
        """Whether that takes more than one instant of a row."""
        self.only_classes = only_classes
        """Whether of that only the classes and the hours over are asked."""
        self.variants = tuple(v for v in shape.variants if v < 3 or not only_classes) if self.timeline and not self.all_cuts else (0,)
        self.far = "far_" if far else ""
        """Prefix of the tables of days: those that reach as far ahead as law and ages do, where that is asked."""
        self.vocabulary = folded.lawbook.vocabulary
        stated = [c[2:] for c in sorted(self.columns) if c.startswith("f_") and c[2:] in self.vocabulary.facts]
        self.stated = [n for n in stated if self.vocabulary.facts[n].origin != "detainer"]
        self.looks = Looks(folded, stated=[n for n in stated if self.vocabulary.facts[n].origin == "detainer"])
        self.events = tuple(events)
        """The kinds of events that the rows have beside them."""
        self.place: dict[Atom, tuple[int, int]] = {a: (i // ATOMS_A_WORD, 2 * (i % ATOMS_A_WORD)) for i, a in enumerate(folded.atoms)}
        self.words = max(1, -(-len(folded.atoms) // ATOMS_A_WORD))
        self.detainer_slots = [] if shape.settled else list(range(shape.detainers + 1))
        form_specs = {s for e in self.looks.sets for specs in e.specs for s in specs}
        self.specs: tuple[Spec, ...] = tuple(sorted({*folded.specs, *form_specs}))
        self.form_specs = form_specs
        self.join = "LEFT JOIN" if shape.detainers or shape.papers > MANY or len(self.grounds_asked) > MANY else "JOIN"
        """How a row meets the tables of which it finds exactly one row each. With many of them, or one of them several
        times, an engine would look long for the order of inner joins, and may begin with those among the tables."""

    def window(self, instant: str, zone: str = "zone_number") -> str:
        """The number of the window of an instant (SQL)."""
        return self.calendars.number_sql(instant, zone)

    def day_of(self, alias: str, instant: str, column: str) -> str:
        """What a joined window says of the local day of an instant."""
        return f"(CASE WHEN {instant} < {alias}.split THEN {alias}.{column}_a ELSE {alias}.{column}_b END)"

    @property
    def alone(self) -> bool:
        """Whether no ground is listed beside the rows: the first is ``release_due``, or there is none."""
        return self.shape.grounds == 0

    @property
    def before_bail(self) -> bool:
        """Whether the grounds are also asked about as if bail had not been refused."""
        return any(v >= 3 for v in self.variants)

    @property
    def ends_known(self) -> bool:
        """Whether no end of a limit lies beyond the calendar, so that one that nothing turns on need not be looked up."""
        return self.calendars.verified and all(s.hours <= MOST_HOURS for s in self.specs if s.excluding)

    @property
    def one_ground(self) -> bool:
        """Whether grounds that begin together are asked about as one, number 0, that ends with the last of them: the
        limits of the others end no later."""
        return self.shape.together and self.timeline and self.ends_known

    @property
    def grounds_asked(self) -> list[int]:
        """The numbers of the grounds that are asked about at each instant."""
        return [0] if self.one_ground else [s.number for s in rows.ground_slots(self.shape)]

    def is_detainer(self, atom: Atom) -> bool:
        """Whether an atom asks something of a detainer."""
        return bool(atom.facts) and any(self.vocabulary.facts[f].origin == "detainer" for f in atom.facts)

    def lacking(self, slot: int) -> str:
        """Whether a slot has no listed detainer."""
        return "TRUE" if self.shape.plain else f"k{slot}_form IS NULL" if len(self.detainer_slots) > 1 else "no_detainer"

    def unlisted(self, slot: int) -> str:
        """Whether a slot is the detainer that nobody listed."""
        return "FALSE" if slot else "(NOT complete)" if self.shape.plain else "(no_detainer AND NOT complete)"

    def candidates(self) -> Sequence[str]:
        """Prefixes of the candidates' question columns; the last is the one without a detainer."""
        return [*(f"q{i}" for i in self.detainer_slots), "n"]
