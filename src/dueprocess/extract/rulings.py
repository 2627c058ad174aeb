"""Decisions of courts that a text names, or means by a known way of speaking of them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from dueprocess.extract.model import Ruling
from dueprocess.extract.quick import Quick
from dueprocess.extract.wording import table

_PARTY = r"(?:[A-Z][\w'’.-]*|of|the|ex|rel\.|&|and|de|la|El)"
_VERSUS = Quick(rf"(?P<a>(?:(?:[A-Z]\.){{2,4}}|[A-Z][\w'’-]*)(?:[ \n](?:{_PARTY})){{0,5}}?)[ \n](?:vs?\.?|versus)[ \n](?P<b>(?:[A-Z][\w'’-]*|U\.S\.)(?:[ \n](?:of[ \n](?:the[ \n])?)?(?:[A-Z][\w'’-]+|U\.S\.|&)){{0,4}})")
# "In Sample against Linn County the judge wrote ...": as it is said aloud.
_AGAINST = Quick(r"\b(?:[Ii]n|[Uu]nder|[Ss]ince|case[ \n]of|decision[ \n]in|ruling[ \n]in)[ \n](?P<a>[A-Z][\w'’-]+(?:[ \n][A-Z][\w'’-]+)?)[ \n]against[ \n](?P<b>(?:the[ \n])?(?:[A-Z][\w'’-]+[ \n]){1,3}(?:County|Parish|Commonwealth)|(?:City|County|State)[ \n]of[ \n][A-Z][\w'’-]+)")
_CITATION = re.compile(r"^,?[ \n](?P<cite>\d{1,4} (?:F\. ?(?:\dd|4th|Supp\. ?\dd|Supp\.)|U\.S\.|S\. ?Ct\.|P\.\dd|N\.E\.\dd|N\.Y\.S\.\dd|Mass\.|A\.\dd|WL) ?\d+|\d{4} WL \d+|No\. [\w:-]+)(?:[^()\n]{0,30}\((?P<paren>[^()]{2,60})\))?")
_LEAD = re.compile(r"^(?:In|See|The|After|Since|Under|By|And|But|Following|Cf\.|Also|Citing|Compare|That|When|Both|Case|Decision|Like|Unlike)[ \n]+")
_COURTS = (
    (re.compile(r"\b(?:3d|3rd|Third) (?:U\.S\. )?Cir"), "U.S. Court of Appeals, Third Circuit"),
    (re.compile(r"\b(?:1st|First) (?:U\.S\. )?Cir"), "U.S. Court of Appeals, First Circuit"),
    (re.compile(r"\b(?:9th|Ninth) (?:U\.S\. )?Cir"), "U.S. Court of Appeals, Ninth Circuit"),
    (re.compile(r"\b(?:5th|Fifth) (?:U\.S\. )?Cir"), "U.S. Court of Appeals, Fifth Circuit"),
    *((re.compile(rf"\b(?:{a}|{b}) (?:U\.S\. )?Cir"), f"U.S. Court of Appeals, {b} Circuit") for a, b in (("2d|2nd", "Second"), ("4th", "Fourth"), ("6th", "Sixth"), ("7th", "Seventh"), ("8th", "Eighth"), ("10th", "Tenth"), ("11th", "Eleventh"))),
    (re.compile(r"\bD\. Or\."), "U.S. District Court, District of Oregon"),
    (re.compile(r"\b\d+ U\.S\. \d+"), "U.S. Supreme Court"),
)


@cache
def _known() -> tuple[tuple[dict[str, Any], Quick], ...]:
    return tuple((e, Quick("|".join(w.replace(" ", r"\s") for w in e["wording"]))) for e in table("rulings")["rulings"])


def rulings(text: str) -> list[Ruling]:
    """The rulings of a text, each once, in order."""
    found: dict[str, Ruling] = {}
    for match in _VERSUS.finditer(text):
        start = match.start()
        while lead := _LEAD.match(text[start : match.end()]):
            start += lead.end()
        if start >= match.start("b") - 3:
            continue
        end = match.end("b")
        name = re.sub(r"\b(?:vs?\b\.?|versus\b)", "v.", " ".join(text[start:end].split())).rstrip(",.'’")
        name = re.sub(r"['’]s$", "", name)
        known = next((e for e, _ in _known() if _same(e["name"], name)), None)
        cite = _CITATION.match(text, end) or _CITATION.match(text[end : end + 120])
        around = text[start : end + 120]
        court = known["court"] if known else next((c for p, c in _COURTS if p.search(around)), None)
        year = re.search(r"\b((?:19|20)\d{2})\)", around)
        full = known["name"] if known else name
        quote_end = end + (cite.end() if cite and cite.re is _CITATION and cite.string is not text else 0)
        found.setdefault(full, Ruling(name=full, court=court, date=(known or {}).get("date") or (year[1] if year else None), citation=cite["cite"] if cite else None, quote=text[start:quote_end], start=start, end=quote_end))
    for entry, wording in _known():
        if entry["name"] in found:
            continue
        hit = wording.search(text)
        if hit:
            found[entry["name"]] = Ruling(name=entry["name"], court=entry["court"], date=entry["date"], quote=hit.group(), start=hit.start(), end=hit.end())
    for match in _AGAINST.finditer(text):
        name = " ".join(f"{match['a']} v. {match['b']}".split())
        if not any(_same(known, name) for known in found):
            found.setdefault(name, Ruling(name=name, court=None, date=None, quote=text[match.start("a") : match.end()], start=match.start("a"), end=match.end()))
    for match in _BY_COUNTY.finditer(text):
        place = match["place"]
        if not any(place.split()[-1].lower() in f"{r.name} {r.court}".lower() for r in found.values()):
            name = " ".join(match["name"].split())
            found.setdefault(name, Ruling(name=name, court=None, date=None, quote=match.group("name"), start=match.start("name"), end=match.end("name")))
    for described in _DESCRIBED.finditer(text):
        place = described["place"]
        near = [r for r in found.values() if abs(r.start - described.start()) < _APART or place.split()[-1] in f"{r.name} {r.court}"]
        if not near and _ON_HOLDS.search(described.group()) and not any(w in described.group() for w in ("Clackamas", "Oregon")):
            name = " ".join(described["court"].split())
            found.setdefault(name, Ruling(name=name, court=None, date=None, quote=described.group(), start=described.start(), end=described.end()))
    return sorted(found.values(), key=lambda r: r.start)


# A decision without its name: which court, where, and that it decided.
_DESCRIBED = Quick(
    r"\b(?P<court>(?:[Aa]|[Tt]he|[Aa]nother)[ \n](?:\w+[ \n]){0,2}?(?:federal|U\.S\.|state|county|superior|district|circuit|appellate|appeals|supreme)[ \n](?:\w+[ \n]){0,2}?(?:judge|court|magistrate)(?:[ \n]judge)?[ \n](?:in|for|of|from)[ \n](?P<place>(?!(?:January|February|March|April|May|June|July|August|September|October|November|December)\b)[A-Z][a-z]+(?:[ \n][A-Z][a-z]+)?))"
    r",?[ \n](?:\w+[ \n]){0,4}?(?:ruled|held|found|decided|struck down|concluded|threw out|declared)\b[^.;\n]{0,200}"
)
# "after the Linn County ruling": a decision by the county that it went against.
_BY_COUNTY = Quick(r"\b(?:[Tt]he|[Aa]|[Tt]hat)[ \n](?P<name>(?:federal[ \n])?(?P<place>[A-Z][a-z]+(?:[ \n][A-Z][a-z]+)?)[ \n]County[ \n](?:ruling|judgment|verdict))\b")
_ON_HOLDS = re.compile(r"\b(?:detain\w*|ICE|hold|holding|probable cause|Fourth Amendment|immigration)\b")
_APART = 400


def _same(one: str, other: str) -> bool:
    """Whether two case names have the same parties, by their first distinctive words."""
    def parties(name: str) -> tuple[str, str]:
        a, _, b = name.partition(" v. ")
        first = re.sub(r"[^a-z]", "", a.lower())
        second = re.sub(r"[^a-z]", "", b.lower().replace("county of", "").replace("county", ""))
        return first, second

    (a, b), (c, d) = parties(one), parties(other)
    return bool(a and c) and (a in c or c in a) and (not b or not d or b[:5] == d[:5] or b in d or d in b)
