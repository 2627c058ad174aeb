"""Audits: past stays measured against the law of their day, with theories, classes and exposure beside it."""

from dueprocess.audit.classes import Members, read_definition
from dueprocess.audit.comparison import Comparison, compare
from dueprocess.audit.exposure import Assumptions
from dueprocess.audit.folder import Options, audit, explain, locate
from dueprocess.audit.theories import Theory, read_theory
from dueprocess.audit.whatif import Question, ask, question

__all__ = [
    "Assumptions",
    "Comparison",
    "Members",
    "Options",
    "Question",
    "Theory",
    "ask",
    "audit",
    "compare",
    "explain",
    "locate",
    "question",
    "read_definition",
    "read_theory",
]
