"""The commands of docs/osipi.md are ones that there are, and those that get tags into slices do, from a fresh copy on."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from connectors.osipi.__main__ import app as osipi
from headgate.cli import app as headgate

pytest.importorskip("fastapi", reason="the programs in apps/ have packages of their own: make .venv/.apps.ready")

from apps.pi_simulator.app import create_app
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "osipi.md").read_text()
PROGRAMS = {"headgate ": (headgate, 1), "python -m connectors.osipi ": (osipi, 3)}


def lines_of(text: str) -> list[str]:
    """Give the commands of a text: its indented lines, without what is said beside them."""
    return [line.split("  #")[0].strip() for line in re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)]


def section(number: int) -> str:
    found = re.search(rf"^## {number}\..*?(?=^## )", GUIDE, re.MULTILINE | re.DOTALL)
    assert found
    return found[0]


def commands(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.startswith((*PROGRAMS, "rm "))]


@pytest.mark.parametrize("line", sorted({line for line in commands(lines_of(GUIDE)) if not line.startswith("rm ")}))
def test_a_command_of_the_guide_is_understood(line: str) -> None:
    program, skipped = next(found for start, found in PROGRAMS.items() if line.startswith(start))
    words = shlex.split(line.split(" >", maxsplit=1)[0])[skipped:]

    assert CliRunner().invoke(program, [*words, "--help"]).exit_code == 0


def test_tags_get_into_slices_and_new_ones_join_them_by_the_commands_of_the_guide(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "connectors", tmp_path / "connectors", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pi").mkdir()
    slices = []
    for part, tags in zip(section(3).split("**New tags**"), (240, 290), strict=True):
        with served(create_app(Settings(tags=tags))) as url:
            options = {"pi_base_url": f"{url}/piwebapi", "auth": "none"}
            (tmp_path / "pi" / "options.json").write_text(json.dumps(options))
            script = "\n".join(["set -eu", *commands(lines_of(part.replace("site1*", "*")))])
            environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": f"{tmp_path}:{ROOT}", "NO_PROXY": "127.0.0.1"}
            run = subprocess.run(
                ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
        assert run.returncode == 0, run.stderr
        slices.append(told(tmp_path / "connectors" / "osipi" / "tables.csv"))

    before, after = slices
    assert (len(before), sum(map(len, before.values()))) == (3, 240)
    assert sum(map(len, after.values())) == 290
    assert all(tags <= after[name] for name, tags in before.items())


def told(inventory: Path) -> dict[str, set[str]]:
    with inventory.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source_table"] == "pi_timeseries"]
    return {row["destination_table"]: set(json.loads(row["table_options_json"])["tag_webids"].split(",")) for row in rows}
