"""What is printed is UTF-8 whatever the console's encoding, and nothing is written before all is made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import Run
from tests.support.examples import some_of
from tests.support.small_project import write_project

LOCK = Path("connectors/crm/layout.lock")


def printed(project: Path, *words: str, code: int = 0, **environment: str) -> tuple[bytes, bytes]:
    """Give what the command prints, byte by byte."""
    done = subprocess.run(
        [sys.executable, "-m", "headgate", *words],
        cwd=project,
        capture_output=True,
        check=False,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **environment},
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


@pytest.mark.parametrize("encoding", some_of(["cp1252", "cp437", "ascii"]))
def test_a_console_of_another_encoding_gets_the_same_bytes(project: Path, encoding: str) -> None:
    tables = project / "connectors/crm/tables.csv"
    tables.write_text(tables.read_text() + "番号,people,snapshot,5\n", encoding="utf-8")
    expected = printed(project, "balance", PYTHONIOENCODING="utf-8")
    lock = (project / LOCK).read_bytes()
    (project / LOCK).unlink()

    assert printed(project, "balance", PYTHONIOENCODING=encoding) == expected
    assert (project / LOCK).read_bytes() == lock
    assert "█" in expected[0].decode()
    said = printed(project, "balance", "--explain", "番", code=1, PYTHONIOENCODING=encoding)[1].decode()
    assert said.startswith("no connector has a table '番'")


def test_half_a_character_of_a_folders_name_is_escaped(project: Path) -> None:
    odd = project / os.fsdecode(b"shop\xff")
    write_project(odd)
    printed(odd, "balance")

    said = printed(project, "show", "--root", str(odd))[0].decode()

    assert r"shop\udcff/cdktf.out/stacks/crm-dev-shared" in said


@pytest.mark.parametrize("place", ["connectors", "connectors/crm/tables.csv/page.html"])
def test_a_page_that_cannot_be_written_leaves_the_lock_as_it_was(headgate: Run, project: Path, place: str) -> None:
    said = headgate("balance", "--html", place, code=1)

    assert "is a f" in said.stderr
    assert said.stdout == ""
    assert not (project / LOCK).exists()


@pytest.mark.parametrize("bad", ["--out", "--json", "--markdown", "--summary", "--html"])
def test_of_a_reviews_files_none_is_written_where_one_cannot_be(headgate: Run, project: Path, bad: str) -> None:
    headgate("balance")
    plan = '{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[]}'
    (project / "crm-dev-shared.json").write_text(plan)
    good = "--markdown" if bad == "--json" else "--json"

    said = headgate("review", "crm-dev-shared.json", good, "good.out", bad, "connectors", code=1)

    assert "connectors: is a folder, and a file is to be written there" in said.stderr
    assert not (project / "good.out").exists()


@pytest.mark.parametrize("own", ["layout.lock", "tables.csv", "connector.yaml"])
def test_no_page_takes_the_place_of_a_connectors_own_file(headgate: Run, project: Path, own: str) -> None:
    headgate("balance")
    file = project / "connectors/crm" / own
    before = file.read_bytes()

    for words in (("balance", "--html"), ("review", "--before", ".", "--json"), ("review", "--before", ".", "--out")):
        assert "is one of a connector's own files" in headgate(*words, f"connectors/crm/{own}", code=1).stderr

    assert file.read_bytes() == before


def test_a_review_is_not_written_twice_to_one_file(headgate: Run, project: Path) -> None:
    headgate("balance")
    said = headgate("review", "--before", ".", "--json", "out", "--out", "out", code=1).stderr

    assert "out: is named for two outputs" in said
    assert not (project / "out").exists()
