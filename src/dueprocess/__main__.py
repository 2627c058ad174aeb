"""``python -m dueprocess``."""

from dueprocess.cli import program

program()
