"""`headgate assess`, as its users meet it: `golden/` has the text and the page, as they were looked at.

After a wanted change: `python -m tests.assess.test_command` writes them anew; look at the difference.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.assess.assess import assess
from headgate.assess.gather import Gathering
from headgate.assess.model import Prices
from headgate.clients.databricks import Login
from headgate.render.assess import assessment_page, assessment_text
from tests.assess.logs import CLOUD, every
from tests.support.command import command_line
from tests.support.outputs import parsed
from tests.workspace.client import QuickClock
from tests.workspace.faults import Fault
from tests.workspace.messages import refusal
from tests.workspace.model import Pipeline
from tests.workspace.server import served
from tests.workspace.workspace import OWNER, TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.command import Run

GOLDEN = Path(__file__).resolve().parent / "golden"
MONEY = ("--dbus-per-hour", "4", "--price-per-dbu", "0.5", "--currency", "EUR")
NAUGHTY = "<script>alert(1)</script> {{ 7 * 7 }} 'a\\b\u202e"


def renderings() -> dict[str, str]:
    """Give the text and the page of the cloud's assessment."""
    found = Gathering()
    found.add(row for rows in CLOUD.values() for row in rows)
    found.end()
    whole = assess(list(found.pipelines.values()), Prices(4, 0.5, "EUR"), {})
    return {"assessment.txt": assessment_text(whole, 140) + "\n", "assessment.html": assessment_page(whole) + "\n"}


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """The command in a folder that has no project, and logs in `events`."""
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "events").mkdir()
    for name, rows in CLOUD.items():
        (tmp_path / f"events/{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return command_line(tmp_path, monkeypatch, capfd)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace whose pipelines have these logs."""
    workspace, clock = Workspace(), QuickClock()

    def login(host: str | None, profile: str | None, _clock: object = None, retries: int | None = None) -> Login:
        return Login(host, profile, clock, retries)

    monkeypatch.setattr("headgate.operate.databricks.Login", login)
    for name, rows in CLOUD.items():
        workspace.pipelines[f"id-{name}"] = Pipeline(f"id-{name}", {"name": name}, OWNER, OWNER, events=rows)
    with served(workspace) as host:
        monkeypatch.setenv("DATABRICKS_HOST", host)
        monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
        yield workspace


@pytest.mark.parametrize("name", ["assessment.txt", "assessment.html"])
def test_what_people_see_is_as_it_was_looked_at(name: str) -> None:
    assert renderings()[name] == (GOLDEN / name).read_text()


def test_exported_logs_are_assessed_without_a_project(headgate: Run, tmp_path: Path) -> None:
    said = headgate("assess", "--log", "events", *MONEY, "--html", "page.html")

    assert said.stdout == (GOLDEN / "assessment.txt").read_text()
    assert (tmp_path / "page.html").read_text() + "\n" == (GOLDEN / "assessment.html").read_text()
    found = parsed("assess", headgate("assess", "--log", "events", *MONEY, "-o", "json").stdout)
    assert [one["name"] for one in found["pipelines"]] == ["double", "heavy", "light", "nothing"]
    assert headgate("assess", "heavy", "l*", "--log", "events").stdout.startswith("2 pipelines, 20 updates, ")


def test_a_workspace_is_only_read(headgate: Run, cloud: Workspace) -> None:
    cloud.pipelines["id-new"] = Pipeline("id-new", {"name": "new"}, OWNER, OWNER)

    said = headgate("assess", "--days", "3650", *MONEY).stdout

    assert "5 pipelines, 263 updates" in said
    assert "idle: new: no update in the logs" in said
    assert {request.method for request in cloud.log} == {"GET"}


def test_a_log_that_can_not_be_read_keeps_none_of_the_others(headgate: Run, cloud: Workspace) -> None:
    cloud.add(Fault("GET", "*/id-heavy/events", then=refusal(403, "PERMISSION_DENIED", "no"), times=None))

    done = headgate("assess", "--days", "3650")

    assert "it takes CAN VIEW on the pipeline" in done.stderr
    assert "light" in done.stdout
    cloud.add(Fault("GET", "*/events", then=refusal(403, "PERMISSION_DENIED", "no"), times=None))
    assert "it takes CAN VIEW" in headgate("assess", code=4).stderr


def test_names_that_others_gave_are_text_and_nothing_else(headgate: Run, tmp_path: Path) -> None:
    rows = every(24, NAUGHTY, {NAUGHTY: 60})
    (tmp_path / "odd.json").write_text(json.dumps(rows))

    said = headgate("assess", "--log", "odd.json", "--html", "odd.html").stdout

    page = (tmp_path / "odd.html").read_text()
    assert "<script>alert" not in page
    assert "49" not in page.partition("<h1>")[2]
    assert "\u202e" not in page + said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--log nowhere", "nowhere"),
        ("nobody --log events", "no update of a pipeline named nobody"),
        ("--log events --price-per-dbu 1", "say --dbus-per-hour too"),
        ("--log events --html events/heavy.jsonl/x", "heavy.jsonl"),
        ("", "can't log in to the workspace"),
    ],
)
def test_what_can_not_be_read_or_meant_is_told(words: str, said: str, headgate: Run) -> None:
    assert said in headgate("assess", *words.split(), code=1).stderr


def test_a_connectors_own_file_is_not_overwritten_by_the_page(headgate: Run, tmp_path: Path) -> None:
    (tmp_path / "connector.yaml").write_text("id: crm\n")

    headgate("assess", "--log", "events", "--html", "connector.yaml", code=1)

    assert (tmp_path / "connector.yaml").read_text() == "id: crm\n"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file, text in renderings().items():
        (GOLDEN / file).write_text(text)
