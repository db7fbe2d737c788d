"""Observed updates in MLflow's own store and server, which only the long run installs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from headgate.observe.mlflow import EXPERIMENT, LOCAL, URI, track
from headgate.observe.tracking import TrackedUpdate
from headgate.problems import SourceError
from tests.support.command import command_line
from tests.support.small_project import write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# MLflow uses what its own libraries call deprecated.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
ONE = TrackedUpdate(
    "dev/people_1/u-1",
    "dev people_1 2026-03-01 04:00:00",
    1_772_337_600_000,
    1_772_337_660_000,
    "FINISHED",
    {"layout": "sha256:0a"},
    {f"main.bronze.t_{number}/seconds": float(number) for number in range(1500)},
)
TWO = TrackedUpdate("dev/people_1/u-2", "two", 1_772_341_200_000, 1_772_341_260_000, "FAILED", {}, {"load_seconds": 60})
PAGE = "<!doctype html><title>crm</title>"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store: to make its tables takes long."""
    mlflow = pytest.importorskip("mlflow", reason="needs MLflow: make .venv/.mlflow.ready")
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    mlflow.MlflowClient(tracking_uri=f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture(autouse=True)
def _folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own with the empty store in it, and no variable of MLflow's."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        monkeypatch.delenv(name)
    LOCAL.mkdir(parents=True)
    (LOCAL / "mlflow.db").write_bytes(made.read_bytes())


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """MLflow's tracking server on the folder's store, which the environment names."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{tmp_path / LOCAL / 'mlflow.db'}",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": str(tmp_path / "served"),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    command = [sys.executable, "-m", "flask", "--app", "mlflow.server:app", "run", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr
        assert any("Running on" in line for line in process.stderr)
        monkeypatch.setenv(URI, f"http://127.0.0.1:{port}")
        yield os.environ[URI]
        process.terminate()


def runs_in(uri: str, experiment: str = "crm") -> list[Any]:
    """Give an experiment's runs, by start."""
    from mlflow import MlflowClient  # noqa: PLC0415  # only the long run has it

    client = MlflowClient(tracking_uri=uri)
    found = client.get_experiment_by_name(experiment)
    assert found
    return list(client.search_runs([found.experiment_id], order_by=["attributes.start_time"]))


def local_uri() -> str:
    return f"sqlite:///{(LOCAL / 'mlflow.db').resolve()}"


def test_each_update_is_a_run_once_and_the_page_is_its_artifact(tmp_path: Path) -> None:
    assert [track("crm", [ONE, TWO], PAGE).added for _ in range(2)] == [2, 0]

    one, two = runs_in(local_uri())
    assert (one.info.run_name, one.info.status, one.info.start_time, one.info.end_time) == (
        ONE.name,
        "FINISHED",
        ONE.started_at,
        ONE.ended_at,
    )
    assert (one.data.params, one.data.metrics) == (ONE.params, ONE.metrics)
    assert two.info.status == "FAILED"
    assert [path.read_text() for path in sorted((tmp_path / LOCAL).rglob("balance.html"))] == [PAGE, PAGE]


def test_a_later_update_is_added_to_those_that_are_there() -> None:
    track("crm", [ONE], PAGE)

    found = track("crm", [ONE, TWO], PAGE)

    assert (found.added, found.known, len(runs_in(local_uri()))) == (1, 1, 2)


def test_a_run_that_was_cut_off_is_finished_not_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow import MlflowClient  # noqa: PLC0415  # only the long run has it

    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "log_text", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
        with pytest.raises(SourceError, match="MLflow failed: no space left"):
            track("crm", [TWO], PAGE)

    assert track("crm", [TWO], PAGE).added == 1
    (run,) = runs_in(local_uri())
    assert (run.info.status, run.data.metrics) == ("FAILED", {"load_seconds": 60})


def test_a_run_that_somebody_deleted_stays_deleted() -> None:
    from mlflow import MlflowClient  # noqa: PLC0415  # only the long run has it

    track("crm", [TWO], PAGE)
    MlflowClient(tracking_uri=local_uri()).delete_run(runs_in(local_uri())[0].info.run_id)

    assert track("crm", [TWO], PAGE).added == 0
    assert runs_in(local_uri()) == []


def test_an_experiment_that_was_deleted_is_an_error_with_its_fix() -> None:
    from mlflow import MlflowClient  # noqa: PLC0415  # only the long run has it

    client = MlflowClient(tracking_uri=local_uri())
    client.delete_experiment(client.create_experiment("crm"))

    with pytest.raises(SourceError, match="restore it, or delete it for good"):
        track("crm", [TWO], PAGE)


def test_a_server_is_written_to_without_a_word_and_another_experiment_may_be_named(
    server: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(EXPERIMENT, "ours")

    assert [track("crm", [ONE, TWO], PAGE).added for _ in range(2)] == [2, 0]
    assert capfd.readouterr().out == ""
    one, two = runs_in(server, "ours")
    assert (one.data.metrics, two.info.status) == (ONE.metrics, "FAILED")


def test_a_server_that_fails_is_an_error_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URI, "http://ann:CANARY-77@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    with pytest.raises(SourceError, match="look at the server that MLFLOW_TRACKING_URI names") as error:
        track("crm", [ONE], PAGE)
    assert "CANARY" not in str(error.value)


EVENTS: list[dict[str, Any]] = [
    {"kind": "pipeline", "state": "loaded", "started_at": "2026-03-01T04:00:00Z", "ended_at": "2026-03-01T04:01:00Z"},
    {
        "kind": "table",
        "state": "loaded",
        "table": "main.bronze.contacts",
        "source_table": "contacts",
        "started_at": "2026-03-01T04:00:10Z",
        "ended_at": "2026-03-01T04:00:40Z",
        "seconds": 30,
        "rows": 600,
    },
]


def test_the_command_writes_what_it_saw_and_nothing_but_results_to_stdout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    headgate = command_line(write_project(tmp_path), monkeypatch, capfd)
    headgate("balance")
    monkeypatch.setenv("DATABRICKS_TOKEN", "CANARY-TOKEN-4711")
    log = tmp_path / "events.jsonl"
    told = {"run": "r-1", "connector": "crm", "target": "dev", "pipeline": "people_1"}
    log.write_text("".join(json.dumps(told | row) + "\n" for row in EVENTS))

    plain = headgate("observe", "crm", "--log", str(log))
    done = headgate("observe", "crm", "--log", str(log), "--mlflow")

    assert done.stdout.splitlines()[:5] == plain.stdout.splitlines()[:5]
    assert "crm: 1 run added to MLflow, 0 were there" in done.stderr
    assert "crm: 0 runs added to MLflow, 1 were there" in headgate("observe", "crm", "--log", str(log), "--mlflow").stderr
    (run,) = runs_in(local_uri())
    assert run.data.metrics["main.bronze.contacts/rows_per_second"] == 20
    assert run.data.params["layout"].startswith("sha256:")
    written = [path.read_bytes() for path in (tmp_path / LOCAL).rglob("*") if path.is_file()]
    assert not [text for text in written if b"CANARY" in text]
