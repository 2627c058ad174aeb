"""What a user is told who has not all that Spark needs, and how its settings follow from the options."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dueprocess.batch import spark
from dueprocess.kernel.errors import InputError

pytest.importorskip("pyspark", reason="Spark is an extra: pip install 'dueprocess[spark]'")


def test_without_java_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(InputError) as told:
        spark.session("local[1]")
    assert str(told.value) == "--engine spark: no Java is found; Java 17 or later is needed (Debian: apt-get install openjdk-17-jre-headless)"


def test_a_java_home_without_java_is_no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InputError, match="no Java is found"):
        spark.session("local[1]")


def test_without_pyspark_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(InputError, match=r"Spark is not installed; pip install 'dueprocess\[spark\]'"):
        spark.session("local[1]")


@pytest.mark.parametrize(("given", "expected"), [("3GB", "3g"), ("3GiB", "3g"), ("800MB", "800m"), (" 2 g ", "2g")])
def test_memory_as_java_writes_it(given: str, expected: str) -> None:
    assert spark.java_memory(given) == expected


@pytest.mark.parametrize("given", ["", "80%", "3.5GB", "plenty"])
def test_what_is_no_amount_of_memory(given: str) -> None:
    with pytest.raises(InputError, match="is no amount of memory"):
        spark.java_memory(given)


def test_only_a_run_on_this_machine_stays_on_the_loopback() -> None:
    for master in ("local[2]", "spark://127.0.0.1:7077", "spark://localhost:7077"):
        assert spark._settings(master, "3GB")["spark.driver.host"] == "127.0.0.1"
    assert "spark.driver.host" not in spark._settings("spark://cluster.example:7077", "3GB")


def test_the_heap_of_a_cluster_is_its_own_matter() -> None:
    assert spark._settings("local[2]", "3GB")["spark.driver.memory"] == "3g"
    assert not any("memory" in key for key in spark._settings("spark://127.0.0.1:7077", "3GB"))


def test_a_path_with_the_characters_of_a_pattern(tmp_path: Path) -> None:
    assert spark.location(Path("/data/[a]*b"), pattern=True) == r"file:///data/\[a\]\*b"
    assert spark.location(Path("/data/[a]*b")) == "file:///data/[a]*b"
