"""One project and one target for every command and the app, however they are named; and commands that work where one stands."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from headgate.cdk.app import add_stacks
from headgate.cdk.edition import App
from headgate.cli import app
from headgate.cli.command import EXAMPLES
from headgate.problems import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run


def parameters(name: str) -> dict[str, object]:
    """Give command → the environment variables of its option of this name."""
    group: Any = get_command(app)
    return {
        f"headgate {command}": option.envvar
        for command, found in group.commands.items()
        for option in found.params
        if option.name == name and "--" + name in option.opts
    }


@pytest.mark.parametrize(("option", "variable"), [("target", "HEADGATE_TARGET"), ("root", "HEADGATE_ROOT")])
def test_every_command_takes_it_from_the_same_variable(option: str, variable: str) -> None:
    found = parameters(option)

    assert len(found) > 8
    assert set(found.values()) == {variable}, found


def test_the_app_and_the_commands_read_the_target_alike(headgate: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    headgate("balance")
    monkeypatch.setenv("HEADGATE_TARGET", "prod")

    assert "Stacks of target 'prod'" in headgate("show", "crm").stdout
    assert all(name.startswith("crm-prod-") for name in add_stacks(App(), project))

    monkeypatch.setenv("HEADGATE_TARGET", "prd")
    with pytest.raises(InputError, match="has no target 'prd'"):
        add_stacks(App(), project)


@pytest.mark.parametrize("words", [("check",), ("show",), ("cost", "crm"), ("record", "crm"), ("done", "crm"), ("review",)])
def test_a_target_that_no_connector_has_is_refused(
    words: tuple[str, ...], headgate: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    headgate("balance")
    monkeypatch.setenv("HEADGATE_TARGET", "prd")

    assert "did you mean 'prod'?" in headgate(*words, code=1).stderr


def test_an_empty_variable_names_no_target(headgate: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    headgate("balance")
    monkeypatch.setenv("HEADGATE_TARGET", "")

    assert "target 'dev'" in headgate("show", "crm").stdout


def test_with_another_root_it_says_where_the_commands_work(
    headgate: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = project / "some where"
    elsewhere.mkdir()
    headgate("balance")
    monkeypatch.chdir(elsewhere)

    assert headgate("show", "crm", "--root", "..").stderr == "(these commands are for another folder: cd ..)\n"
    assert "cd .." not in headgate("show", "crm", "--root", "..", "--format", "json").stderr
    # By the variable, headgate's own commands work from anywhere; cdktf's where its settings are.
    assert headgate("show", "crm", HEADGATE_ROOT="..").stderr == "(these commands are for another folder: cd ..)\n"
    assert "cd .." not in headgate("check", code=0).stderr
    (elsewhere / "cdktf.json").write_text("{}")
    assert headgate("show", "crm").stderr == ""


@pytest.mark.parametrize("command", [*sorted(name.removeprefix("headgate ") for name in parameters("root")), "init connector"])
def test_a_root_that_is_not_there_is_refused_by_every_command(command: str, headgate: Run, project: Path) -> None:
    (project / "file").touch()
    before = sorted(project.rglob("*"))
    words = shlex.split(EXAMPLES[command][-1].partition(">")[0])[1:]

    assert "--root: gone is not there" in headgate(*words, "--root", "gone", code=1).stderr
    assert "--root: file is a file" in headgate(*words, "--root", "file", code=1).stderr
    assert sorted(project.rglob("*")) == before


def test_a_root_of_the_environment_that_is_not_there_is_told_by_its_name(headgate: Run, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")

    assert f"HEADGATE_ROOT: {gone} is not there" in headgate("show", code=1, HEADGATE_ROOT=gone).stderr


def test_synthesized_stacks_are_those_of_the_project(headgate: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "cdktf.out").mkdir()
    (project / "cdktf.out/manifest.json").write_text('{"stacks": {"crm-dev-1": {"name": "crm-dev-1", "dependencies": []}}}')
    (project / "elsewhere").mkdir()
    monkeypatch.chdir(project / "elsewhere")

    assert headgate("stacks", "--root", "..").stdout == "crm-dev-1\n"
    assert headgate("stacks", HEADGATE_ROOT="..").stdout == "crm-dev-1\n"


def test_every_command_that_reads_what_was_synthesized_takes_the_project() -> None:
    reading = set(parameters("out")) - {"headgate review", "headgate approved", "headgate backfill"}

    assert reading <= set(parameters("root"))
    assert {"headgate stacks", "headgate validate", "headgate plan", "headgate apply", "headgate record"} <= reading


def test_an_error_whose_fix_is_a_command_says_so_too(headgate: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "a folder").mkdir()
    monkeypatch.chdir(project / "a folder")

    failed = headgate("check", "--root", str(project), code=3).stderr.splitlines()

    assert "run `headgate balance crm`" in "\n".join(failed)
    assert failed[-1] == f"(these commands are for another folder: cd {project})"
