"""Counsel's whole way, through the command line: review, adopt, write a policy, take new law; and what adoption means."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from dueprocess.cli import main
from dueprocess.decide import decide_case
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.law.adopting import AdoptionFile, adopt, binding, supports_hold

AGENCY = "us/or/clackamas-county/sheriff"
TODAY = date(2026, 11, 22)
HOLDS = ("may_hold", "must_hold")
CASES = sorted(p.name.removesuffix(".yaml") for p in data_dir("cases").glob("*.yaml") if not p.name.endswith(".expect.yaml"))


@dataclass
class Done:
    stdout: str
    stderr: str


def run(*arguments: str | Path, cwd: Path, status: int = 0, answers: str = "", process: bool = False) -> Done:
    """Run the command line as a process would, with nothing loaded before; ``process`` makes it one."""
    if process:
        ended = subprocess.run([sys.executable, "-m", "dueprocess", *map(str, arguments)], cwd=cwd, input=answers, capture_output=True, text=True, timeout=120)
        code, done = ended.returncode, Done(ended.stdout, ended.stderr)
    else:
        load_lawbook.cache_clear()
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(cwd)
            patch.setattr(sys, "argv", ["dueprocess", *map(str, arguments)])
            patch.setattr(sys, "stdin", io.StringIO(answers))
            with pytest.raises(SystemExit) as ended_by:
                main()
        load_lawbook.cache_clear()
        code, done = ended_by.value.code or 0, Done(out.getvalue(), err.getvalue())
    assert code == status, done
    assert "Traceback" not in done.stderr
    return done


def told(*arguments: str | Path, cwd: Path, answers: str = "") -> str:
    """The one line that a refused command says."""
    done = run(*arguments, cwd=cwd, status=2, answers=answers)
    line = done.stderr.rstrip("\n")
    return line.rpartition("\n")[2]


# -- the way ------------------------------------------------------------------------------------------------


def test_review_write_adopt_decide(tmp_path: Path) -> None:
    """A county's own law: reviewed, written, adopted, and then decided with."""
    run("law", "review", "us/or/hb-3265", "--by-role", "county counsel", "--on", "2026-11-20", "--against", _title("us/or/hb-3265"), "--law", "mine", cwd=tmp_path)
    assert "reviewed by county counsel on 2026-11-20" in run("law", "show", "us/or/hb-3265", "--law", "mine", cwd=tmp_path).stdout
    assert "none of its sources" in told("law", "review", "us/or/hb-3265", "--by-role", "c", "--against", "hearsay", "--law", "mine", cwd=tmp_path)

    written = run(
        "law", "new", "agency-policy", "--out", "mine", "--ends", "us/or/clackamas-county/sheriff-policy-2014", cwd=tmp_path,
        answers=f"{AGENCY}\ndeclines_all\n\n2026-11-01\n", process=True,
    ).stdout  # fmt: skip
    assert "mine/us/or/clackamas-county/sheriff-policy-2026-11-01.yaml" in written
    assert "0 errors" in run("law", "check", "mine", cwd=tmp_path).stdout
    assert "--position: no answer" in told("law", "new", "agency-policy", "--out", "mine", "--agency", AGENCY, cwd=tmp_path)

    shown = run("law", "adopt", "--agency", AGENCY, "--law", "mine", cwd=tmp_path).stdout
    assert "us/four-tests" in shown and "could support a hold" in shown
    run("law", "adopt", "--agency", AGENCY, "--by-role", "county counsel", "--all-binding", "--out", "adoption.yaml", "--law", "mine", cwd=tmp_path)
    decision = json.loads(run("decide", data_dir("cases") / "g01-miranda-olivares.yaml", "--law", "mine", "--adoption", "adoption.yaml", "--json", cwd=tmp_path).stdout)
    assert decision["outcome"] == "release" and decision["not_adopted"] == []
    # Over the shipped lawbook alone the adoption is of another text, and of a policy that is not there.
    assert "is not in the lawbook" in told("decide", data_dir("cases") / "g01-miranda-olivares.yaml", "--adoption", "adoption.yaml", cwd=tmp_path)
    # Adopting again takes out what the lawbook no longer has.
    assert "taken out, since the lawbook no longer has it: us/or/clackamas-county/sheriff-policy-2026-11-01" in run(
        "law", "adopt", "--agency", AGENCY, "--by-role", "county counsel", "us/four-tests", "--out", "adoption.yaml", cwd=tmp_path
    ).stdout


def test_review_after_adoption_keeps_it(tmp_path: Path) -> None:
    """Counsel adopts first and reviews later, in the overlay: the decision is that of adopted law in both."""
    adopt_ = ("law", "adopt", "--agency", AGENCY, "--law", "mine")
    (tmp_path / "mine").mkdir()
    run(*adopt_[:-2], "--by-role", "county counsel", "--all-binding", "--out", "adoption.yaml", cwd=tmp_path)
    said = run("law", "review", "us/four-tests", "--by-role", "county counsel", "--on", "2026-11-20", "--against", _title("us/four-tests"), "--law", "mine", cwd=tmp_path)
    assert "An adoption of this text stays" in said.stdout
    file = (tmp_path / "adoption.yaml").read_bytes()
    decide = ("decide", data_dir("cases") / "g12-lopez-lopez.yaml", "--law", "mine", "--json")
    assert "0 are not adopted" in run(*adopt_, "--by-role", "county counsel", "us/four-tests", "--out", "adoption.yaml", cwd=tmp_path).stdout
    assert (tmp_path / "adoption.yaml").read_bytes() == file
    # The same of a case that a hold comes of.
    agency = json.loads(run(*decide, cwd=tmp_path).stdout)["agency"]
    run("law", "adopt", "--agency", agency, "--by-role", "county counsel", "--all-binding", "--out", "a.yaml", cwd=tmp_path)
    decision = json.loads(run(*decide, "--adoption", "a.yaml", cwd=tmp_path).stdout)
    assert decision["outcome"] == "may_hold" and decision["not_adopted"] == []
    # A change of what the reviewed copy says undoes it.
    copy = tmp_path / "mine/us/four-tests.yaml"
    copy.write_text(copy.read_text().replace("because: ", "because: Indeed, ", 1))
    decision = json.loads(run(*decide, "--adoption", "a.yaml", cwd=tmp_path).stdout)
    assert decision["outcome"] == "review" and decision["not_adopted"][0] == "us/four-tests"


def _title(identity: str) -> str:
    return str(load_lawbook().authorities[identity].sources[0]["title"])


def test_a_published_adoption(tmp_path: Path) -> None:
    """An association signs what it has read; a county takes over what binds it, and no more."""
    for name in ("association", "stranger"):
        (tmp_path / f"{name}.pub").write_text(run("law", "key", "new", "--out", f"{name}.pem", cwd=tmp_path).stdout)
    assert (tmp_path / "association.pem").stat().st_mode & 0o777 == 0o600
    assert run("law", "key", "show", "association.pem", cwd=tmp_path).stdout == (tmp_path / "association.pub").read_text()
    run("law", "adopt", "--sign", "association.pem", "--publisher", "Test Association", "--by-role", "general counsel", "--place", "us/or", "--out", "or.json", cwd=tmp_path)
    take = ("law", "adopt", "--agency", AGENCY, "--by-role", "county counsel", "--from", "or.json", "--out", "adoption.yaml")
    assert "the signature is not that key's" in told(*take, "--key", "stranger.pub", cwd=tmp_path)
    assert not (tmp_path / "adoption.yaml").exists()
    got = json.loads(run(*take, "--key", "association.pub", "--json", cwd=tmp_path).stdout)
    assert "us/or/hb-3265" in got["adopted"] and "us/or/baker-county/sheriff-policy-2014" in got["not_binding"]
    assert all(i.startswith("us/or/") for i in got["adopted"])
    entry = read_mapping(tmp_path / "adoption.yaml")["adopted"][0]
    assert entry["by_role"] == "county counsel" and entry["taken_from"].startswith("Test Association")
    decision = json.loads(run("decide", data_dir("cases") / "g01-miranda-olivares.yaml", "--adoption", "adoption.yaml", "--json", cwd=tmp_path).stdout)
    assert decision["outcome"] == "release"


def test_law_for_a_closed_network(tmp_path: Path) -> None:
    """A signed bundle is verified, shown, staged and adopted; one that was touched changes nothing."""
    (tmp_path / "k.pub").write_text(run("law", "key", "new", "--out", "k.pem", cwd=tmp_path, process=True).stdout)
    new = ("law", "new", "agency-policy", "--agency", AGENCY, "--from", "2026-11-01", "--position")
    for number, position in (("1", "declines_all"), ("2", "notify_only")):
        for name in ("facts.yaml", "us/four-tests.yaml"):  # a small whole lawbook
            (tmp_path / f"law{number}" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(data_dir("lawbook") / name, tmp_path / f"law{number}" / name)
        run(*new, position, "--out", f"law{number}", cwd=tmp_path)
        run("law", "bundle", f"law{number}", "--key", "k.pem", "--sequence", number, "--out", f"{number}.zip", cwd=tmp_path)
    update = ("law", "update", "--to", "srv")
    first = run(*update, "1.zip", "--key", "k.pub", cwd=tmp_path).stdout
    assert "1 added" in first and "staged: bundle 1" in first and "in use: the lawbook that ships" in first
    assert "nobody answers for it" in told(*update, "--adopt", cwd=tmp_path)
    run(*update, "--adopt", "--by-role", "county counsel", cwd=tmp_path)
    before = sorted((p.as_posix(), p.read_bytes()) for p in (tmp_path / "srv").rglob("*") if p.is_file())
    (tmp_path / "bad.zip").write_bytes((tmp_path / "2.zip").read_bytes().replace(b"Position: notify_only", b"Position: honors__all"))
    assert "was changed" in told(*update, "bad.zip", "--key", "k.pub", cwd=tmp_path)
    assert "was adopted before" in told(*update, "1.zip", "--key", "k.pub", cwd=tmp_path)
    assert before == sorted((p.as_posix(), p.read_bytes()) for p in (tmp_path / "srv").rglob("*") if p.is_file())
    second = run(*update, "2.zip", "--key", "k.pub", "--adopt", "--by-role", "county counsel", cwd=tmp_path).stdout
    assert "now says: require notify_release when notice_requested" in second and "in use: bundle 2" in second
    assert "require notify_release" in run("law", "show", "us/or/clackamas-county/sheriff-policy-2026-11-01", "--law", "srv/current", cwd=tmp_path).stdout
    assert json.loads(run(*update, "--rollback", "--by-role", "county counsel", "--json", cwd=tmp_path).stdout)["current"]["sequence"] == 1


OPEN_CASE = """\
case: made up
agency: us/or/clackamas-county/sheriff
at: "2026-11-10T12:00:00-08:00"
law_known_at: "2026-10-01"
record_complete: true
custody:
  booked_at: "2026-11-08T12:00:00-08:00"
  grounds: [{kind: charge, from: "2026-11-08T12:00:00-08:00", until: "2026-11-09T12:00:00-08:00"}]
papers:
  - {kind: judicial_warrant, matter: civil, received_at: "2026-11-08T13:00:00-08:00", signed_by: judge, served_at: never, cancelled_at: never}
"""


def test_what_new_law_does_to_open_cases(tmp_path: Path) -> None:
    """The bundle's effect on a jail's own cases is shown before it is adopted; a case that cannot be read stops all."""
    (tmp_path / "k.pub").write_text(run("law", "key", "new", "--out", "k.pem", cwd=tmp_path).stdout)
    for name in ("facts.yaml", "us/four-tests.yaml"):
        (tmp_path / "law" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(data_dir("lawbook") / name, tmp_path / "law" / name)
    law = tmp_path / "law/us/or/made-up.yaml"
    law.parent.mkdir()
    law.write_text(
        'id: us/or/made-up\ntitle: Made up\nkind: statute\ncitation: made up\nin_force: {from: "2026-11-10"}\nknown: {from: "2026-11-01"}\nbinds: [us/or]\n'
        "norms:\n  - forbid: hold\nsources: [{title: Made up}]\nreview: {status: unreviewed, basis: general knowledge}\n"
    )
    run("law", "bundle", "law", "--key", "k.pem", "--sequence", "1", "--out", "1.zip", cwd=tmp_path)
    update = ("law", "update", "--to", "srv")
    stage = (*update, "1.zip", "--key", "k.pub")
    cases = tmp_path / "open"
    cases.mkdir()
    assert "open: there is no case file in it" in told(*stage, "--cases", "open", cwd=tmp_path)
    (cases / "one.yaml").write_text(OPEN_CASE)
    (cases / "two.json").write_text("[{}]")
    assert "open/two.json:1: " in told(*stage, "--cases", "open", cwd=tmp_path)
    (cases / "two.json").write_text("[")
    assert "open/two.json" in told(*stage, "--cases", "open", cwd=tmp_path)
    (cases / "two.json").unlink()
    assert "nowhere.yaml" in told(*stage, "--cases", "nowhere.yaml", cwd=tmp_path)
    assert "no bundle is staged" in told(*update, "--cases", "open", cwd=tmp_path)
    assert not (tmp_path / "srv").exists()  # nothing was staged by any of these
    assert "leave --cases out" in told(*update, "--refuse", "--by-role", "c", "--cases", "open", cwd=tmp_path)

    assert "Open cases: none were given" in run(*stage, cwd=tmp_path).stdout
    # The case was opened under law known in October; it is open, so it is asked with the law known today.
    said = run(*update, "--cases", "open/one.yaml", "--cases", "open", cwd=tmp_path).stdout
    assert "Open cases: 2, asked under the law in use and under this one" in said
    got = json.loads(run(*update, "--cases", "open", "--json", cwd=tmp_path).stdout)
    (effect,) = got["open_cases"]["cases"]
    assert effect["case"] == "open/one.yaml" and effect["after"]["outcome"] == "release"
    assert effect["causes"] == ["us/or/made-up#forbid-hold"] and got["open_cases"]["asked"] == 1
    adopted = run(*update, "--adopt", "--by-role", "county counsel", "--cases", "open", cwd=tmp_path).stdout
    assert "Open cases: 1" in adopted and "in use: bundle 1" in adopted
    assert json.loads(run(*update, "--json", cwd=tmp_path).stdout).get("open_cases") is None


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("law", "adopt"), "dueprocess: law adopt: no agency; add --agency us/or/clackamas-county/sheriff"),
        (("law", "adopt", "--agency", AGENCY, "--all-binding", "--place", "us/or"), "dueprocess: law adopt: more than one of AUTHORITY…, --place, --all-binding and --from; choose one"),
        (("law", "adopt", "--agency", AGENCY, "us/ma/lunn", "--by-role", "c", "--out", "a"), f"dueprocess: law adopt: [us/ma/lunn] does not bind [{AGENCY}]; see which do: dueprocess law adopt --agency … without an authority"),
        (("law", "update", "--to", "s", "--adopt", "--refuse"), "dueprocess: law update: more than one thing to do; stage a FILE (and --adopt it), or --refuse, or --rollback"),
        (("law", "update", "x.zip", "--to", "s"), "dueprocess: law update: a bundle needs its publisher's key; add --key PUB"),
        (("law", "update", "--to", "s", "--rollback", "--by-role", "c", "--on", "2090-01-01"), "dueprocess: --on: [2090-01-01] is still to come; give a day up to today"),
    ],
)
def test_bad_usage_is_one_line(tmp_path: Path, arguments: tuple[str, ...], line: str) -> None:
    assert run(*arguments, cwd=tmp_path, status=2).stderr == line + "\n"
    assert list(tmp_path.iterdir()) == []


# -- what adoption means: law that nobody adopted may release, and never hold ---------------------------------


def decided(name: str, book: Lawbook, adoption: dict[str, Any] | None) -> dict[str, Any]:
    return decide_case(read_mapping(data_dir("cases") / f"{name}.yaml"), today=TODAY, lawbook=book, adoption=adoption)


def outcomes(decision: dict[str, Any]) -> list[tuple[str, str]]:
    return [(s["from"], s["outcome"]) for s in decision["timeline"]]


def adoption_of(book: Lawbook, agency: str, facility: str | None, *, but: str = "") -> dict[str, Any]:
    chosen = [a for a in binding(book, agency, facility) if a.id != but]
    file = adopt(AdoptionFile(agency, {}), chosen, by_role="counsel", on=TODAY)
    return {"agency": agency, "adopted": [dict(e) for e in file.entries.values()]}


def asked(name: str) -> tuple[str, str | None]:
    case = read_mapping(data_dir("cases") / f"{name}.yaml")
    return str(case["agency"]), case.get("facility")


@pytest.mark.parametrize("name", CASES)
def test_what_nobody_adopted_never_holds(name: str) -> None:
    """Nothing adopted: no instant of hold, and every release stays. All adopted: as if adoption were off."""
    book, (agency, facility) = load_lawbook(), asked(name)
    off = outcomes(decided(name, book, None))
    nothing = dict(outcomes(decided(name, book, {"agency": agency, "adopted": []})))
    assert not set(nothing.values()) & set(HOLDS)
    assert outcomes(decided(name, book, adoption_of(book, agency, facility))) == off
    assert _never_more_hold(off, nothing)


def _never_more_hold(off: list[tuple[str, str]], on: dict[str, str]) -> bool:
    """Where ``on`` holds ``off`` holds, and where ``off`` releases so does ``on``."""
    released = any(a == "release" != b for a, b in _side_by_side(off, list(on.items())))
    return not released and not _holds_more(off, list(on.items()))


def _holds_more(off: list[tuple[str, str]], on: list[tuple[str, str]]) -> bool:
    return any(b in HOLDS and a not in HOLDS for a, b in _side_by_side(off, on))


def _side_by_side(first: list[tuple[str, str]], second: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The outcomes of two timelines, stretch by stretch."""
    one, two = ({datetime.fromisoformat(s): o for s, o in t} for t in (first, second))
    now, then, found = "", "", []
    for start in sorted({*one, *two}):
        now, then = one.get(start, now), two.get(start, then)
        found.append((now, then))
    return found


def test_each_authority_that_is_left_out_never_adds_a_hold() -> None:
    """One authority at a time is not adopted; those that are said to support no hold change nothing at all."""
    book, found = load_lawbook(), 0
    for name in ("g08-suffolk-class", "g23-el-cenizo", "s11-forty-eighth-hour", "s41-colorado-287g-deputy"):
        agency, facility = asked(name)
        off = outcomes(decided(name, book, None))
        for authority in binding(book, agency, facility):
            on = outcomes(decided(name, book, adoption_of(book, agency, facility, but=authority.id)))
            assert _never_more_hold(off, dict(on))
            if not supports_hold(book, authority):
                assert on == off, authority.id
            found += on != off
    assert found > 3  # it is a test of something: some of them do take a hold away


def test_an_overlay_that_nobody_adopted_never_adds_a_hold(tmp_path: Path) -> None:
    """A file laid over the four tests that asks for nothing: with adoption on it adds no hold until it is adopted itself."""
    lines = (data_dir("lawbook") / "us/four-tests.yaml").read_text().splitlines()
    start, end = (next(i for i, line in enumerate(lines) if line.startswith(k)) for k in ("norms:", "sources:"))
    path = tmp_path / "mine/us/four-tests.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([lines[0], "replaces: us/four-tests", *lines[1:start], "norms:", "  - permit: hold", *lines[end:]]) + "\n")
    shipped, laid = load_lawbook(), load_lawbook(tmp_path / "mine")
    added = 0
    for name in CASES:
        agency, facility = asked(name)
        off = outcomes(decided(name, shipped, None))
        # Counsel adopted the shipped texts; the overlay came later.
        on = outcomes(decided(name, laid, adoption_of(shipped, agency, facility)))
        assert not _holds_more(off, on), name
        assert _never_more_hold(outcomes(decided(name, laid, None)), dict(on)), name
        added += _holds_more(off, outcomes(decided(name, laid, adoption_of(laid, agency, facility))))
    assert added  # adopted, it would: that is what the rule is there for
