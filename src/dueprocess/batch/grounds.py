"""The grounds of local custody at an instant: which stand, and when release was due."""

from __future__ import annotations

from collections.abc import Sequence

from dueprocess.batch import rows
from dueprocess.batch.asked import Asked
from dueprocess.batch.sqltext import HIGH, LOW, by, greatest, least


class Grounds:
    """The grounds in each variant of their placement (``Shape.variants``)."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    def ground_at(self, k: int, v: int) -> dict[str, str]:
        """The bounds of a ground in a variant: start, end, and the names of its limits' ends."""
        p = "a" if v >= 3 else "b"
        s_lo, s_hi, e_lo, e_hi = (f"{p}{k}_{c}" for c in ("s_lo", "s_hi", "e_lo", "e_hi"))
        kind = v % 3
        if kind == 0:
            return {"s_lo": s_lo, "s_hi": s_hi, "e_lo": e_lo, "e_hi": e_hi, "x_lo": f"x_{p}{k}_lo", "x_hi": f"x_{p}{k}_hi"}
        if kind == 2:
            return {"s_lo": s_lo, "s_hi": s_lo, "e_lo": e_hi, "e_hi": e_hi, "x_lo": f"x_{p}{k}_hi", "x_hi": f"x_{p}{k}_hi"}
        # Standing shortest: a ground that may end before it begins does not stand at all.
        start = f"(CASE WHEN {s_lo} = {s_hi} OR {s_hi} < {e_lo} THEN {s_hi} ELSE {HIGH} END)"
        return {"s_lo": start, "s_hi": start, "e_lo": e_lo, "e_hi": e_lo, "x_lo": f"x_{p}{k}_lo", "x_hi": f"x_{p}{k}_lo"}

    def sure(self, v: int, slots: Sequence[int], name: str) -> tuple[dict[int, str], dict[int, str]]:
        """Whether each ground has certainly, and whether it has possibly, stood and ended."""
        return {k: f"(g{k}_on_{name} = 2 AND g{k}_off_{name} = 2)" for k in slots}, {k: f"(g{k}_on_{name} <> 0 AND g{k}_off_{name} <> 0)" for k in slots}

    def due_at_moment(self) -> list[dict[str, str]]:
        """Layers that end with ``due_lo_at`` and ``due_hi_at``: when release was due as things stood at the moment asked
        about, by each ground."""
        return self.ground_layers(0, "moment", slots=[s.number for s in rows.ground_slots(self.asked.shape)], name="at")

    def ground_layers(self, v: int, t: str, *, slots: Sequence[int] = (), name: str = "") -> list[dict[str, str]]:
        """How the grounds stand at ``t`` in a variant, and when release was due; the columns end in ``name`` (default: the
        variant)."""
        first: dict[str, str] = {}
        name = name or str(v)
        sure, possible = self.sure(v, slots or self.asked.grounds_asked, name)
        for k in sure:
            g = self.ground_at(k, v)
            first[f"g{k}_on_{name}"] = by(g["s_lo"], g["s_hi"], t)
            first[f"g{k}_off_{name}"] = by(g["e_lo"], g["e_hi"], t)
        stands = [least(f"g{k}_on_{name}", f"2 - g{k}_off_{name}") for k in sure]
        second = {f"standing_{name}": greatest(*stands, "CASE WHEN gnone THEN 1 ELSE 0 END"), f"sure_{name}": "(" + " OR ".join(sure.values()) + ")"}
        low = greatest(*(f"CASE WHEN {sure[k]} THEN {self.ground_at(k, v)['e_lo']} ELSE {LOW} END" for k in sure))
        high = greatest(*(f"CASE WHEN {possible[k]} THEN {self.ground_at(k, v)['e_hi']} ELSE {LOW} END" for k in sure))
        third = {
            f"due_lo_{name}": f"CASE WHEN gnone THEN {LOW} WHEN sure_{name} THEN {low} ELSE booked_l END",
            f"due_hi_{name}": f"CASE WHEN gnone THEN {HIGH} WHEN sure_{name} THEN {high} ELSE greatest({high}, booked_h) END",
            f"none_{name}": f"(gnone OR (alone_due AND NOT sure_{name}))",
        }
        return [first, second, third]
