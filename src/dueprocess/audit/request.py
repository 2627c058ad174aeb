"""``request.md``: the records request that would settle what an audit could not tell, column by column."""

from __future__ import annotations

from dueprocess.audit.gathering import Gathered
from dueprocess.audit.words import count, missing_words, no_stay, plural, unit_of
from dueprocess.law import Lawbook
from dueprocess.law.plain import day_words


def request_text(found: Gathered, *, lawbook: Lawbook) -> str:
    """The letter as Markdown, addressed to the agencies in general terms; it names no person."""
    rows = [(r, missing_words(r["name"], lawbook)) for r in found.undecided]
    wanted = [(r, w) for r, w in rows if not w["law"]]
    low, high = found.days
    about = "about " if found.public else ""
    unit = unit_of(found.info)
    span = f" from {day_words(low.toordinal())} to {day_words(high.toordinal())}" if low and high and not found.public else f" of {low.year} to {high.year}" if low and high else ""
    out = ["# Request for records of custody and immigration detainers", ""]
    if not wanted:
        out += ["Nothing that a record could tell is open: no request is needed.", ""]
        if rows:
            out += _law(rows)
        return "\n".join(out)
    out += [
        "To the custodian of records of the agency (fill in its name, and the public records law under which you ask).",
        "",
        f"I ask for the records below about each stay in custody{span} in which an immigration detainer (Form I-247, I-247A, I-247D, I-247G, I-247N or I-247X), or an immigration warrant, was received. "
        "A table with one row a stay is enough. I do not ask for names, dates of birth, places of birth or numbers that identify anybody: a key that is the same for all stays of one person, and means nothing outside the table, is wanted instead.",
        "",
        f"An analysis of {plural(found.total['stays'], *unit)} could not settle {about}{count(found.open['stays'])} of them. {(no_stay(found.info) + ' ') if no_stay(found.info) else ''}These columns would, the most useful first:",
        "",
        f"| | column | what to give | {unit[1]} that lack it | it alone would settle, at most |",
        "| --- | --- | --- | ---: | ---: |",
    ]
    for number, (row, words) in enumerate(wanted, 1):
        out.append(f"| {number} | {_cell(words['label'])} | {_cell(words['asked'])} | {about}{count(row['rows'])} | {count(row['alone'])} |")
    out += [
        "",
        f"{'An' if unit[0][0] in 'aeiou' else 'A'} {unit[0]} may lack several of these, so the numbers do not add up; and once a missing time is there, the answer may turn on something else that nobody can name yet.",
        "",
        "For every column:",
        "",
        "- Give times with hour and minute, as recorded when it happened, and say in which time zone. Where only the day is kept, say so: a day is not midnight, and a posted hour is no event.",
        "- Leave a cell empty where nothing is recorded, and write “never” or “no” only where the record says so.",
        "- Include stays in which the detainer was not acted on, was cancelled, or asked for notice only.",
        "- Include each paper's form number and edition (in the footer), the boxes ticked, who signed it, and when it was served on the person.",
        "- Include the table or manual that explains the codes, and the written policy on detainers in force at each time.",
        "",
    ]
    if found.info.get("assumptions"):
        out += ["The analysis so far had to assume what the files do not say; please confirm or correct each:", ""]
        out += [f"- {_cell(str(a['column']))}: taken to be {_cell(str(a['value']).lower() if isinstance(a['value'], bool) else str(a['value']))}" for a in found.info["assumptions"]]
        out.append("")
    out += _law(rows)
    return "\n".join(out)


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
