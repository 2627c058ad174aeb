"""Checking a record entry by entry: what was changed, removed, swapped or inserted is named by its number.

Three things bind each entry: its own stored hash, the chain (each leaf names the hash of the leaf before it), and the
signed roots. Who changes bytes breaks the first, who also mends the hash breaks the second, who also mends the chain to
the end breaks the third, and then the place is known as far as the checkpoints stand apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from dueprocess.ledger.notes import Checkpoint
from dueprocess.ledger.record import FIRST_PREVIOUS, Leaf, Record, read_leaf
from dueprocess.ledger.sealing import open_sealed
from dueprocess.ledger.tree import EMPTY_ROOT, Frontier

_MAX_FINDINGS = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong at entry ``number``, or somewhere from it to ``last``. 0: before the first entry."""

    number: int
    what: str
    last: int | None = None

    def __str__(self) -> str:
        place = f"entry {self.number}" if self.last in (None, self.number) else f"entries {self.number} to {self.last}"
        return f"{place}: {self.what}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. ``findings`` holds the first thousand of ``found``."""

    size: int
    root: bytes
    findings: tuple[Finding, ...]
    found: int
    payloads: int
    """Payloads whose encrypted bytes are there and were checked."""
    opened: int
    """Payloads that were also opened with their key and compared with what was committed to."""
    erased: int
    """Payloads without a key: erased, or not disclosed to this reader."""
    left_out: int
    """Payloads whose encrypted bytes were not given."""
    checkpoints: int
    """Signed roots that the entries were compared with."""
    frontier: Frontier
    last_hash: bytes
    last_at: int | None

    @property
    def ok(self) -> bool:
        return not self.found


class Chain:
    """Checks records given in their stored order. Feed ``add``, then ``finish``."""

    def __init__(
        self,
        checkpoints: Iterable[Checkpoint] = (),
        *,
        frontier: Frontier | None = None,
        last_hash: bytes = FIRST_PREVIOUS,
        last_at: int | None = None,
        open_payloads: bool = True,
    ) -> None:
        """``checkpoints``: signed ones, opened. With ``frontier`` and ``last_hash`` of an earlier check it goes on from there."""
        self._frontier = frontier.copy() if frontier is not None else Frontier()
        self._roots: dict[int, list[bytes]] = {}
        for checkpoint in checkpoints:
            self._roots.setdefault(checkpoint.size, []).append(checkpoint.root)
        self._expected = self._frontier.size + 1
        self._shift = 0
        self._before: tuple[int, bytes, bytes] | None = None  # number, stored hash, computed hash: not yet in the tree
        self._last_hash = last_hash
        self._last_at = last_at
        self._blamed = False  # whether a finding since the last good root explains a bad one
        self._good = self._frontier.size
        self._findings: list[Finding] = []
        self._found = self._payloads = self._opened = self._erased = self._left_out = self._compared = 0
        self._open = open_payloads
        self._compare()

    def add(self, record: Record) -> Leaf | None:
        """Check the next record; its leaf, where it can be read."""
        computed = sha256(b"\x00" + record.leaf).digest()
        own = computed == record.hash
        leaf: Leaf | None
        try:
            leaf = read_leaf(record.leaf)
        except ValueError as error:
            leaf = None
            self._find(record.number, f"changed: {error}")
        if not own and leaf is not None:
            self._find(record.number, "changed: its bytes do not give its hash")
        self._place(record, leaf if own else None)
        self._link(leaf.previous if leaf is not None else None, own=own)
        if leaf is not None and own:
            if self._last_at is not None and leaf.at < self._last_at:
                self._find(record.number, "its time lies before that of the entry before it")
            self._last_at = leaf.at
            self.check_payload(record, leaf)
        self._before = (record.number, record.hash, computed)
        return leaf

    def finish(self, *, closed: bool = True) -> Report:
        """The report. ``closed``: the last checkpoint must cover every entry."""
        if self._before is not None:
            _, stored, computed = self._before
            roots = self._roots.get(self._frontier.size + 1)
            chosen = stored
            if stored != computed and roots:  # whichever of the two the signed root was made over
                trial = self._frontier.copy()
                trial.append(computed)
                chosen = computed if trial.root() in roots else stored
            self._push(chosen)
            self._before = None
        size = self._frontier.size
        last = max(self._roots, default=0)
        if last > size:
            self._find(size + 1, "missing: a signed checkpoint counts them", last=last)
        elif closed and size > last:
            self._find(last + 1, "inserted: no signed checkpoint covers them" if last else "no checkpoint covers them", last=size)
        return Report(
            size, self._frontier.root(), tuple(self._findings), self._found, self._payloads, self._opened, self._erased,
            self._left_out, self._compared, self._frontier, self._last_hash, self._last_at,
        )  # fmt: skip

    def _find(self, number: int, what: str, *, last: int | None = None) -> None:
        self._found += 1
        self._blamed = True
        if len(self._findings) < _MAX_FINDINGS:
            self._findings.append(Finding(number, what, last))

    def _place(self, record: Record, leaf: Leaf | None) -> None:
        """Its number against the one expected, and against the number in its own leaf."""
        number = record.number
        if number > self._expected:
            self._find(self._expected, "removed", last=number - 1)
        elif number < self._expected:
            self._find(number, "stands again, or out of its place")
        self._expected = max(self._expected, number) + (number >= self._expected)
        if leaf is None or leaf.number + self._shift == number:
            return
        shift = number - leaf.number
        if self._before is not None and leaf.number == self._before[0] - self._shift and shift == self._shift + 1:
            self._find(self._before[0], "inserted: what follows it bears its number")
        elif shift == self._shift - 1:
            self._find(number, f"entry {leaf.number - 1} before it was removed, and the later ones were given other numbers")
        else:
            self._find(number, f"holds what was written as entry {leaf.number}: swapped or moved")
            return
        self._shift = shift

    def _link(self, previous: bytes | None, *, own: bool) -> None:
        """The hash that this leaf names, against the entry before it, which then goes into the tree."""
        if self._before is None:
            if previous is not None and own and previous != self._last_hash:
                self._find(self._frontier.size + 1, "does not follow what stood before it")
            return
        number, stored, computed = self._before
        if previous is not None and own and previous not in (stored, computed) and not self._blamed_at(number, number + 1):
            self._find(number, "not the entry that the next one was chained to: rewritten together with its hash, or inserted")
        self._push(computed if previous == computed else stored)

    def _blamed_at(self, *numbers: int) -> bool:
        return any(f.number in numbers or (f.last is not None and f.number <= numbers[0] <= f.last) for f in self._findings[-4:])

    def check_payload(self, record: Record, leaf: Leaf) -> None:
        """Check an entry's payload against its leaf alone."""
        if leaf.sealed is None or leaf.body is None:
            if record.payload is not None:
                self._find(record.number, "a payload was added")
            return
        if record.payload is None:
            self._left_out += 1
            return
        self._payloads += 1
        if sha256(record.payload).digest() != leaf.sealed:
            self._find(record.number, "changed: its payload does not give the hash in its leaf")
        elif record.key is None:
            self._erased += 1
        elif self._open:
            try:
                open_sealed(record.key, record.payload, body=leaf.body)
            except ValueError as error:
                self._find(record.number, f"changed: {error}")
            else:
                self._opened += 1

    def _push(self, hash_: bytes) -> None:
        self._last_hash = hash_
        self._frontier.append(hash_)
        if self._frontier.size in self._roots:
            self._compare()

    def _compare(self) -> None:
        """The root here against the signed ones of this size."""
        size = self._frontier.size
        for root in self._roots.get(size, ()):
            self._compared += 1
            if root == (self._frontier.root() if size else EMPTY_ROOT):
                self._good, self._blamed = size, False
            elif not self._blamed:
                self._find(self._good + 1, "rewritten: their hashes fit together, but the signed root is another", last=size)
