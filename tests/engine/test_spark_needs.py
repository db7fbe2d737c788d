"""What is said where a run on Spark can't be: each thing that is missing, with what brings it, and nothing written."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from headgate.engine.spark.needs import java_version, refuse_master, refuse_missing
from headgate.problems import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.conftest import Project


def java(folder: Path, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a Java of its own in JAVA_HOME, which says its version as Java does, on standard error."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(folder))


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ("this is no Java", None),
    ],
)
def test_a_java_is_known_by_what_it_says(
    says: str, version: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java(tmp_path, says, monkeypatch)
    assert java_version() == version


def test_java_is_looked_for_where_programs_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java(tmp_path, 'openjdk version "17.0.15"', monkeypatch)
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert java_version() == 17
    monkeypatch.setenv("PATH", str(tmp_path))
    assert java_version() is None


def test_a_server_has_the_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr("headgate.engine.spark.needs.find_spec", lambda name: None if name.startswith("grpc_") else name)
    with pytest.raises(InputError) as refused:
        refuse_missing("sc://host")
    said = str(refused.value)
    assert "Spark Connect needs the libraries grpc_status" in said
    assert "[spark-run,spark-connect]" in said
    assert "Java" not in said


@pytest.mark.parametrize("master", ["sc://host", "sc://host:15002", "sc://host/", "sc://host:1/;use_ssl=true;user_id=ann"])
def test_a_master_is_what_spark_takes_for_one(master: str) -> None:
    refuse_master(master)


def test_without_java_it_is_said_which_package_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InputError) as refused:
        refuse_missing()
    said = str(refused.value)
    assert "a run on Spark needs Java, and there is none" in said
    assert "apt install openjdk-17-jre-headless (Debian, Ubuntu)" in said


def test_an_old_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java(tmp_path, 'openjdk version "11.0.2"', monkeypatch)
    with pytest.raises(InputError, match=r"Java is 11: Spark 4\.2 needs 17 or newer"):
        refuse_missing()


@pytest.mark.skipif(find_spec("pyspark") is not None, reason="there is pyspark")
def test_without_spark_it_is_said_what_brings_it(project: Project) -> None:
    project.write("", {"people": "people"})
    said = project.run("--engine", "spark", code=1).stderr
    assert "a run on Spark needs the libraries pyspark" in said
    assert "[spark-run]" in said
    assert not (project.folder / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--master", "local[2]"], "--master is Spark's"),
        (["--engine", "spark", "--master", "sc://host/;token=abc"], "--master has a token, which whoever lists processes"),
        (["--engine", "spark", "--master", "sc://host/;Token=abc"], "in the environment: SPARK_CONNECT_AUTHENTICATE_TOKEN"),
        (["--engine", "spark", "--master", "sc://"], "--master 'sc://' is no master of Spark's"),
        (["--engine", "spark", "--master", "sc://host:port"], "--master 'sc://host:port' is no master of Spark's"),
        (["--engine", "spark", "--master", "sc://host", "--memory", "900"], "--memory is for a driver that is started here"),
        (["--engine", "spark", "--master", "spark:/host"], "--master 'spark:/host' is no master of Spark's"),
        (["--engine", "spark", "--master", "local[0]"], "--master 'local[0]' is no master of Spark's"),
        (["--engine", "spark", "--memory", "100"], "--memory 100 is too little: Spark's driver takes 512 MiB at least"),
        (["--engine", "hadoop"], "'hadoop' is not one of 'embedded', 'spark'"),
    ],
)
def test_what_no_spark_can_run_is_refused(words: list[str], said: str, project: Project) -> None:
    project.write("", {"people": "people"})
    found = " ".join(project.run(*words, code=None).stderr.replace("│", " ").split())
    assert said in found
    assert "abc" not in found
    assert not (project.folder / "out").exists()
