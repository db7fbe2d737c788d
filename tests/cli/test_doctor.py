"""What `headgate doctor` says of machines that have this and lack that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = {"node": "echo v22.1.0", "cdktf": "echo 0.21.0", "terraform": 'echo "Terraform v1.11.4"; echo "on linux_amd64"'}


def doctor(folder: Path, programs: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run it where the path has these programs and no others."""
    places = folder / "bin"
    places.mkdir(exist_ok=True)
    for name, line in programs.items():
        (places / name).write_text(f"#!/bin/sh\n{line}\n")
        (places / name).chmod(0o755)
    environment = {"PATH": str(places), "HOME": str(folder)}
    if root := os.environ.get("SYSTEMROOT"):
        environment["SYSTEMROOT"] = root
    command = [sys.executable, "-m", "headgate", "doctor", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def checks(folder: Path, programs: dict[str, str]) -> dict[str, dict[str, Any]]:
    found = json.loads(doctor(folder, programs, "--format", "json").stdout)
    return {check["name"]: check for check in found["checks"]}


def test_a_machine_that_has_everything_is_fit(tmp_path: Path) -> None:
    run = doctor(tmp_path, NEEDED)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "Terraform v1.11.4" in run.stdout
    table, _, commands = run.stdout.partition("\n\n")
    assert max(map(len, table.splitlines())) <= 80
    assert len(commands.splitlines()) <= 1


@pytest.mark.parametrize(
    ("name", "line", "state", "fix"),
    [
        ("node", "echo v24.0.0", "unfit", "install Node 20 or 22"),
        ("terraform", 'echo "Terraform v1.9.8"', "unfit", "install Terraform or OpenTofu: stacks ask for >= 1.10"),
        ("terraform", "exit 1", "unfit", "install Terraform or OpenTofu: stacks ask for >= 1.10"),
        ("cdktf", "exit 1", "missing", "npm ci, in the project"),
    ],
)
def test_a_program_that_does_not_fit_is_named_with_its_fix(name: str, line: str, state: str, fix: str, tmp_path: Path) -> None:
    found = checks(tmp_path, NEEDED | {name: line})[{"node": "Node", "terraform": "Terraform", "cdktf": "cdktf-cli"}[name]]

    assert found["state"] == state
    assert found["fix"].startswith(fix)
    assert doctor(tmp_path, {}).returncode == 4


def test_opentofu_counts_as_terraform_does(tmp_path: Path) -> None:
    tofu = {name: line for name, line in NEEDED.items() if name != "terraform"} | {"tofu": 'echo "OpenTofu v1.10.0"'}

    assert checks(tmp_path, tofu)["Terraform"]["found"] == "OpenTofu v1.10.0"


def test_the_cli_of_the_project_counts_before_the_one_on_the_path(tmp_path: Path) -> None:
    own = tmp_path / "node_modules/.bin/cdktf"
    own.parent.mkdir(parents=True)
    own.write_text('#!/bin/sh\necho "some noise"\necho 0.20.9\n')
    own.chmod(0o755)

    assert checks(tmp_path, NEEDED)["cdktf-cli"]["found"] == "0.20.9"


def test_what_is_not_needed_is_optional_and_says_what_it_is_for(tmp_path: Path) -> None:
    optional = [check for check in checks(tmp_path, NEEDED).values() if check["state"] == "optional"]

    assert all(check["needed_for"] and check["name"].removeprefix("extra ") in check["fix"] for check in optional)


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "headgate", "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert run.stdout.split()[0] == "headgate"
    assert run.stdout.split()[1][0].isdigit()
