"""The offline kit of one jail: one HTML file that looks its decision tables up and does the arithmetic of the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import dueprocess
from dueprocess.decide import wording
from dueprocess.decide.answer import NOTICE
from dueprocess.decide.matrix import CUSTODY, build_table
from dueprocess.decide.matrix_view import view_of
from dueprocess.decide.matrix_words import Words
from dueprocess.decide.messages import Messages
from dueprocess.decide.packets import Scene
from dueprocess.public.calendars import calendar_data, good_until
from dueprocess.public.fill import filled
from dueprocess.public.sketches import papers
from dueprocess.public.tables import pack_of, packed

FORMAT = "dueprocess-kit-1"


def kit_data(scene: Scene) -> dict[str, Any]:
    """What the kit looks up (docs/reference/kit.md). The same scene and lawbook give the same data."""
    pack = pack_of(scene, every_paper=True)
    until = good_until(scene.as_of, pack.changes)
    book, words = scene.lawbook, Words()
    used = {n["authority"] for t in pack.tables.values() for n in t["norms"].values()} & set(book.authorities)
    tables = packed(pack)
    tables["facts"] = [_fact(f, words) for f in tables["facts"]]
    counted = {c["counted_from"] for c in (*tables["clocks"], *(x for f in tables["forms"] for x in f["limits"])) if "counted_from" in c}
    actions = {a[0] for group in tables["actions"] for a in group}
    return {
        "format": FORMAT,
        "agency": scene.agency,
        "place": wording.agency(Messages(), scene.agency).removesuffix(f" ({scene.agency})"),
        "zone": "jail",
        "zone_name": scene.zone,
        "as_of": scene.as_of.isoformat(),
        "law_known_at": scene.known_at.isoformat(),
        "valid_from": pack.valid_from.isoformat(),
        "good_until": until.isoformat(),
        "changes": pack.changes.isoformat() if pack.changes else None,
        "calendar": calendar_data({"jail": scene.zone}, pack.valid_from, until - timedelta(days=1)),
        **tables,
        "events": {e: True for e in sorted(counted - {"release_due"})},
        "custody": {c["id"]: c["facts"] for c in CUSTODY},
        "boxes": {b: _box(scene, b) for b in dict.fromkeys(b for f in pack.forms for b in f.boxes)},
        "papers": {p["id"]: p["label"] for p in papers("en")},
        "open": {n: words.get(f"open.{n}", wording.plain(n)) for n in ("civil_arrest_power", "probable_cause")},
        "action": {a: words.get(f"action.{a}", wording.plain(a)) for a in sorted(actions)},
        "duty": {r: words(f"duty.{r}", action="{action}") for r in ("required", "forbidden", "permitted", "open")},
        "authorities": len(used),
        "unreviewed": sum(not book.authorities[a].reviewed for a in used),
        "adoption": scene.setting.adopted is not None,
        "law_version": book.version,
        "engine_version": dueprocess.__version__,
        "notice": NOTICE,
    }


def kit_html(scene: Scene, *, data: dict[str, Any] | None = None) -> str:
    """The kit: one file that needs nothing else and sends nothing. ``data`` is that of ``kit_data``, where it is there already.

    Raises InputError where there is no form of that day.
    """
    data = data or kit_data(scene)
    words = Words()
    view = {**data, "card": view_of(build_table(scene))["card"]}
    all_, unreviewed = data["authorities"], data["unreviewed"]
    checked = words("checked.short", unreviewed=unreviewed, all=all_) if unreviewed else words("checked.all", all=all_)
    asked = [
        ("signed", "Is it signed by an immigration officer?"),
        ("served", "Was a copy given to the person?"),
    ]
    return filled(
        "kit.html.jinja", style=("kit.css",), script=("engine.js", "kit.js"), data=data,
        v=view, last_day=data["calendar"]["until"], checked=checked, custody=[(c["id"], words(f"custody.{c['id']}")) for c in CUSTODY] + [("", "Another way")],
        boxes=list(data["boxes"].items()), asked=asked, papers=papers("en"),
    )  # fmt: skip


def _fact(fact: dict[str, Any], words: Words) -> dict[str, Any]:
    """A fact as the page asks for it."""
    text = fact["question"]
    if fact["do_not_ask_the_person"]:
        text = words("question.do_not_ask", question=text)
    told = {}
    if fact["determined_by"]:
        name = fact["name"].rpartition(":")[2]
        who = words("list.or").join(words.get(f"who.{w}", w) for w in fact["determined_by"])
        what = words.get(f"fact.{name}", wording.plain(name))
        text = words("question.determined", who=who, what=what)
        told = {"yes": f"Yes, there is {what}", "no": f"Yes, there is no {what}", "determined": True}
    keep = ("name", "type", "values", "classes", "no_where_absent")
    return {**{k: fact[k] for k in keep}, "ask": text, **told}


def _box(scene: Scene, name: str) -> str:
    """What a box says, in a word or two."""
    text = scene.lawbook.vocabulary.facts[name].phrase or name.replace("_", " ")
    for start, end in (("the box for ", " is ticked"), ("the box that ", " is ticked"), ("", " is ticked")):
        if text.startswith(start) and text.endswith(end):
            return text.removeprefix(start).removesuffix(end)
    return text
