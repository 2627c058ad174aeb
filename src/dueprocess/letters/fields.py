"""What a sentence of a letter may name: the fields and lists, with what each holds. The lint and the reference rest on this."""

from __future__ import annotations

from collections.abc import Mapping

ALWAYS: Mapping[str, str] = {
    "place": "the county or city with its state, as 'Clackamas County, Oregon'",
    "county": "the county in which the jail stands, as 'Clackamas County'",
    "state": "the state's name",
    "office": "who is written to, as 'Sheriff of Clackamas County'",
    "jail": "whose jail it is, as 'the jail of Clackamas County'",
    "as_of": "the day that the letter speaks of, in words",
    "known_at": "the day up to which law and sources count, in words",
    "law_version": "the first digits of the lawbook's version",
    "law_means": "what the encoded law comes to in the plain case, as a clause",
    "law_form": "the detainer form in use that day",
    "law_count": "how many authorities the answer rests on",
    "law_unreviewed": "how many of them nobody has reviewed",
    "paid_least": "the smallest published amount of all cases",
    "paid_most": "the largest",
    "paid_person_least": "the smallest published amount a person",
    "paid_person_most": "the largest",
    "paid_cases": "how many published cases there are",
}
"""Fields that are known for every recipient."""

SOMETIMES: Mapping[str, str] = {
    "circuit": "the federal circuit's name",
    "policy": "the position as a clause, as 'holds on a detainer only with a judge's warrant'",
    "policy_since": "since when, as a clause: 'took effect in June 2014'; unknown where no source dates it",
    "policy_seen": "for a position that nobody dates: the day of the first source that states it",
    "policy_by": "by whose word, with the source",
    "policy_confirmed": "when a source last said so",
    "policy_age": "how old that is",
    "policy_rule": "the rule that gave the position, where sources differ",
    "policy_maybe": "other positions that may hold because a day is not sure",
    "policy_none": "why there is no position, where sources name the agency",
    "others_said": "what is said of other actors of the same place",
    "state_policy": "what the registry says of the state itself",
    "state_counts": "how many counties of the state have a stated position, by side",
    "national_counts": "the same for the country",
    "law_alone": "the encoded law's answer to a detainer alone",
    "law_i200": "to a detainer with an I-200",
    "law_removal_order": "to a detainer with an immigration judge's removal order",
    "law_judge_order": "to a detainer with a judge's civil order to keep the person",
    "law_judge_warrant": "to a judge's warrant with a detainer",
    "law_unsigned": "to an unsigned detainer",
    "law_next": "when the encoded law changes next",
    "audit_what": "which records the audit read",
    "audit_stays": "how many stays of the agency (never fewer than 11)",
    "audit_certain": "how many are certainly over-held, with hours rounded to tens",
    "audit_possible": "how many are possibly so",
    "audit_classes": "the classes as they may be told, where not each has a number of its own",
    "exposure": "the range that its certain hours come to at published rates, to two figures",
    "cost": "the cost of holding, at the daily rate given",
    "cost_basis": "the arithmetic of that cost",
}
"""Fields that may be unknown: a sentence that names one is then left out, or says so by its ``unknown`` wording."""

LISTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "claims_for": ("the claims that give the position", ("said", "by", "source", "day")),
    "claims_against": ("the claims of another position that lost", ("said", "by", "source", "day", "rule")),
    "practice": ("what sources tell of the practice", ("said", "by", "source", "day")),
    "listings": ("lists that name the agency", ("by", "source", "day")),
    "agreements": ("287(g) agreements that sources speak of", ("by", "source", "day")),
    "matrix": ("each packet of papers with the encoded law's answer", ("packet", "answer")),
    "for": ("authorities that bind and speak for a hold", ("number", "name", "because", "checked")),
    "against": ("authorities that bind and speak against one", ("number", "name", "because", "checked")),
    "limits": ("forms and regulations that bind and limit the time", ("number", "name", "because", "checked")),
    "persuasive_for": ("authorities that only persuade, for a hold", ("number", "name", "because", "checked")),
    "persuasive_against": ("the same, against one", ("number", "name", "because", "checked")),
    "courts": ("rulings of the circuit and its districts that bind there", ("number", "name", "because", "checked")),
    "norms": ("each norm in plain words, with its days", ("says", "side", "name")),
    "clocks": ("the clocks of the place", ("text",)),
    "duties": ("other duties on a detainer", ("text",)),
    "questions": ("the questions on which the law turns there", ("text",)),
    "unreviewed": ("the authorities that nobody has reviewed", ("name", "checked")),
    "comparables": ("the nearest published cases and what was paid", ("citation", "because")),
    "columns": ("the columns of the custody tables", ("name", "what")),
    "signers": ("the signing organizations", ("line",)),
}
"""Each list: what it holds, and what its items have."""

SPANISH = frozenset({"place", "county", "state", "as_of", "law_means", "law_form", "law_count", "law_unreviewed", "law_version"})
"""The fields that have Spanish wording; a Spanish template may name no other."""

TEXTS: Mapping[str, str] = {**ALWAYS, **SOMETIMES}
