"""`headgate validate`: Terraform's check of synthesized stacks, where their providers can be had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headgate.definition.provider import OLDEST
from headgate.emit.terraform.stacks import PROVIDER
from tests.ci.stacks import thing, write_stacks
from tests.support.command import command_line
from tests.support.program import needs_terraform

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

pytestmark = [pytest.mark.terraform, needs_terraform]

PROVIDED: dict[str, Any] = {
    "terraform": {"required_providers": {"databricks": {"source": PROVIDER, "version": OLDEST}}},
    "provider": {"databricks": [{}]},
    "resource": {"databricks_schema": {"one": {"catalog_name": "main", "name": "bronze"}}},
}


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command line in a folder, where Terraform has an empty mirror instead of a registry."""
    run = command_line(tmp_path, monkeypatch, capfd)
    (tmp_path / "empty").mkdir()
    config = tmp_path / "terraform.rc"
    config.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{tmp_path}/empty"\n  }}\n}}\n')
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(config))
    return run


def test_each_stack_is_valid_or_has_its_errors(headgate: Run, tmp_path: Path) -> None:
    write_stacks(
        tmp_path / "cdktf.out", {"fine": thing("x"), "wrong": thing("${var.missing}"), "worse": thing("x", colour="red")}
    )

    done = headgate("validate", code=1)

    assert done.stdout == "fine: valid\nworse: not valid\nwrong: not valid\n"
    assert "worse: Extraneous JSON object property" in done.stderr
    assert "wrong: Reference to undeclared input variable" in done.stderr
    assert headgate("validate", "fine").stdout == "fine: valid\n"


def test_a_stack_is_not_made_ready_for_a_deploy(headgate: Run, tmp_path: Path) -> None:
    write_stacks(tmp_path / "cdktf.out", {"fine": thing("x")})

    headgate("validate")

    assert [path.name for path in (tmp_path / "cdktf.out/stacks/fine").iterdir()] == ["cdk.tf.json"]
    assert not (tmp_path / "state").exists()


def test_a_provider_that_can_not_be_had_is_an_error_or_one_line(headgate: Run, tmp_path: Path) -> None:
    write_stacks(tmp_path / "cdktf.out", {"one": PROVIDED})
    reason = "the provider databricks/databricks 1.99.0 can't be downloaded from its registry or a mirror: "

    refused = headgate("validate", code=4)
    passed = headgate("validate", "--optional")

    assert refused.stderr.startswith(reason)
    assert (passed.stdout, passed.stderr.count("\n")) == ("", 1)
    assert passed.stderr.startswith("Terraform did not validate the stacks: " + reason)


def test_without_a_terraform_it_is_an_error_or_one_line(headgate: Run, tmp_path: Path) -> None:
    write_stacks(tmp_path / "cdktf.out", {"fine": thing("x")})
    missing = ("--terraform", "./no-terraform")

    assert "no-terraform" in headgate("validate", *missing, code=4).stderr
    passed = headgate("validate", "--optional", *missing)
    assert (passed.stdout, passed.stderr.count("\n")) == ("", 1)


def test_a_provider_that_was_had_once_is_had_again_without_its_registry(
    headgate: Run, tmp_path: Path, any_provider: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stacks(tmp_path / "cdktf.out", {"one": PROVIDED})
    with monkeypatch.context() as reached:
        for name, value in any_provider.items():
            reached.setenv(name, value)
        headgate("validate")
    wrong = {**PROVIDED, "resource": {"databricks_schema": {"one": {"name": "bronze"}}}}
    write_stacks(tmp_path / "cdktf.out", {"one": wrong})

    assert "one: Missing required argument" in headgate("validate", code=1).stderr
