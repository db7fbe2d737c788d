"""The command line in a folder of the test's own, hosts that it asks, and a repository whose workflows can be run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from headgate.cli import main
from tests.ci.hosts import Host, serving
from tests.ci.repository import DEFINITION, ROOT, STANDIN, TABLES, Repository, write_programs
from tests.ci.runner import Runner, clean_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
def headgate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give the command line, run in the test's folder; not as a process of its own, for there are many."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("TF_", "GITHUB_", "CI_", "GITLAB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CHECKPOINT_DISABLE", "1")

    def run(*words: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["headgate", *words])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        assert (ended.value.code or 0) == code, said.out + said.err
        return subprocess.CompletedProcess(words, code, said.out, said.err)

    return run


@pytest.fixture
def repository(tmp_path: Path, host: Host) -> Repository:
    """Give a repository with a connector that is balanced, and the workflows that headgate wrote for it."""
    if not STANDIN.exists() or not all(shutil.which(program) for program in ("terraform", "jq", "git", "node")):
        pytest.skip("the steps need terraform with the provider's stand-in (../shared/terraform), jq, git and Node")
    run = subprocess.run([STANDIN, sys.executable, tmp_path / "mirror"], capture_output=True, text=True, check=True)
    write_programs(tmp_path / "bin", tmp_path / "posted")
    (tmp_path / "state").mkdir()
    identity = {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {
        **clean_environment(),
        "PATH": f"{tmp_path / 'bin'}:{clean_environment()['PATH']}",
        "TF_CLI_CONFIG_FILE": run.stdout.strip(),
        "STANDIN_WORKSPACE": str(tmp_path / "workspace.json"),
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
