"""Times, hours, agencies and effects of a decision in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dueprocess.decide.messages import Messages
from dueprocess.kernel.errors import InputError
from dueprocess.places import load_places

MINUTES_A_DAY = 24 * 60
DAYS_FROM = 3 * MINUTES_A_DAY
"""From so many minutes on, hours are also given as days."""


def read_time(text: Any) -> datetime:
    """An instant of a decision; its offset is the facility's that day. Raises InputError for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise InputError(
            f"[{text}] is no instant of a decision", do="give the decision as decide made it"
        ) from None
    if moment.tzinfo is None:
        raise InputError(f"[{text}] has no zone", do="give the decision as decide made it")
    return moment


def offset(moment: datetime) -> str:
    """``-04:00``; ISO 8601 gives the offset only, so that is all that is shown."""
    text = moment.isoformat()[-6:]
    return "+00:00" if text.endswith("Z") else text


class Clock:
    """How times are written. Within one table the offset stands in the caption if it never changes."""

    def __init__(self, words: Messages, times: Iterable[Any] = ()) -> None:
        self._words = words
        offsets = {offset(read_time(t)) for t in _instants(times)}
        self._shared = offsets.pop() if len(offsets) == 1 else None

    @property
    def caption(self) -> str:
        """What the caption must say, with a blank before it; or nothing."""
        return self._words("clocks.zone", offset=self._shared) if self._shared else ""

    def instant(self, text: Any) -> str:
        """``2017-08-16 22:24 (-04:00), Wed``; in a table with one offset ``2017-08-16 22:24, Wed``."""
        moment = read_time(text)
        form = "%Y-%m-%d %H:%M:%S" if moment.second else "%Y-%m-%d %H:%M"
        day = self._words("weekdays").split()[moment.weekday()]
        zone = "" if self._shared else f" ({offset(moment)})"
        return f"{moment.strftime(form)}{zone}, {day}"

    def time(self, value: Any, absent: str) -> str:
        """An instant, an interval in words, or ``absent`` where nothing is known."""
        if value is None:
            return absent
        if isinstance(value, Mapping):
            low, high = value.get("earliest"), value.get("latest")
            if low is None and high is None:
                return absent
            if low is None:
                return self._words("time.until", latest=self.instant(high))
            if high is None:
                return self._words("time.from", earliest=self.instant(low))
            return self._words("time.between", earliest=self.instant(low), latest=self.instant(high))
        return self.instant(value)


def _instants(times: Iterable[Any]) -> Iterable[str]:
    for value in times:
        if isinstance(value, Mapping):
            yield from (v for v in (value.get("earliest"), value.get("latest")) if v is not None)
        elif value is not None:
            yield value


def latest_of(value: Any) -> datetime | None:
    """The last instant that a time may be; None where it is not known."""
    text = value.get("latest") if isinstance(value, Mapping) else value
    return None if text is None else read_time(text)


def span(words: Messages, hours: float) -> str:
    """``19 h``, ``16 h 36 min``, ``358 h (14 days 22 h)``."""
    if hours == 0:
        return words("hour", n=0)
    minutes = round(hours * 60)
    if minutes == 0:
        return words("less_than_minute")
    text = _clock_span(words, minutes)
    if minutes < DAYS_FROM:
        return text
    days, rest = divmod(minutes, MINUTES_A_DAY)
    long = words("day.one") if days == 1 else words("day.many", n=days)
    return words("hours.days", hours=text, days=f"{long} {_clock_span(words, rest)}" if rest else long)


def _clock_span(words: Messages, minutes: int) -> str:
    whole, rest = divmod(minutes, 60)
    parts = [words("hour", n=whole)] if whole else []
    parts += [words("minute", n=rest)] if rest else []
    return " ".join(parts)


def between(words: Messages, bounds: Mapping[str, float]) -> str:
    """The least and the most in words; one figure where they are the same."""
    least, most = bounds["least"], bounds["most"]
    if least == most:
        return words("hours.none") if most == 0 else words("hours.one", hours=span(words, most))
    return words("hours.range", least=span(words, least), most=span(words, most))


def agency(words: Messages, path: str) -> str:
    """The agency by its place's name and its role; by its path alone where the place is not known here."""
    try:
        found = load_places().agency(path)
    except InputError:
        return path
    role = found.role.replace("-", " ")
    if found.place.id.count("/") < 2:
        return words("agency.whole", place=found.place.name, role=role, id=path)
    return words("agency", place=found.place.name, state=found.place.state, role=role, id=path)


def plain(name: str) -> str:
    """A name of the vocabulary as words: ``judicial warrant``."""
    return name.replace("_", " ")


def value(words: Messages, text: str) -> str:
    return words.get(f"value.{text}", plain(text))


def outcome(words: Messages, name: str) -> str:
    return words.get(f"outcome.{name}", plain(name).upper())


def effect(words: Messages, told: str, *, rests: bool = True) -> str:
    """``declares probable_cause false`` as ``Rests on no probable cause`` (or ``Says: …``)."""
    verb, _, rest = told.partition(" ")
    if verb in ("declares", "determines"):
        fact, _, given = rest.partition(" ")
        other = words("declared.other", fact=plain(fact), value=value(words, given)) if given else plain(fact)
        key = "effect.determines" if verb == "determines" else "effect.declares" if rests else "effect.says"
        return words(key, what=words.get(f"declared.{fact}.{given}", other))
    if not rests and told == "limits hold":
        return words("effect.limits hold.open")
    return words.get(f"effect.{told}", plain(told).capitalize())
