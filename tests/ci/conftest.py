"""A folder of synthesized stacks that need no provider, and servers that answer as a host's API does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from headgate.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


@dataclass
class Reply:
    """An answer: a value as JSON, or bytes as they are."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Host:
    """A server on this machine. `replies`: path → what it answers, one after the other, the last for good."""

    address: str
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)  # path, query, headers

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


@contextmanager
def serving() -> Iterator[Host]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            served.asked.append((parts.path, dict(parse_qsl(parts.query)), dict(self.headers)))
            replies = served.replies.get(parts.path, [Reply({"message": "Not Found"}, 404)])
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(data)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Host(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def host() -> Iterator[Host]:
    with serving() as one:
        yield one


@pytest.fixture
def storage() -> Iterator[Host]:
    """Give a second host, where artifacts lie."""
    with serving() as one:
        yield one


def write_stacks(out: Path, stacks: Mapping[str, dict[str, Any]], waits_for: Mapping[str, list[str]] | None = None) -> None:
    """Write stacks as the CDK does, each with a state beside `out`."""
    for name, body in stacks.items():
        folder = out / "stacks" / name
        folder.mkdir(parents=True, exist_ok=True)
        backend = {"terraform": {"backend": {"local": {"path": f"../../../state/{name}.tfstate"}}}}
        (folder / "cdk.tf.json").write_text(json.dumps(backend | body))
    needed = waits_for or {}
    (out / "manifest.json").write_text(
        json.dumps({"stacks": {name: {"name": name, "dependencies": needed.get(name, [])} for name in stacks}})
    )


def thing(value: str, **more: Any) -> dict[str, Any]:
    """Give a stack's body with a resource of Terraform's own provider."""
    return {"resource": {"terraform_data": {"thing": {"input": value, **more}}}}


@pytest.fixture
def headgate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give the command line, run in the test's folder; not as a process of its own, for there are many."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("TF_", "GITHUB_", "CI_", "GITLAB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CHECKPOINT_DISABLE", "1")

    def run(*words: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["headgate", *words])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        assert (ended.value.code or 0) == code, said.out + said.err
        return subprocess.CompletedProcess(words, code, said.out, said.err)

    return run
