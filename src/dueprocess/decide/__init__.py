"""One case to one decision, with its reasons."""

from dueprocess.decide.answer import answer, decide_case
from dueprocess.decide.stay import Setting, Stay

__all__ = ["Setting", "Stay", "answer", "decide_case"]
