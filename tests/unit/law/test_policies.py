"""A new policy: every position gives a file that the loader takes, says what it should, and gives no power."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.yamlread import parse
from dueprocess.law import load_lawbook
from dueprocess.law.policies import ACCEPTS, POSITIONS, Policy, checked, standing, text_of, write_policy
from dueprocess.law.reading import read_authority
from dueprocess.law.text import norm_text

AGENCY, OLD = "us/or/clackamas-county/sheriff", "us/or/clackamas-county/sheriff-policy-2014"
DAY = date(2026, 12, 1)

SAYS = {
    "honors_all": ["require hold when request_stands"],
    "requires_judicial_warrant": ["forbid hold when NOT judicial_warrant"],
    "requires_court_order": ["forbid hold when NOT (court_order OR judicial_warrant)"],
    "requires_any_warrant": ["forbid hold when NOT (admin_warrant OR judicial_warrant)"],
    "requires_probable_cause": ["forbid hold when NOT (judge_probable_cause OR judicial_warrant)"],
    "limits_by_offense": ["forbid hold when NOT (local_listed_exception OR judicial_warrant)"],
    "notify_only": ["forbid hold when NOT (judicial_warrant OR court_order)", "require notify_release when notice_requested"],
    "declines_all": ["forbid hold when NOT (judicial_warrant OR court_order)"],
    "undecided": [],
    "unknown": [],
}


@pytest.mark.parametrize("position", POSITIONS)
def test_every_position(position: str, tmp_path: Path) -> None:
    (path,) = write_policy(Policy(AGENCY, position, DAY), tmp_path / "mine")
    authority = load_lawbook(tmp_path / "mine").authorities[f"{AGENCY.rpartition('/')[0]}/sheriff-policy-2026-12-01"]
    assert path == tmp_path / "mine" / f"{authority.id}.yaml"
    assert [norm_text(n) for n in authority.norms] == SAYS[position]
    assert authority.binds == (AGENCY,) and authority.kind == "agency_policy" and not authority.reviewed
    assert all(n.verb in ("forbid", "require") for n in authority.norms)


@pytest.mark.parametrize("position", [p for p in POSITIONS if p not in ("honors_all", "undecided", "unknown")])
def test_every_list_of_what_is_accepted_reads_back(position: str) -> None:
    book = load_lawbook()
    for count in range(len(ACCEPTS)):
        for accepts in combinations([a for a in ACCEPTS if a != "detainer"], count):
            policy = checked(Policy(AGENCY, position, DAY, accepts, source='A "policy": no. 1'))
            authority = read_authority(parse(text_of(policy), name="t"), vocabulary=book.vocabulary, expected_id=policy.id)
            forbids = [n for n in authority.norms if n.verb == "forbid"]
            assert len(forbids) == 1 and all(ACCEPTS[a][0] in norm_text(forbids[0]) for a in accepts)
            assert "If the policy is content" in text_of(policy) or "probable_cause" not in accepts


def test_the_commented_norms_would_be_taken_too() -> None:
    text = text_of(checked(Policy(AGENCY, "declines_all", DAY)))
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("# Other rules"))
    for index in range(start + 1, len(lines)):
        if not lines[index].startswith("#  "):
            break
        lines[index] = lines[index][1:][1:]
    del lines[start]
    authority = read_authority(parse("\n".join(lines), name="t"), vocabulary=load_lawbook().vocabulary)
    assert {norm_text(n).split(" when")[0] for n in authority.norms} == {"forbid hold", "forbid allow_interview", "require serve_copy by 24 hours after detainer_received"}


def test_a_policy_announced_before_it_governs_is_known_from_then(tmp_path: Path) -> None:
    for known, line in ((date(2026, 11, 22), 'known: {from: "2026-11-22"}\n'), (DAY, ""), (date(2027, 1, 1), ""), (None, "")):
        text = text_of(checked(Policy(AGENCY, "declines_all", DAY, known=known)))
        assert line in text and ("known:" in text) == bool(line)
    (path,) = write_policy(Policy(AGENCY, "declines_all", DAY, known=date(2026, 11, 22)), tmp_path / "mine")
    authority = load_lawbook(tmp_path / "mine").authorities[path.relative_to(tmp_path / "mine").as_posix().removesuffix(".yaml")]
    assert authority.known.start == date(2026, 11, 22).toordinal() and authority.in_force.start == DAY.toordinal()


def test_it_ends_the_policy_before_it(tmp_path: Path) -> None:
    assert OLD in {a.id for a in standing(load_lawbook(), AGENCY, DAY)}
    written = write_policy(Policy(AGENCY, "declines_all", DAY, ends=(OLD,)), tmp_path)
    assert len(written) == 2
    book = load_lawbook(tmp_path)
    assert {a.id for a in standing(book, AGENCY, DAY)} == {"us/or/clackamas-county/sheriff-policy-2026-12-01"}
    assert book.authorities[OLD].in_force.until == DAY.toordinal()
    # And the next one ends this one, in its own file, without replacing anything.
    second = write_policy(Policy(AGENCY, "notify_only", date(2027, 1, 1), ends=("us/or/clackamas-county/sheriff-policy-2026-12-01",)), tmp_path)
    load_lawbook.cache_clear()
    assert len(second) == 2 and "replaces" not in second[1].read_text()
    assert {a.id for a in standing(load_lawbook(tmp_path), AGENCY, date(2027, 1, 1))} == {"us/or/clackamas-county/sheriff-policy-2027-01-01"}


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (Policy(AGENCY, "requires_warrant", DAY), r"--position: \[requires_warrant\] is no position; did you mean"),
        (Policy(AGENCY, "declines_all", DAY, ("warrant",)), r"--accepts: \[warrant\] is nothing to accept"),
        (Policy(AGENCY, "declines_all", DAY, ("detainer",)), "accepts a detainer alone"),
        (Policy(AGENCY, "honors_all", DAY, ("judicial_warrant",)), "leave --accepts out"),
        (Policy("us/or/clackamas-county", "declines_all", DAY), "is a place, not an agency"),
        (Policy(AGENCY, "declines_all", DAY, ends=("us/or/hb-3265",)), r"--ends: \[us/or/hb-3265\] is no policy"),
        (Policy(AGENCY, "declines_all", DAY, ends=("us/tx/travis-county/sheriff-policy-2017",)), "has ended already"),
        (Policy(AGENCY, "declines_all", date(2014, 1, 1), ends=(OLD,)), "is not after"),
        # Another agency's policy: an end must bind wherever the ended policy binds.
        (Policy(AGENCY, "declines_all", DAY, ends=("us/or/baker-county/sheriff-policy-2014",)), "does not bind"),
    ],
)
def test_refused_and_nothing_left(policy: Policy, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        write_policy(policy, tmp_path / "mine")
    assert not list((tmp_path / "mine").rglob("*.yaml"))


def test_the_same_policy_twice(tmp_path: Path) -> None:
    write_policy(Policy(AGENCY, "declines_all", DAY), tmp_path)
    with pytest.raises(InputError, match="there is such a policy already"):
        write_policy(Policy(AGENCY, "honors_all", DAY), tmp_path)
