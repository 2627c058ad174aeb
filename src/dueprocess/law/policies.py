"""A new agency's policy as a commented file of law, from its position and what it accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dueprocess.kernel.errors import InputError, LawError, nearest
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.yamlread import read_text
from dueprocess.law.durable import write_whole
from dueprocess.law.editing import add_line, scalar, set_keys
from dueprocess.law.lawbook import Lawbook
from dueprocess.law.loading import load_lawbook
from dueprocess.law.model import Authority

# What each position accepts where nothing else is said, and what it says to a reader.
POSITIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "honors_all": (("detainer",), "The agency holds on every detainer whose request stands, as far as the law lets it."),
    "requires_judicial_warrant": (("judicial_warrant",), "The agency holds only on a judge's warrant."),
    "requires_court_order": (("court_order", "judicial_warrant"), "The agency holds only on a court's order or a judge's warrant."),
    "requires_any_warrant": (("admin_warrant", "judicial_warrant"), "The agency holds only where a warrant, an officer's or a judge's, came with the detainer."),
    "requires_probable_cause": (("probable_cause", "judicial_warrant"), "The agency holds only where a judge found probable cause, or on a judge's warrant."),
    "limits_by_offense": (("listed_offense", "judicial_warrant"), "The agency holds only for the offenses that its policy lists, or on a judge's warrant."),
    "notify_only": (("judicial_warrant", "court_order"), "The agency gives notice of the release and does not hold on a detainer."),
    "declines_all": (("judicial_warrant", "court_order"), "The agency does not hold on a detainer."),
    "undecided": ((), "The agency has not decided; this file adds no rule."),
    "unknown": ((), "The agency's position is not known; this file adds no rule."),
}
"""The positions of docs/reference; each with what it accepts by default and its sentence."""

# What the agency accepts, as a fact of the vocabulary and in words. A policy gives no power: these are exceptions to
# its own "forbid", and the law above it still asks for a request, power, cause and time.
ACCEPTS: dict[str, tuple[str, str]] = {
    "detainer": ("request_stands", "a detainer alone"),
    "admin_warrant": ("admin_warrant", "an immigration officer's warrant (I-200 or I-205)"),
    "removal_order": ("removal_order", "an immigration judge's order of removal"),
    "judicial_warrant": ("judicial_warrant", "a judge's warrant"),
    "court_order": ("court_order", "a court's order to keep the person"),
    "probable_cause": ("judge_probable_cause", "a judge's finding of probable cause"),
    "listed_offense": ("local_listed_exception", "an offense that the policy lists"),
}

_FREE = ("honors_all", "undecided", "unknown")
"""The positions that forbid nothing."""


@dataclass(frozen=True)
class Policy:
    """The answers from which the file is written. ``agency`` is a path with a role; ``start`` the first day governed."""

    agency: str
    position: str
    start: date
    accepts: tuple[str, ...] | None = None
    """None: what the position accepts by itself."""
    source: str = "The agency's written policy"
    ends: tuple[str, ...] = ()
    """The ids of policies that this one ends."""
    known: date | None = None
    """The day on which it was announced, where that is before ``start``; None: known from ``start`` on."""

    @property
    def id(self) -> str:
        place, _, role = self.agency.rpartition("/")
        return f"{place}/{role}-policy-{self.start.isoformat()}"

    @property
    def accepted(self) -> tuple[str, ...]:
        return POSITIONS[self.position][0] if self.accepts is None else self.accepts


def checked(policy: Policy) -> Policy:
    """The policy with its agency's full path. Raises InputError for an unknown agency, position or paper."""
    from dueprocess.places import load_places

    agency = load_places().agency(policy.agency)
    if policy.position not in POSITIONS:
        raise InputError(f"[{policy.position}] is no position", where="--position", do=nearest(policy.position, POSITIONS) or f"one of {', '.join(POSITIONS)}")
    for name in policy.accepted:
        if name not in ACCEPTS:
            raise InputError(f"[{name}] is nothing to accept", where="--accepts", do=nearest(name, ACCEPTS) or f"some of {', '.join(ACCEPTS)}, or none")
    if policy.position in _FREE and policy.accepts not in (None, POSITIONS[policy.position][0]):
        raise InputError(f"[{policy.position}] and a list of what is accepted", where="--accepts", do="leave --accepts out, or choose the position that asks for these papers")
    if policy.position not in _FREE and "detainer" in policy.accepted:
        raise InputError(f"[{policy.position}] accepts a detainer alone", where="--accepts", do="choose honors_all, or leave detainer out")
    return Policy(agency.id, policy.position, policy.start, policy.accepts, policy.source, policy.ends, policy.known)


def text_of(policy: Policy) -> str:
    """The commented file. It gives no power: it can only be stricter than the law above it."""
    day = policy.start.isoformat()
    sentence = POSITIONS[policy.position][1]
    title = f"Policy of {policy.agency} from {day}"
    lines = [
        "# The policy of one agency, as a file of law. Lines that begin with # are notes to you.",
        "# A policy may be stricter than the law above it. It gives no power to hold, no cause, and no more time.",
        "# When you have changed it: dueprocess law check DIR, where DIR is the folder that this file's id starts in.",
        f"id: {policy.id}",
        f"title: {title}",
        "kind: agency_policy",
        "# How you would cite it: number, name, section.",
        f"citation: {title}",
        '# The first day it governs. When a later policy ends it, add: until: "YYYY-MM-DD", ended_by: <the later id>.',
        f'in_force: {{from: "{day}"}}',
        *_announced(policy),
        f"binds: [{policy.agency}]",
        f"# Position: {policy.position}.",
        *_norms(policy, sentence),
        "# Other rules that a policy may add; take the # away to use one, and put it under norms:",
        "#   - forbid: allow_interview",
        "#     when: NOT interview_consented",
        "#     because: ICE may speak with a person only if the person has agreed in writing.",
        "#   - require: serve_copy",
        "#     when: detainer_lodged",
        "#     by: {hours: 24, after: detainer_received}",
        "#     because: The person gets a copy of the detainer within a day.",
        "# What this file was written from. A review names one of these sources.",
        "sources:",
        f"  - {{title: {scalar(policy.source)}, publisher: {scalar(policy.agency)}, url: null, date: \"{day}\"}}",
        "# Whoever has compared the file with the policy: dueprocess law review writes it here.",
        "review: {status: unreviewed, basis: general knowledge}",
    ]
    if policy.position in ("limits_by_offense",) or "listed_offense" in policy.accepted:
        lines += ["# The offenses belong here: the desk asks whether one of the policy's own list fits, and shows this note.", "note: The listed offenses are in the policy itself and still have to be written out here."]
    return "\n".join(lines) + "\n"


def _announced(policy: Policy) -> list[str]:
    if policy.known is None or policy.known >= policy.start:
        return []
    return [
        "# The day it was announced. What is asked before that day knows nothing of it.",
        f'known: {{from: "{policy.known.isoformat()}"}}',
    ]


def _norms(policy: Policy, sentence: str) -> list[str]:
    if policy.position in ("undecided", "unknown"):
        return ["norms: []"]
    if policy.position == "honors_all":
        return [
            "# This makes a hold the agency's rule where the law above lets it hold; it lets nobody be held whom that law protects.",
            "norms:",
            "  - require: hold",
            "    when: request_stands",
            f"    because: {sentence}",
        ]
    words = [ACCEPTS[a][1] for a in policy.accepted]
    facts = [ACCEPTS[a][0] for a in policy.accepted]
    lines = [f"# No hold, save on {' or '.join(words)}." if words else "# No hold at all, not even on a judge's warrant. Is that what the policy says?", "norms:", "  - forbid: hold"]
    if facts:
        lines.append(f"    when: NOT {facts[0]}" if len(facts) == 1 else f"    when: NOT ({' OR '.join(facts)})")
    if "judge_probable_cause" in facts:
        lines.append("    # If the policy is content with probable cause that an officer states, write asserts_probable_cause instead.")
    lines.append(f"    because: {sentence if policy.accepts is None else _own_sentence(words)}")
    if policy.position == "notify_only":
        lines += [
            "  - require: notify_release",
            "    when: notice_requested",
            "    because: The agency tells ICE of the release where the detainer asks for it.",
        ]
    return lines


def _own_sentence(words: Sequence[str]) -> str:
    return f"The agency holds only on {' or '.join(words)}." if words else "The agency does not hold."


def standing(book: Lawbook, agency: str, day: date) -> tuple[Authority, ...]:
    """The policies that bind exactly this agency, or the place it lies in, and govern on the day."""
    place = agency.rpartition("/")[0]
    ordinal = day.toordinal()
    return tuple(
        a
        for a in book.authorities.values()
        if a.kind == "agency_policy"
        and a.replaced_by is None
        and {agency, place} & set(a.binds)
        and (a.in_force.start is None or a.in_force.start <= ordinal)
        and (a.in_force.until is None or ordinal < a.in_force.until)
    )


def write_policy(policy: Policy, out: Path, *, folders: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Write the policy into the overlay ``out``, and a copy with its end of each policy that it ends; the files written.

    Everything is checked as it will be read: over ``folders`` (default: the shipped lawbook). Where the lawbook
    refuses it nothing is left behind. Raises InputError or LawError.
    """
    policy = checked(policy)
    lower = [f for f in folders if f != out]
    book = load_lawbook(*lower, *([out] if out.is_dir() and any(out.rglob("*.yaml")) else []))
    target = out / f"{policy.id}.yaml"
    if target.exists() or policy.id in book.authorities:
        raise InputError("there is such a policy already", where=str(target), do="edit that file, or give another day with --from")
    files = {target: text_of(policy)}
    for identity in policy.ends:
        files.update(_ended(book, identity, policy, out, lower))
    before = {path: path.read_bytes() if path.exists() else None for path in files}
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode())
        load_lawbook.cache_clear()
        load_lawbook(*lower, out)
    except BaseException:
        for path, data in before.items():
            if data is None:
                path.unlink(missing_ok=True)
            else:
                write_whole(path, data)
        raise
    return tuple(files)


def _ended(book: Lawbook, identity: str, policy: Policy, out: Path, folders: Sequence[Path]) -> dict[Path, str]:
    authority = book.authorities.get(identity)
    if authority is None or authority.kind != "agency_policy":
        raise InputError(f"[{identity}] is no policy in the lawbook", where="--ends", do=nearest(identity, book.authorities) or "see dueprocess law list")
    if authority.in_force.until is not None:
        raise InputError(f"[{identity}] has ended already", where="--ends", do="leave it out")
    name = f"{identity}.yaml"
    places = [f / name for f in (out, *reversed(folders), data_dir("lawbook")) if (f / name).is_file()]
    if not places:
        raise LawError("its file is not there", where=identity, do="run dueprocess law check", code="folder")
    read_text(places[0])
    text = places[0].read_bytes().decode()
    end = {"until": policy.start.isoformat(), "ended_by": policy.id}
    text = set_keys(text, "in_force", end, name=str(places[0]))
    if places[0] != out / name and authority.replaces is None:
        text = add_line(text, "id", "replaces", identity, name=str(places[0]))
    return {out / name: text}
