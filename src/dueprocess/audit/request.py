"""``request.md``: the records request that would settle what an audit could not tell, column by column."""

from __future__ import annotations

import csv
from functools import lru_cache

from dueprocess.audit.consequences import asked_together
from dueprocess.audit.gathering import Gathered
from dueprocess.audit.words import count, missing_words, no_stay, plural, unit_of
from dueprocess.kernel.files import data_dir
from dueprocess.law import Lawbook
from dueprocess.law.plain import day_words


def request_text(found: Gathered, *, lawbook: Lawbook) -> str:
    """The letter as Markdown, addressed to the agencies in general terms; it names no person."""
    rows = [(r, missing_words(r["name"], lawbook)) for r in found.undecided]
    wanted = [(r, w) for r, w in rows if not w["law"]]
    low, high = found.days
    about = "about " if found.public else ""
    unit = unit_of(found.info)
    span = f" from {day_words(low.toordinal())} to {day_words(high.toordinal())}" if low and high and not found.public else f" of {low.year} to {high.year}" if low and high else " from (fill in the first day) to (fill in the last)"
    out = ["# Request for records of custody and immigration detainers", ""]
    if not wanted:
        out += ["Nothing that a record could tell is open: no request is needed.", ""]
        if rows:
            out += _law(rows)
        return "\n".join(out)
    out += [
        "To the custodian of records of the agency (fill in its name).",
        "",
        *_asked_under(found),
        f"I ask for the records below about each stay in custody{span} in which an immigration detainer (Form I-247, I-247A, I-247D, I-247G, I-247N or I-247X), or an immigration warrant, was received. "
        "A table with one row a stay is enough. I do not ask for names, dates of birth, places of birth or numbers that identify anybody: a key that is the same for all stays of one person, and means nothing outside the table, is wanted instead.",
        "",
        f"An analysis of {plural(found.total['stays'], *unit)} could not settle {about}{count(found.open['stays'])} of them. {(no_stay(found.info) + ' ') if no_stay(found.info) else ''}These columns may, the most useful first:",
        "",
        f"| | column | what to give | {unit[1]} that lack it | it alone may settle, at most |",
        "| --- | --- | --- | ---: | ---: |",
    ]
    for number, (row, words) in enumerate(wanted, 1):
        out.append(f"| {number} | {_cell(words['label'])} | {_cell(words['asked'])} | {about}{count(row['rows'])} | {count(row['alone'])} |")
    out += [
        "",
        f"{'An' if unit[0][0] in 'aeiou' else 'A'} {unit[0]} may lack several of these, so the numbers do not add up. Often one answer settles a stay and the other leaves it open; and once a missing time is there, the answer may turn on something else that nobody can name yet. Please send all of these columns, not the first alone.",
        "",
        *_together(found, lawbook),
        "For every column:",
        "",
        "- Give times with hour and minute, as recorded when it happened, and say in which time zone. Where only the day is kept, say so: a day is not midnight, and a posted hour is no event.",
        "- Leave a cell empty where nothing is recorded, and write “never” or “no” only where the record says so.",
        "- Include stays in which the detainer was not acted on, was cancelled, or asked for notice only.",
        "- Say in each row where the person went: to ICE, to another agency, or free.",
        "- Send a spreadsheet or a CSV file, not a printout, a scan or a PDF, where you keep the records in a database.",
        "- Include each paper's form number and edition (in the footer), the boxes ticked, who signed it, and when it was served on the person.",
        "- Include the table or manual that explains the codes, and the written policy on detainers in force at each time.",
        "- If a column is withheld, please name the exemption for that column and send the others. A federal rule, 8 C.F.R. § 236.6, on information about people held for the immigration authorities, is at times given as a reason; if it is, please say for which columns and stays.",
        "",
    ]
    if found.info.get("assumptions"):
        out += ["The analysis so far had to assume what the files do not say; please confirm or correct each:", ""]
        out += [f"- {_cell(str(a['column']))}: taken to be {_cell(str(a['value']).lower() if isinstance(a['value'], bool) else str(a['value']))}" for a in found.info["assumptions"]]
        out.append("")
    out += _law(rows)
    return "\n".join(out)


def _together(found: Gathered, lawbook: Lawbook) -> list[str]:
    """What several columns would settle that none settles alone."""
    steps = asked_together(found, lawbook)
    if not steps:
        return []
    said = [f"{number}. {'' if number == 1 else 'and '}{_cell(words)}: at most {count(stays)}" for number, (words, stays) in enumerate(steps, 1)]
    return [f"Together they may settle more than each alone. Of the {count(found.open['every'])} that are open in one way or another, so many would lack nothing more:", "", *said, ""]


MOST_STATES = 5
"""The records laws of so many states are named; who writes to more fills them in."""


@lru_cache(maxsize=1)
def _records_laws() -> dict[str, tuple[str, str]]:
    """State -> name and citation of its public records law (``data/presets/records-laws.csv``)."""
    with (data_dir("presets") / "records-laws.csv").open(encoding="utf-8", newline="") as file:
        return {r["state"]: (r["name"], r["citation"]) for r in csv.DictReader(file)}


def _asked_under(found: Gathered) -> list[str]:
    """The public records law of each state whose agencies the files name, where those are few; else a blank to fill in."""
    states = sorted({"/".join(str(r["key"]).split("/")[:2]) for r in found.agencies if r["key"]})
    laws = [_records_laws()[s] for s in states if s in _records_laws()]
    if not laws or len(laws) < len(states) or len(laws) > MOST_STATES:
        return ["Under: (fill in the public records law of the agency's state).", ""]
    said = "; ".join(f"the {name} ({cited})" if "'s " not in name else f"{name} ({cited})" for name, cited in laws)
    return [f"Under: {said}. (Written from general knowledge: check the law, and who may ask under it, before you send this, and take this sentence out.)", ""]


def _law(rows: list[tuple[dict[str, object], dict[str, object]]]) -> list[str]:
    open_law = [(r, w) for r, w in rows if w["law"]]
    if not open_law:
        return []
    return [
        "## What no record settles",
        "",
        "These are questions of law that the sources leave open; they stay open whatever is sent.",
        "",
        *(f"- {w['label']}: {w['asked']}" for _, w in open_law),
        "",
    ]


def _cell(text: str) -> str:
    """A text that stays within one cell of a Markdown table."""
    return " ".join(text.replace("|", "/").split())
