"""Made-up law and made-up stays: mostly meaningful, valid by construction, the same for the same seed.

For tests of this package, of other evaluators, and of programs that embed it. All people and law are made up; the
places, forms and the vocabulary are the real ones.

Choices come from a *source*, so that one generator serves both a fast loop and Hypothesis:

- ``Seeded(seed)``: choices from ``random.Random``; thousands of pairs a second, no further package.
- ``dueprocess.testing.strategies`` (needs ``hypothesis``): ``sourced(make)`` turns any function of a source into a
  strategy that shrinks, ``seeded(make)`` into a faster one that does not; ``scenes``, ``laws``, ``stays`` and
  ``cases`` are ready-made.

Law:

- ``Scene``, ``scene(source)``: an agency and the day of booking that law and case turn around.
- ``random_law(source, scene)``: documents in the lawbook's file format, as plain mappings: the real frame
  (``frame()``: four tests, Fourth Amendment, 8 U.S.C. 1357(g)(10), forms) and about ten authorities of mixed rank.
- ``more_law``, ``more_elsewhere``: further authorities that bind, or do not bind, the same agency.
- ``lawbook_from(documents, vocabulary=None)``: the ``Lawbook``, through the loader's own checks.
- ``condition(source, favors=…)``: one condition that the rule of polarity allows.

Cases:

- ``random_stay(source, scene)``: a case file's mapping with nothing unknown and every time an instant.
- ``blurred(source, scene, case, rate=…)``: the same with some of it unknown or less exact, so that the first is one
  of the things the second leaves possible. ``random_case`` is one or the other; ``random_pair`` law and case at once.
- ``cancelled``, ``without_paper``, ``is_local_ground``, ``detainers_of``, ``random_adoption``: variations of a case.

Papers: ``dueprocess.testing.papers``, a factory of filled-in forms, their scans, and the truth about both.

Answers:

- ``stay_of(case, lawbook)``: the ``Stay``; ``side_by_side(spans, spans)``: two timelines, stretch by stretch;
  ``is_hold(outcome)``.
- ``shrink(documents, cases, fails)``: a small law and small cases, found by leaving things out, for which ``fails``.

    >>> source = Seeded(7)
    >>> documents, case = random_pair(source)
    >>> stay = stay_of(case, lawbook_from(documents))
    >>> stay.spans[0].outcome in ("local_custody", "release", "review", "may_hold", "must_hold")
    True
"""

from dueprocess.decide import Stay
from dueprocess.testing.cases import (
    CaseDocument,
    blurred,
    bounds,
    cancelled,
    detainers_of,
    is_local_ground,
    random_adoption,
    random_case,
    random_pair,
    random_stay,
    without_paper,
)
from dueprocess.testing.compare import TODAY, Stretch, is_hold, side_by_side, stay_of
from dueprocess.testing.conditions import assignment, condition, tree
from dueprocess.testing.law import (
    AGENCIES,
    COUNTED_FROM,
    FROM_RECEIPT,
    LawDocument,
    Scene,
    frame,
    lawbook_from,
    more_elsewhere,
    more_law,
    random_law,
    scene,
    shipped_vocabulary,
)
from dueprocess.testing.shrinking import shrink
from dueprocess.testing.source import Seeded, Source, shuffled, some

__all__ = [
    "AGENCIES",
    "COUNTED_FROM",
    "FROM_RECEIPT",
    "TODAY",
    "CaseDocument",
    "LawDocument",
    "Scene",
    "Seeded",
    "Source",
    "Stay",
    "Stretch",
    "assignment",
    "blurred",
    "bounds",
    "cancelled",
    "condition",
    "detainers_of",
    "frame",
    "is_hold",
    "is_local_ground",
    "lawbook_from",
    "more_elsewhere",
    "more_law",
    "random_adoption",
    "random_case",
    "random_law",
    "random_pair",
    "random_stay",
    "scene",
    "shipped_vocabulary",
    "shrink",
    "shuffled",
    "side_by_side",
    "some",
    "stay_of",
    "tree",
    "without_paper",
]
