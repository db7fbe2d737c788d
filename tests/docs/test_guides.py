"""What guides say of findings, messages and commands is what there is; one leads from a PI server to dashboards."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.docs.commands import read, words_of
from tests.docs.pages import ROOT
from tests.docs.reader import Reader
from tests.docs.story import Story, scripts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspace.workspace import Workspace

SYMPTOMS, REVIEWERS, PI = "docs/symptoms.md", "docs/reviewers.md", "docs/pi-to-dashboards.md"
FOUND = re.compile(r'(?:find|Finding|Other)\(\s*[^()]*?"([a-z]+(?:-[a-z]+)+|gone|drift|forgotten|destroyed|deferred)"')


def rows(page: str, section: str = "") -> list[list[str]]:
    """Give the cells of a page's tables, without their headings."""
    text = (ROOT / page).read_text()
    part = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0] if section else text
    tables = re.findall(r"^\|[-|]+\|\n((?:\|.*\n)+)", part, re.MULTILINE)
    return [line.strip("| ").split(" | ") for table in tables for line in table.splitlines()]


def test_every_finding_of_a_review_is_explained_and_no_other() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "headgate/review").glob("*.py"))
    # Those that are made of a word and what becomes of it, chosen among two, or named where SQL is checked.
    others = {"pipeline-deleted", "pipeline-replaced", "destination-changed", "table-removed", "gone"}
    others |= {"needs-full-refresh", "sql-unread"}
    told = [
        name.strip().replace(" ", "-")
        for row in rows(REVIEWERS, "What was found, and what to do")
        for name in row[0].split(",")
    ]

    assert sorted(told) == sorted(set(FOUND.findall(code)) | others)


def test_messages_among_the_symptoms_are_ones_that_commands_say() -> None:
    said = "\n".join(path.read_text() for path in (ROOT / "headgate").rglob("*.py"))
    messages = [span for row in rows(SYMPTOMS, "A command says no") for span in re.findall(r"`([^`]+)`", row[0])]

    assert len(messages) > 4
    assert [one for one in messages if one not in said] == []


def test_commands_among_the_symptoms_are_ones_that_the_command_line_takes() -> None:
    told = [
        words for row in rows(SYMPTOMS) for span in re.findall(r"`(headgate [^`]+)`", " ".join(row)) for words in words_of(span)
    ]

    assert len(told) > 10
    for words in told:
        if len(words) > 1:
            read(words)


def test_the_places_that_contributing_names_are_there() -> None:
    named = re.findall(r"`((?:headgate|tests|docs|connectors)/[^`]*)`", (ROOT / "CONTRIBUTING.md").read_text())

    assert len(named) > 10
    assert [one for one in named if "NAME" not in one and not (ROOT / one).exists()] == []


def test_the_newest_entry_of_the_changelog_is_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0] == version


@pytest.mark.long
@pytest.mark.terraform
def test_from_a_pi_server_to_dashboards(deploying: tuple[Workspace, dict[str, str]], tmp_path: Path) -> None:
    workspace, environment = deploying
    here = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    given = {"--port 8000": "--port 0", "https://…": environment["DATABRICKS_HOST"], "secret=…": "secret=CANARY"}
    reader = Reader(tmp_path, environment | here, given)
    workspace.do("POST", "/api/2.1/unity-catalog/catalogs", {"name": "dev_lake"})
    serving = next(block for block in scripts(PI) if "simulate-pi" in block.text)

    with reader.following(serving, "points of PI Web API at") as line:
        address = re.search(r"http://\S+(?=/piwebapi)", line)
        assert address
        reader.given["http://127.0.0.1:8000"] = address[0]
        Story(reader).read(PI)
        plant = reader.here

    tables = {path.parent.name for path in (plant / "build/run").glob("*/*/*/_delta_log")}
    assert {"pi_timeseries", "pi_event_frames", "pi_af_hierarchy"} <= tables
    assert (plant / "connectors/osipi/runs.csv").is_file()
    assert workspace.dashboards
    assert "pi_timeseries" in (plant / "sql/values.sql").read_text()
