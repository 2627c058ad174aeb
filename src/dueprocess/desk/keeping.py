"""Once a day and agency: what is personal and has had its time is erased, what is kept for a week goes."""

from __future__ import annotations

import logging
from datetime import date

from dueprocess.desk.cases import Desk
from dueprocess.kernel.instants import local_date
from dueprocess.store import retention

log = logging.getLogger("dueprocess.desk")


class Keeping:
    """The daily work, to be asked as often as one likes. It is done at the first turn after a start, and then at the first
    turn of each local day; done twice it changes nothing more."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._done: dict[str, date] = {}

    def turn(self, agencies: list[str]) -> int:
        """Returns how many stays were erased. One agency's fault does not stop the others' work, and is tried again."""
        count = 0
        for agency in agencies:
            try:
                now = self._desk.now()
                today = local_date(self._desk.zone(agency), now)
                if self._done.get(agency) == today:
                    continue
                self._desk.drop_old_rosters(agency)
                count += retention.daily(self._desk.store, self._desk.writer, agency=agency, now=now)
                self._done[agency] = today
            except Exception as error:  # the database may be away: the next turn tries again
                log.error("the daily erasing failed for one agency: %s", type(error).__name__)
        return count
