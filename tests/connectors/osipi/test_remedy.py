"""Commands that messages name are commands: `headgate backfill` takes each as it stands."""

from __future__ import annotations

import shlex

import pytest
from typer.main import get_command

from connectors.osipi.remedy import backfill_command
from headgate.cli import app

STRETCH = "2026-03-01T11:00:00", "2026-03-01T12:00:00.0000001"


@pytest.mark.parametrize("table", ["", "pi_timeseries", "pi_streamset_recorded"])
@pytest.mark.parametrize("webid", ["", "F1DPabc", "a b$c'd"])
@pytest.mark.parametrize("delete", [True, False])
def test_the_command_is_taken_as_it_stands(table: str, webid: str, delete: bool) -> None:
    words = shlex.split(backfill_command(table, *STRETCH, webid, delete=delete))
    assert words[:2] == ["headgate", "backfill"]
    command = get_command(app).commands["backfill"]  # type: ignore[attr-defined]

    found = command.make_context("backfill", words[2:]).params

    assert (found["start"], found["before"], found["tags"]) == (STRETCH[0] + "Z", STRETCH[1] + "Z", webid)
    assert (found["merge"], found["delete"], found["table"]) == (True, delete, table or "pi_timeseries")
