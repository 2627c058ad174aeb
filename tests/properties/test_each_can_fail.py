"""Each property can fail: with one line of the engine broken, its test finds it.

Every break is made in a copy of the package, never in the checkout; the property's own test file then runs against the
copy and must fail with an AssertionError. A break whose line the engine no longer has fails here, so that it is renewed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# (property, file of the engine, the line as it is, the line as broken)
BREAKS = [
    ("test_monotone.py", "terms/tree.py", 'return f"{variable} is True", f"{variable} is False"', 'return f"{variable} is True", f"{variable} is not True"'),
    ("test_monotone.py", "kernel/instants.py", "        if self.earliest > at:", "        if self.latest > at:"),
    ("test_no_hold_on_unknown.py", "decide/regime.py", "    if favor == against:", "    if True:"),
    ("test_no_hold_on_unknown.py", "case/facts.py", "return value if value is True or case.record_complete else (None if value is False else value)", "return value if value is not False or case.record_complete else (True if value is False else value)"),
    ("test_rank.py", "decide/regime.py", "        if forbid <= over and forbid != _INFINITE:", "        if not required and forbid <= over and forbid != _INFINITE:"),
    ("test_rank.py", "law/lawbook.py", "        result.sort(key=lambda a: (a.norm.rank or 99,", "        result.sort(key=lambda a: (-(a.norm.rank or 99),"),
    ("test_less_paper.py", "case/facts.py", '"admin_warrant": _one_of_papers(case, at, ("i-200", "i-205"), officer),', '"admin_warrant": negation(_one_of_papers(case, at, ("i-200", "i-205"), officer)),'),
    ("test_less_paper.py", "case/facts.py", "for p in listed if", "for p in listed[:1] if"),
    ("test_adoption.py", "law/lawbook.py", "is_adopted or not norm.favors", "is_adopted or norm.favors"),
    ("test_adoption.py", "decide/regime.py", '("False" if not applied.adopted or applied.ending else yes), no', '("True" if not applied.adopted and not applied.ending else yes), no'),
    ("test_locality.py", "law/lawbook.py", " and not any(covers(p, agency, sets) for p in a.excepts)", ""),
    ("test_locality.py", "law/lawbook.py", "            if not _within(authority.known.start, known_at):\n                continue", "            pass"),
    ("test_replay.py", "law/lawbook.py", "        if interval.until is None or day < interval.until:\n            return False\n        return interval.ended_by is None or self.known(interval.ended_by, known_at)", "        if interval.until is None or day < interval.until:\n            return False\n        return True"),
    ("test_replay.py", "law/lawbook.py", "        if interval.until is None or known_at < interval.until:\n            return False\n        return interval.ended_by is None or self.known(interval.ended_by, known_at)", "        if interval.until is None or known_at < interval.until:\n            return False\n        return True"),
    ("test_horizon.py", "decide/stay.py", "points |= {midnight(case.zone, day) for day in", "points |= {midnight(case.zone, day) for day in () and"),
    ("test_horizon.py", "decide/stay.py", "                placed = (start, exactly(start.earliest), exactly(start.latest), Time(", "                placed = (exactly(start.earliest),) or (Time("),
    ("test_order.py", "law/reading.py", '{**raw, "norms": sorted((raw.get("norms") or []), key=canonical_bytes)}', "raw"),
    ("test_conservation.py", "decide/stay.py", "max(a.start, b.start, within.earliest), min(a.until, b.until, within.latest)", "max(a.start, b.start, within.earliest), min(a.until, b.until)"),
    ("test_conservation.py", "decide/stay.py", "            until = points[index + 1] if index + 1 < len(points) else MAX_INSTANT", "            until = points[index + 1] if index + 1 < len(points) else start"),
    ("test_bounds.py", "decide/stay.py", "Time(latest_begin, left.earliest), lambda e, x: e == RELEASE)", "Time(latest_begin, left.latest), lambda e, x: e == RELEASE)"),
    ("test_bounds.py", "decide/stay.py", "settled(grounds, latest=latest)", "settled(grounds, latest=False)"),
    ("test_determinism.py", "law/lawbook.py", "self.authorities = dict(sorted(authorities.items()))", "self.authorities = {k: authorities[k] for k in set(authorities)}"),
    ("test_compile_agrees.py", "terms/tree.py", "        no = (any_of if kind == \"and\" else all_of)", "        no = (all_of if kind == \"and\" else all_of)"),
    ("test_compile_agrees.py", "terms/tree.py", '        body = " OR ".join(_text(t, 1) for t in tree[1:])\n        return f"({body})" if level > 0 else body', '        body = " OR ".join(_text(t, 1) for t in tree[1:])\n        return body'),
    ("test_compile_agrees.py", "decide/regime.py", "outcomes.name(PERMITTED, FORBIDDEN)", "outcomes.name(PERMITTED, PERMITTED)"),
]  # fmt: skip


@pytest.mark.soak
@pytest.mark.parametrize(("property_file", "file", "line", "broken"), BREAKS, ids=[f"{p[5:-3]}-{n}" for n, (p, *_) in enumerate(BREAKS)])
def test_a_broken_line_is_found(property_file: str, file: str, line: str, broken: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for data in ("lawbook", "data", "cases"):
        (tmp_path / data).symlink_to(ROOT / data)
    target = tmp_path / "src" / "dueprocess" / file
    text = target.read_text(encoding="utf-8")
    assert line in text, f"{file} no longer has this line; write another break"
    target.write_text(text.replace(line, broken, 1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(HERE / property_file)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout[-2000:]
    assert "AssertionError" in done.stdout, done.stdout[-2000:]
