"""One decision at a time: twelve norms, fifteen facts, a fifth of them unknown; against engines for policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from bench import naive, peers, policy
from bench.measure import interleaved, ratios, seconds_each, spread, table, verdict
from bench.peers import Peer

CASES = 1000
CHECKED = 20_000
ROUNDS = 31
SECONDS = 0.03
TARGETS = (("the fastest engine", None, 5.0), ("CEL", "CEL", 20.0), ("Cedar", "Cedar", 150.0))
"""What is said, the start of the contender's name (None: the fastest engine), and times as fast as it."""


def contenders() -> tuple[Peer, list[Peer], list[str]]:
    """This program, the peers that are installed, and the modules that are not."""
    own = Peer("dueprocess", dict, policy.ours())
    found = [make() for module, make in peers.MAKERS if peers.installed(module)]
    return own, found, sorted({module for module, _ in peers.MAKERS if not peers.installed(module)})


def wrong(peer: Peer, cases: list[policy.Facts]) -> int:
    """How many cases the contender answers otherwise than the definition."""
    return sum(policy.plain(peer.decide(peer.prepare(facts))) != policy.oracle(facts) for facts in cases)


def run() -> bool:
    """Print both tables; whether every target was met and every answer right."""
    own, others, lacking = contenders()
    everyone = [own, *others]
    checked = policy.cases(CHECKED, seed=2)
    mistakes = {peer.name: wrong(peer, checked) for peer in everyone}

    asked = policy.cases(CASES)
    work: dict[str, Callable[[], float]] = {}
    for peer in everyone:
        prepared: list[Any] = [peer.prepare(facts) for facts in asked]
        seconds_each(peer.decide, prepared, at_least=SECONDS)  # once for nothing: caches, specialised bytecode
        work[peer.name] = partial(seconds_each, peer.decide, prepared, at_least=SECONDS)
    times = interleaved(work, rounds=ROUNDS)
    against = {peer.name: ratios(times[peer.name], times[own.name]) for peer in everyone}

    rows = []
    for peer in sorted(everyone, key=lambda p: against[p.name].median):
        each = spread([t * 1e6 for t in times[peer.name]])
        rows.append(
            [peer.name, each.text("{:.2f}"), "1" if peer is own else against[peer.name].text("{:.2f}"), f"{mistakes[peer.name]} of {CHECKED:,}"]
        )
    print(f"Outcome and deciding norm; {ROUNDS} interleaved rounds over {CASES:,} cases; median (lowest to highest round).\n")
    print(table(["engine", "µs a decision", "time / ours", "wrong"], rows))
    mix = Counter(policy.oracle(facts)[0] for facts in asked)
    print("\nThe cases: " + ", ".join(f"{count / CASES:.0%} {outcome}" for outcome, count in mix.most_common()) + ".")
    if lacking:
        print(f"\nNot installed, so not run: {', '.join(lacking)} (`make bench` installs them).")

    met, lead = True, "\n"
    engines = [peer for peer in others if peer.engine]
    for said, start, wanted in TARGETS:
        fitting = [peer for peer in engines if start is None or peer.name.startswith(start)]
        if fitting:
            nearest = min(fitting, key=lambda p: against[p.name].median)
            got = against[nearest.name].median
            met = met and got >= wanted
            print(f"{lead}- at least {wanted:g} times as fast as {said}: {got:.1f} times ({nearest.name}), {verdict(got >= wanted)}")
            lead = ""
    print("\nWhat a rule written without guards makes of a missing fact. Nothing is known, so `review` is right:\n")
    print(table(["engine, and how the rule is written", *(f"rule *{rule}*" for rule in naive.RULES)], naive.rows()))
    return met and not any(mistakes.values())
