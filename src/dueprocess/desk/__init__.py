"""The use cases of the live desk: one authorization and one entry each; reading, alerts, and a made-up county to try.

Public names: ``Desk`` (the use cases), ``Law`` (the law in use and what was adopted), ``Who`` (who asks), ``NotAllowed``,
``NotHere``, ``TYPES`` (the kinds of entry).
"""

from dueprocess.desk.cases import Desk
from dueprocess.desk.deciding import Law
from dueprocess.desk.events import TYPES
from dueprocess.desk.people import NotAllowed, NotHere, Who

__all__ = ["TYPES", "Desk", "Law", "NotAllowed", "NotHere", "Who"]
