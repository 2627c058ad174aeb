"""The report's sections on what was found: which records, how many, when, where, why, how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import sqrt
from typing import Any

from dueprocess.audit import plots
from dueprocess.audit.blocks import Any_, Figure, Part
from dueprocess.audit.changes import Change
from dueprocess.audit.ends import NOT_TOLD, end_of
from dueprocess.audit.gathering import Gathered
from dueprocess.audit.numbers import WITH_HOURS, Row, period_label
from dueprocess.audit.words import (
    class_meaning,
    class_name,
    count,
    duration,
    hour_range,
    hours,
    missing_words,
    plural,
    share,
    told_of,
)
from dueprocess.law import Lawbook
from dueprocess.law.plain import day_words
from dueprocess.render.sheet import Block, Entries, Entry, Paragraph, Table

MOST_AGENCIES, PLOTTED_AGENCIES, MOST_BARS = 40, 15, 60
Z = 1.959964
"""Of the normal distribution, for intervals of 95 percent."""


def _few(found: Gathered, plain: str) -> str:
    """Why a section is empty."""
    return "There is nothing to tell, or it cannot be told without telling of few people." if found.public else plain


def findings(found: Gathered) -> Part:
    """The classes, in stays, in persons and in hours; with and without what was assumed."""
    total, people = found.total, found.persons
    blocks: list[Any_] = []
    by_person = bool(people["classes"]) and people["persons"]
    # Numbers before words: on a narrow page the first columns are those that are seen.
    head = ["", "Stays", "Share", *(["Persons"] if by_person else []), "Hours over, least to most"]
    allowance = any((total["classes"][c].get("after_least") or 0) != (total["classes"][c].get("least") or 0) or (total["classes"][c].get("after_most") or 0) != (total["classes"][c].get("most") or 0) for c in WITH_HOURS if c in found.classes) and not found.public
    if allowance:
        head.append("After the allowance")
    head.append("What it means")
    rows = []
    for name in found.classes:
        cell = total["classes"][name]
        row = [class_name(name), count(cell["stays"]), share(cell["stays"], total["stays"])]
        if by_person:
            row.append(count(people["classes"][name]))
        row.append(hour_range(cell["least"], cell["most"]))
        if allowance:
            row.append(hour_range(cell["after_least"], cell["after_most"]))
        rows.append((*row, class_meaning(name)))
    last = ["All", count(total["stays"]), "100 %" if total["stays"] else "–", *([count(people["persons"])] if by_person else []), "", *([""] if allowance else []), ""]
    blocks.append(Table("Every stay has one class", tuple(head), (*rows, tuple(last)), marked=(len(rows),)))
    if by_person:
        blocks.append(Paragraph("A person is told under the worst of their stays: certain before possible, unknown, contradiction and no."))
    blocks.append(Paragraph(_people(people, public=found.public)))
    blocks.append(Paragraph("Hours are counted from the end of the last local reason to keep the person to the moment the person left, as far as the encoded law did not allow a hold in between. Least and most are bounds: the truth lies between them wherever the recorded times leave room. Unknown stays and contradictions have no hours, since no bound can be told."))
    if allowance:
        blocks.append(Paragraph(f"After the allowance that the agency gives itself to process a release, {plural(total['classes']['certain']['after_stays'], 'stay is', 'stays are')} still certainly over. The classes themselves leave the allowance out."))
    if found.bail["stays"]:
        b = found.bail
        blocks.append(Paragraph(f"In {plural(b['stays'], 'stay', 'stays')} bail was refused. There the hours are counted from the refusal ({hour_range(b['least'], b['most'])}); counted from the later end of the ground itself they are {hour_range(b['later_least'], b['later_most'])}."))
    if found.info.get("assumptions"):
        blocks.append(_without(found))
    if found.contradictions:
        listed = tuple((str(c["what"]), "fewer than 11" if c["stays"] is None else count(c["stays"])) for c in found.contradictions[:10])
        blocks.append(Table("Why stays contradict themselves", ("What cannot be true", "Stays"), listed))
    return Part("findings", "What was found", tuple(blocks))


def _people(people: Row, *, public: bool) -> str:
    if not people["keyed"]:
        return "The file has no key for a person. It counts stays and cannot tell how many people they are: one person may stand in several rows."
    if public:
        return f"The stays are of {count(people['persons'])} people, as far as the file tells them apart." if people["persons"] else "How many people the stays are of is not told."
    told = f"The stays are of {plural(people['persons'], 'person', 'people')}, as far as the file's own key tells them apart; {count(people['again'])} have more than one stay."
    return told + (f" {plural(people['unkeyed'], 'stay has', 'stays have')} no such key and may be of anybody." if people["unkeyed"] else "")


def _without(found: Gathered) -> Block:
    if found.bare is None:
        reason = "cannot be told here without telling of few people" if found.public else "was not computed: the tables came prepared, with the assumptions in them"
        return Paragraph(f"What the same records say without the assumptions of the map {reason}.")
    rows = []
    for name in found.classes:
        with_, without = found.total["classes"][name], found.bare["classes"][name]
        rows.append((class_name(name), count(with_["stays"]), hour_range(with_["least"], with_["most"]), count(without["stays"]), hour_range(without["least"], without["most"])))
    return Table("The same records with and without what the map assumes", ("", "Stays, with", "Hours, with", "Stays, without", "Hours, without"), tuple(rows))


def _counts(rows: Sequence[Row], classes: Sequence[str], first: str, *, together: Row | None, hours_of: bool = True) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Head and rows of a table by class; rows that print no classes show what is told for all of them."""
    timed = [c for c in classes if c in WITH_HOURS] if hours_of else []
    has_person = any(r.get("persons") is not None for r in rows)
    head = (first, "Stays", *(["Persons"] if has_person else []), *(class_name(c) for c in classes), *(f"Hours, {c}" for c in timed))

    def line(label: str, row: Mapping[str, Any], stays: int) -> tuple[str, ...]:
        cells = row["classes"]
        return (
            label, count(stays), *([count(row.get("persons"))] if has_person else []),
            *(count(cells[c]["stays"]) if cells else "with others" for c in classes),
            *(hour_range(cells[c]["least"], cells[c]["most"]) if cells else "with others" for c in timed),
        )  # fmt: skip

    made = [line(r["label"], r, r["stays"]) for r in rows]
    if together:
        made.append(line(f"Those {together['rows']} told with others, together", together, together["stays"]))
    return head, tuple(made)


def over_time(found: Gathered) -> Part:
    """The classes by period, with the changes of law that bind the agencies of the file."""
    rows = [r for r in found.periods if r["classes"]]
    blocks: list[Any_] = []
    if not found.periods:
        return Part("time", "Over time", (Paragraph(_few(found, "No stay has a day.")),))
    classes = found.classes_in("periods")
    drawn = len(rows) > 1
    if drawn:
        bars = rows if found.public or len(rows) < len(found.periods) else _unbroken(rows, classes, found.period)
        blocks.append(Figure(plots.stacked(bars, classes, _labels(classes), across=False, name="time", title=f"Stays by class and {found.period}", text=_told(rows, classes), marks=_marks(found, bars))))
        if len(rows) < len(found.periods):
            blocks.append(Paragraph(f"The picture leaves out each {found.period} whose classes are told with others."))
    head, body = _counts(found.periods, classes, found.period.capitalize(), together=found.together.get("periods"))
    dated = sum(r["stays"] for r in found.periods)
    dayless = 0 if found.public else found.total["stays"] - dated
    of = "" if found.public else f" (n = {count(dated)}" + (f"; {plural(dayless, 'stay has', 'stays have')} no day)" if dayless else ")")
    blocks.append(Table(f"By {found.period} in which release was due{of}", head, body, fixed=(0,)))
    if found.changes:
        listed = tuple((str(n), day_words(c.day.toordinal()), _changed(c), count(c.stays)) for n, c in enumerate(found.changes, 1))
        width = 3 if found.public else 4
        caption = "Changes of law and policy in that time" + (", by their number in the picture" if drawn else "")
        blocks.append(Table(caption, ("No.", "Day", "What changed", "Stays of the agencies bound")[:width], tuple(r[:width] for r in listed), fixed=(1,)))
    else:
        blocks.append(Paragraph("No change of the encoded law bears on these agencies in that time."))
    return Part("time", "Over time", tuple(blocks))


def _unbroken(rows: Sequence[Row], classes: Sequence[str], period: str) -> Sequence[Row]:
    """The bars with those of no stay between them, so that the axis is one of time; as they are where those were too many."""
    step = {"month": 1, "quarter": 3, "year": 12}[period]
    first, last = rows[0]["key"], rows[-1]["key"]
    months = (last.year - first.year) * 12 + last.month - first.month
    if months // step >= MOST_BARS:
        return rows
    at = {r["key"]: r for r in rows}
    days = [date(first.year + (first.month - 1 + m) // 12, (first.month - 1 + m) % 12 + 1, 1) for m in range(0, months + 1, step)]
    return [at.get(d) or {"key": d, "label": period_label(period, d), "classes": {c: {"stays": 0} for c in classes}} for d in days]


def _changed(change: Change) -> str:
    """What changed, with its citation, which often repeats the title."""
    said = f"{change.title} {'decided' if change.ruling and change.begins else 'begins' if change.begins else 'ends'}"
    cited = change.citation
    return f"{said} ({cited[len(change.title) :].lstrip(', ')})" if cited.startswith(f"{change.title}, ") else f"{said} ({cited})"


def _labels(classes: Sequence[str]) -> dict[str, str]:
    return {c: class_name(c) for c in classes}


def _told(rows: Sequence[Row], classes: Sequence[str]) -> str:
    first = classes[0]
    return "; ".join(f"{r['label']}: {r['stays']} stays, {told_of(r, first)} {class_name(first).lower()}" for r in rows[:40])


def _marks(found: Gathered, rows: Sequence[Row]) -> list[Row]:
    """At each bar, the numbers of the changes in its period, as ``3–5``."""
    starts = [r["key"] for r in rows]
    at: dict[int, list[int]] = {}
    for number, change in enumerate(found.changes, 1):
        index = max((i for i, s in enumerate(starts) if s <= change.day), default=0)
        at.setdefault(index, []).append(number)
    return [{"label": rows[i]["label"], "numbers": _run(n)} for i, n in sorted(at.items())]


def _run(found: Sequence[int]) -> str:
    return str(found[0]) if len(found) == 1 else f"{found[0]}–{found[-1]}"


def by_agency(found: Gathered) -> Part:
    """The classes by agency."""
    blocks: list[Any_] = []
    rows = found.agencies
    if not rows:
        return Part("agencies", "By agency", (Paragraph(_few(found, "No agency is named.")),))
    drawn = [r for r in rows if r["classes"]][:PLOTTED_AGENCIES]
    classes = found.classes_in("agencies")
    if len(drawn) > 1:
        blocks.append(Figure(plots.stacked(drawn, classes, _labels(classes), across=True, name="agency", title="Stays by class and agency", text=_told(drawn, classes))))
    head, body = _counts(rows[:MOST_AGENCIES], classes, "Agency", together=found.together.get("agencies"))
    most = "certain stays" if any(r["classes"] and "certain" in r["classes"] and told_of(r, "certain") for r in rows) else "stays"
    more = f"; here the {MOST_AGENCIES} of {len(rows)} with the most {most}" if len(rows) > MOST_AGENCIES else ""
    blocks.append(Table(f"By agency (all in by_agency.csv{more})", head, body))
    return Part("agencies", "By agency", tuple(blocks))


HOW = {
    "certain": {
        "release": "No hold was allowed from the moment at which release was due. ",
        "outlasted": "A hold was allowed or required at first, and was outlasted. ",
    },
    "possible": {
        "release": "No hold was allowed once release was due; whether the person was still there then the recorded times leave open. ",
        "outlasted": "A hold was allowed or required at first; whether it was outlasted the recorded times leave open. ",
        "fact": "Whether a hold was allowed turns on what the file does not say. ",
        "law": "Whether a hold was allowed turns on law that is not settled. ",
        "duty": "A hold was allowed; whether it was required, or whether it was outlasted, is left open. ",
        "later": "The moment at which release was due is itself not certain. ",
    },
}
NO_NORM = {
    "certain": "When release was due it was open, for want of facts or law, whether a hold was allowed. Later none was allowed either way, as when the longest limit of time had run out or the request was taken back: the hours count from there.",
    "possible": "",
}
MOST_WANTED = 3


def reasons(found: Gathered, lawbook: Lawbook) -> Part:
    """Why: the first of the norms that decided, in plain words, with its citation; of possible stays also what they lack."""
    if not found.reasons and not found.possible_reasons:
        return Part("reasons", "By reason", (Paragraph(_few(found, "No stay is certain or possible, so there is nothing to be explained. What keeps the others open stands under “What cannot be told”.")),))
    blocks: list[Any_] = []
    if found.reasons:
        blocks += [
            Paragraph("The certain stays by the first norm that decided when release was due: the highest in rank, where several did. Others may forbid the same hold as well."),
            Entries(_explained(found.reasons, "certain", lawbook), title="Certain stays", numbered=True),
        ]
    else:
        blocks.append(Paragraph(_few(found, "No stay is certain, so no norm decided that one lasted too long.")))
    if found.possible_reasons:
        blocks += [
            Paragraph("The possible stays by what was said when release was due, and by what leaves them open. None of them is found to have lasted too long."),
            Entries(_explained(found.possible_reasons, "possible", lawbook), title="Possible stays", numbered=True),
        ]
    return Part("reasons", "By reason", tuple(blocks))


def _explained(rows: Sequence[Row], name: str, lawbook: Lawbook) -> tuple[Entry, ...]:
    """Each reason of a class with its stays and hours, in plain words; what is wanted, where it turns on facts."""
    items = []
    for reason in rows:
        words = str(reason.get("words") or NO_NORM[name])
        persons = f", {plural(reason['persons'], 'person', 'persons')}" if reason.get("persons") else ""
        timed = "" if reason["least"] is None else f", {hour_range(reason['least'], reason['most'])} hours"
        label = f"{plural(reason['stays'], 'stay', 'stays')}{persons}{timed}."
        source = str(reason.get("citation") or "")
        if reason.get("citation"):
            source += "" if reason.get("reviewed") else " · not reviewed"
        wanted = [str(missing_words(n, lawbook)["whether"]) for n in reason.get("wanted") or ()]
        lacks = f" Missing most often: {'; '.join(wanted[:MOST_WANTED])}." if wanted else ""
        items.append(Entry(text=HOW[name].get(reason["how"], "") + words + lacks, label=label, source=source, ref=str(reason.get("norm") or "")))
    return tuple(items)


def how_ended(found: Gathered) -> Part:
    """Where people went: the classes by how the stays ended, as far as the files tell."""
    title = "How they ended"
    if not found.ends:
        return Part("ends", title, (Paragraph(_few(found, "The files hold no stay.")),))
    if {r["key"] for r in found.ends} == {NOT_TOLD}:
        return Part("ends", title, (Paragraph("No column that was read says where anybody went, so it cannot be told which of these stays ended with ICE. Where the files have such a column, name it in the map as left_to."),))
    classes = found.classes_in("ends")
    lead = "Where people went takes no part in any answer: the hours run to when somebody left, with whomever."
    if "possible" in classes and found.total["classes"]["possible"]["stays"]:
        lead += " A late release is possible until the record says that no detainer or warrant came, also that of somebody whom ICE never asked for, where the files list everybody who was booked: look first at the possible ones that ended with ICE."
    drawn = [r for r in found.ends if r["classes"]]
    figure = (Figure(plots.stacked(drawn, classes, _labels(classes), across=True, name="ends", title="Stays by class and how they ended", text=_told(drawn, classes))),) if len(drawn) > 1 else ()
    head, body = _counts(found.ends, classes, "How the stay ended", together=found.together.get("ends"))
    return Part("ends", title, (Paragraph(lead), *figure, Table("By how the stay ended", head, body)))


def how_long(found: Gathered) -> Part:
    """A distribution, not a mean: one stay of forty days says nothing of the rest."""
    rows = found.lengths
    if not rows or not any(r["least"] or r["most"] or r.get("possible") for r in rows):
        return Part("lengths", "How long", (Paragraph(_few(found, "No stay is certain or possible.")),))
    if not any(r["least"] or r["most"] for r in rows):
        lead = Paragraph("No stay is certain: each possible one may have been over by nothing at all. Counted by the most that the record allows:")
        return Part("lengths", "How long", (lead, Table("Possible stays by the most time over", ("Time over", "Possible, by the most"), tuple((r["label"], count(r.get("possible"))) for r in rows), fixed=(0,))))
    blocks: list[Any_] = [
        Figure(plots.lengths(rows, name="lengths", title="Certain stays by time over", text="; ".join(f"{r['label']}: {r['least']} by least, {r['most']} by most" for r in rows))),
        Table(f"Stays by time over{_of(rows, public=found.public)}", ("Time over", "Certain, by the least", "Certain, by the most", "Possible, by the most"), tuple((r["label"], count(r["least"]), count(r["most"]), count(r.get("possible"))) for r in rows), fixed=(0,)),
    ]
    q = found.quantiles
    if q["n"]:
        blocks.append(Paragraph(f"Of the {count(q['n'])} certain stays, three quarters were over by at least {duration(q['q25'])}, half by at least {duration(q['q50'])}, a quarter by at least {duration(q['q75'])}, a tenth by at least {duration(q['q90'])}, each by the least that the record allows."))
    return Part("lengths", "How long", tuple(blocks))


def _of(rows: Sequence[Row], *, public: bool) -> str:
    """How many stays the bands count; not told beside rounded or hidden ones."""
    if public:
        return ""
    return f" (n = {count(sum(r['least'] or 0 for r in rows))} certain, {count(sum(r.get('possible') or 0 for r in rows))} possible)"


def worst(found: Gathered, name_of: Callable[[str | None], str]) -> Part | None:
    """The longest certain stays (else possible ones), by their place in the file. None in what is published."""
    if found.public or not found.worst:
        return None
    file, *files = sorted({w["source_file"] for w in found.worst})
    several = len({w["agency"] for w in found.worst}) > 1
    possible = found.worst[0]["class"] == "possible"
    cited = {r["norm"]: str(r.get("citation") or "") for r in found.reasons if r.get("norm")}
    # What would be the same in every row is left out; of possible stays no norm has decided anything.
    head = ("Where", *(["Agency"] if several else []), "Month", "Hours, least", "Hours, most", "How it ended", *([] if possible else ["Rule that decided"]))
    rows = tuple(
        (
            f"{w['source_file']}, row {w['source_row']}" if files else f"row {w['source_row']}", *([name_of(w["agency"])] if several else []), f"{w['day']:%Y-%m}" if w["day"] else "–",
            hours(w["least"]), hours(w["most"]), end_of(w), *([] if possible else [cited.get(w["deciding_norm"]) or w["deciding_norm"] or "–"]),
        )
        for w in found.worst
    )  # fmt: skip
    of = "" if files else f" of {file}"
    fixed = tuple(i for i, name in enumerate(head) if name == "Month" or (name == "Where" and not files))
    look = "No one is named: look a row up in your own file, and ask for its whole decision with “dueprocess audit explain”. A time far out of line is more often a slip of the record than a person forgotten: check these rows first. Of a person who was still there when the records end, the hours run to that day."
    if possible:
        lead = Paragraph(f"No stay is certain. These are the possible ones that may have lasted longest, and may not have lasted too long at all. {look}")
        return Part("worst", "The longest", (lead, Table(f"Possible stays{of}, by the most that the record allows", head, rows, fixed=fixed)))
    later = " A row without a rule was open when release was due, and no hold was allowed later." if any(w["deciding_norm"] is None for w in found.worst) else ""
    return Part("worst", "The longest", (Paragraph(f"The longest certain stays. {look}{later}"), Table(f"Longest certain stays{of}", head, rows, fixed=fixed)))


def wilson(part: int, of: int) -> tuple[float, float]:
    """The 95 percent interval of a share after Wilson (1927)."""
    if of == 0:
        return 0.0, 1.0
    p = part / of
    middle = (p + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z * sqrt(p * (1 - p) / of + Z * Z / (4 * of * of)) / (1 + Z * Z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def by_columns(found: Gathered) -> list[Part]:
    """The classes by columns that take no part in any decision, with intervals."""
    parts = []
    for index, (name, rows) in enumerate(found.columns.items()):
        title = f"By {name.replace('_', ' ')}"
        shown = [r for r in rows if r["classes"]]
        if not shown:
            parts.append(Part(f"by-{index}", title, (Paragraph("It cannot be told without telling of few people."),)))
            continue
        classes = found.classes_in(f"by {name}")
        measure = next((c for c in ("certain", "possible") if c in classes and any(told_of(r, c) for r in shown)), "certain" if "certain" in classes else classes[0])
        drawn = []
        for row in shown:
            part, of = told_of(row, measure), row["stays"]
            low, high = wilson(part, of)
            drawn.append({"label": row["label"], "share": round(100 * part / of, 1), "low": round(100 * low, 1), "high": round(100 * high, 1), "of": of, "part": part})
        head, body = _counts(rows, classes, title.removeprefix("By ").capitalize(), together=found.together.get(f"by {name}"), hours_of=False)
        blocks: list[Any_] = [
            Paragraph(f"The column “{name}” is repeated as the file gives it. It is no fact of the decision: no norm can turn on it. A difference here is a question, not an answer: groups differ in agency, in year and in what was charged."),
            Figure(plots.intervals(drawn, name=f"by{index}", title=f"Share of {measure} stays by {name}", text="; ".join(f"{d['label']}: {d['share']} %, {d['low']} to {d['high']}" for d in drawn), axis=f"Share of stays that are {measure}, percent")),
            Table(
                f"Share of {measure} stays, with its 95 percent interval (Wilson), as if every stay were of another person",
                ("Value", "Stays", class_name(measure), "Share", "From", "To", "Note"),
                tuple((d["label"], count(d["of"]), count(d["part"]), f"{d['share']} %", f"{d['low']} %", f"{d['high']} %", "fewer than 30 stays: weak" if d["of"] < 30 else "") for d in drawn),
            ),
            Table("All classes", head, body),
        ]
        parts.append(Part(f"by-{index}", title, tuple(blocks)))
    return parts
