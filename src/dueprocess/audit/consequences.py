"""The report's sections on what follows: what is undecided, what ICE's own policy said, what it cost, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from dueprocess.audit.blocks import Any_, Code, Part, Switches
from dueprocess.audit.changes import told
from dueprocess.audit.exposure import holding_cost
from dueprocess.audit.gathering import Gathered
from dueprocess.audit.issuance import LABELS, SKIPPED
from dueprocess.audit.numbers import HOUR, Row
from dueprocess.audit.protect import LEAST
from dueprocess.audit.undecided import together
from dueprocess.audit.words import (
    RECORDED_TIMES,
    count,
    hour_range,
    missing_words,
    money_range,
    plural,
    share,
)
from dueprocess.law import Lawbook
from dueprocess.render.sheet import Entries, Entry, Paragraph, Table

MOST_MISSING = 30
MOST_BINDING = 40
MOST_TOGETHER = 6


def undecided(found: Gathered, lawbook: Lawbook) -> Part:
    """What could not be told, and which column would settle how much."""
    rows = [(r, missing_words(r["name"], lawbook)) for r in found.undecided]
    from_records = [(r, w) for r, w in rows if not w["law"]][:MOST_MISSING]
    law = [(r, w) for r, w in rows if w["law"]]
    blocks: list[Any_] = []
    open_ = found.open
    if not rows:
        return Part("undecided", "What cannot be told", (Paragraph("Nothing is open: every stay has an answer."),))
    about = "About " if found.public else ""
    review = ""
    if open_["review"]:
        why = [f"{count(open_[k])} {w}" for k, w in (("fact", "for want of facts"), ("law", "because the law itself is unsettled"), ("duty", "only as to whether the hold was required")) if open_[k]]
        review = f" At the moment asked about, the outcome of {about.lower()}{plural(open_['review'], 'stay', 'stays')} is open: {', '.join(why)}."
    blocks.append(Paragraph(f"{about}{plural(open_['stays'], 'stay is', 'stays are')} possible or unknown.{review}"))
    if never_told(found, lawbook):
        blocks.append(Paragraph(never_told(found, lawbook)))
    if from_records:
        stake = not found.public
        head = ("What is missing", "Stays that lack it", "It alone may settle, at most", *(("Hours that turn on it, at most",) if stake else ()), "What to ask")
        body = tuple((w["label"], count(r["rows"]), count(r["alone"]), *((hour_range(r["at_stake"], r["at_stake"]),) if stake else ()), w["asked"]) for r, w in from_records)
        blocks.append(Table("Columns that may settle open stays, the most useful first. One stay may lack several", head, body))
        blocks.append(Paragraph("At most: often one answer settles a stay and the other leaves it open. That a judge's warrant came may settle it; that none came leaves open what else there was. " + ("And while a time is missing, nobody can say which facts the answer would turn on once it is there." if any(r["unknown"] for r, _ in from_records) else "")))
        steps = asked_together(found, lawbook)
        if steps:
            head = ("Asked for together, each line with those above it", "Stays that then lack nothing, at most", "Of the open ones")
            body = tuple((words, count(stays), share(stays, open_["every"])) for words, stays in steps)
            blocks.append(Table("What to ask for together: many stays lack several of these columns, and one alone would not settle them", head, body))
        blocks.append(Paragraph("The letter that asks the agencies for these columns is in request.md."))
    if law:
        blocks.append(Table("Open law: no record settles it, only a court, a legislature or a person who answers for the case", ("Question of law", "Stays that turn on it", "What is asked"), tuple((w["label"], count(r["rows"]), w["asked"]) for r, w in law)))
    return Part("undecided", "What cannot be told, and what would settle it", tuple(blocks))


def asked_together(found: Gathered, lawbook: Lawbook) -> list[tuple[str, int]]:
    """Columns to be asked for together, in words: what each step adds, and how many stays then lack nothing; none where one column is all."""
    law = {r["name"] for r in found.undecided if missing_words(r["name"], lawbook)["law"]}
    steps = together(found.missing_sets, settles_nothing=law, steps=MOST_TOGETHER)
    if sum(len(step["names"]) for step in steps) < 2:
        return []
    return [(", ".join(str(missing_words(n, lawbook)["label"]) for n in step["names"]), step["stays"]) for step in steps]


def never_told(found: Gathered, lawbook: Lawbook) -> str:
    """What no row of the files says, in a sentence; empty where every such thing is said somewhere, or hours are bounded all the same."""
    never = [(r, missing_words(r["name"], lawbook)) for r in found.undecided if r["rows"] == r["unknown"] == found.total["stays"]]
    # Of a recorded time that stands nowhere this can be said; what the papers say matters only to those that have one.
    names = [str(w["label"]) for r, w in never if not w["law"] and r["name"] in RECORDED_TIMES]
    return f"No row says {_listed(names)}: without that, no hour over can be told." if names else ""


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def issued(found: Gathered, lawbook: Lawbook) -> Part:
    """The detainers against the policy that their sender was under on the day."""
    told_ = found.issuance
    title = "Detainers against the sender's own policy"
    if not told_["detainers"]:
        return Part("issuance", title, (Paragraph("The file lists no detainer with a readable form, so nothing can be told of how they were issued."),))
    blocks: list[Any_] = [
        Paragraph("Whether ICE (or CBP) kept to its own policy of the day when it sent the detainer: its memoranda, and decrees that bind it. That policy is no law for a jail, and a detainer against it may still be one that the jail had to answer."),
    ]
    if all(n is None for n in told_["results"].values()):
        return Part("issuance", title, (*blocks, Paragraph("The numbers cannot be told without telling of few people.")))
    rounded = ", rounded to tens" if found.public else ""
    number = partial(_rounded, public=found.public)
    blocks.append(Table(f"Detainers by result{rounded}", ("Result", "Detainers", "Share"), tuple((LABELS[k], number(n), share(n, told_["detainers"])) for k, n in told_["results"].items() if n or k != SKIPPED)))
    for name, first in (("forms", "Form"), ("years", "Year received")):
        if told_[name]:
            heads = {k: h for k, h in zip(LABELS, ("Against", "Not against", "Cannot be told", "No policy encoded", "No day", "Not examined"), strict=True) if any(row[k] for row in told_[name].values())}
            body = tuple((str(k).upper() if name == "forms" else str(k), *(number(row[h]) for h in heads)) for k, row in told_[name].items())
            blocks.append(Table(f"By {first.lower()}{rounded}", (first, *heads.values()), body))
    items = []
    for reference, n in told_["norms"].items():
        norm = told(lawbook, reference)
        items.append(Entry(text=str(norm["because"] or norm["words"]), label=f"{plural(n, 'detainer', 'detainers')}.", source=str(norm["citation"]), ref=reference))
    if items:
        blocks.append(Entries(tuple(items), title="What stood against them; one detainer may be against several:"))
    if told_["wanted"]:
        items = [Entry(text=str(missing_words(k, lawbook)["whether"]), label=f"{plural(n, 'detainer', 'detainers')}:") for k, n in list(told_["wanted"].items())[:8]]
        blocks.append(Entries(tuple(items), title="What kept the others open, since the file does not say it:"))
    return Part("issuance", title, tuple(blocks))


def _rounded(number: int | None, *, public: bool) -> str:
    return f"fewer than {LEAST}" if public and number is None else count(number)


def cost(found: Gathered, daily: float | None) -> Part:
    """Hours times what a day of custody costs: the agency's own figure, else a published one, said to be another's."""
    title = "Cost of holding"
    rows, told_ = [], None
    for name in ("certain", "possible"):
        if name in found.classes and found.total["classes"][name]["stays"]:
            cell = found.total["classes"][name]
            told_ = holding_cost(cell["least"] / HOUR, cell["most"] / HOUR, usd_a_day=daily)
            rows.append((f"{name.capitalize()} stays", hour_range(cell["least"], cell["most"]), money_range(told_["low"], told_["high"])))
    if told_ is None:
        return Part("cost", title, (Paragraph("No stay is certain or possible, so there are no hours to be priced."),))
    rate = f"{told_['rate']:,.2f} USD a day"
    said = f"{rate} as given for this audit" if daily is not None else f"{rate}, which is not this agency's figure: it is a published one ({told_['source']}: {str(told_['note']).rstrip('.')}). Give the agency's own with --daily-cost"
    lead = Paragraph(f"Hours over, divided by 24 and multiplied by {said.rstrip('.')}. It is what the hours would come to at that rate, and leaves out what does not change with one person more or less.")
    return Part("cost", title, (lead, Table("Cost at the given rate" if daily is not None else "Cost at the published rate of another agency", ("", "Hours, least to most", "Cost"), tuple(rows))))


def exposed(found: Gathered) -> Part:
    """Exposure from published cases: a range, with the range under each single choice beside it."""
    title = "Exposure"
    told_ = found.exposure
    if told_ is None:
        return Part("exposure", title, (Paragraph("It cannot be told without telling of few people, or no stay is certain."),))
    certain, possible = (int(found.total["classes"].get(c, {}).get("stays") or 0) for c in ("certain", "possible"))
    if not certain and not possible:
        return Part("exposure", title, (Paragraph("No stay is certain or possible, so there is nothing to be multiplied."),))
    blocks: list[Any_] = [Paragraph(str(told_["what"]))]
    if not certain:
        blocks.append(Paragraph("No stay is certain, so of certain stays alone every range is 0 USD. The figures below take every possible stay for one that lasted too long: they say how much is at stake in what the records leave open, and no more."))
    blocks.append(Paragraph(f"With the choices marked below: {money_range(told_['low'], told_['high'])}."))
    items = tuple((str(a["label"]), tuple(str(c["label"]) for c in a["choices"]), [c["key"] for c in a["choices"]].index(a["chosen"])) for a in told_["assumptions"])
    blocks.append(Switches(items, tuple(money_range(low, high) for low, high in told_["ranges"])))
    rows: list[tuple[str, ...]] = []
    marked: list[int] = []
    for assumption in told_["assumptions"]:
        for index, choice in enumerate(assumption["choices"]):
            chosen = choice["key"] == assumption["chosen"]
            if chosen:
                marked.append(len(rows))
            rows.append((assumption["label"] if index == 0 else "", ("Chosen: " if chosen else "") + choice["label"], money_range(choice["low"], choice["high"])))
    blocks.append(Table("Every assumption, and the whole range if that one alone were chosen otherwise", ("Assumption", "Choice", "Range"), tuple(rows), marked=tuple(marked)))
    reasons = tuple(Entry(text=str(a["why"]), label=str(a["label"])) for a in told_["assumptions"])
    blocks.append(Entries(reasons, title="Why each is a choice:"))
    figures = [f for f in told_.get("figures", ()) if f["low"] is not None]
    if figures:
        blocks.append(Table("The cases behind the range, each by itself", ("Case", "Year", "Arithmetic", "Comes to"), tuple((str(f["case"]), str(f["year"]), str(f["arithmetic"]), money_range(f["low"], f["high"])) for f in figures)))
    blocks.append(Entries(tuple(Entry(text=str(c)) for c in told_["caveats"] if c != told_["what"]), title="To be read with it:"))
    return Part("exposure", title, tuple(blocks))


def mandate(found: Gathered) -> Part | None:
    """Releases where the encoded law required a hold: aggregates only, whoever reads the report."""
    told_ = found.mandate
    if not told_["stays"]:
        return None

    def small(number: int | None) -> str:
        if number is None or (not found.public and 0 < number < LEAST):  # published counts are rounded already
            return f"fewer than {LEAST}"
        return count(number)

    rows = (
        ("The encoded law required a hold when release was due", small(told_["stays"])),
        ("of these: recorded as let go to the community before that hold ended", small(told_["released"])),
        ("of these: recorded as handed to ICE", small(told_["to_ice"])),
        ("of these: the file does not say to whom, or when", small(told_["untold"])),
        ("of these: kept longer than that hold allowed, for certain", small(told_["past"])),
    )
    lead = Paragraph("Some states require a jail to hold. For those stays, how they ended, as sums only: this report points to no row, and no number under 11 is told. That a release is counted here is no finding that anybody broke a law: exceptions may turn on facts that the file does not have.")
    return Part("mandate", "Under a mandate", (lead, Table("Stays under a mandate", ("", "Stays"), rows)))


def method(found: Gathered, run: Mapping[str, Any]) -> Part:
    """How it was computed, and what it cannot say."""
    known = "the law known on the day of each stay (--as-known-then): what could have been known then" if run["law_known_at"] is None else f"the law as known on {run['law_known_at']}: what the law was, though it may have been decided later"
    items = [
        Entry(label="The question", text="For each stay, at each instant from the booking on: did the encoded law that bound this agency on that day allow it to keep the person once its own reasons had ended? Four tests must all hold: a request in force that asks for a hold, power under state law, a judge's warrant or probable cause, and no limit of time run out."),
        Entry(label="Law of the day", text=f"Each instant is asked under the law in force then, by {known}."),
        Entry(label="Times", text="Every recorded time is an interval: a date is its whole local day. Hours are given as bounds over all placements of the times. Nothing is estimated from another column unless the map says so, and then it is listed above."),
        Entry(label="Unknown", text="What is not recorded is unknown, never “no”. An unknown never makes a stay certain."),
        Entry(label="Classes", text="Certain: the least is more than nothing. No: the most is nothing. Possible: between. Contradiction: the record's times or statements exclude each other. Unknown: a time that it turns on, or the agency, is missing."),
        Entry(label="Limits", text="The encoded law is a model of the law: what it says has to be checked against the sources before anybody relies on it. An audit finds what the records say; records can be wrong, posted clock hours stand in for events, and one row need not be one person."),
        Entry(label="Not advice", text="This is what the encoded law says of these records. It is no legal advice and no finding of a court."),
    ]
    if found.public:
        items.append(Entry(label="What is left out", text="For publication, classes and rows that are small were joined with others until every number is 0 or at least 11; rows with a small number keep their total only. Every table was compared with every other, so that no sum of rows of the one, less a sum of rows of another, is a number from 1 to 10; a table that could not be told so is left out. Hours are rounded to tens, and so are counts that overlap. No stay and no exact time is told."))
        items.append(Entry(label="One report only", text="This holds for this report alone. Of the same records no second one may be published beside it: not with other options, another law or theory, another column to break down by, a month more or a file less. Where two differ, the difference may be one person. Choose the options once, and publish once."))
    return Part("method", "Method and limits", (Entries(tuple(items)),), fine=True)


def law(found: Gathered, run: Mapping[str, Any]) -> Part:
    """What the certain answers rest on, and whether anybody has reviewed it."""
    rests = found.rests
    blocks: list[Any_] = [
        Paragraph(f"{plural(rests['bound'], 'authority that bears', 'authorities that bear')} on the hold {'binds' if rests['bound'] == 1 else 'bind'} the agencies of the file; {count(rests['bound_reviewed']) if rests['bound_reviewed'] else 'none'} of them {'has' if rests['bound_reviewed'] < 2 else 'have'} been reviewed by anybody."),
    ]
    listed: list[Row] = rests["deciding"]
    if listed and not found.public:
        body = tuple((a["title"], a["citation"], "reviewed" if a["reviewed"] else "unreviewed", a["basis"] + (f"; confirmed {a['confirmed']}" if a["confirmed"] else "")) for a in listed)
        blocks.append(Table("Authorities that decided certain stays first", ("Authority", "Citation", "Review", "Read in"), body))
    binding: list[Row] = rests["binding"]
    if binding:
        body = tuple((a["title"], a["citation"], "reviewed" if a["reviewed"] else "unreviewed", a["basis"] + (f"; confirmed {a['confirmed']}" if a["confirmed"] else "")) for a in binding[:MOST_BINDING])
        of = f" (the first {MOST_BINDING} of {len(binding)})" if len(binding) > MOST_BINDING else ""
        blocks.append(Table(f"All that bears on the hold and binds there, by name{of}", ("Authority", "Citation", "Review", "Read in"), body))
    blocks.append(Paragraph(f"Version of the law: {run['law_version']}. Version of the program: {run['engine_version']}."))
    return Part("law", "The law it rests on", tuple(blocks), fine=True)


def repeat(run: Mapping[str, Any]) -> Part:
    """The command; the same files, law and program give the same numbers."""
    blocks: list[Any_] = [Paragraph("The same files, the same law and the same program give the same numbers. In the folder that holds the files:"), Code(str(run["command"]))]
    if run.get("map_text"):
        blocks += [Paragraph("How each column was read, and which dispositions were taken to end the jail's own reason, is the column map, as it was given:"), Code(str(run["map_text"]))]
    return Part("repeat", "To repeat it", tuple(blocks), fine=True)
