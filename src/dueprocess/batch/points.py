"""The instants of a stay at which something may change: events, ends of limits, midnights on which the law changes."""

from __future__ import annotations

from dueprocess.batch import rows
from dueprocess.batch.asked import Asked
from dueprocess.batch.limits import Limits
from dueprocess.batch.sqltext import HIGH, chain, greatest, least, sorting, within
from dueprocess.batch.survey import Told

ASKED = "(conflict IS NULL AND moment IS NOT NULL AND NOT outside)"
"""Whether a row can be asked about; one that cannot has a single instant, which says nothing."""


class Points:
    """Lists of instants, one a row."""

    def __init__(self, asked: Asked, limits: Limits) -> None:
        self.asked = asked
        self.limits = limits

    def _of_custody(self) -> list[str]:
        """The instants of every row: those of its grounds, the begin and the moment asked about."""
        found = ["booked_h"] if len(self._sides("booked")) > 1 else []
        for k in self.asked.grounds_asked:
            for prefix in ("b", "a") if self.asked.before_bail else ("b",):
                columns = ["e_lo", "e_hi"] if self.asked.shape.vague else ["e_lo"]
                if self.asked.shape.grounds or self.asked.shape.papers:
                    columns += ["s_lo", "s_hi"]
                found += [f"{prefix}{k}_{c}" for c in columns]
        # What is certainly local custody adds to nothing and needs no instant.
        return [f"CASE WHEN calm <= begin THEN begin ELSE {HIGH} END", greatest("begin", "moment"), *(within(x) for x in dict.fromkeys(found))]

    def _of_others(self) -> list[str]:
        """The instants that few rows have while it matters, beside the ends of limits: those of papers and facts."""
        found = [f"d{i}_{n}_{side}" for i in self.asked.detainer_slots for n, name in (("rec", "detainer_received"), ("srv", "detainer_served"), ("can", "detainer_cancelled")) for side in (("lo", "hi") if i else self._sides(name))]
        for slot in rows.paper_slots(self.asked.shape):
            if slot.inline:
                found += [f"{slot.inline}_{side[0]}" for side in self._sides(slot.inline)]
            else:
                found += [slot.low, slot.high, slot.cancelled_low, slot.cancelled_high]
        for name in self.asked.stated:
            if f"f_{name}_from" in self.asked.columns:
                found.append(f"f_{name}_from")
        if "determined_probable_cause_at" in self.asked.columns:
            found.append("determined_probable_cause_at")
        return list(dict.fromkeys(found))

    def _of_limits(self) -> tuple[list[str], list[str]]:
        """The ends of limits: of those from when release was due, and of others."""
        due: list[str] = []
        others: list[str] = []
        for start in self.limits.starts:
            found = due if start.name[0] in "abk" else others
            for i, _ in self.limits.specs_of(start):
                for side in ("lo", "hi") if self.asked.shape.vague or start.name[0] not in "ab" or (self.asked.alone and start.name == "b1") else ("lo",):
                    end = f"x_{start.name}_{side}_{i}"
                    found.append(f"(CASE WHEN {end} < unsure_until THEN {end} END)" if start.name == "k" else end)
        return due, others

    def listed(self) -> str:
        """``epochs`` with ``points0``: the instants of each row at which something may change, the law's midnights left
        aside, ascending; what is none is far off at the end, or repeats another."""
        first, (due, ends), others = self._of_custody(), self._of_limits(), self._of_others()
        any_of = " OR ".join(f"({x} >= since_at AND {x} < until_at)" for x in (*others, *ends))
        # None of them ends before the first of them does.
        any_due = " OR ".join(f"({x} >= since_at AND {x} < until_at)" for x in due)
        inside = " OR ".join(filter(None, (any_of, f"(first_end < until_at AND ({any_due}))" if due else ""))) or "FALSE"
        every = ", ".join([*first, *(within(x) for x in (*others, *due, *ends))])
        layers: list[dict[str, str]] = [{f"p0_{n}": sql for n, sql in enumerate(first)}]
        at = [f"p0_{n}" for n in range(len(first))]
        for number, pairs in enumerate(sorting(len(first)), start=1):
            layer: dict[str, str] = {}
            for i, j in pairs:
                one, other = at[i], at[j]
                at[i], at[j] = f"p{number}_{i}", f"p{number}_{j}"
                layer |= {at[i]: least(one, other), at[j]: greatest(one, other)}
            layers.append(layer)
        # Most rows have no others, and sorting a list takes longer than comparing a few columns.
        points = f"CASE WHEN NOT {ASKED} THEN [CAST(0 AS BIGINT)] WHEN {inside} THEN list_filter(list_sort([{every}]), lambda x: x < {HIGH}) ELSE [{', '.join(at)}] END"
        return chain("epochs", *layers, {"points0": points})

    def bounds_of_points(self) -> dict[str, str]:
        """Where something may change that matters: after all that is certainly local custody, up to an end.
        Hours are measured until the person left; when a hold would end after that is asked of the few who were held."""
        return {"since_at": "CASE WHEN calm > begin THEN calm ELSE begin + 1 END", "until_at": HIGH if self.asked.all_cuts else "coalesce(left_h, moment)"}

    def _sides(self, name: str) -> tuple[str, ...]:
        return self.asked.times.get(name, Told()).sides

    def horizon(self) -> dict[str, str]:
        """The last instant of a row at which anything is asked."""
        return {"horizon": "greatest(begin, moment, coalesce(left_h, moment))"}

    def epochs(self) -> str:
        """The epoch of a row whose law stays the same, else null."""
        # Where the law does not change over the stay, its epoch is looked up once.
        first, last = self.asked.day_of("eb", "s.begin", "epoch"), self.asked.day_of("ee", "s.horizon", "epoch")
        return f"CASE WHEN {'FALSE' if self.asked.all_cuts else f'{first} = {last}'} THEN {first} END AS epoch"

    def with_cuts(self) -> str:
        """The rows with their instants, sorted."""
        if not self.asked.timeline:
            return "SELECT * FROM epochs"
        conviction = self._anniversaries()
        # Of a row whose law stays the same no midnight is asked about.
        place = f"CASE WHEN r.epoch IS NULL THEN {self.asked.calendars.place_sql('r.jurisdiction', 'r.zone_number')} END"
        cuts = f"list_filter(c.cuts, lambda x: x > r.begin{'' if self.asked.all_cuts else ' AND x <= r.horizon'})"
        lists = f"CASE WHEN c.cuts IS NULL THEN points0 ELSE list_sort(list_concat(points0, {cuts})) END"
        if conviction:
            lists = f"CASE WHEN c.cuts IS NULL AND an.days IS NULL THEN points0 ELSE list_sort(list_concat(list_concat(points0, coalesce({cuts}, [r.begin])), coalesce(an.days, [r.begin]))) END"
        return f"WITH listed AS ({self.listed()}) SELECT r.*, {lists} AS points FROM listed AS r LEFT JOIN cut_lists AS c ON c.number = {place}{conviction}"

    def _anniversaries(self) -> str:
        """Local midnights on which a conviction turns as old as some condition asks."""
        if "f_conviction_date" not in self.asked.columns or not self.asked.folded.lawbook.conviction_years:
            return ""
        years = " UNION ALL ".join(f"SELECT {y} AS years" for y in self.asked.folded.lawbook.conviction_years)
        limit = "TRUE" if self.asked.all_cuts else "d.day_start <= r.horizon"
        turned = ""
        parts = []
        for column in ["f_conviction_date", *(["f_conviction_date_then"] if "f_conviction_date_then" in self.asked.columns else [])]:
            parts.append(
                f"SELECT r.row AS an_row, d.day_start AS instant FROM epochs AS r CROSS JOIN ({years}) AS y JOIN {self.asked.far}days AS d ON d.zone = r.zone_number AND d.year = year(r.{column}) + y.years"
                f" AND (d.month_day = month(r.{column}) * 100 + day(r.{column}) OR (d.month_day = 301 AND month(r.{column}) = 2 AND day(r.{column}) = 29))"
                f" WHERE r.{column} IS NOT NULL AND d.day_start > r.begin AND {limit}"
            )
        turned = " UNION ALL ".join(parts)
        return f" LEFT JOIN (SELECT an_row, list(instant) AS days FROM ({turned}) AS turned GROUP BY an_row) AS an ON an.an_row = r.row"
