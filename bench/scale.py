"""Ten times the authorities: loading from the cache and a decision, over the shipped lawbook and over one with nine
generated authorities beside each shipped one, each as a bundle that counsel adopted and as a folder of loose files; and
the deep check of both."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from bench.measure import interleaved, ratios, spread, table, verdict
from bench.processes import process
from dueprocess.kernel.files import data_dir
from dueprocess.law import load_lawbook
from dueprocess.law.bundle import make_bundle, read_bundle
from dueprocess.law.signing import new_key, read_private
from dueprocess.law.updating import LawStore
from dueprocess.places import load_places

TIMES = 10
ROUNDS = 21
CHECK_ROUNDS = 3
STATUTES = 12
"""Generated statutes a state; all other generated authorities are policies of county sheriffs."""
CASE = Path(__file__).resolve().parents[1] / "cases/g12-lopez-lopez.yaml"
TARGET_LOAD = 2.0
TARGET_DECISION = 1.5
DAY = date(2026, 11, 22)

# In a process of its own: seconds to load the law in a folder, and then to decide one case for the first time.
_PROBE = """
import json, sys, time
from datetime import date
from pathlib import Path
from dueprocess.law import load_lawbook
start = time.perf_counter()
book = load_lawbook(Path(sys.argv[1]))
loaded = time.perf_counter()
from dueprocess.decide import decide_case
from dueprocess.kernel.yamlread import read_mapping
case = read_mapping(Path(sys.argv[2]))
ready = time.perf_counter()
decide_case(case, today=date(2026, 11, 22), lawbook=book)
print(json.dumps({"load": loaded - start, "decide": time.perf_counter() - ready}))
"""
_LOAD = "import sys; from pathlib import Path; from dueprocess.law import load_lawbook; load_lawbook(Path(sys.argv[1]))"

_CONDITIONS = (
    "NOT judicial_warrant",
    "NOT (judicial_warrant OR convicted_felony)",
    "NOT (judicial_warrant OR convicted_violent_felony OR sex_offense_registrant)",
    "NOT judicial_warrant AND (under_18 OR victim_or_witness)",
    "NOT judicial_warrant AND citizenship_claimed AND NOT removal_order",
)
_DUTIES = ("inform_person", "record_reason", "serve_copy")


@dataclass(frozen=True, slots=True)
class Book:
    """A folder of law with a cache folder of its own. ``signed`` is the same law as `law update` keeps it."""

    law: Path
    cache: Path
    signed: Path


def policies() -> Iterator[tuple[str, str]]:
    """Made-up policies of real counties' sheriffs, as id and text: each county's first, then each one's second, …"""
    rng = random.Random(7)
    counties = [c.id for c in load_places().counties()]
    for year in itertools.count(2012, 3):
        for county in counties:
            identity = f"{county}/made-up-sheriff-policy-{year}"
            yield identity, _text(identity, "agency_policy", f"{county}/sheriff", year, rng.choice(_CONDITIONS), rng.choice(_DUTIES))


def statutes() -> Iterator[tuple[str, str]]:
    """Made-up statutes, so many a state, as id and text."""
    rng = random.Random(8)
    for state in sorted({"/".join(c.id.split("/")[:2]) for c in load_places().counties()}):
        for number in range(STATUTES):
            identity = f"{state}/made-up-act-{number}"
            yield identity, _text(identity, "statute", state, 2008 + number, rng.choice(_CONDITIONS), rng.choice(_DUTIES))


def _text(identity: str, kind: str, binds: str, year: int, condition: str, duty: str) -> str:
    mark = "citation_form: none\n" if kind == "statute" else ""
    return (
        f"id: {identity}\ntitle: Made up for a benchmark ({identity})\nkind: {kind}\ncitation: Made up for a benchmark, {year}\n{mark}"
        f'in_force: {{from: "{year}-07-01"}}\nbinds: [{binds}]\nnorms:\n'
        f"  - forbid: hold\n    when: {condition}\n    because: Made up; nobody has enacted this.\n"
        f"  - require: {duty}\n    when: detainer_lodged\n    by: {{hours: 24, after: detainer_received}}\n    because: Made up; nobody has enacted this.\n"
        f'sources: [{{title: Made up for a benchmark, publisher: nobody, url: null, date: "{year}"}}]\n'
        "review: {status: unreviewed, basis: general knowledge}\n"
    )


def made(folder: Path, *, times: int) -> Book:
    """A copy of the shipped lawbook in a new folder, with generated authorities up to so many times its own."""
    law = folder / "law"
    shutil.copytree(data_dir("lawbook"), law)
    shipped = sum(1 for _ in law.rglob("*.yaml")) - 1
    for identity, text in itertools.islice(itertools.chain(statutes(), policies()), (times - 1) * shipped):
        path = law / f"{identity}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    key = folder / "publisher.pem"
    new_key(key)
    bundle = folder / "law.zip"
    signing = read_private(key)
    bundle.write_bytes(make_bundle(law, key=signing, sequence=1, created=DAY))
    store = LawStore(folder / "store")
    store.stage(read_bundle(bundle, signing.public_key()), where="law.zip")
    store.adopt(by_role="county counsel", on=DAY)
    return Book(law, folder / "cache", folder / "store" / "current")


def probe(book: Book, *, signed: bool) -> dict[str, float]:
    """Seconds of each step, in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", _PROBE, str(book.signed if signed else book.law), str(CASE)], check=True, capture_output=True, text=True, env={**os.environ, "XDG_CACHE_HOME": str(book.cache)}
    )
    found: dict[str, float] = json.loads(run.stdout)
    return found


def whole(arguments: list[str], book: Book, sink: int) -> float:
    """Seconds of a process from start to end."""
    os.environ["XDG_CACHE_HOME"] = str(book.cache)
    ended = process([str({"LAW": book.law, "SIGNED": book.signed}.get(a, a)) for a in arguments], output=sink)
    if ended.status != 0:
        raise RuntimeError(f"{arguments} ended with status {ended.status}")
    return ended.seconds


def measured(one: Book, ten: Book) -> dict[str, dict[str, list[float]]]:
    """Seconds by what was timed and by book, one value a round."""
    program = str(Path(sys.executable).with_name("dueprocess"))
    sink = os.open(os.devnull, os.O_WRONLY)
    found: dict[str, dict[str, list[float]]] = {}

    def stepped(signed: bool) -> dict[str, list[dict[str, float]]]:
        steps: dict[str, list[dict[str, float]]] = {"one": [], "ten": []}

        def step(name: str, book: Book) -> float:
            steps[name].append(probe(book, signed=signed))
            return 0.0

        interleaved({"one": partial(step, "one", one), "ten": partial(step, "ten", ten)}, rounds=ROUNDS)
        return steps

    def pair(arguments: list[str]) -> dict[str, list[float]]:
        return interleaved({"one": partial(whole, arguments, one, sink), "ten": partial(whole, arguments, ten, sink)}, rounds=ROUNDS)

    for law, prefix in (("SIGNED", ""), ("LAW", "loose ")):
        steps = stepped(law == "SIGNED")
        found |= {f"{prefix}{step}": {name: [s[step] for s in steps[name]] for name in steps} for step in ("load", "decide")}
        found[f"{prefix}load process"] = pair([sys.executable, "-c", _LOAD, law])
        found[f"{prefix}decide process"] = pair([program, "decide", "--law", law, str(CASE)])
    os.close(sink)
    return found


def checked(one: Book, ten: Book) -> dict[str, dict[str, list[float]]]:
    """Seconds of ``law check``: with no cache, and again after one statute has changed."""
    program = str(Path(sys.executable).with_name("dueprocess"))
    found: dict[str, dict[str, list[float]]] = {"cold": {"one": [], "ten": []}, "incremental": {"one": [], "ten": []}}
    sink = os.open(os.devnull, os.O_WRONLY)
    for number in range(CHECK_ROUNDS):
        for name, book in (("one", one), ("ten", ten)):
            shutil.rmtree(book.cache)
            found["cold"][name].append(whole([program, "law", "check", "LAW"], book, sink))
            changed = book.law / "us/or/hb-3265.yaml"
            changed.write_text(changed.read_text(encoding="utf-8").replace("because: ", f"because: ({number}) ", 1), encoding="utf-8")
            found["incremental"][name].append(whole([program, "law", "check", "LAW"], book, sink))
    os.close(sink)
    return found


_ROWS = {
    "load": ("an adopted bundle: `load_lawbook()` alone, without its imports", TARGET_LOAD),
    "load process": ("a process that loads it, from start to end", TARGET_LOAD),
    "decide": ("first decision of a process, law loaded", TARGET_DECISION),
    "decide process": ("`dueprocess decide`, from start to end", TARGET_DECISION),
    "loose load": ("loose files: `load_lawbook()` alone", None),
    "loose load process": ("a process that loads them, from start to end", TARGET_LOAD),
    "loose decide": ("first decision of a process, law loaded", TARGET_DECISION),
    "loose decide process": ("`dueprocess decide`, from start to end", TARGET_DECISION),
}


def run() -> bool:
    """Print the tables; whether both targets were met."""
    kept = os.environ.get("XDG_CACHE_HOME")
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return _run(Path(scratch))
    finally:
        if kept is None:
            os.environ.pop("XDG_CACHE_HOME", None)
        else:
            os.environ["XDG_CACHE_HOME"] = kept


def _run(scratch: Path) -> bool:
    one, ten = made(scratch / "one", times=1), made(scratch / "ten", times=TIMES)
    sizes = []
    for book in (one, ten):
        os.environ["XDG_CACHE_HOME"] = str(book.cache)
        sizes.append(len(load_lawbook(book.law).authorities))
    # The cache does not rely on what was written just now; the next load after a while does the noting.
    time.sleep(3)
    for book in (one, ten):
        for signed in (True, False, True, False):  # the first of each fills the cache, the second notes it
            probe(book, signed=signed)
        time.sleep(3)
        for signed in (True, False):
            probe(book, signed=signed)
    met = True
    rows = []
    for key, values in measured(one, ten).items():
        name, most = _ROWS[key]
        ratio = ratios(values["ten"], values["one"])
        met = met and (most is None or ratio.median <= most)
        rows.append(
            [
                name,
                *(spread([v * 1e3 for v in values[n]]).text("{:.1f}", " ms") for n in ("one", "ten")),
                ratio.text(),
                "" if most is None else f"at most {most:g}: {verdict(ratio.median <= most)}",
            ]
        )
    print(f"{sizes[0]} authorities against {sizes[1]}; {ROUNDS} interleaved pairs, each in a process of its own; median (lowest to highest); caches warm.\n")
    print(table(["", f"{sizes[0]}", f"{sizes[1]}", "ratio", "target"], rows))
    print(f"\n`law check`, {CHECK_ROUNDS} rounds: with no cache, and after one statute has changed.\n")
    rows = [
        [name, *(spread(values[n]).text("{:.2f}", " s") for n in ("one", "ten")), ratios(values["ten"], values["one"]).text()]
        for name, values in checked(one, ten).items()
    ]
    print(table(["", f"{sizes[0]}", f"{sizes[1]}", "ratio"], rows))
    return met
