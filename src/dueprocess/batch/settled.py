"""Rows whose answer needs no timeline: no paper is known of, and once local custody has ended the law says one thing throughout.

Of a complete record that is release; of one in which nothing at all is known it is that nobody can say. Which norm decides is still
asked, at the one moment of the outcome; the hours are arithmetic on the row's own times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from dueprocess.batch.asked import Asked
from dueprocess.batch.engines import Engine
from dueprocess.batch.facts import PAPER_FACTS
from dueprocess.batch.folding import Atom
from dueprocess.batch.forms import without_detainer
from dueprocess.batch.resolve import Resolver
from dueprocess.batch.rows import WARRANTS
from dueprocess.batch.sqltext import HIGH, greatest, least, quoted

HOURS = ("over_least", "over_most", "open_least", "open_most")
_TRIED = 6
"""So many facts at most are tried each way."""


def always_released(engine: Engine, asked: Asked) -> bool:
    """Whether the law of every regime in the table ``regimes`` says release of somebody whom no paper concerns, whatever else
    holds: then certainly of each row, since more knowledge never opens what is settled."""
    # Of what is declared or determined, "unknown" leaves the law's own word, which a row may overrule: it is tried each way.
    tried = [a for a in asked.place if a.kind == "determined" or (a.kind == "fact" and a.name in asked.folded.declared and not asked.is_detainer(a))]
    if len(tried) > _TRIED:
        return False
    known = {atom: _code(asked, atom) for atom in asked.place}
    questions = [_words(asked, known | dict(zip(tried, codes, strict=True))) for codes in product((0, 1, 2), repeat=len(tried))]
    return _everywhere(engine, asked, questions, "favor <= 0 AND against <= 0")


def always_open(engine: Engine, asked: Asked) -> bool:
    """Whether the law of every regime in the table ``regimes`` leaves it open what holds of somebody of whom nothing is known: neither
    release nor a hold is certain, with no detainer and with one that nobody has listed, before any limit has run out and after all have."""
    questions = []
    for listed, ended in product((False, True), (0, 2)):
        codes = {a: ended if a.kind == "ended" else without_detainer(a) if asked.is_detainer(a) and not listed else 1 for a in asked.place}
        questions.append(_words(asked, codes))
    # Without a detainer a warrant may be there; with one that nobody has listed that is so as well, and no more is certain.
    return _everywhere(engine, asked, questions, "favor > 0 AND against <= 0")


def _words(asked: Asked, codes: Mapping[Atom, int]) -> tuple[int, ...]:
    """The words of a question."""
    words = [0] * asked.words
    for atom, (word, shift) in asked.place.items():
        words[word] += codes[atom] << shift
    return tuple(words)


def _everywhere(engine: Engine, asked: Asked, questions: Sequence[tuple[int, ...]], holds: str) -> bool:
    """Whether a condition on ``favor`` and ``against`` holds of some questions' answers in every regime."""
    columns = [f"w_{w}" for w in range(asked.words)]
    engine.table("unlisted_questions", dict.fromkeys(columns, "BIGINT"), questions)
    every = f"(SELECT g.regime, {', '.join(f'q.{c}' for c in columns)} FROM regimes AS g CROSS JOIN unlisted_questions AS q)"
    resolved = Resolver(asked.folded, place=asked.place).sql(every)
    return int(engine.rows(f"SELECT count(*) FROM ({resolved}) AS r WHERE NOT ({holds})")[0][0]) == 0


def nothing_known(columns: Iterable[str]) -> str:
    """Whether no column of a row (SQL) tells a fact, a determination or a paper, and the record is not complete."""
    given = sorted(c for c in columns if c.startswith(("f_", "determined_", "detainer_")) or c.removesuffix("_lo") in WARRANTS)
    return " AND ".join(["NOT coalesce(record_complete, FALSE)", *(f"{quoted(c)} IS NULL" for c in given)])


def _code(asked: Asked, atom: Atom) -> int:
    """What a complete record without papers tells of an atom: no of what only papers show (as ``Facts``), else nothing."""
    if asked.is_detainer(atom):
        return without_detainer(atom)
    return 0 if atom.kind == "fact" and atom.name in PAPER_FACTS else 1


def hours(ground: int) -> list[dict[str, str]]:
    """Layers that end with ``HOURS``, in seconds, of a row with one ground in time: over is what of the stay lies outside
    the ground as it stood longest (at least) and shortest (at most); where nobody speaks of a ground, all of it is open. Of a record
    that is not complete nothing is over for certain; only its first two are asked."""
    s_lo, s_hi, e_lo, e_hi = (f"b{ground}_{c}" for c in ("s_lo", "s_hi", "e_lo", "e_hi"))
    bounds = {
        "least_from": greatest("latest_begin", "begin"),
        "least_until": "coalesce(left_l, moment)",
        "most_until": "coalesce(left_h, moment)",
        # Standing shortest, one that may end before it begins does not stand at all (as ``Grounds.ground_at``).
        "shortest_from": f"CASE WHEN {s_lo} = {s_hi} OR {s_hi} < {e_lo} THEN {s_hi} ELSE {HIGH} END",
    }

    def inside(start: str, end: str, since: str = "", until: str = "") -> str:
        return f"greatest(0, {least(until, end) if until else end} - {greatest(since, start) if since else start})"

    parts = {
        "stay_least": inside("least_from", "least_until"),
        "stay_most": inside("begin", "most_until"),
        "longest_least": inside("least_from", "least_until", s_lo, e_hi),
        "longest_most": inside("begin", "most_until", s_lo, e_hi),
        "shortest_most": inside("begin", "most_until", "shortest_from", e_lo),
    }
    told = {
        "over_least": "CASE WHEN gnone OR NOT complete THEN 0 ELSE stay_least - longest_least END",
        "over_most": "stay_most - shortest_most",
        "open_least": "CASE WHEN gnone THEN stay_least ELSE 0 END",
        "open_most": "CASE WHEN gnone THEN stay_most ELSE longest_most - shortest_most END",
    }
    return [bounds, parts, told]
