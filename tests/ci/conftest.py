"""The command line in a folder of the test's own, hosts that it asks, and a repository whose workflows can be run."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.ci.hosts import Host, serving
from tests.ci.repository import DEFINITION, ROOT, TABLES, Repository, write_programs
from tests.ci.runner import Runner, clean_environment
from tests.standin.running import mirror
from tests.support.command import Run, command_line
from tests.workspace.server import served
from tests.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def host() -> Iterator[Host]:
    with serving() as one:
        yield one


@pytest.fixture
def storage() -> Iterator[Host]:
    """Give a second host, where artifacts lie."""
    with serving() as one:
        yield one


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command line, run in the test's folder."""
    return command_line(tmp_path, monkeypatch, capfd)


@pytest.fixture
def workspace() -> Iterator[str]:
    """Give the address of a workspace, empty."""
    with served(Workspace()) as address:
        yield address


@pytest.fixture
def repository(tmp_path: Path, host: Host, workspace: str) -> Repository:
    """Give a repository with a connector that is balanced, and the workflows that headgate wrote for it."""
    if not all(shutil.which(program) for program in ("jq", "git", "node")):
        pytest.skip("the steps need jq, git and Node: put them on the path")
    write_programs(tmp_path / "bin", tmp_path / "posted")
    (tmp_path / "state").mkdir()
    identity = {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {
        **clean_environment(),
        "PATH": f"{tmp_path / 'bin'}:{clean_environment()['PATH']}",
        **mirror(tmp_path / "mirror", workspace),
        "GITHUB_REPOSITORY": "acme/data",
        "GITHUB_SHA": "a" * 40,
        "GITHUB_API_URL": host.address,
        **identity,
    }
    origin, folder = tmp_path / "origin.git", tmp_path / "repository"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", origin], check=True)
    subprocess.run(["git", "clone", "-q", origin, folder], check=True, capture_output=True)
    one = Repository(folder, Runner(tmp_path, tmp_path / "artifacts", origin, environment), tmp_path / "posted", host)
    for name in ("NAME", "EMAIL"):
        one.git("config", f"user.{name.lower()}", "t@example.com")
    one.git("switch", "-qc", "main")
    (folder / "connectors/crm").mkdir(parents=True)
    (folder / "connectors/crm/connector.yaml").write_text(DEFINITION)
    (folder / "connectors/crm/tables.csv").write_text(TABLES)
    (folder / ".gitignore").write_text("cdktf.out/\nstate\n")
    shutil.copy(ROOT / "main.py", folder)
    one.headgate("balance")
    one.headgate("init", "ci")
    one.push()
    return one
