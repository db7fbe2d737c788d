"""The command, the page, and the application as a platform starts it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from ruamel.yaml import YAML
from typer.testing import CliRunner

import apps.pi_simulator
from apps.pi_simulator import serving
from apps.pi_simulator.settings import LAST, Logins, fast_clock
from apps.pi_simulator.tags import tag
from headgate.cli import app

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from typer.testing import Result

    from tests.apps.pi_simulator.api import Api, Start

APP = Path(next(iter(apps.pi_simulator.__path__)))


def started(command: list[str], folder: Path, **environment: str) -> tuple[subprocess.Popen[str], str]:
    """Start a server; give it and the address that it tells."""
    server = subprocess.Popen(
        command, cwd=folder, env=os.environ | environment, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert server.stderr is not None
    told = server.stderr.readline()
    return server, told.partition(" at ")[2].partition(";")[0].replace("0.0.0.0", "127.0.0.1")  # noqa: S104 (what it told)


@pytest.mark.long
def test_the_folder_alone_is_an_application_whatever_it_is_called(tmp_path: Path) -> None:
    folder = shutil.copytree(APP, tmp_path / "source_code", ignore=shutil.ignore_patterns("__pycache__"))
    manifest = YAML(typ="safe").load(folder / "app.yaml")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {one["name"]: one["value"] for one in manifest["env"]} | {"DATABRICKS_APP_PORT": "0", "PATH": path}
    # An installed headgate brings the folder under its own name too: nothing here may lean on that.
    assert [path.name for path in folder.rglob("*.py") if "apps.pi_simulator." in path.read_text()] == []
    server, base = started(["env", *manifest["command"]], folder, **environment)
    try:
        assert "1,040 points" in requests.get(base.removesuffix("/piwebapi"), timeout=30).text
    finally:
        server.terminate()
        server.communicate()


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[ASGIApp]:
    """What the command would serve: it is run in this process up to there."""
    made: list[ASGIApp] = []

    def serve(app: ASGIApp, at: socket.socket) -> None:
        made.append(app)
        at.close()

    monkeypatch.setattr(serving, "serve", serve)
    return made


def command(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["simulate-pi", *words], env=environment)


def test_headgate_starts_it_with_as_many_points_as_the_environment_says(starts: list[ASGIApp]) -> None:
    ended = command("--port", "0", MOCK_PI_TAG_COUNT="7")
    assert ended.stderr.startswith("7 points of PI Web API at http://127.0.0.1:")
    with serving.served(starts[0]) as url:
        assert "7 points of seed 1" in requests.get(url, timeout=30).text
        assert requests.get(url + "/piwebapi/system/status", timeout=30).json()["State"] == "Running"


def test_it_is_as_lenient_or_as_strict_as_it_is_told_to_be(starts: list[ASGIApp]) -> None:
    def told(*words: str) -> tuple[int, int]:
        command("--port", "0", "--tags", "5", *words)
        with serving.served(starts.pop()) as url:
            post = requests.post(f"{url}/piwebapi/batch", json={"a": {"Method": "GET", "Resource": "/system"}}, timeout=30)
            return requests.get(f"{url}/piwebapi/system?nosuch=1", timeout=30).status_code, post.status_code

    assert (told(), told("--strict"), told("--no-csrf")) == ((200, 400), (400, 400), (200, 207))


def test_what_can_be_started_is_served(starts: list[ASGIApp]) -> None:
    ended = command("--port", "0", "--start", "*-1d", "--speed", "600", "--hostile", "0.2", "--skew", "-30")
    assert (ended.exit_code, ended.exception) == (0, None)
    assert "1,040 points" in ended.stderr
    assert len(starts) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ["--auth", "basic"],
        ["--start", "when?"],
        ["--start", "0001-01-01"],
        ["--start", "9999-12-31"],
        ["--tags", "0"],
        ["--hostile", "2"],
        *(
            [option, number]
            for option in ("--skew", "--speed", "--latency", "--rate", "--hostile")
            for number in ("inf", "nan")
        ),
        ["--speed", "1e30"],
        ["--skew", "-1e12"],
    ],
)
def test_what_can_not_be_started_is_a_usage_error(starts: list[ASGIApp], wrong: list[str]) -> None:
    ended = command("--port", "0", *wrong)
    assert (ended.exit_code, type(ended.exception)) == (2, SystemExit)
    assert wrong[0] in ended.stderr
    assert starts == []


def test_a_port_that_is_taken_is_told_without_a_trace() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = command("--port", str(taken.getsockname()[1]))
    assert (ended.exit_code, type(ended.exception)) == (1, SystemExit)
    assert "choose another --port" in ended.stderr


def test_a_host_that_is_no_name_is_told_without_a_trace() -> None:
    ended = command("--host", "no..name")
    assert (ended.exit_code, type(ended.exception)) == (1, SystemExit)
    assert "no..name:8000 can't be listened on" in ended.stderr


def test_a_fast_clock_stops_before_the_years_end_that_pi_can_write() -> None:
    assert fast_clock(LAST - 1, 1e6)() == LAST


def test_the_page_shows_what_is_served_and_live_tags(api: Api) -> None:
    page = requests.get(api.url, timeout=30).text
    assert tag(0).name in page
    assert "/piwebapi/streamsets/recorded" in page or "/piwebapi/batch" in page


def test_the_page_shows_no_values_where_a_login_is_asked_for(start: Start) -> None:
    page = requests.get(start(logins=Logins(users={"reader": "right"})).url, timeout=30).text
    assert tag(0).name not in page
