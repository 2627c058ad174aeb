"""The rules of the house that a linter does not know, each as a test over the source and the committed files."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "dueprocess"
MODULES = sorted(SRC.rglob("*.py"))
ROOMS = sorted(p.parent.name for p in SRC.glob("*/__init__.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    """Not kept: every collection of garbage would walk all syntax of all modules, in later tests, too."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def committed() -> tuple[Path, ...]:
    """The files that are committed, or would be: git's own list, or all but what it ignores where there is no git."""
    try:
        found = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
        )
        names = [n for n in found.stdout.decode().split("\0") if n]
    except (OSError, subprocess.CalledProcessError):
        ignored = {".git", ".venv", "__pycache__", ".hypothesis", "build", "dist", "out"}
        names = [
            name_of(p)
            for p in ROOT.rglob("*")
            if p.is_file() and not {part for part in p.relative_to(ROOT).parts if part in ignored or part.endswith("_cache")}
        ]
    return tuple(ROOT / n for n in sorted(names) if (ROOT / n).is_file())


def texts() -> Iterator[tuple[str, str]]:
    """Every committed file that is text."""
    for path in committed():
        data = path.read_bytes()
        if b"\0" in data[:4096]:
            continue
        yield name_of(path), data.decode("utf-8", errors="replace")


@cache
def called(path: Path) -> frozenset[str]:
    """Each dotted name that is called or referred to."""
    return frozenset(dotted(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute | ast.Name))


def dotted(node: ast.expr) -> str:
    """``a.b.c``; of what is no name only what follows it: ``f(x).b`` is ``.b``, and ``f`` and ``x`` are nodes of their own."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@cache
def imports(path: Path) -> tuple[tuple[int, str], ...]:
    """Each module that is imported, and each name of one, with its line."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


# -- the clock, the network, the outside ---------------------------------------------------------------

CLOCK = re.compile(
    r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime|ctime|asctime|strftime|clock_gettime)|uuid\.uuid1)\b"
)


def test_one_module_reads_the_clock() -> None:
    """``now`` and ``as_of`` are arguments everywhere else."""
    readers = {name_of(p) for p in MODULES for name in called(p) if CLOCK.search(name)}
    assert readers == {"src/dueprocess/kernel/now.py"}
    for path in MODULES:
        taken = {n for _, n in imports(path)}
        assert not taken & {"time.time", "time.time_ns", "time.localtime", "time.gmtime"}, name_of(path)
        for node in ast.walk(tree(path)):
            # SQL and templates may not read it either.
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"\b(CURRENT_DATE|CURRENT_TIMESTAMP|now\(\))", node.value), f"{name_of(path)}:{node.lineno}"


NETWORK = {
    "socket", "ssl", "http", "urllib.request", "urllib.error", "urllib3", "requests", "httpx", "aiohttp", "ftplib", "smtplib", "imaplib", "poplib",
    "telnetlib", "xmlrpc", "socketserver", "webbrowser", "asyncio", "nntplib", "paramiko",
}  # fmt: skip


# What may reach out, to where and by whose choice, stands in docs/reference/outgoing.md; tests/unit/test_outgoing.py holds
# the program to it, library by library.
REACHES_OUT = frozenset(re.findall(r"^\| `([^`]+)` \|", (ROOT / "docs" / "reference" / "outgoing.md").read_text(encoding="utf-8"), re.MULTILINE))


def test_nothing_reaches_the_network() -> None:
    for path in MODULES:
        if path.relative_to(SRC).as_posix() in REACHES_OUT:
            continue
        for line, module in imports(path):
            parts = module.split(".")
            prefixes = {".".join(parts[:n]) for n in range(1, len(parts) + 1)}
            assert not prefixes & NETWORK, f"{name_of(path)}:{line}: {module}"


def test_one_command_may_reach_out_and_imports_it_only_then() -> None:
    users = {name_of(p) for p in MODULES for _, module in imports(p) if module.startswith("dueprocess.extract.endpoint")}
    assert users == {"src/dueprocess/cli/claims.py"}
    code = (
        "import sys; from dueprocess.extract import capture, read; import dueprocess.cli.claims;"
        "read(capture(b'The Linn County Sheriff will not honor ICE detainers.', name='a'));"
        "print([m for m in ('dueprocess.extract.endpoint', 'http.client', 'trafilatura', 'pypdf') if m in sys.modules])"
    )
    assert fresh(code).strip() == "[]"


def test_nothing_is_unpickled_and_only_compiled_law_is_executed() -> None:
    for path in MODULES:
        for line, module in imports(path):
            assert module.split(".")[0] not in {"pickle", "marshal", "shelve", "dill"}, f"{name_of(path)}:{line}"
        names = called(path)
        if name_of(path) != "src/dueprocess/decide/regime.py":
            assert not names & {"exec", "eval", "compile", "__import__"}, name_of(path)
        assert not names & {"os.system", "os.popen", "yaml.load", "yaml.unsafe_load", "yaml.full_load"}, name_of(path)


def test_one_module_imports_the_sql_parser() -> None:
    """The grammar is the boundary: everything else sees the tree only. The other user re-quotes our own SQL for Spark
    and reads no law."""
    users = {name_of(p) for p in MODULES for _, module in imports(p) if module.split(".")[0] == "sqlglot"}
    assert users <= {"src/dueprocess/terms/grammar.py", "src/dueprocess/batch/requote.py"}
    assert "src/dueprocess/terms/grammar.py" in users


def fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout


HEAVY = "('sqlglot', 'jinja2', 'typst', 'duckdb', 'pyspark', 'pandas', 'numpy', 'hypothesis', 'cryptography')"


def test_help_is_quick_because_it_imports_little() -> None:
    code = f"import sys, dueprocess.cli, dueprocess.cli.commands; print([m for m in {HEAVY} if m in sys.modules])"
    assert fresh(code).strip() == "[]"


def test_a_lawbook_from_the_cache_needs_no_sql_parser() -> None:
    code = (
        "import sys; from dueprocess.law import load_lawbook; from dueprocess.decide import decide_case; load_lawbook();"
        "print([m for m in ('sqlglot', 'jinja2', 'typst') if m in sys.modules])"
    )
    fresh(code)  # fills the cache where it is empty
    assert fresh(code).strip() == "[]"


# -- names and their documents -------------------------------------------------------------------------


def test_every_module_says_what_it_is() -> None:
    without = [name_of(p) for p in MODULES if p.stat().st_size and not ast.get_docstring(tree(p))]
    assert without == []


@pytest.mark.parametrize("room", ROOMS)
def test_the_public_names_of_a_room_exist_and_are_documented(room: str) -> None:
    module = importlib.import_module(f"dueprocess.{room}")
    names = getattr(module, "__all__", [])
    if room not in ("kernel", "cli", "render", "web"):  # these are imported by module, so that each loads only what it needs
        assert names, f"dueprocess.{room} has no __all__"
    assert len(set(names)) == len(names)
    for name in names:
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            document = inspect.getdoc(value) or ""
            # A dataclass without a docstring gets its signature as one.
            assert document and not document.startswith(f"{name}("), f"dueprocess.{room}.{name}"


def test_the_names_that_scripts_rely_on() -> None:
    expected = {
        "dueprocess": ["__version__"],
        "dueprocess.decide": ["decide_case", "answer", "Setting", "Stay"],
        "dueprocess.law": ["load_lawbook", "Lawbook", "Authority", "Norm", "link", "default_folder"],
        "dueprocess.places": ["load_places", "Place", "Agency", "PlaceBook"],
        "dueprocess.case": ["read_case", "Case", "Paper", "Ground"],
        "dueprocess.clock": ["deadline", "steps", "load_calendar"],
        "dueprocess.terms": ["Fact", "Vocabulary", "evaluate", "read_vocabulary"],
        "dueprocess.cli": ["main"],
    }
    for module, names in expected.items():
        for name in names:
            assert hasattr(importlib.import_module(module), name), f"{module}.{name}"


def test_public_functions_and_classes_are_documented() -> None:
    """Of the rooms that others build on; a method that says all by its name may go without."""
    without = []
    for path in MODULES:
        if path.parent.name not in ("kernel", "terms", "law", "case", "clock", "places", "decide"):
            continue
        for node in tree(path).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_") and not ast.get_docstring(node):
                length = (node.end_lineno or 0) - node.lineno
                if length > 5:  # a line or two may speak for themselves
                    without.append(f"{name_of(path)}:{node.lineno}: {node.name}")
    assert without == []


# -- what is committed ---------------------------------------------------------------------------------


def test_no_file_points_to_a_machine() -> None:
    """No path of the machine that something was made on."""
    machine = re.compile(r"(?<![\w.:/-])(/(work|root|var/folders)/|/(home|Users|tmp|mnt)/\w|[A-Z]:\\Users\\)")
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts()
        if name != "tests/unit/test_house.py"
        for number, line in enumerate(text.split("\n"), 1)
        if machine.search(line)
    ]
    assert found == []


def test_no_file_names_a_package_registry() -> None:
    hosts = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com", "crates" + ".io", "proxy.golang" + ".org",
             "repo.maven.apache" + ".org", "ruby" + "gems.org", "anaconda" + ".org"]  # fmt: skip
    found = [f"{name}: {host}" for name, text in texts() for host in hosts if host in text]
    assert found == []


def test_no_file_holds_a_secret() -> None:
    private = re.compile("-----BEGIN " + r"[A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b")
    assert [name for name, text in texts() if private.search(text)] == []


def test_no_committed_file_is_generated_or_huge() -> None:
    for path in committed():
        assert "__pycache__" not in path.parts and path.suffix not in {".pyc", ".orig", ".rej", ".swp"}, name_of(path)
        # The weights of one model are in the package: decision 11.
        most = 14_000_000 if name_of(path) == "data/extract/encoder.onnx" else 5_000_000
        assert path.stat().st_size < most, name_of(path)


def test_us_spelling() -> None:
    """In what people read and write here; names of rulings and quotations keep theirs."""
    british = re.compile(
        r"\b(colours?|behaviours?|favours?|favoured|judgements?|honours?|honoured|organis\w+|recognis\w+|licen[c]e[sd]?|centre[sd]?|neighbours?|labour|defence|catalogue)\b",
        re.IGNORECASE,
    )
    found = []
    for name, text in texts():
        if not name.endswith((".py", ".md", ".yaml", ".jinja", ".typ")) or name == "tests/unit/test_house.py":
            continue
        found += [f"{name}:{n}: {m[0]}" for n, line in enumerate(text.split("\n"), 1) for m in british.finditer(line)]
    assert found == []


def test_text_files_are_utf_8_with_unix_lines() -> None:
    museum = "tests/law/bad/"  # holds files that are broken on purpose
    for path in committed():
        name = name_of(path)
        if name.startswith(museum) or path.suffix not in {".py", ".md", ".yaml", ".toml", ".csv", ".txt", ".css", ".jinja", ".typ", ".json", ""}:
            continue
        data = path.read_bytes()
        data.decode("utf-8")
        assert b"\r" not in data or path.suffix == ".csv", name
        assert not data.startswith(b"\xef\xbb\xbf"), name
