"""`headgate init project`: what it writes, what it leaves alone, and how a project follows a newer Headgate."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from headgate.inventory.cells import COLUMNS
from headgate.inventory.runs import COLUMNS as RUNS_COLUMNS
from headgate.new_project import files as written_files
from headgate.new_project.own_files import FILES, LINES
from headgate.new_project.schemas import RUNS, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.command import Run

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


def tree(folder: Path) -> dict[str, bytes]:
    """Give path → content of all files."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Give what makes this Headgate a later one, which has other words for AGENTS.md."""

    def install() -> None:
        rendered = written_files._rendered
        monkeypatch.setattr(written_files, "version", lambda _: "9.9.9")
        monkeypatch.setattr(
            written_files,
            "_rendered",
            lambda path, known: rendered(path, known) + ("\nA new line.\n" if path == "AGENTS.md" else ""),
        )

    return install


def test_it_writes_what_a_project_needs_and_says_what_comes_next(headgate: Run, tmp_path: Path) -> None:
    said = headgate("init", "project", "a shop").stdout

    assert list(tree(tmp_path / "a shop")) == (HERE / "golden" / "files.txt").read_text().split()
    assert said.splitlines()[0] == "a shop/main.py written"
    assert said.splitlines()[-4:] == [
        "Next:",
        "  1. cd 'a shop' && make setup",
        "  2. .venv/bin/headgate init connector NAME",
        "  3. make synth",
    ]


def test_without_make_the_next_commands_need_none(headgate: Run) -> None:
    said = headgate("init", "project", ".", PATH="/nowhere").stdout

    assert "make" not in said.partition("Next:")[2]
    assert "1. python3 -m venv .venv && " in said


def test_a_makefile_of_the_users_own_stays_and_the_next_commands_do_without(headgate: Run, tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("all:\n\techo mine\n")

    headgate("init", "project", ".", code=5)
    said = headgate("init", "project", ".", "--keep").stdout

    assert (tmp_path / "Makefile").read_text() == "all:\n\techo mine\n"
    assert "1. python3 -m venv .venv && " in said
    headgate("init", "project", ".", "--check")


def test_this_repository_is_such_a_project(headgate: Run, tmp_path: Path) -> None:
    headgate("init", "project", ".")

    for path in FILES:
        assert (tmp_path / path).read_bytes() == (ROOT / path).read_bytes(), path
    for path in LINES:
        assert set((tmp_path / path).read_text().splitlines()) <= set((ROOT / path).read_text().splitlines())
    include = (ROOT / "pyproject.toml").read_text()
    assert [path for path in (*FILES, *LINES) if f'"{path}" = "headgate/project_files/{path}"' not in include] == []


def test_it_pins_the_headgate_that_wrote_it(headgate: Run, tmp_path: Path) -> None:
    headgate("init", "project", ".")

    version = headgate("--version").stdout.split()[1]
    assert f'headgate = {{version = "=={version}", extras = ["cdktf"]}}' in (tmp_path / "Pipfile").read_text()


def test_a_sample_is_checked_balanced_and_known_by_its_code(headgate: Run, tmp_path: Path) -> None:
    headgate("init", "project", ".", "--sample", "--ci", "github")
    before = tree(tmp_path)

    assert headgate("check", "--frozen").stdout == "sample: 60 tables, 2 stacks, fine\n"
    assert headgate("discover", "--connector-name", "sample").stdout.endswith("nothing changed\n")
    headgate("balance", "sample")
    headgate("init", "ci", "--check")
    after = {name: text for name, text in tree(tmp_path).items() if "__pycache__" not in name}
    assert after == before


def test_a_check_that_finds_all_up_to_date_says_so_to_machines(headgate: Run) -> None:
    headgate("init", "project", ".", "--sample", "--ci", "github")

    for command in (("init", "project", "."), ("init", "ci")):
        assert json.loads(headgate(*command, "--check", "-o", "json").stdout)["written"] == []


def test_workflows_without_a_connector_are_refused_before_anything_is_written(headgate: Run, tmp_path: Path) -> None:
    assert "headgate init ci" in headgate("init", "project", "p", "--ci", "gitlab", code=1).stderr
    assert not (tmp_path / "p").exists()


def test_a_second_run_changes_nothing(headgate: Run, tmp_path: Path) -> None:
    headgate("init", "project", ".", "--sample")
    before = tree(tmp_path)

    assert "every file is up to date already" in headgate("init", "project", ".").stderr
    headgate("init", "project", ".", "--check")
    assert tree(tmp_path) == before


def test_another_file_of_the_same_name_is_shown_and_nothing_is_written(headgate: Run, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("print('mine')\n")

    refused = headgate("init", "project", ".", code=5)

    assert "-print('mine')" in refused.stdout.splitlines()
    assert "main.py" in refused.stderr
    assert list(tree(tmp_path)) == ["main.py"]
    headgate("init", "project", ".", "--force")
    assert (tmp_path / "main.py").read_bytes() == (ROOT / "main.py").read_bytes()


def test_what_a_repository_has_already_stays_and_is_completed(headgate: Run, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Ours\n")
    (tmp_path / ".gitignore").write_text("*.log\n.venv/")

    said = headgate("init", "project", ".", "--force").stderr

    assert "README.md is there already, and stays as it is" in said
    assert (tmp_path / "README.md").read_text() == "# Ours\n"
    lines = (tmp_path / ".gitignore").read_text().splitlines()
    assert lines[:2] == ["*.log", ".venv/"]
    assert lines.count(".venv/") == 1
    assert "cdktf.out/" in lines


def test_a_newer_headgate_brings_what_nobody_changed_up_to_date(
    headgate: Run, tmp_path: Path, newer: Callable[[], None]
) -> None:
    headgate("init", "project", ".")
    pipfile = tmp_path / "Pipfile"
    pipfile.write_text(pipfile.read_text().replace("[dev-packages]", 'boto3 = "*"\n\n[dev-packages]'))
    (tmp_path / "stacks/__init__.py").write_text("# ours\n")
    (tmp_path / "Makefile").write_text("# ours\n")
    newer()

    behind = headgate("init", "project", ".", "--check", code=3)
    assert "would be written: AGENTS.md, Pipfile\n    run `headgate init project .`\n" in behind.stderr
    assert "+A new line." in behind.stdout.splitlines()
    assert headgate("init", "project", ".").stdout == "AGENTS.md brought up to date\nPipfile brought up to date\n"

    assert '"==9.9.9"' in pipfile.read_text()
    assert 'boto3 = "*"' in pipfile.read_text()
    # Nothing is new in the Makefile, and the rest is the user's own.
    assert (tmp_path / "Makefile").read_text() == (tmp_path / "stacks/__init__.py").read_text() == "# ours\n"
    headgate("init", "project", ".", "--check")


@pytest.mark.parametrize(("flag", "has_ours"), [("--force", False), ("--keep", True)])
def test_what_both_changed_is_shown_and_decided_once(
    flag: str, has_ours: bool, headgate: Run, tmp_path: Path, newer: Callable[[], None]
) -> None:
    headgate("init", "project", ".")
    agents = tmp_path / "AGENTS.md"
    agents.write_text(agents.read_text() + "Ours.\n")
    newer()

    assert "-Ours." in headgate("init", "project", ".", code=5).stdout.splitlines()
    assert "9.9.9" not in (tmp_path / "Pipfile").read_text()
    headgate("init", "project", ".", flag)

    assert ("Ours." in agents.read_text(), "A new line." in agents.read_text()) == (has_ours, not has_ours)
    assert "9.9.9" in (tmp_path / "Pipfile").read_text()
    headgate("init", "project", ".", "--check")


def test_what_a_user_took_out_stays_out(headgate: Run, tmp_path: Path) -> None:
    headgate("init", "project", ".")
    (tmp_path / "README.md").unlink()
    (tmp_path / "AGENTS.md").unlink()

    assert headgate("init", "project", ".").stdout == "AGENTS.md written\n"
    assert not (tmp_path / "README.md").exists()


@pytest.mark.parametrize("at", ["p", "p/stacks"])
def test_a_file_where_a_folder_is_to_be_is_refused(at: str, headgate: Run, tmp_path: Path) -> None:
    (tmp_path / at).parent.mkdir(exist_ok=True)
    (tmp_path / at).write_text("")

    assert re.search("is a file|found a file", headgate("init", "project", "p", code=1).stderr)
    assert list(tree(tmp_path)) == [at]


def test_a_folder_where_a_file_is_to_be_is_refused(headgate: Run, tmp_path: Path) -> None:
    (tmp_path / "Makefile").mkdir()

    assert "Makefile: can't be used: Is a directory" in headgate("init", "project", ".", code=1).stderr
    assert tree(tmp_path) == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_not_be_written_is_refused(headgate: Run, tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        assert "can't be written to" in headgate("init", "project", "p", code=1).stderr
    finally:
        tmp_path.chmod(0o755)


def test_without_its_packages_from_npm_make_says_why(headgate: Run, tmp_path: Path) -> None:
    headgate("init", "project", ".")
    for ready in (".venv/.ready", "build/pipenv/bin/pipenv", "bin/npm"):
        (tmp_path / ready).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / ready).write_text("#!/bin/sh\necho 'npm error network no such host' >&2\nexit 1\n")
        (tmp_path / ready).chmod(0o755)
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"

    run = subprocess.run(["make", "setup"], env={"PATH": path}, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode
    assert "npm error network no such host" in run.stderr
    assert not (tmp_path / "node_modules/.ready").exists()


def test_editors_find_a_schema_for_each_file_that_people_write(headgate: Run, tmp_path: Path) -> None:
    headgate("init", "project", ".", "--sample")

    settings = json.loads((tmp_path / ".vscode/settings.json").read_text())
    assert all((tmp_path / path).is_file() for path in settings["yaml.schemas"])
    line = (tmp_path / "connectors/sample/connector.yaml").read_text().splitlines()[0]
    assert (tmp_path / "connectors/sample" / line.partition("$schema=")[2]).is_file()
    for of, path in (
        ("connector", "connector.schema"),
        ("sites", "sites.schema"),
        ("accepted", "accepted.schema"),
        ("pipeline", "pipeline.schema"),
        ("tables", "tables.csv-metadata"),
    ):
        assert json.loads(headgate("schema", of).stdout) == json.loads((tmp_path / f".headgate/{path}.json").read_text())
    accepted = json.loads(headgate("schema", "accepted").stdout)
    example = YAML(typ="safe").load((ROOT / "docs/change.md").read_text().partition("\naccepted:\n")[2].splitlines()[0])
    entry = accepted["$defs"]["Entry"]
    assert set(entry["required"]) <= set(example[0]) <= set(entry["properties"])


def test_every_column_of_the_csv_files_is_described() -> None:
    assert tuple(TABLES) == COLUMNS
    assert tuple(RUNS) == RUNS_COLUMNS
