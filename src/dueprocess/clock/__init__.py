"""Counted days, and limits turned into deadlines with their steps."""

from dueprocess.clock.calendar import Calendar, load_calendar
from dueprocess.clock.deadline import Step, deadline, steps

__all__ = ["Calendar", "Step", "deadline", "load_calendar", "steps"]
