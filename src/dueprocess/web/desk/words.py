"""The desk's own words: outcomes, deadlines, countdowns, entries of the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dueprocess.decide.messages import Messages
from dueprocess.decide.wording import Clock
from dueprocess.desk.alerts import told
from dueprocess.kernel.instants import iso

OUTCOMES = {
    "release": "RELEASE",
    "may_hold": "MAY HOLD (not required)",
    "must_hold": "MUST HOLD",
    "review": "REVIEW: may not be held past release",
    "local_custody": "LOCAL CUSTODY",
}
_DUE = {
    "release": "Release: nothing in the encoded law lets the jail keep this person",
    "settle_or_release": "Settle what is open, or release",
    "hold_ends": "The hold ends",
    "release_due": "Local custody ends",
}
KINDS = {
    "booked": "Booked",
    "ground.added": "A local ground to keep the person",
    "ground.ended": "A local ground ended",
    "bail.refused": "Bail was offered and refused",
    "paper.received": "Paper received",
    "paper.cancelled": "Paper withdrawn",
    "copy.served": "Copy given to the person",
    "said": "The person said or showed",
    "fact.answered": "Question answered",
    "duty.done": "Duty done",
    "record.complete": "Looked over: everything so far is recorded here",
    "notified": "Notice of release given",
    "determined": "Counsel determined",
    "hold.continued": "An officer went on with the hold",
    "done.against": "Done against the answer",
    "packet.taken_back": "Papers taken back: they were somebody else's",
    "released": "Released",
    "transferred": "Handed over to another custodian",
}
SAID = {
    "citizenship_claimed": "says that they are a U.S. citizen",
    "proof_shown": "shows proof of citizenship or lawful status",
    "victim_or_witness": "says that they are a victim of, or witness to, a crime",
    "wrong_person": "says that they are not the person named in the papers",
    "wants_lawyer": "asks for a lawyer",
    "other": "something else",
}
SAID_YOU = {
    "citizenship_claimed": "you said that you are a U.S. citizen",
    "proof_shown": "you showed proof of citizenship or lawful status",
    "victim_or_witness": "you said that you are a victim of, or witness to, a crime",
    "wrong_person": "you said that you are not the person named in the papers",
    "wants_lawyer": "you asked for a lawyer",
    "other": "something else",
}
SETTLED = {
    "person": "the person or the jail's own record settles it", "paper": "a look at the paper settles it", "law": "the law of the place settles it",
    "determination": "counsel or a judge determines it",
}  # fmt: skip
SAID_ES = {
    "citizenship_claimed": "dijo que es ciudadano de los EE. UU.",
    "proof_shown": "mostró una prueba de ciudadanía o de estatus legal",
    "victim_or_witness": "dijo que es víctima o testigo de un delito",
    "wrong_person": "dijo que no es la persona que nombran los papeles",
    "wants_lawyer": "pidió un abogado",
    "other": "otra cosa",
}
DUTIES = {
    "person_informed": "the person was told of the detainer",
    "reason_recorded": "the reason was written into the file",
    "judge_notified": "the judge was told of the detainer",
    "copy_given": "a copy of the papers was given",
    "interview_consent": "the person answered whether to be interviewed",
    "ice_queried": "ICE was asked about the person",
}
ENDINGS = {
    "charges_dropped": "charges dropped",
    "bail_paid": "bail paid",
    "sentence_served": "sentence served",
    "released_by_court": "released by the court",
    "bail_refused": "bail refused because of the detainer",
    "other": "otherwise",
}
AGAINST = {
    "held_on": "the person was kept on",
    "released": "the person was released",
    "handed_to_ice": "the person was handed to ICE",
    "told_ice": "ICE was told of the release",
    "other": "something else",
}
PAPERS = {
    "i-247a": "I-247A detainer",
    "i-247g": "I-247G request for advance notice",
    "i-247": "I-247 detainer",
    "i-247d": "I-247D detainer",
    "i-247n": "I-247N request for notice",
    "i-247x": "I-247X request",
    "i-200": "I-200 warrant of arrest (immigration officer)",
    "i-205": "I-205 warrant of removal (immigration officer)",
    "i-203": "I-203 order to detain or release",
    "i-862": "I-862 notice to appear",
    "immigration_judge_order": "immigration judge's order",
    "judicial_warrant": "judge's warrant",
    "court_order": "court order to keep",
    "probable_cause_affidavit": "probable cause found by a judge",
    "cancellation": "cancellation",
    "other": "other paper",
}
PAPERS_ES = {
    "i-247a": "detainer de inmigración I-247A (pedido de retención)",
    "i-247g": "pedido de aviso de liberación I-247G",
    "i-247": "detainer de inmigración I-247 (pedido de retención)",
    "i-247d": "detainer de inmigración I-247D (pedido de retención)",
    "i-247n": "pedido de aviso de liberación I-247N",
    "i-247x": "pedido I-247X",
    "i-200": "orden administrativa de arresto I-200, firmada por un oficial de inmigración y no por un juez",
    "i-205": "orden administrativa de expulsión I-205, firmada por un oficial de inmigración y no por un juez",
    "i-203": "orden I-203 de detener o liberar",
    "i-862": "citatorio de inmigración I-862",
    "immigration_judge_order": "orden de un juez de inmigración",
    "judicial_warrant": "orden de un juez",
    "court_order": "orden de un tribunal de mantener la custodia",
    "probable_cause_affidavit": "causa probable hallada por un juez",
    "cancellation": "retiro de un pedido anterior",
    "other": "otro papel",
}
SLIP = {
    "release": "As far as this desk's program knows the law, nothing lets the jail keep you now. If you are still here, ask why.",
    "hold": "The jail may keep you for the immigration officers {until}. After that nothing in the law that the program knows lets it keep you.",
    "review": "It is not settled whether the jail may keep you for the immigration officers. Until it is, you may not be kept past your release.",
    "local_custody": "You are here for a reason of the jail's own: a charge, a sentence or a warrant.",
    "then.release": "When that ends, nothing in the law that the program knows lets the jail keep you.",
    "then.hold": "When that ends, the jail may keep you for the immigration officers for a time that the law limits. Ask until when.",
    "then.review": "It is not settled whether the jail may keep you for the immigration officers when that ends. Until it is, you may not be kept past your release.",
    "until": "until {at} at the latest",
    "endless": "(no end is known: ask until when)",
}
"""The newest answer, to the person whom it is about."""
SLIP_ES = {
    "release": "Por lo que el programa de esta cárcel sabe de la ley, nada permite ahora que la cárcel lo retenga. Si usted sigue aquí, pregunte por qué.",
    "hold": "La cárcel puede retenerlo para los oficiales de inmigración {until}. Después, nada en la ley que el programa conoce permite retenerlo.",
    "review": "No está resuelto si la cárcel puede retenerlo para los oficiales de inmigración. Mientras no lo esté, no se le puede retener después de su salida.",
    "local_custody": "Usted está aquí por una razón de la propia cárcel: un cargo, una sentencia o una orden.",
    "then.release": "Cuando eso termine, nada en la ley que el programa conoce permite que la cárcel lo retenga.",
    "then.hold": "Cuando eso termine, la cárcel puede retenerlo para los oficiales de inmigración por un tiempo que la ley limita. Pregunte hasta cuándo.",
    "then.review": "No está resuelto si la cárcel puede retenerlo para los oficiales de inmigración cuando eso termine. Mientras no lo esté, no se le puede retener después de su salida.",
    "until": "hasta {at} a más tardar",
    "endless": "(no se conoce un final: pregunte hasta cuándo)",
}
_DAYS_ES = {"Mon": "lun", "Tue": "mar", "Wed": "mié", "Thu": "jue", "Fri": "vie", "Sat": "sáb", "Sun": "dom"}
SIGNERS = {"immigration_officer": "immigration officer", "immigration_judge": "immigration judge", "judge": "judge", "clerk": "clerk of court", "none": "nobody"}
SCOPES = {
    "bookings:write": "send bookings and ends of local grounds", "papers:write": "send papers, as values or as files", "releases:write": "send releases", "decisions:read": "read answers", "health:read": "read figures of health",
}  # fmt: skip
"""What a token of another system lets it do."""
LEFT = {"community": "released", "ice": "to ICE", "other_agency": "to another agency"}
GROUNDS = {"charge": "charge", "sentence": "sentence", "warrant": "criminal warrant", "commitment": "commitment", "other": "other"}


def outcome(name: str | None) -> str:
    """The answer in words; color never stands alone."""
    return OUTCOMES.get(name or "", "NOT YET ASKED")


def deadline(what: str) -> str:
    """What has to be done by then."""
    if what.startswith("clock "):
        return "A limit runs out"
    if what.startswith("duty "):
        return "A duty is due"
    return _DUE.get(what, what)


_CLOCK = Clock(Messages())


def local(at: int | None, zone_name: str) -> str:
    """``2026-11-22 16:00 (-06:00), Sun``, as the answers write times, so that one page has one way; nothing where there is
    no time."""
    return "" if at is None else instant(iso(at, zone_name))


def instant(text: str) -> str:
    """An instant of an answer, in the same way."""
    return _CLOCK.instant(text)


def in_spanish(told: str) -> str:
    """A time as ``local`` gives it, for the slip in Spanish."""
    return told[:-3] + _DAYS_ES.get(told[-3:], told[-3:]) if told else ""


def countdown(at: int | None, now: int) -> str:
    """``in 3 h 10 min``, ``overdue by 2 days 1 h``. The script writes the same words."""
    if at is None:
        return "no deadline"
    minutes = abs(at - now) // 60
    if minutes < 1:
        return "now"
    days, rest = divmod(minutes, 1440)
    hours, least = divmod(rest, 60)
    parts = [f"{days} day{'s' if days > 1 else ''}"] if days else []
    parts += [f"{hours} h"] if hours else []
    parts += [f"{least} min"] if least and not days else []
    return ("in " if at > now else "overdue by ") + " ".join(parts)


def slip(stay: Mapping[str, Any], zone_name: str) -> list[str]:
    """The newest answer in the person's own words, a sentence each; nothing where the person has left or nothing was asked."""
    if stay["left_at"] is not None or stay["outcome"] is None:
        return []
    spanish = stay["language"] == "es"
    says = SLIP_ES if spanish else SLIP

    def kind(outcome: str | None) -> str:
        return "hold" if outcome in ("may_hold", "must_hold") else str(outcome)

    at = local(stay["hold_until"], zone_name)
    until = says["until"].format(at=in_spanish(at) if spanish else at) if at else says["endless"]
    found = [says[kind(stay["outcome"])].format(until=until)]
    then = f"then.{kind(stay['then_outcome'])}"
    return [*found, says[then]] if stay["outcome"] == "local_custody" and then in says else found


def alert(what: str) -> str:
    """An alert in words."""
    return told(what)


def about(raised: Mapping[str, Any]) -> str:
    """What an alert is about: a case by its number, or no single person's."""
    return f"Case {raised['case_number']}" if raised["case_number"] else "Papers" if packet_of(raised) else "The whole desk"


def law(version: str) -> str:
    """The law, the adoption and the holidays under which an answer was given, by the first letters of their hashes."""
    book, *rest = version.split()
    marks = dict(one.partition(":")[::2] for one in rest)
    more = "".join(f", {name} {marks[key][:8]}" for key, name in (("adopted", "adoption"), ("holidays", "holidays")) if key in marks)
    return f"law {book.partition(':')[2][:8]}{more}"


def closed(state: str) -> str:
    """What became of a deadline that is open no longer."""
    return {"met": "met since", "missed": "missed; the person has left since", "replaced": "the answer has changed since: it is no longer due"}.get(state, state)


def heard(level: int, times: int, role: str) -> str:
    """For whom an alert is now, and how often it was called out; ``role`` hears of it from the start."""
    order = ("clerk", "supervisor", "counsel")
    most = max(min(level, 2), order.index(role) if role in order else 0)
    whom = ("for clerks", "for clerks and supervisors", "for clerks, supervisors and counsel")[most]
    return whom + (f", called out {times} times" if times > 1 else "")


def packet_of(raised: Mapping[str, Any]) -> str:
    """The packet that an alert is about; empty for none."""
    kind, _, rest = str(raised["id"]).partition("/")
    return rest.partition("/")[0] if kind == "packet" else ""


def fact(name: str, value: Any, facts: Mapping[str, Any] | None = None) -> str:
    """A fact with its value, as a clause where the vocabulary ``facts`` has one."""
    known = None if facts is None else facts.get(name)
    if known is not None and isinstance(value, bool):
        clause = known.phrase if value else known.phrase_no
        if clause:
            return str(clause)
    return f"{(known.phrase if known is not None and known.type != 'boolean' else '') or name.replace('_', ' ')}: {_yes(value)}"


def settled_by(who: str) -> str:
    """Who can say what is missing."""
    return SETTLED.get(who, who.replace("_", " "))


def entry(row: Mapping[str, Any], facts: Mapping[str, Any] | None = None) -> str:
    """One line of the timeline; a placeholder where it was erased. ``facts``: the vocabulary of the law in use."""
    head = KINDS.get(str(row["kind"]), str(row["kind"]))
    body = row["body"]
    if body is None:
        return f"{head} (erased)"
    # A day that a paper gives itself has no hour; what stands before it is the day's beginning.
    only = " (the day only)" if isinstance(body.get("when"), str) and len(body["when"]) == 10 else ""
    return head + only + _detail(row["kind"], body, facts)


def _detail(kind: str, body: Mapping[str, Any], facts: Mapping[str, Any] | None) -> str:
    if kind == "ground.added":
        ground = body["ground"]
        return f": {GROUNDS.get(ground['kind'], ground['kind'])}, {'end open' if ground['until'] == 'open' else 'to an end that is known'}"
    if kind == "ground.ended":
        return f": {ENDINGS.get(body['how'], body['how'])}"
    if kind == "paper.received":
        return f": {paper(body['paper'])}"
    if kind == "said":
        words = f' ("{body["words"]}")' if body.get("words") else ""
        return f": {SAID.get(body['what'], body['what'])}{words}. Answer given: {body['answer']}"
    if kind == "fact.answered":
        return f": {fact(body['fact'], body['value'], facts)}"
    if kind == "duty.done":
        return f": {DUTIES.get(body['what'], body['what'])}"
    if kind == "determined":
        return f": {fact(body['fact'], body['value'], facts)}, on {body['on']}"
    if kind == "hold.continued":
        return f": {body['officer']}, relying on {body['authority']}"
    if kind == "done.against":
        return f": {AGAINST.get(body['what'], body['what'])}. {body['text']}"
    if kind in ("released", "transferred"):
        return {"ice": ": ICE", "other_agency": ": another agency"}.get(str(body["left_to"]), "")
    return ""


def paper(values: Mapping[str, Any]) -> str:
    """A paper as it was read, in a line; what was not read is said."""
    parts = [PAPERS.get(values["kind"], values["kind"])]
    if values.get("edition"):
        parts.append(f"edition {values['edition']}")
    signed = values.get("signed_by")
    parts.append(f"signed by {SIGNERS.get(signed, signed)}" if signed else "signature not read")
    if values["kind"].startswith("i-247"):
        boxes = values.get("boxes")
        parts.append("boxes not read" if boxes is None else "boxes ticked: " + (", ".join(b.replace("_", " ") for b in boxes) or "none"))
    return ", ".join(parts)


def _yes(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


FIELDS = {"kind": "which paper", "edition": "edition", "signed_by": "signed by", "matter": "kind of matter", "issuer": "sent by", "served_at": "served on"}


def field(name: str) -> str:
    """A value of a paper, by its name in a correction."""
    box = name.partition("boxes.")[2]
    return f"box {box.replace('_', ' ')}" if box else FIELDS.get(name, name)


def said_value(value: Any) -> str:
    """A value of a paper in words; what is unknown is said."""
    if isinstance(value, bool):
        return "ticked" if value else "not ticked"
    if value is None:
        return "nothing sure"
    return PAPERS.get(value, SIGNERS.get(value, str(value).replace("_", " ")))


def read_value(mark: Mapping[str, Any]) -> str:
    """What the program read at a place; below its threshold only perhaps."""
    if mark["key"] == "signature":
        return {True: "signed", False: "not signed"}.get(mark["value"], "not known whether signed")
    if mark["value"] is not None:
        return said_value(mark["value"])
    return "not known" + (f" (perhaps {said_value(mark['perhaps'])})" if mark["perhaps"] not in (None, "") else "")


def perhaps(paper_read: Mapping[str, Any], box: str) -> str:
    """What a box may be that was not read surely."""
    found = next((v for v in paper_read["values"] if v["key"] == f"boxes.{box}"), None)
    return f", perhaps {said_value(found['perhaps'])}" if found and found["perhaps"] is not None else ""


def limit(clock: Mapping[str, Any]) -> str:
    """How long a limit is, as one counts it on paper."""
    without = " without " + " and ".join(d.replace("_", " ") for d in clock["excluding"]) if clock["excluding"] else ", every hour counted"
    length = "to the end of that day" if clock["until_end_of_day"] else f"{clock['hours']:g} hours{without}"
    return f"{length}, from {clock['counted_from'].replace('_', ' ')}"


def moment(when: Any, zone_name: str) -> str:
    """A time as a table gave it; a day without an hour is a day."""
    if when is None:
        return ""
    found = local(when.at, zone_name)
    return f"{found[:10]}{found[-5:]}" if isinstance(when.value, str) and len(when.value) == 10 else found
