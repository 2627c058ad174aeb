"""People who, the text says, were kept too long: where, and for how long.

Which of a text's lengths of time tell of such a stay is weighed by a logistic model and small networks (``layers``) over what stands
around them (``durations``); their weights are data (``data/extract/incidents-model.json``), fitted by ``data/extract/train_incidents.py``.
Where that leaves a doubt, the encoder reads the sentence (``reread``).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, partial

from dueprocess.extract.durations import THE_HOURS, Duration, durations
from dueprocess.extract.gazetteer import Mention, Survey, of_case
from dueprocess.extract.layers import Layers
from dueprocess.extract.model import Incident
from dueprocess.extract.reread import passage, reread
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.subjects import OF_PERSON
from dueprocess.kernel.files import data_dir

_SAME = 0.02  # lengths that differ by a smaller share are one, told in two units
_LIKE = 1.6  # days and hours that differ by no larger factor tell one stay, the hours more exactly
_UNSTATED = 0.7  # in a text that tells no position, a length must be so much likelier a stay


@cache
def model() -> tuple[Layers, float]:
    """The weights, and the threshold from which on a length is a stay beyond release."""
    found = json.loads((data_dir("extract") / "incidents-model.json").read_text(encoding="utf-8"))
    return Layers(found), float(found["threshold"])


def likelihood(duration: Duration) -> float:
    """How likely a length tells of somebody kept too long, in [0, 1], by the fitted weights."""
    return model()[0].chance(duration.features)


def incidents(text: str, parts: Sequence[Sentence], survey: Survey, *, stated: bool = True) -> list[Incident]:
    """The incidents in order; a length that is told again is given once, where a county is named.

    ``stated`` says that the text tells some agency's position; in one that tells none, a stay is most likely another matter's.
    """
    found: list[Incident] = []
    least = model()[1] if stated else max(_UNSTATED, model()[1])
    lengths = list(durations(text, parts))
    chances = reread([likelihood(one) for one in lengths], [partial(passage, text, parts, one.sentence, one.start, one.end, one.since) for one in lengths], least)
    taken = [(likely, one) for likely, one in zip(chances, lengths, strict=True) if likely >= least]
    near: dict[int, list[tuple[float, Duration]]] = defaultdict(list)
    for likely, one in taken:
        for index in (one.sentence - 1, one.sentence, one.sentence + 1):
            near[index].append((likely, one))
    for likely, one in taken:
        if any(_outdone(one, likely, other, likelier) for likelier, other in near[one.sentence] if other is not one):
            continue
        sentence = parts[one.sentence]
        place = _where(text, sentence, survey, one.start - sentence.start)
        same = next((i for i in found if _as_long(i.hours_overheld, one.hours)), None)
        if same is not None and (place is None or place.kind != "county" or (same.place or "").endswith(("County", "Parish"))):
            continue  # told again
        if same is not None:
            found.remove(same)
        label = place.label if place and place.kind != "state" else None
        start = sentence.start if one.since is None else parts[one.since].start
        found.append(Incident(place=label, state=place.state if place else None, hours_overheld=one.hours, duration_text=one.wording, quote=text[start : sentence.end], start=start, end=sentence.end))
    return sorted(found, key=lambda i: i.start)


def _outdone(one: Duration, likely: float, other: Duration, likelier: float) -> bool:
    """Whether another length, of the same sentence or one beside it, tells the same stay better: in hours, or, of the stay in all and what went beyond the hours of a detainer, the likelier one."""
    if one.hours is None or other.hours is None:
        return False
    if abs(one.hours - other.hours) == THE_HOURS:
        return likely < likelier
    exact = "unit:hour" in other.features and "unit:hour" not in one.features
    return exact and one.sentence == other.sentence and one.hours != other.hours and 1 / _LIKE <= one.hours / other.hours <= _LIKE


def _as_long(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _SAME * max(one, other)


# What stands before a city where nobody was kept: "a man from Salinas, on his way to Fresno, whom a judge in Oakland ...".
_ELSEWHERE = re.compile(r"\b(?:from|to|(?<!jail )of|near|judge in|court in)\s\Z")
# What stands between a length and the place to which the person came afterwards.
_GOES_ON = re.compile(r";|\b(?:then|later|afterwards?)\b|\b(?:moved|sent|taken|transferred|driven|flown)\sto\b")


def _where(text: str, sentence: Sentence, survey: Survey, at: int) -> Mention | None:
    """The county or city of the sentence nearest to the verb, or the state that it names; else the county that the paragraph
    speaks of, or the only one of the text. None where several could be meant."""
    places = [m for m in survey.mentions if m.state and not of_case(text, m)]
    here = [m for m in survey.mentions if m.state and sentence.start <= m.start < sentence.end and not OF_PERSON.match(text, m.end)]
    # The county that a case was against is where it happened.
    jails = [m for m in here if m.kind == "county" or m.office] or [m for m in here if m.kind == "city" and m.state == survey.state and not _ELSEWHERE.search(text, max(0, m.start - 16), m.start)]
    here = jails or [m for m in here if m.kind == "state"]
    length = sentence.start + at
    here = [m for m in here if m.start < length or not _GOES_ON.search(text, length, m.start)]
    if here:
        return min(here, key=lambda m: abs(m.start - length))
    counties = [m for m in places if m.kind == "county" or (m.office and m.kind != "state")]
    if len({(m.base, m.state) for m in counties}) == 1:
        return counties[0]
    begin = text.rfind("\n\n", 0, sentence.start)
    inside = [m for m in counties if begin <= m.start < sentence.start]
    return inside[-1] if len({(m.base, m.state) for m in inside}) == 1 else None
