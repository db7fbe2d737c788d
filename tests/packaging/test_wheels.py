"""What users get: the built distributions alone make a project that synthesizes, is valid, and follows a newer Headgate."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.new_project.own_files import FILES, LINES
from tests.support.program import TERRAFORM

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.packaging.conftest import Installed

ROOT = Path(__file__).resolve().parents[2]
STACKS = ["sample-dev-1", "sample-dev-2", "sample-dev-shared"]


def synthesized(project: Path) -> list[str]:
    return sorted(path.parent.name for path in project.glob("cdktf.out/stacks/*/cdk.tf.json"))


def test_the_wheel_has_this_repositorys_own_files_and_one_import_name(wheels: Path) -> None:
    (wheel,) = wheels.glob("headgate-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        for path in (*FILES, *LINES):
            assert archive.read(f"headgate/project_files/{path}") == (ROOT / path).read_bytes()
        for file in (ROOT / "headgate/new_project/catalogue").rglob("*.*"):
            assert archive.read(file.relative_to(ROOT).as_posix()) == file.read_bytes()
        for file in (ROOT / "connectors/salesforce").glob("*.py"):
            assert archive.read(f"headgate/connector_files/salesforce/{file.name}") == file.read_bytes()

    assert {name.partition("/")[0] for name in names} == {"headgate", "headgate-0.1.0.dist-info"}


def test_the_wheel_has_all_that_pages_are_made_of(wheels: Path) -> None:
    folders = ("headgate/dashboard/templates", "headgate/dashboard/static", "headgate/render/templates")
    (wheel,) = wheels.glob("headgate-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert {path.relative_to(ROOT).as_posix() for place in folders for path in (ROOT / place).iterdir()} <= names


@pytest.mark.long
def test_a_sample_from_the_wheels_synthesizes_is_valid_and_follows_a_newer_headgate(
    installed: Callable[[str], Installed], newer: Path
) -> None:
    made = installed("shop")
    project = made.folder
    said = made.run("headgate", "init", "project", ".", "--sample").stdout
    # No index has these wheels: what comes next says where they are.
    assert re.search(r"  1\. PIP_FIND_LINKS=\S+ make setup\n", said)

    assert made.run("headgate", "discover", "--connector-name", "sample").stdout.endswith("nothing changed\n")
    made.run("headgate", "balance", "sample")
    made.run("headgate", "check", "--frozen")
    if (ROOT / "node_modules/.bin/cdktf").exists():
        # As `npm ci` would bring it: the project's lock is this repository's.
        (project / "node_modules").symlink_to(ROOT / "node_modules")
        made.run(str(project / "node_modules/.bin/cdktf"), "synth")
    else:
        made.run("python", "main.py")
    assert synthesized(project) == STACKS
    first = {path: path.read_bytes() for path in project.glob("cdktf.out/stacks/*/cdk.tf.json")}
    if TERRAFORM:
        assert made.run("headgate", "validate").stdout.splitlines() == [f"{name}: valid" for name in sorted(STACKS, key=_order)]

    made.install(newer)
    assert made.run("headgate", "--version").stdout == "headgate 9.9.9\n"
    assert "would be written: main.py, Pipfile" in made.run("headgate", "init", "project", ".", "--check", code=3).stderr
    made.run("headgate", "init", "project", ".")
    assert '"==9.9.9"' in (project / "Pipfile").read_text()
    made.run("headgate", "init", "project", ".", "--check")
    made.run("python", "main.py")
    assert {path: path.read_bytes() for path in first} == first


def test_what_comes_with_the_extras_works_without_the_clone(installed: Callable[[str], Installed]) -> None:
    made = installed("plant")
    made.run("headgate", "init", "project", ".")

    made.run("headgate", "init", "connector", "pi", "--from", "osipi")
    made.run("headgate", "init", "connector", "crm", "--from", "salesforce", "--option", "username=me")
    assert (made.folder / "connectors/crm/spark.py").read_bytes() == (ROOT / "connectors/salesforce/spark.py").read_bytes()
    (made.folder / "connectors/crm").rename(made.folder / "crm")
    made.run("headgate", "balance", "pi")
    made.run("python", "main.py")
    assert synthesized(made.folder) == ["pi-dev-1", "pi-dev-2", "pi-dev-3", "pi-dev-shared"]
    assert "--port" in made.run("headgate", "simulate-pi", "--help").stdout
    assert "tags" in made.run("headgate-osipi", "--help").stdout
    doctor = json.loads(made.run("headgate", "doctor", "--format", "json", code=4).stdout)
    states = {check["name"]: check["state"] for check in doctor["checks"]}
    # cdktf-cli is the project's own, which nobody installed here.
    assert [name for name, state in states.items() if state == "missing" and name != "Terraform"] == ["cdktf-cli"]


def _order(stack: str) -> tuple[bool, str]:
    return (not stack.endswith("shared"), stack)
