"""The lawbook: law as data, loaded, checked and indexed."""

from dueprocess.law.lawbook import Applied, Lawbook
from dueprocess.law.linking import link
from dueprocess.law.loading import default_folder, load_lawbook
from dueprocess.law.model import RANK_NAMES, Authority, By, Interval, Norm, covers, declares

__all__ = [
    "RANK_NAMES",
    "Applied",
    "Authority",
    "By",
    "Interval",
    "Lawbook",
    "Norm",
    "covers",
    "declares",
    "default_folder",
    "link",
    "load_lawbook",
]
