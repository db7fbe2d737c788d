"""An apply that is interrupted at a terminal ends in the order of Terraform: the next deploy goes on from there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.examples import some_of
from tests.support.samples import tables_of
from tests.workspace.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.shell import Shell
    from tests.support.site import Site
    from tests.workspace.messages import Request

pytestmark = pytest.mark.terraform
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("number", some_of([signal.SIGINT, signal.SIGTERM]))
@pytest.mark.long
def test_terraform_ends_its_work_and_the_next_deploy_goes_on(
    site: Callable[..., Site], shell: Callable[[Site], Shell], number: signal.Signals
) -> None:
    crm = site(None, tables_of(6), stacks=1)
    at_work = shell(crm)
    at_work.synth()
    at_work("plan")
    started: list[subprocess.Popen[str]] = []

    def interrupt(_request: Request) -> None:
        if number == signal.SIGINT:
            os.killpg(started[0].pid, number)  # as a terminal does
        else:
            started[0].send_signal(number)

    workspace = crm.terraform.workspace
    workspace.faults.append(Fault("POST", "/api/2.0/pipelines", "after", interrupt))
    variables = {f"TF_VAR_{name}": value for name, value in crm.terraform.variables.items()}
    command = [sys.executable, "-m", "headgate", "apply"]
    with subprocess.Popen(
        command,
        cwd=crm.root,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables | dict(crm.terraform.server.settings()),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        started.append(process)
        out, said = process.communicate()

    crm.terraform.server.kill()  # an interrupted Terraform ends it
    assert process.returncode == 4
    assert "Gracefully shutting down" in said
    assert "was interrupted" in said
    assert "Traceback" not in said
    made = {pipeline.name for pipeline in workspace.pipelines.values()}
    assert made
    at_work("recover", "crm", "--yes")
    at_work("plan")
    at_work("apply")
    assert len({pipeline.name for pipeline in workspace.pipelines.values()}) == len(workspace.pipelines) >= len(made)
    assert "failed" in out
