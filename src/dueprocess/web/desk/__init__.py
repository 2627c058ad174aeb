"""The desk over HTTP: ``desk_app`` makes the application of a ``Service``.

``service`` what every page works with; ``session`` who asks and what a form holds; ``drawing`` templates; ``guard`` what stands
before it all. One module a part: ``pages`` (board, person, alerts), ``accounts``, ``api`` (other systems).
"""

from dueprocess.web.desk.app import desk_app
from dueprocess.web.desk.service import Service

__all__ = ["Service", "desk_app"]
