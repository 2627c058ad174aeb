"""Letters: for each county or agency that a condition selects, a letter from its own row of the registry, its law and its figures.

Public: ``Job`` and ``choose``, ``make_all`` (``letters.run``); ``read_template``, ``find_template``, ``shipped`` (``letters.template``);
``lint`` (``letters.lint``); ``write_outputs`` (``letters.outputs``). Nothing here sends anything.
"""

from dueprocess.letters.lint import Finding, lint
from dueprocess.letters.recipients import LeftOut, Recipient, Selection
from dueprocess.letters.run import Job, Made, choose, make_all
from dueprocess.letters.template import Template, find_template, read_template, shipped

__all__ = [
    "Finding",
    "Job",
    "LeftOut",
    "Made",
    "Recipient",
    "Selection",
    "Template",
    "choose",
    "find_template",
    "lint",
    "make_all",
    "read_template",
    "shipped",
]
