"""Secrets of a user's environment, options and plans stay there: every command is run, and all that comes out is searched."""

from __future__ import annotations

import inspect
import io
import json
import sys
import threading
import time
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from headgate.cli import app, main
from headgate.handover.databricks import DatabricksWorkspace
from headgate.problems import SourceError
from tests.ci.stacks import write_stacks
from tests.support.plans import change, pipelines, plan
from tests.support.spellings import SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = 'CANARY/5d1c+77 "ü" & more'  # an option's, which may be any text
TOKEN = "CANARY/5d1c+88\"&\\'x"  # noqa: S105  # made up, as a header takes it
WRITTEN = {f"{spelling} of {secret}": write(secret) for secret in (CANARY, TOKEN) for spelling, write in SPELLINGS.items()}
MARKS = {"before_sensitive": {"options": True}, "after_sensitive": {"options": True}}
CONNECTOR = f'''
WRITTEN = {list(WRITTEN.values())!r}


class Crm:
    """A connector that says what it was given where it can, in every way to write it."""

    def __init__(self, options):
        self.options = options
        print("made with", options, *WRITTEN)

    def list_tables(self):
        return ["contacts", "broken", *WRITTEN[: "list" in self.options]]

    def get_table_schema(self, table_name, table_options):
        return None

    def read_table_metadata(self, table_name, table_options):
        if table_name == "broken":
            raise ValueError(f"can't log in with {{self.options}}: {{WRITTEN}}")
        return {{"primary_keys": ["id"], "cursor_field": None, "ingestion_type": "snapshot"}}
'''
# A careless terraform: its plan fails, and its apply too, with all that its environment holds, line by line.
TERRAFORM = f"""#!{sys.executable}
import os, sys
if sys.argv[1] != "init":
    print(*os.environ.items(), *{list(WRITTEN.values())!r}, sep="\\n", file=sys.stderr, flush=True)
    sys.exit(1)
"""
# Where an environment keeps secrets: Terraform's variables, Databricks' login, CI's tokens, options for discovery.
VARIABLES = (
    *("TF_VAR_crm_token", "DATABRICKS_CLIENT_SECRET", "ARM_CLIENT_SECRET", "AWS_SECRET_ACCESS_KEY", "PI_SIMULATOR_SECRET"),
    "HEADGATE_OPTION_PASSWORD",
)
TOKENS = ("DATABRICKS_TOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "HEADGATE_OPTION_TOKEN")
HOST = "http://host"  # stands for the server's address
GITHUB = {"GITHUB_API_URL": HOST, "GITHUB_REPOSITORY": "a/b", "GITHUB_SHA": "0" * 40}
RUNS = {
    "discover": ["--connector-name", "crm", "--connector-python-file", "crm.py"],
    "balance": [],
    "slice": ["crm", "contacts", "--option", "region", "--values", "a,b", "--at-most", "2"],
    "show": [],
    "check": [],
    "schema": [],
    "doctor": [],
    "review": ["crm-prod-1.json", "-t", "prod", "--json", "r.json", "--markdown", "r.md", "--html", "r.html", "--diff"],
    "handover": ["crm", "-t", "prod", "--execute", "--warehouse", "w"],
    "comment": ["r.md", "-t", "prod", "--host", "github", "--api", HOST, "--repo", "a/b", "--number", "1"],
    "cost": ["crm"],
    "stacks": [],
    "validate": ["--terraform", "./terraform"],
    "plan": ["--terraform", "./terraform"],
    "apply": ["--terraform", "./terraform", "--plans", "."],
    "approved": ["-t", "prod", "--out", "approved.json"],
    "deploy": ["crm", "-t", "prod", "--auto-approve", "--terraform", "./terraform"],
    "record": ["crm", "crm-prod-1.json", "-t", "prod"],
    "recover": ["crm", "-t", "prod", "--yes"],
    "done": ["crm", "-t", "prod"],
    "rename": ["crm", "people_1", "folk"],
    "retire": ["crm", "-t", "prod"],
    "init": ["ci"],
    "generate": ["bundle"],
    "sql": ["check", "silver.sql"],
    "observe": ["crm", "--log", "log.jsonl"],
    "pipelines": ["list"],
    "assess": [],
    "adopt": ["new"],
    "run": ["crm", "--code", "crm.py"],
    "backfill": ["crm", "--from", "*-1h", "--table", "contacts"],
    "dashboard": ["crm", "--host", "no host", "--port", "0"],
    "simulate-pi": ["--auth", "basic", "--start", "never"],
}
# The same commands where they say more, or fail elsewhere.
MORE = [
    ("init", ["notebook", "--wheels", "/Volumes/main/wheels"]),
    ("discover", ["--connector-name", "crm", "--connector-python-file", "crm.py", "--best-effort", "-v"]),
    ("discover", ["--connector-name", "crm", "--connector-python-file", "crm.py", "--init-options-json", '{"list": "1"}']),
    ("discover", ["--connector-name", "crm", "--connector-python-file", "crm.py", "--class", "Other"]),
    ("review", ["crm-prod-1.json", "-t", "prod", "--format", "markdown"]),
    ("review", ["crm-prod-1.json", "-t", "prod", "--before", "nowhere"]),
    ("record", ["crm", "-t", "prod", "--terraform", "./terraform"]),
    ("observe", ["crm", "-t", "prod", "--workspace"]),
    ("pipelines", ["start", "people_1", "--wait"]),
    ("cost", ["crm", "-t", "prod", "--month", "2026-10", "--warehouse", "w"]),
    ("sql", ["generate", "crm", "--unchecked"]),
    ("sql", ["explain", "silver.sql"]),
]
# A load that failed, by a log that says all that its connector did.
FAILED = {
    "kind": "table", "state": "failed", "run": "r1", "connector": "crm", "target": "dev", "pipeline": "people_1",
    "table": "main.bronze.contacts", "source_table": "contacts", "started_at": "2026-03-01T04:00:00Z", "seconds": 1,
    "ended_at": "2026-03-01T04:00:01Z", "error": f"can't log in: {' '.join(WRITTEN.values())}",
}  # fmt: skip


class Echo(BaseHTTPRequestHandler):
    """Refuses every request, and tells what it was given as a careless server does."""

    def do_GET(self) -> None:
        said = f"bad credentials: {self.headers} {' '.join(write(TOKEN) for write in SPELLINGS.values())}"
        body = json.dumps({"message": said, "error_code": "UNAUTHENTICATED"}).encode()
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
    """A project beside plans, a connector's code and a terraform that hold secrets and tell them."""
    options = {"token": TOKEN, "url": f"https://crm/?token={CANARY}"}
    jobs = (change(f"databricks_job.j{number}", {"name": ""}, {"name": text}) for number, text in enumerate(WRITTEN.values()))
    whole = plan(
        change("databricks_connection.crm", {"comment": f"{WRITTEN}"}, {"comment": "", "options": options}, **MARKS),
        *jobs,
        *pipelines({"people_1": ["contacts"]}, {"people_1": ["contacts", CANARY, WRITTEN[f"JSON with escapes of {TOKEN}"]]}),
        variables={"crm_token": {"value": CANARY}},
        configuration={"root_module": {"variables": {"crm_token": {"sensitive": True}}}},
    )
    (project / "crm-prod-1.json").write_text(json.dumps(whole))
    (project / "crm.py").write_text(CONNECTOR)
    (project / "log.jsonl").write_text(json.dumps(FAILED))
    write_stacks(project / "cdktf.out", {"s": {}})
    (project / "cdktf.out/stacks/crm-prod-1/.terraform").mkdir(parents=True)
    words = "', '".join(WRITTEN.values())
    (project / "silver.sql").write_text(
        f"SELECT '{words}' 'b' c d;\nCREATE STREAMING TABLE t AS SELECT count(DISTINCT '{words}');\n{CANARY}"
    )
    (project / "s.tfplan").write_text("a plan")
    (project / "terraform").write_text(TERRAFORM)
    (project / "terraform").chmod(0o755)
    return project


def leaked(text: str) -> list[str]:
    """Give the spellings of the secret that are in a text, and what of it is there in base64 or by itself."""
    cores = [b64encode(bytes(before) + one.encode()).decode()[4:-4] for one in (CANARY, TOKEN) for before in range(3)]
    found = [spelling for spelling, form in WRITTEN.items() if form in text]
    return found + [part for part in ("CANARY", "5d1c", *cores) if part in text]


def runs() -> Iterator[tuple[str, list[str]]]:
    """Give each command with its words, and once more with `--format json` where it has that."""
    formats = {
        command.name or command.callback.__name__
        for command in app.registered_commands
        if command.callback and "output" in inspect.signature(command.callback).parameters
    }
    for name, words in RUNS.items():
        yield name, words
        if name in formats:
            yield name, [*words, "--format", "json"]
    yield from MORE


def test_every_command_is_among_those_that_are_run() -> None:
    names = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    groups = {group.name for group in app.registered_groups}

    assert names | groups == RUNS.keys()


def test_a_leak_would_be_seen() -> None:
    assert [spelling for spelling, form in WRITTEN.items() if not leaked(f"x{form}x")] == []


def test_no_secret_comes_out_of_any_command(
    secretive: Path, host: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = dict.fromkeys(VARIABLES, CANARY) | dict.fromkeys(TOKENS, TOKEN) | GITHUB
    settings |= {"DATABRICKS_HOST": HOST, "NO_COLOR": "1"}
    for variable, value in settings.items():
        monkeypatch.setenv(variable, host if value == HOST else value)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.chdir(secretive)
    before = {path for path in secretive.rglob("*") if path.is_file()}
    for name, words in runs():
        monkeypatch.setattr(sys, "argv", ["headgate", name, *(host if word == HOST else word for word in words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"n\n")))
        with pytest.raises(SystemExit) as ended:  # another error would be a stack trace
            main()
        said = "".join(capfd.readouterr())
        assert leaked(said) == [], (name, words, said)
        assert "Traceback" not in said, name
        assert said, name
        error: BaseException | None = ended.value
        while error:
            assert leaked(f"{error} {error!r} {vars(error)}") == [], (name, words)
            error = error.__context__
    written = {path for path in secretive.rglob("*") if path.is_file()} - before
    assert {"r.json", "r.md", "r.html"} <= {path.name for path in written}
    assert [path for path in written if leaked(path.read_text())] == []


def test_no_secret_comes_out_of_a_workspace_that_repeats_it(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    with pytest.raises(SourceError, match="bad credentials") as raised:
        DatabricksWorkspace(host, None, "w").me()

    assert leaked(f"{raised.value} {raised.value!r}") == []
