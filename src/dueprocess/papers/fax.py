"""The line that a fax machine prints at the edge of each page: when it was sent or received."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dueprocess.papers.dates import read_moment
from dueprocess.papers.values import Line

_FAX = re.compile(r"\bfax\b|\bfrom\s*:|\bp(?:age|\.)?\s*\.?\s*\d+\s*(?:/|of)\s*\d+|\brcvd\b|received|\btime\b|->", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")


def header_time(lines: Sequence[Line]) -> str | None:
    """Its date and time of day (``2018-06-05T10:15``, no zone is printed); None where there is no such line."""
    for line in lines:
        if line.box.y1 > 0.055 and line.box.y0 < 0.965:
            continue
        text = " ".join(o.text for o in lines if o.box.same_row(line.box))
        if _CLOCK.search(text) and _FAX.search(text) and line.confidence > 0.85:
            moment = read_moment(text)
            if moment is not None and hasattr(moment, "hour"):
                return moment.isoformat(timespec="minutes")  # type: ignore[call-arg]
    return None
