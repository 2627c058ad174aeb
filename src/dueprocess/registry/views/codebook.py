"""The codebook of a release: each table, each column, each closed value in words. A test holds it against the tables."""

from __future__ import annotations

from collections.abc import Mapping

from dueprocess.registry.arbitrate import RULES
from dueprocess.registry.disputes import KINDS
from dueprocess.registry.model import CONFIDENCES
from dueprocess.registry.views import words

_DATE = "as printed: yyyy, yyyy-mm or yyyy-mm-dd; empty: the source does not say"
_LIST = "several, separated by a semicolon"

TABLES: Mapping[str, str] = {
    "actors": "Who has or makes policy: agencies and others.",
    "names": "The names under which sources print an actor.",
    "sources": "Where claims were read.",
    "claims": "One row: one source saying one thing about one actor. A claim is what somebody said, not what is so.",
    "counts": "Counts that others published, as they put them.",
    "views": "What the registry's rules make of the claims on the release's day: one row an actor.",
    "spans": "The same over all days: one row a span of days over which the view says the same.",
    "disagreements": "Where claims of different sides speak of the release's day.",
    "comparisons": "Our counts beside those that others published, with what only one of the two has: one row a definition and published count.",
    "matching": "What became of each row of an imported table: which actor it was taken for, or that it was taken for none, and why.",
    "curve": "Agencies by side over time: one row a day on which a number changes.",
}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "actors": {
        "id": "stable id: the path of place and role, or other/… for one that is no agency with a place",
        "kind": "what it is", "name": "its name here", "place": "the path of its place; empty: none", "state": "postal code",
        "fips": "Census code of its state (two digits) or county (five)", "role": "the office: sheriff, corrections, police, county, city, state; empty: none",
        "in_book": "yes where the program's book of places has the place", "valid_from": f"since when it is one; {_DATE}", "valid_until": f"the first day on which it is none; {_DATE}",
        "successors": f"ids of what took its place; {_LIST}",
    },
    "names": {"actor": "id of the actor", "name": "the name as printed", "first_seen": f"date of the first source with it; {_DATE}", "last_seen": f"date of the last; {_DATE}"},
    "sources": {
        "id": "stable id, made from publisher, title, date and address", "title": "title", "publisher": "publisher", "date": f"date; {_DATE}", "date_basis": "how that date is known",
        "url": "address", "sha256": "hash of the capture; empty: none was kept", "capture": "name of the captured file; empty: none was kept",
        "kind": "what kind of source", "license": "on what terms what was taken from it may be used",
    },
    "claims": {
        "id": "stable id", "actor": "id of the actor it is about", "about": "policy on paper, practice, a listing or a 287(g) agreement", "position": "the position claimed",
        "source": "id of the source", "claimant": "who says it; agency: the agency itself", "voice": "whose voice that is", "accepts": f"on what it holds; {_LIST}",
        "notice": "what it does about notice of release, as far as said", "interviews": "the same about interviews in jail", "payment": "the same about being paid", "motive": "why, as far as said",
        "cites": f"rulings and laws that it names; {_LIST}", "disputes": f"ids of claims that it denies; {_LIST}", "announced": f"when it was announced; {_DATE}", "effective": f"from when it holds; {_DATE}",
        "ended": f"when it ended; {_DATE}", "since_from": f"the first day on which it may have begun, where only bounds are known; {_DATE}", "since_until": f"the last such day; {_DATE}",
        "source_date": f"date of the source; {_DATE}", "speaker": "an official, only where that person spoke publicly", "locator": "where in the source", "confidence": "how clearly the source says it",
        "note": "a note of the compiler", "origin": "the file and row by which it came here",
    },
    "counts": {
        "id": "stable id", "value": "as printed: 117, 32+, dozens", "unit": "of what", "definition": "of what, in the source's words or close to them", "scope": "where", "since": f"counted since; {_DATE}",
        "as_of": f"as of; {_DATE}", "claimant": "who counts", "source": "id of the source", "disputes": f"ids of counts that it denies; {_LIST}", "note": "a note of the compiler", "origin": "the file and row by which it came here",
    },
    "views": {
        "actor": "id of the actor", "state": "postal code", "fips": "as in actors", "position": "the position that stands; unknown is a position", "side": "holds: on every detainer; limits: on less; undecided; unknown",
        "rule": "the last rule that was needed", "claim": "id of the claim that decided; empty: none", "accepts": f"on what it holds; {_LIST}", "certain": "no where a change of unsure day may have come, or the end may have",
        "contested": "yes where a claim of another side stands against it", "maybe": f"positions that may hold instead; {_LIST}", "support": f"ids of claims that agree; {_LIST}",
        "losing": f"claims that lost, as id:rule; {_LIST}", "confirmed_on": "the last day on which a source says so; empty: never", "practice": f"ids of claims about practice; {_LIST}",
        "listings": f"ids of listings; {_LIST}", "agreements": f"ids of 287(g) agreements; {_LIST}",
    },
    "disagreements": {
        "actor": "id of the actor", "state": "postal code", "kind": "what kind of disagreement", "kind_in_words": "the same in words", "position": "what stands", "claim": "id of the claim for it, or of the denial of a list that states no policy; empty: nothing was settled",
        "claimant": "who says so", "source": "its source", "url": "its address", "other_position": "what is said against it", "other_claim": "id of that claim", "other_claimant": "who says that", "other_source": "its source", "other_url": "its address",
    },
    "comparisons": {
        "definition": "id of a definition of a count", "title": "what it counts", "unit": "what ours counts", "ours": "how many meet it whatever the unsure days are", "ours_possible": "how many more may meet it",
        "states": "in how many states ours are", "count": "id of the published count; empty: none stands beside it", "value": "as in counts", "count_unit": "what the published count counts",
        "difference": "ours less the published number; empty: it is given in words", "inexact": "yes where the published number is printed as a round or least one",
        "listed": "how many entries the published list has, as it was gathered; empty: there is no list", "ours_only": f"what only ours has, certainly; {_LIST}", "list_only": f"what only the list has; {_LIST}",
        "missing": "what the data lack, in sentences",
    },
    "matching": {
        "importer": "which table", "row": "its row, from 2", "state": "postal code, as the row says", "county": "the county, as the row says", "city": "the city, as the row says", "printed": "the name as printed",
        "result": "what became of it", "tier": "by what it was matched", "actor": "id of the actor; empty: none", "confirmed_by": "what else bears it out", "reason": "why", "proposals": f"names that are near, which nobody confirmed; {_LIST}",
    },
    "curve": {
        "day": "from this day on, until the next row", "limits": "agencies of counties and cities that hold on less than every detainer, firmly", "limits_unsure_or_contested": "the same, contested or of unsure day",
        "holds": "agencies that hold on every detainer, firmly", "holds_unsure_or_contested": "the same, contested or of unsure day", "states_limits": "states of which a claim says the first, firm or not", "states_holds": "states of which a claim says the second",
    },
}  # fmt: skip
COLUMNS = {**COLUMNS, "spans": {"start": "the first day of the span", "until": "the first day after it; empty: it still lasts", **COLUMNS["views"]}}

_POSITION = {k: v for k, v in words.POSITIONS.items()}
_SIDES = {"holds": "on every detainer", "limits": "on less than every detainer", "undecided": "under review", "unknown": "no claim settles it"}
_YES = {"yes": "yes", "no": "no"}
_CONFIDENCE = dict(zip(CONFIDENCES, ("says it plainly", "says it with a gap: a date estimated, a reprint, a summary", "second hand or unclear"), strict=True))
VALUES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("actors", "kind"): {
        "agency": "a sheriff, police, jail department, or the government of a county, city or state", "association": "an association of agencies", "board": "a governing board",
        "attorney_general": "a state's attorney general", "legislator": "a legislator", "court": "a court", "regional_jail": "a jail of several counties",
    },
    ("actors", "in_book"): _YES,
    ("claims", "about"): words.ABOUT,
    ("claims", "position"): _POSITION,
    ("claims", "voice"): words.VOICES,
    ("claims", "accepts"): words.ACCEPTS,
    ("claims", "confidence"): _CONFIDENCE,
    **{(t, c): v for t in ("views", "spans") for c, v in (("position", _POSITION), ("side", _SIDES), ("rule", RULES), ("accepts", words.ACCEPTS), ("certain", _YES), ("contested", _YES), ("maybe", _POSITION))},
    ("matching", "result"): {"matched": "taken for the actor", "proposed": "names that are near; taken for none until somebody confirms one", "refused": "taken for none"},
    ("matching", "tier"): {
        "exact": "the name of the book of places, letter for letter", "normalized": "the same but for case, signs, abbreviations and words such as Office", "alias": "another name that the book has for it",
        "printed": "no name of the book: kept as an actor under its printed name",
    },
    ("disagreements", "kind"): KINDS,
    ("comparisons", "inexact"): _YES,
    ("disagreements", "position"): _POSITION,
    ("disagreements", "other_position"): _POSITION,
}  # fmt: skip
