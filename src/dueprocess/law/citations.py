"""Whether citations have a standard form, as two other programs read them: eyecite (reports of decisions) and
citeurl (statutes, regulations, constitutions). Both come with the extra ``citations`` and are imported only here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

PARSED, NO_FORM, WRONG = "parsed", "no standard form", "wrong"

# "793 F.3d 208": a volume, an abbreviation, a page. A ruling that is cited so must be found in a reporter.
_REPORT = re.compile(r"\b\d{1,4} (?!(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)\b)(?P<reporter>[A-Z][A-Za-z0-9.' ]{0,20}?) \d{1,8}\b")
_KINDS_IN_REPORTS = ("ruling", "decree")


@dataclass(frozen=True, slots=True)
class Look:
    """How one citation was read: PARSED, NO_FORM or WRONG, and what of it stands in no known reporter."""

    state: str
    part: str = ""


def versions() -> str | None:
    """The two programs with their versions, as part of a cache's key; None where they are not installed."""
    # citeurl imports markdown without asking for it.
    if any(find_spec(name) is None for name in ("eyecite", "citeurl", "markdown")):
        return None
    return f"eyecite {version('eyecite')} and citeurl {version('citeurl')}"


def look(citations: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Look]:
    """Read citations, each given as (kind of authority, citation). Empty where the programs are not installed."""
    if versions() is None:
        return {}
    parse = _parser()
    return {pair: _look(*pair, parse) for pair in citations}


def _look(kind: str, citation: str, parse: Callable[[str], int]) -> Look:
    unknown = [m.group() for m in _REPORT.finditer(citation) if kind in _KINDS_IN_REPORTS and not parse(m.group())]
    # Days ("Feb. 7, 2018") and dockets have no reporter between two numbers; what is left names one that is not known.
    if unknown:
        return Look(WRONG, unknown[0])
    return Look(PARSED if any(parse(part.strip()) for part in citation.split(";")) else NO_FORM)


@lru_cache(maxsize=1)
def _parser() -> Callable[[str], int]:
    eyecite: Any = import_module("eyecite")
    citator: Any = import_module("citeurl").Citator()

    @lru_cache(maxsize=4096)
    def parse(text: str) -> int:
        found = [c for c in eyecite.get_citations(text) if type(c).__name__ in ("FullCaseCitation", "FullLawCitation")]
        return len(found) or int(citator.cite(text) is not None)

    return parse
