"""A case: custody, papers as values, events; and the facts of an instant."""

from dueprocess.case.model import DETAINERS, Case, Given, Ground, Paper
from dueprocess.case.reading import read_case

__all__ = ["DETAINERS", "Case", "Given", "Ground", "Paper", "read_case"]
