"""The public page over HTTP: no account, no cookies, nothing stored. ``public_app`` makes the application."""

from dueprocess.web.public.app import public_app

__all__ = ["public_app"]
