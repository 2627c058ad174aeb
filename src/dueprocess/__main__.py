"""``python -m dueprocess``."""

from dueprocess.cli import main

main()
