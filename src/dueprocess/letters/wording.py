"""The words of values in letters, English and Spanish: days, money, positions, offices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dueprocess.registry import Claim, days
from dueprocess.render.sheet import clean

_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
}  # fmt: skip

POSITIONS: Mapping[str, str] = {
    "honors_all": "holds on every detainer",
    "requires_judicial_warrant": "holds on a detainer only with a judge's warrant",
    "requires_court_order": "holds on a detainer only with a court's order",
    "requires_any_warrant": "holds on a detainer only with a warrant, an immigration officer's or a judge's",
    "requires_probable_cause": "holds on a detainer only with probable cause",
    "limits_by_offense": "holds on a detainer only for listed offenses",
    "notify_only": "does not hold on a detainer, and tells ICE of the release",
    "declines_all": "does not hold on detainers",
    "undecided": "has its policy under review",
    "unknown": "has no position that a source states",
}
"""Each position as a clause after "the office"."""

NO_POSITION: Mapping[str, str] = {
    "same-day": "sources of the same day contradict each other, and no rule settles which stands",
    "denied": "the one position that was claimed has been denied",
    "ended": "the last position known has ended",
    "not-yet": "what sources say is of a change that may not have come yet",
    "no-position-stated": "sources name the office, and none states its position",
    "no-claim": "no source that was gathered speaks of it",
}

MEANS: Mapping[str, tuple[str, str]] = {
    "mandates": ("the jail must hold the person", "la cárcel debe retener a la persona"),
    "permits": ("the jail may hold the person and need not", "la cárcel puede retener a la persona y no está obligada a hacerlo"),
    "forbids": ("the jail may not hold the person", "la cárcel no puede retener a la persona"),
    "forbids_refusal": (
        "local bodies may not forbid the hold, and whether the jail must or may hold is another question",
        "los cuerpos locales no pueden prohibir la retención; si la cárcel debe o puede retener es otra cuestión",
    ),
    "turns_on_facts": ("whether the jail may hold turns on facts of the case", "si la cárcel puede retener depende de los hechos del caso"),
    "open": ("the question is open: law of the state or county is encoded and does not settle it", "la cuestión está abierta: hay ley estatal o local codificada y no la resuelve"),
    "silent": ("the question is open: no law of the state or county on it is encoded", "la cuestión está abierta: no hay ley estatal o local codificada sobre ella"),
    "in_conflict": ("the question is open: law of one rank says both", "la cuestión está abierta: leyes del mismo rango dicen ambas cosas"),
    "no_form": ("no answer is given: no detainer form of that day is known", "no se da respuesta: no se conoce ningún formulario de ese día"),
}
"""What the law comes to in the plain case (``law coverage``), as clauses in English and Spanish."""


def day_words(day: date, lang: str = "en") -> str:
    """``November 22, 2026`` or ``22 de noviembre de 2026``."""
    month = _MONTHS[lang][day.month - 1]
    return f"{month} {day.day}, {day.year}" if lang == "en" else f"{day.day} de {month} de {day.year}"


def printed_day(text: str) -> str:
    """A date as sources print it, in words: ``2014`` ``June 2014`` ``June 3, 2014``; empty stays empty."""
    if not text:
        return ""
    low, high = (date.fromordinal(n) for n in days(text))
    if low == high:
        return day_words(low)
    return f"{_MONTHS['en'][low.month - 1]} {low.year}" if low.month == high.month else str(low.year)


def since_words(claim: Claim) -> str:
    """Since when a claim says that a position stands, as a clause after "it"; empty where it dates nothing."""
    if not claim.dated:
        return ""
    if claim.since_from or claim.since_until:
        low, high = (day_words(date.fromordinal(n)) for n in claim.start)
        return f"began on a day between {low} and {high}" if low != high else f"began on {low}"
    text = claim.effective or claim.announced
    day = f"{'on' if len(text) == 10 else 'in'} {printed_day(text)}"
    return f"took effect {day}" if claim.effective else f"was announced {day}"


def money(amount: float) -> str:
    """``$12,000``."""
    return f"${amount:,.0f}"


def two_figures(amount: float) -> float:
    """An amount to two figures, so that no hours can be worked out from it."""
    return float(f"{amount:.2g}")


def age_words(count: int) -> str:
    """How old something is, in days up to two months, then in months or years."""
    if count < 60:
        return f"{count} {'day' if count == 1 else 'days'}"
    if count < 730:
        return f"about {round(count / 30.44)} months"
    return f"about {count / 365.25:.0f} years"


def short(text: str, most: int = 300) -> str:
    """A text of a source in one line, cut where it is very long."""
    flat = clean(text)
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def office(role: str, name: str) -> str:
    """Who is written to: ``Sheriff of Clackamas County``."""
    title = {"sheriff": "Sheriff", "corrections": "Department of Corrections", "police": "Chief of Police", "county": "Board of Commissioners", "city": "Mayor and Council"}.get(role, "Head of the jail")
    return f"{title} of {name}"
