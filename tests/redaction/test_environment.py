"""What a process says never holds a secret of its environment."""

from __future__ import annotations

import pytest

from headgate.cli import fault
from headgate.cli.console import tell
from headgate.redaction.environment import secrets_of
from tests.support.spellings import SPELLINGS


def test_secrets_are_told_by_their_names() -> None:
    environment = {"TF_VAR_x": "a", "GITHUB_TOKEN": "b", "db_password": "c", "EMPTY_TOKEN": "", "HOME": "/root"}

    assert secrets_of(environment) == {"a", "b", "c"}


def test_a_password_in_an_address_is_a_secret_whatever_the_variable_is_called() -> None:
    environment = {"DATABRICKS_HOST": "https://me:long-password@db.example.com", "PROXY": "http://me:short@proxy:80"}

    assert secrets_of(environment) == {"long-password"}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_whoever_repeats_a_secret_of_ours_it_is_not_told(
    spelling: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOME_TOKEN", "CANARY/1+2 'x'")
    monkeypatch.setenv("SHORT_TOKEN", "true")
    written = SPELLINGS[spelling]("CANARY/1+2 'x'")
    tell(f"true: the server said ({written})")
    said = capsys.readouterr().err

    assert said.startswith("true: the server said (")
    assert written not in said
    assert "***" in said


def test_a_fault_of_ours_is_told_without_secrets(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SOME_TOKEN", "CANARY/1+2 'x'")
    fault(RuntimeError, RuntimeError("it was CANARY/1+2 'x'"), None)

    assert capsys.readouterr().err == "RuntimeError: it was ***\n"
