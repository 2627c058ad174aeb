"""How much a row has: rows of one shape are answered by one query."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """``detainers``, ``papers`` and ``grounds`` are the rows of the side tables at most; ``vague`` says that ends of
    grounds may be inexact, ``bail`` that bail may have been refused, ``together`` that all grounds of a row begin at the
    same time, and no paper adds another, ``plain`` that no row has a paper, in itself or beside it, nor was bail refused;
    ``settled`` that it is plain, and that the law of the run says the same of all such rows throughout (settled.py)."""

    detainers: int = 0
    papers: int = 0
    grounds: int = 0
    vague: bool = True
    bail: bool = True
    together: bool = False
    plain: bool = False
    settled: bool = False

    @property
    def variants(self) -> tuple[int, ...]:
        """0 the grounds as known, 1 standing shortest, 2 standing longest; 3 to 5 the same had bail not been refused."""
        plain = (0, 1, 2) if self.vague else (0,)
        return (*plain, *(((3, 4, 5) if self.vague else (3,)) if self.bail else ()))


BUCKETS = (0, 1, 2, 4, 8, 16)
"""The sizes that queries are written for; rows that have more are asked one by one."""
