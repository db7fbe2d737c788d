"""Secrets of a user's environment, options and plans stay there: every command is run, and all that comes out is searched."""

from __future__ import annotations

import io
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from headgate.cli import app, main
from tests.support.plans import change, pipelines, plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "CANARY-5d1c77"
MARKS = {"before_sensitive": {"options": True}, "after_sensitive": {"options": True}}
CONNECTOR = '''
class Crm:
    """A connector that says what it was given where it can."""

    def __init__(self, options):
        self.options = options
        print("made with", options)

    def list_tables(self):
        return ["contacts", "broken"]

    def get_table_schema(self, table_name, table_options):
        return None

    def read_table_metadata(self, table_name, table_options):
        if table_name == "broken":
            raise ValueError(f"can't log in with {self.options}")
        return {"primary_keys": ["id"], "cursor_field": None, "ingestion_type": "snapshot"}
'''
# Where an environment keeps secrets: Terraform's variables, Databricks' login, CI's tokens, options for discovery.
VARIABLES = (
    *("TF_VAR_crm_token", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_SECRET", "ARM_CLIENT_SECRET", "AWS_SECRET_ACCESS_KEY"),
    *(
        "GITHUB_TOKEN",
        "GITLAB_TOKEN",
        "CI_JOB_TOKEN",
        "HEADGATE_OPTION_TOKEN",
        "HEADGATE_OPTION_PASSWORD",
        "PI_SIMULATOR_SECRET",
    ),
)
HOST = "http://host"  # stands for the server's address
RUNS = {
    "discover": ["--connector-name", "crm", "--connector-python-file", "crm.py"],
    "balance": [],
    "slice": ["crm", "contacts", "--option", "region", "--values", "a,b"],
    "show": [],
    "check": [],
    "schema": [],
    "review": ["crm-prod-1.json", "-t", "prod", "--json", "r.json", "--markdown", "r.md", "--html", "r.html", "--diff"],
    "handover": ["crm", "-t", "prod", "--execute", "--warehouse", "w"],
    "comment": ["r.md", "-t", "prod", "--host", "github", "--api", HOST, "--repo", "a/b", "--number", "1"],
    "cost": ["crm"],
    "stacks": [],
    "plan": [],
    "apply": [],
    "approved": ["-t", "prod", "--out", "approved.json"],
    "record": ["crm", "crm-prod-1.json", "-t", "prod"],
    "recover": ["crm", "-t", "prod", "--yes"],
    "done": ["crm", "-t", "prod"],
    "rename": ["crm", "people_1", "folk"],
    "retire": ["crm", "-t", "prod"],
    "init": ["ci"],
    "backfill": ["crm", "--from", "*-1h", "--table", "contacts"],
    "simulate-pi": ["--auth", "basic", "--start", "never"],
}


class Echo(BaseHTTPRequestHandler):
    """Refuses every request, and tells what it was given as a careless server does."""

    def do_GET(self) -> None:
        body = json.dumps({"message": f"bad credentials: {self.headers}", "error_code": "UNAUTHENTICATED"}).encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815  # the names that http.server asks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    """The address of a server that tells all it is told."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def secretive(project: Path) -> Path:
    """A project beside a plan and a connector's code that hold secrets."""
    options = {"token": CANARY, "url": f"https://crm/?token={CANARY}"}
    whole = plan(
        change("databricks_connection.crm", {"comment": f"{CANARY}"}, {"comment": "", "options": options}, **MARKS),
        *pipelines({"people_1": ["contacts"]}, {"people_1": ["contacts", CANARY]}),
        variables={"crm_token": {"value": CANARY}},
        configuration={"root_module": {"variables": {"crm_token": {"sensitive": True}}}},
    )
    (project / "crm-prod-1.json").write_text(json.dumps(whole))
    (project / "crm.py").write_text(CONNECTOR)
    return project


def test_every_command_is_among_those_that_are_run() -> None:
    names = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    groups = {group.name for group in app.registered_groups}

    assert names | groups == RUNS.keys()


def test_no_secret_comes_out_of_any_command(
    secretive: Path, host: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for variable, value in {**dict.fromkeys(VARIABLES, CANARY), "DATABRICKS_HOST": HOST, "NO_COLOR": "1"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(secretive)
    before = {path for path in secretive.rglob("*") if path.is_file()}
    for name, words in RUNS.items():
        monkeypatch.setattr(sys, "argv", ["headgate", name, *(host if word == HOST else word for word in words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"n\n")))
        with pytest.raises(SystemExit):  # another error would be a stack trace
            main()
        said = "".join(capfd.readouterr())
        assert CANARY not in said, name
        assert "Traceback" not in said, name
        assert said, name
    written = {path for path in secretive.rglob("*") if path.is_file()} - before
    assert {"tables.csv", "r.json", "r.md", "r.html"} - {path.name for path in written} <= {"tables.csv"}
    assert [path for path in secretive.rglob("*") if path.is_file() and path not in before and CANARY in path.read_text()] == []
