"""Foreign files to custody tables: maps, presets, problems. Every row is accounted for, every defect listed."""

from dueprocess.tables.choosing import presets
from dueprocess.tables.header import plain
from dueprocess.tables.mapping import Map
from dueprocess.tables.mapreading import load_map, read_map
from dueprocess.tables.preparing import Prepared, Say, prepare
from dueprocess.tables.proposing import Proposal, propose
from dueprocess.tables.sources import bare, named

__all__ = ["Map", "Prepared", "Proposal", "Say", "bare", "load_map", "named", "plain", "prepare", "presets", "propose", "read_map"]
