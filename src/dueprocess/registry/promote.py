"""An agency's reviewed claims as a file of law: a proposal for counsel, never adopted here and never read by itself.

The registry does not feed the engine. What a person promotes lies in a folder of its own, names the claims it rests on and
those against it, and stands as unreviewed law until counsel has compared it with the policy itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dueprocess.kernel.errors import InputError
from dueprocess.law.durable import write_whole
from dueprocess.law.editing import scalar
from dueprocess.law.loading import load_lawbook
from dueprocess.law.policies import Policy, standing, write_policy
from dueprocess.registry.arbitrate import View
from dueprocess.registry.review import Review, status_of
from dueprocess.registry.store import Registry


@dataclass(frozen=True, slots=True)
class Promotion:
    """What was written: the files, the view they rest on, the policies that the new one ends, and the first day with its basis."""

    files: tuple[Path, ...]
    view: View
    ends: tuple[str, ...]
    start: date
    basis: str


def promote(registry: Registry, agency: str, *, as_of: date, known_at: date, reviews: dict[str, tuple[Review, ...]], out: Path, folders: Sequence[Path] = (), unreviewed: bool = False) -> Promotion:
    """Write the policy of an agency that the view of ``as_of`` gives into the folder ``out``, over ``folders`` of law.

    Raises:
        InputError: no agency, no position, a position on a day that is not settled, or a claim that nobody has accepted.
        LawError: the lawbook refuses the file; nothing is left behind.
    """
    actor = registry.actor(agency)
    if actor.kind != "agency" or not actor.in_book:
        raise InputError(f"[{agency}] is no agency of the book of places", do="only an agency's own policy can be promoted; a state's law is its own file")
    if actor.role == "state":
        raise InputError(f"[{agency}] is a state", do="a statute or order is written as such: dueprocess law new")
    view = registry.view(agency, as_of=as_of, known_at=known_at)
    if view.position in ("unknown", "undecided"):
        raise InputError(f"the position of [{agency}] on {as_of.isoformat()} is {view.position}: {view.because}", do="see dueprocess agencies show; there is nothing to promote")
    claims = [registry.claims[i] for i in (view.claim, *view.support)]
    accepted = [c for c in claims if status_of(reviews.get(c.id, ())) == "accepted" or c.id.startswith("review--")]
    if not accepted and not unreviewed:
        raise InputError(f"nobody has accepted [{view.claim}]", where=agency, do=f"dueprocess agencies review {view.claim} --accept …; or --unreviewed for a draft that says so")
    # The claim that dates the change best gives the first day; the deciding one where none does.
    dated = [c for c in claims if c.dated]
    winner = min(dated, key=lambda c: (c.start[1] - c.start[0], c.start, c.id)) if dated else claims[0]
    first, last = (date.fromordinal(d) for d in winner.start)
    if not winner.dated:
        basis = "the day of the source; when the policy began is not said"
    elif first == last:
        basis = "the day that the source gives"
    else:
        basis = f"the last of the days on which it may have begun, from {first.isoformat()} on"
    announced = winner.announced if len(winner.announced) == 10 else ""
    book = load_lawbook(*folders, *([out] if out.is_dir() and any(out.rglob("*.yaml")) else []))
    earlier = [a for a in standing(book, agency, last) if agency in a.binds]
    same = [a.id for a in earlier if a.in_force.start == last.toordinal()]
    if same:
        raise InputError(f"the lawbook has [{same[0]}] from that day already", where=agency, do="compare it with dueprocess agencies show, and edit that file")
    ends = tuple(a.id for a in earlier if a.in_force.until is None)
    policy = Policy(
        agency=agency, position=view.position, start=last, accepts=view.accepts or None, source=_title(registry, view.claim), ends=ends,
        known=date.fromisoformat(announced) if announced and announced < last.isoformat() else None,
    )  # fmt: skip
    files = write_policy(policy, out, folders=folders)
    target = next(f for f in files if f.name == f"{policy.id.rpartition('/')[2]}.yaml")
    before = target.read_bytes()
    try:
        write_whole(target, _named(before.decode(), registry, view, claims={c.id for c in accepted}, basis=basis).encode())
        load_lawbook.cache_clear()
        load_lawbook(*folders, out)
    except BaseException:
        for file in files:
            file.unlink(missing_ok=True)
        raise
    return Promotion(files, view, ends, last, basis)


def _title(registry: Registry, claim: str) -> str:
    return f"{registry.sources[registry.claims[claim].source].title} (claim {claim})"


def _named(text: str, registry: Registry, view: View, *, claims: set[str], basis: str) -> str:
    """The file with the claims it rests on as its sources, and those against it in notes."""
    head = [
        f"# A proposal from the registry, as of {view.as_of.isoformat()} by what was known on {view.known_at.isoformat()}. Counsel compares it with the policy itself.",
        f"# Rule: {view.rule}. {view.because}",
        f"# First day: {basis}.",
        *(f"# For it: {i} ({'accepted by a reviewer' if i in claims else 'not reviewed'})." for i in (view.claim, *view.support)),
        *(f"# Against it: {i} ({rule}), which says {registry.claims[i].position}." for i, rule in view.losing),
    ]
    if not view.certain:
        head.append(f"# Not certain on that day{': it may be ' + ' or '.join(view.maybe) if view.maybe else ''}.")
    sources = []
    for id in (view.claim, *view.support):
        source = registry.sources[registry.claims[id].source]
        url = scalar(source.url) if source.url else "null"
        day = f'"{source.date}"' if source.date else "null"
        sources.append(f"  - {{title: {scalar(_title(registry, id))}, publisher: {scalar(source.publisher or 'not stated')}, url: {url}, date: {day}}}")
    lines = text.split("\n")
    at = lines.index("sources:")
    lines[at + 1 : at + 2] = sources
    text = "\n".join([*head, *lines])
    return text.replace("review: {status: unreviewed, basis: general knowledge}", "review: {status: unreviewed, basis: secondary source}")
