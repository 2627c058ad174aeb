"""What a change of law does to a table of stays: every row asked under both lawbooks, and what moved, by the norms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dueprocess.audit.inputs import Input, decide, prepared_from
from dueprocess.audit.link import linked
from dueprocess.kernel.errors import InputError
from dueprocess.law import Lawbook

_SAME = "b.{0} IS NOT DISTINCT FROM a.{0}"
_PARTS = {
    "outcome": ("outcome",),
    "deadline": ("due_lo", "due_hi", "hold_until"),
    "hours": ("over_least", "over_most", "open_least", "open_most"),
    "class": ("class",),
    "norm": ("deciding_norm",),
}


@dataclass(frozen=True)
class LawImpact:
    """``stays`` were asked; ``changed`` counts those that are answered otherwise, by what changed; ``moves`` are
    (outcome before, outcome after, norm that decided before, norm that decides after, stays, change of the least and of
    the most hours), the commonest first."""

    stays: int
    changed: Mapping[str, int]
    moves: tuple[tuple[str, str, str | None, str | None, int, float, float], ...]

    def as_mapping(self) -> dict[str, Any]:
        """As JSON."""
        keys = ("before", "after", "norm_before", "norm_after", "stays", "hours_least_change", "hours_most_change")
        return {"stays": self.stays, "changed": dict(self.changed), "moves": [dict(zip(keys, m, strict=True)) for m in self.moves]}

    def lines(self, *, shown: int = 20) -> list[str]:
        """As text, a line each."""
        counts = ", ".join(f"{n} in {what}" for what, n in self.changed.items() if n and what != "any")
        told = [f"{self.changed['any']} of {self.stays} stays are answered otherwise" + (f": {counts}" if counts else "")]
        for before, after, old, new, stays, least, most in self.moves[:shown]:
            move = before if before == after else f"{before} -> {after}"
            norms = old if old == new else f"{old or 'no norm'} -> {new or 'no norm'}"
            told.append(f"  {stays} {move} by {norms or 'no norm'}; hours over {least:+,.1f} at least, {most:+,.1f} at most")
        if len(self.moves) > shown:
            told.append(f"  and {len(self.moves) - shown} other moves (--json lists all)")
        return told


def law_impact(inputs: Sequence[Input], before: Lawbook, after: Lawbook, *, today: date, map: Path | None = None, preset: str | None = None) -> LawImpact:
    """Ask the stays of an audit's input (tables, or a folder prepared before) under two lawbooks known ``today``.

    Hours of stays of class unknown or contradiction are left out of the sums. Raises InputError.
    """
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        prepared = prepared_from(inputs, folder / "prepared", lawbook=after, map=map, preset=preset)
        for name, book in (("b", before), ("a", after)):
            try:
                decide(prepared, folder / f"{name}.parquet", lawbook=book, law_known_at=today)
            except KeyError as error:
                raise InputError(f"the tables give the fact {error}, which one of the lawbooks lacks", do="take its column out of the map") from None
        with linked() as link:
            for name in ("b", "a"):
                link.read_parquet(str(folder / f"{name}.parquet")).create_view(name)
            same = {what: " AND ".join(_SAME.format(c) for c in columns) for what, columns in _PARTS.items()}
            link.execute(f"CREATE TEMP VIEW both_of AS SELECT b.row, {', '.join(f'NOT ({s}) AS {w}_moved' for w, s in same.items())} FROM b JOIN a ON a.row = b.row")
            any_moved = " OR ".join(f"{w}_moved" for w in _PARTS)
            sums = ", ".join(f"count(*) FILTER (WHERE {w}_moved)" for w in _PARTS)
            found = link.execute(f"SELECT count(*), count(*) FILTER (WHERE {any_moved}), {sums} FROM both_of").fetchall()[0]
            counted = "b.class NOT IN ('unknown', 'contradiction') AND a.class NOT IN ('unknown', 'contradiction')"
            moves = link.execute(
                f"""SELECT coalesce(b.outcome, b.class), coalesce(a.outcome, a.class), b.deciding_norm, a.deciding_norm, count(*)::BIGINT,
                coalesce(sum(a.over_least - b.over_least) FILTER (WHERE {counted}), 0) / 3600.0, coalesce(sum(a.over_most - b.over_most) FILTER (WHERE {counted}), 0) / 3600.0
                FROM b JOIN a ON a.row = b.row JOIN both_of AS m ON m.row = b.row WHERE {any_moved} GROUP BY ALL ORDER BY 5 DESC, 1, 2, 3, 4"""
            ).fetchall()
    changed = {"any": found[1], **dict(zip(_PARTS, found[2:], strict=True))}
    return LawImpact(found[0], changed, tuple((b, a, n, m, c, round(float(x), 4), round(float(y), 4)) for b, a, n, m, c, x, y in moves))
