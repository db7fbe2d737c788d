"""`.ci/run`: the tests as one who has nothing but a clone, then those that need more; and it fails where none ran."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(folder: Path, said: dict[str, str], shared: str = "", *, java: bool = False) -> subprocess.CompletedProcess[str]:
    """Run it with a `make` that says so, and fails where it says "failed"; `asked` notes each goal and where its data is."""
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci")
    make = "\n".join(f'[ "$1" != {goal} ] || echo "= {words} =" | tee "$0.said"' for goal, words in said.items())
    note = 'echo "$1 ${HEADGATE_SHARED-unset}" >> asked'
    program = folder / "bin" / "make"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n{note}\n{make}\n! grep -q failed "$0.said"\n')
    (program.parent / "java").write_text(f"#!/bin/sh\nexit {int(not java)}\n")
    for one in program.parent.iterdir():
        one.chmod(0o755)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "HEADGATE_SHARED": shared}
    return subprocess.run([folder / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("test", "of_shared", "message"),
    [
        ("12 passed, 15 skipped in 3s", "7 passed in 1s", ""),
        ("no tests ran in 1s", "7 passed in 1s", "no test ran"),
        ("20 skipped in 1s", "7 passed in 1s", "no test ran"),
        ("0 passed in 1s", "7 passed in 1s", "no test ran"),
        ("12 passed, 16 skipped in 3s", "7 passed in 1s", "16 tests were skipped, more than 15"),
        ("12 passed in 3s", "7 skipped in 1s", "no test ran: make test-shared"),
        ("1 failed, 12 passed in 3s", "7 passed in 1s", ""),
        ("12 passed in 3s", "1 failed, 7 passed in 1s", ""),
    ],
)
def test_it_fails_where_tests_fail_or_none_ran_or_many_were_skipped(
    tmp_path: Path, test: str, of_shared: str, message: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").touch()

    done = run(tmp_path, {"test": test, "test-shared": of_shared}, "data")

    assert (done.returncode != 0) is (bool(message) or "failed" in test + of_shared)
    assert message in done.stderr


@pytest.mark.parametrize(
    ("shared", "asked"),
    [
        ("data", ["test ", "lint data", "test-shared data"]),
        ("", ["test ", "lint "]),
        ("away", ["test ", "lint away"]),
    ],
)
def test_tests_of_additional_data_run_by_themselves_where_it_is_there(tmp_path: Path, shared: str, asked: list[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").touch()

    run(tmp_path, {"test": "1 passed", "test-shared": "1 passed"}, shared)

    assert (tmp_path / "asked").read_text().splitlines() == asked


def test_spark_is_asked_where_there_is_java_for_it(tmp_path: Path) -> None:
    done = run(tmp_path, {"test": "1 passed", "test-sql": "1 passed"}, java=True)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "asked").read_text().splitlines() == ["test ", "lint ", "test-sql "]


@pytest.mark.parametrize(("said", "message"), [("1 failed, 1 passed", ""), ("2 skipped", "no test ran: make test-sql")])
def test_it_fails_where_spark_was_to_be_asked_and_was_not(tmp_path: Path, said: str, message: str) -> None:
    done = run(tmp_path, {"test": "1 passed", "test-sql": said}, java=True)

    assert done.returncode != 0
    assert message in done.stderr


def test_without_java_it_says_that_spark_was_not_asked(tmp_path: Path) -> None:
    assert "no Java here" in run(tmp_path, {"test": "1 passed"}).stderr
