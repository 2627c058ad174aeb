"""dueprocess: what a jail may do with an immigration detainer, until when, and under what authority."""

__version__ = "0.1.0"
