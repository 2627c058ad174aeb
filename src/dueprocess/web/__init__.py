"""Pages over HTTP: an edge. Each service is an application of its own, in a process of its own.

``public_app`` is the public page: no account, no cookies, nothing stored.
"""

from dueprocess.web.public import public_app

__all__ = ["public_app"]
