"""`headgate observe`, as its users meet it: what it reads, says and writes, and how it ends."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headgate.layout.deployed import Deployed, write_deployed
from tests.observe.logs import BEGIN, PIPELINE, at, flow, update_of
from tests.observe.test_local import WHOLE, row, table
from tests.support.command import command_line
from tests.workspace import model
from tests.workspace.server import served
from tests.workspace.workspace import OWNER, TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.command import Run

DEFINITION = """\
id: crm
source: crm
name: CRM
connection: {name: crm_connection}
destination: {catalog: main, schema: bronze}
schedules: {append: "*/15 * * * *"}
balance: {pipelines: 1}
targets:
  dev: {default: true, protect: false}
  prod: {catalog: prod_main, host: "https://crm.cloud.databricks.com"}
code: {wheels: [/Volumes/main/code/crm-1.0-py3-none-any.whl]}
"""
TABLES = "source_table,pipeline_group,ingestion_type\norders,all,append\nitems,all,append\nevents,all,append\n"
HEAD = "source_table,destination,started_at,seconds,full_load,rows,state,origin\n"


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give the command in a project with one connector, laid out on one pipeline."""
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")
    folder = tmp_path / "connectors" / "crm"
    folder.mkdir(parents=True)
    (folder / "connector.yaml").write_text(DEFINITION)
    (folder / "tables.csv").write_text(TABLES)
    run = command_line(tmp_path, monkeypatch, capfd)
    run("balance", "crm")
    return run


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "connectors" / "crm" / "runs.csv"


def local_log(folder: Path, *rows: dict[str, Any], tail: str = "") -> Path:
    """Write the log of runs here."""
    path = folder / "build" / "run" / "_headgate" / "events.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in rows) + tail)
    return path


def flows(update: str, begin: float, seconds: float = 30, rows: int = 7) -> list[dict[str, Any]]:
    """Give the flow of one table in an update."""
    ended = flow(begin + 10 + seconds, update, "main.bronze.orders", "COMPLETED", {"num_output_rows": rows})
    return [flow(begin + 10, update, "main.bronze.orders", "STARTING"), ended]


def test_the_log_of_runs_here_becomes_rows_of_runs_csv(headgate: Run, tmp_path: Path, runs: Path) -> None:
    local_log(tmp_path, *WHOLE, tail='{"kind": "table", "sta')

    done = headgate("observe", "crm")

    assert runs.read_text() == HEAD + (
        "orders,main.bronze.orders,2026-03-01T04:00:02Z,8,true,70,completed,local\n"
        "items,main.bronze.items,2026-03-01T04:00:10Z,1,,,failed,local\n"
    )
    assert "crm in dev: 1 update, 2 runs of 2 tables" in done.stdout
    assert "the last first loads took 8 s in all" in done.stdout
    assert "failed last: main.bronze.items: no such column" in done.stdout
    assert "runs.csv: 2 runs added" in done.stdout
    assert "not understood, 1 time: lines that are no JSON object" in done.stderr


def test_observing_again_changes_no_byte(headgate: Run, tmp_path: Path, runs: Path) -> None:
    local_log(tmp_path, *WHOLE)
    headgate("observe", "crm")
    before = runs.read_bytes(), runs.stat().st_mtime_ns

    done = headgate("observe", "crm")

    assert (runs.read_bytes(), runs.stat().st_mtime_ns) == before
    assert "runs.csv: nothing new" in done.stdout


def test_a_dry_run_writes_nothing(headgate: Run, tmp_path: Path, runs: Path) -> None:
    local_log(tmp_path, *WHOLE)

    done = headgate("observe", "crm", "--dry-run")

    assert not runs.exists()
    assert "2 runs added" in done.stdout
    assert "nothing was written" in done.stderr


def as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps({"events": rows})


def as_lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(one) + "\n" for one in rows) + '{"id": "cut off'


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Give rows as the SQL editor does: a column each, and objects as JSON text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows({name: json.dumps(cell) if isinstance(cell, dict) else cell for name, cell in one.items()} for one in rows)
    return out.getvalue()


def as_answer(rows: list[dict[str, Any]]) -> str:
    """Give rows as the SQL statements' API answers."""
    names = list(rows[0])
    cells = [[json.dumps(one[name]) if isinstance(one[name], dict) else one[name] for name in names] for one in rows]
    columns = [{"name": name} for name in names]
    return json.dumps(
        {
            "statement_id": "s",
            "status": {"state": "SUCCEEDED"},
            "manifest": {"schema": {"columns": columns}, "total_row_count": len(rows)},
            "result": {"data_array": cells},
        }
    )


@pytest.mark.parametrize(
    ("name", "form"),
    [("log.json", as_json), ("log.jsonl", as_lines), ("log.csv", as_csv), ("answer.json", as_answer)],
)
def test_exported_logs_in_any_form_alone_or_in_a_folder(
    headgate: Run, tmp_path: Path, runs: Path, name: str, form: Callable[[list[dict[str, Any]]], str]
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / name).write_text(form(update_of("u1", 0, *flows("u1", 0))))

    headgate("observe", "crm", "--log", "logs")

    assert runs.read_text() == HEAD + "orders,main.bronze.orders,2026-03-01T04:00:10Z,30,,7,completed,dev\n"
    headgate("observe", "crm", "--log", f"logs/{name}", "--log", "logs")
    assert len(runs.read_text().splitlines()) == 2


def test_an_alarm_is_said_and_the_exit_code_says_so_too(headgate: Run, tmp_path: Path) -> None:
    rows = [one for n in range(6) for one in update_of(f"u{n}", 900 * n, *flows(f"u{n}", 900 * n, 80 if n == 5 else 20))]
    (tmp_path / "log.json").write_text(as_json(rows))

    done = headgate("observe", "crm", "--log", "log.json", code=6)

    assert "alarm: main.bronze.orders: took 80 s, and usually takes 20 s" in done.stderr


def test_a_pipeline_that_no_longer_fits_its_schedule_is_an_alarm(headgate: Run, tmp_path: Path) -> None:
    long = [row("pipeline", "started", 0), table("orders", 1, 1200, full_load=False), row("pipeline", "loaded", 0, 1201)]
    local_log(tmp_path, *(one | {"pipeline": "all_1"} for one in long))

    done = headgate("observe", "crm", code=6)

    assert "alarm: all_1: took 20 minutes, and its schedule starts it after 15 minutes" in done.stderr


def test_for_a_machine_all_of_it_is_one_object(headgate: Run, tmp_path: Path) -> None:
    local_log(tmp_path, *WHOLE)

    said = json.loads(headgate("observe", "crm", "-o", "json").stdout)

    assert (said["connector"], said["target"], said["added"], said["alarms"]) == ("crm", "dev", 2, [])
    assert [(one["source_table"], one["state"], one["first_load"]) for one in said["tables"]] == [
        ("items", "failed", None),
        ("orders", "completed", 8),
    ]
    assert [(one["update"], one["state"], one["running_seconds"]) for one in said["updates"]] == [("r1", "failed", 9)]


def test_logs_of_another_target_are_said_to_hold_nothing(headgate: Run, tmp_path: Path) -> None:
    local_log(tmp_path, *WHOLE)

    done = headgate("observe", "crm", "-t", "prod")

    assert "warning: the logs hold nothing of crm in prod, they are of dev: `headgate observe crm -t dev`" in done.stderr
    (tmp_path / "log.json").write_text(as_json(update_of("u1", 0, *flows("u1", 0))))
    write_deployed(tmp_path / "connectors" / "crm", Deployed("dev", {"databricks_pipeline.all_1": PIPELINE}))
    done = headgate("observe", "crm", "-t", "prod", "--log", "log.json")
    assert "the logs hold nothing of crm in prod, they are of dev" in done.stderr


def test_logs_of_others_alone_are_said_to_hold_nothing_with_how_pipelines_are_known(headgate: Run, tmp_path: Path) -> None:
    others = [one | {"origin": one["origin"] | {"pipeline_name": "x"}} for one in update_of("u1", 0, *flows("u1", 0))]
    (tmp_path / "log.json").write_text(as_json(others))

    done = headgate("observe", "crm", "-t", "prod", "--log", "log.json")

    assert "warning: the logs hold nothing of crm in prod; pipelines are known by deployed.prod.json" in done.stderr


def test_first_loads_and_full_refreshes_are_no_usual_updates_of_a_pipeline(headgate: Run, tmp_path: Path) -> None:
    def one(n: int, minutes: float, **details: Any) -> list[dict[str, Any]]:
        *before, last = update_of(f"u{n}", 20_000 * n, *flows(f"u{n}", 20_000 * n, 60 * minutes), **details)
        return [*before, last | {"timestamp": at(20_000 * n + 10 + 60 * minutes)}]

    first = one(0, 180)
    for rows, seen in [(first, None), ([*first, *one(1, 1)], 62), ([*first, *one(1, 1), *one(2, 170, full_refresh=True)], 62)]:
        (tmp_path / "log.json").write_text(as_json(rows))
        done = headgate("observe", "crm", "--log", "log.json", "--dry-run", "-o", "json")
        assert (json.loads(done.stdout)["pipelines"][0]["seen"], "alarm" in done.stderr) == (seen, False)


def test_a_table_that_another_pipeline_reads_anew_is_no_alarm_though_its_log_comes_alone(headgate: Run, tmp_path: Path) -> None:
    known = [one for n in range(6) for one in update_of(f"u{n}", 900 * n, *flows(f"u{n}", 900 * n, 20))]
    *moved, last = update_of("u9", 9000, *flows("u9", 9000, 1200))
    for rows in (known, [*moved, last | {"timestamp": at(10_300)}]):
        (tmp_path / "log.json").write_text(as_json(rows))
        assert "alarm" not in headgate("observe", "crm", "--log", "log.json").stderr


def test_a_message_may_hold_what_unicode_calls_the_end_of_a_line(headgate: Run, tmp_path: Path) -> None:
    rows = [one | {"message": "a\u2028b\u0085c\x0c"} for one in update_of("u1", 0, *flows("u1", 0))]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(one, ensure_ascii=False) + "\r\n" for one in rows), encoding="utf-8")

    done = headgate("observe", "crm", "--log", "log.jsonl")

    assert "1 run added" in done.stdout
    assert "not understood" not in done.stderr


def test_what_is_not_known_is_no_zero(headgate: Run, tmp_path: Path) -> None:
    local_log(tmp_path, *WHOLE)

    (pipeline,) = json.loads(headgate("observe", "crm", "--dry-run", "-o", "json").stdout)["pipelines"]

    assert (pipeline["increments"], pipeline["first_loads"]) == (None, 8)
    assert "took 8 s in all, and none was observed since" in headgate("observe", "crm").stdout


def test_a_connector_that_can_not_be_observed_keeps_no_other_from_it(headgate: Run, tmp_path: Path, runs: Path) -> None:
    other = tmp_path / "connectors" / "erp"
    other.mkdir()
    (other / "connector.yaml").write_text(DEFINITION.replace("crm", "erp").replace("CRM", "ERP").replace("bronze", "erp"))
    (other / "tables.csv").write_text(TABLES)
    local_log(tmp_path, *WHOLE)

    done = headgate("observe", code=3)

    assert "crm in dev: 1 update" in done.stdout
    assert "2 runs added" in done.stdout
    assert len(runs.read_text().splitlines()) == 3
    assert "there is no lock yet" in done.stderr
    assert [one["connector"] for one in json.loads(headgate("observe", "-o", "json", code=3).stdout)] == ["crm"]


def test_without_a_log_it_is_said_what_brings_one(headgate: Run) -> None:
    done = headgate("observe", "crm", code=1)

    assert "events.jsonl: is not there: nothing was run here\n    run the layout here (`headgate run`)" in done.stderr


def test_all_logs_that_can_not_be_read_are_told_at_once_and_nothing_is_written(
    headgate: Run, tmp_path: Path, runs: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    (tmp_path / "broken.json").write_text('[{"event_type": "flow_progress"},')
    (tmp_path / "log.json").write_text(as_json(update_of("u1", 0, *flows("u1", 0))))
    named = [word for name in ("empty", "notes.csv", "broken.json", "missing.json", "log.json") for word in ("--log", name)]

    said = headgate("observe", "crm", *named, code=1).stderr

    assert "empty: holds no log" in said
    assert "notes.csv:1: has no column event_type" in said
    assert "broken.json:1: is not JSON" in said
    assert "missing.json: can't be used: No such file or directory" in said
    assert not runs.exists()


def test_weights_follow_what_was_observed(headgate: Run, tmp_path: Path) -> None:
    rows = [one for n in range(4) for one in update_of(f"u{n}", 900 * n, *flows(f"u{n}", 900 * n, 50))]
    (tmp_path / "log.json").write_text(as_json(rows))
    headgate("observe", "crm", "--log", "log.json")

    said = json.loads(headgate("show", "crm", "-o", "json").stdout)[0]["tables"]

    assert [(one["source_table"], one["weight"], one["weight_from"], one["first_load"]) for one in said] == [
        ("events", 10, "type", None),
        ("items", 10, "type", None),
        ("orders", 50, "observed", 50),
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("orders,all,append,\nitems,all,append,\nevents,all,append,20\n", ""),  # of events nothing was observed
        ("orders,all,append,20\nitems,all,append,\n", "1 of these tables has a weight"),
        ("orders,all,append,20\nitems,all,append,30\n", "2 of these tables have a weight"),
    ],
)
def test_of_weights_that_are_written_it_is_said_that_runs_do_not_change_them(
    headgate: Run, tmp_path: Path, rows: str, said: str
) -> None:
    local_log(tmp_path, *WHOLE)
    csv_file = tmp_path / "connectors" / "crm" / "tables.csv"
    csv_file.write_text("source_table,pipeline_group,ingestion_type,weight\n" + rows)
    headgate("balance", "crm")

    found = [line for line in headgate("observe", "crm").stdout.splitlines() if "written in tables.csv" in line]

    means = " written in tables.csv, which runs don't change: empty the cell to have runs weigh a table"
    assert found == ([said + means] if said else [])


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headgate: Run) -> Iterator[Workspace]:  # noqa: ARG001  # the project is there
    """Give a workspace that the layout was deployed to."""
    folder = tmp_path / "connectors" / "crm"
    write_deployed(folder, Deployed("prod", {"databricks_pipeline.all_1": PIPELINE}))
    workspace = Workspace()
    workspace.pipelines[PIPELINE] = model.Pipeline(PIPELINE, {"name": "CRM_all_1"}, OWNER, OWNER)
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "no-such-file"))
    with served(workspace) as host:
        definition = (folder / "connector.yaml").read_text()
        (folder / "connector.yaml").write_text(definition.replace("https://crm.cloud.databricks.com", host))
        yield workspace


def updates(*numbers: int) -> list[dict[str, Any]]:
    """Give an update a day of many batches, so that one is more than a page of events."""
    found = []
    for n in numbers:
        begin = 86_400 * n
        name = "prod_main.bronze.orders"
        batches = [flow(begin + 20 + 0.1 * k, f"u{n}", name, "RUNNING", {"num_output_rows": 1}) for k in range(300)]
        one = [flow(begin + 10, f"u{n}", name, "STARTING"), *batches, flow(begin + 60, f"u{n}", name, "COMPLETED")]
        found += update_of(f"u{n}", begin, *one)
    return found


def test_a_workspace_is_asked_page_by_page_and_then_for_what_is_new(headgate: Run, cloud: Workspace, runs: Path) -> None:
    cloud.pipelines[PIPELINE].events = updates(0, 1, 2)
    headgate("observe", "crm", "-t", "prod", "--workspace")

    rows = [line.split(",") for line in runs.read_text().splitlines()[1:]]
    assert [(line[1], line[3], line[5]) for line in rows] == [("prod_main.bronze.orders", "50", "300")] * 3
    asked = [one for one in cloud.log if one.path.endswith("/events")]
    assert [sorted(one.query) for one in asked] == [["max_results", "order_by"], *[["max_results", "page_token"]] * 3]

    cloud.log.clear()
    cloud.pipelines[PIPELINE].events = updates(0, 1, 2, 3)
    done = headgate("observe", "crm", "-t", "prod", "--workspace")

    newest = BEGIN + timedelta(days=2, seconds=10)
    assert cloud.log[0].query["filter"] == f"timestamp >= '{newest - timedelta(days=1):%Y-%m-%dT%H:%M:%S}.000Z'"
    assert "runs.csv: 1 run added" in done.stdout


def test_a_warehouse_reads_the_system_table_then_what_is_new(headgate: Run, cloud: Workspace, runs: Path) -> None:
    cloud.pipelines[PIPELINE].events = updates(0, 1, 2)

    for added in ("3 runs added", "nothing new"):
        assert added in headgate("observe", "crm", "-t", "prod", "--warehouse", "wh1").stdout

    assert [line.split(",")[5] for line in runs.read_text().splitlines()[1:]] == ["300"] * 3
    asked = [one.text for one in cloud.statements.values()]
    assert ["event_time >= TIMESTAMP'2026-03-02T04:00:10Z'" in one for one in asked] == [False, True]
    assert "is not a valid endpoint id" in headgate("observe", "crm", "-t", "prod", "--warehouse", "w2", code=4).stderr


def test_a_pipeline_that_is_gone_is_a_warning_and_one_that_was_never_recorded_an_error(
    headgate: Run, cloud: Workspace, runs: Path
) -> None:
    cloud.pipelines.clear()

    done = headgate("observe", "crm", "-t", "prod", "--workspace")

    assert f"warning: the workspace has no pipeline {PIPELINE}, which is recorded as all_1" in done.stderr
    assert not runs.exists()
    assert "no pipeline of crm is recorded in dev" in headgate("observe", "crm", "--workspace", code=3).stderr


def test_a_workspace_that_can_not_be_asked_is_an_error_without_a_trace(
    headgate: Run, cloud: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cloud.pipelines
    monkeypatch.setenv("DATABRICKS_TOKEN", "wrong")

    done = headgate("observe", "crm", "-t", "prod", "--workspace", code=4)

    assert f"the workspace can't be asked for the events of pipeline {PIPELINE}" in done.stderr
    assert at(0) not in done.stderr


def explained(headgate: Run) -> str:
    return " ".join(headgate("balance", "crm", "--explain", "orders").stdout.split())


def logged(folder: Path, name: str, begins: list[float], seconds: float) -> None:
    """Write a workspace's log of updates of one table that took as long as that each."""
    rows = [one for begin in begins for one in update_of(f"{name}{begin}", begin, *flows(f"{name}{begin}", begin, seconds))]
    (folder / name).write_text(as_json(rows))


def test_runs_here_neither_hide_a_workspace_s_nor_make_alarms_of_them(headgate: Run, tmp_path: Path, runs: Path) -> None:
    logged(tmp_path, "before.json", [900 * n for n in range(5)], 300)
    logged(tmp_path, "after.json", [90_000], 300)
    here = [{**table("orders", at, at + 0.02), "pipeline": "all_1", "full_load": False} for at in range(50_000, 50_010)]
    headgate("observe", "crm", "--log", "before.json")
    headgate("observe", "crm", "--log", str(local_log(tmp_path, *here)))

    headgate("observe", "crm", "--log", "after.json")

    said = json.loads(headgate("show", "crm", "-o", "json").stdout)[0]["tables"]
    assert [line.rsplit(",", 1)[1] for line in runs.read_text().splitlines()[1:]] == ["dev"] * 5 + ["local"] * 10 + ["dev"]
    assert [one["weight"] for one in said if one["source_table"] == "orders"] == [300]


def test_runs_here_weigh_until_a_workspace_s_are_known(headgate: Run, tmp_path: Path) -> None:
    here = [{**table("orders", at, at + 50), "pipeline": "all_1", "full_load": False} for at in (0, 100, 200)]
    headgate("observe", "crm", "--log", str(local_log(tmp_path, *here)))

    said = json.loads(headgate("show", "crm", "-o", "json").stdout)[0]["tables"]

    assert [one["weight"] for one in said if one["source_table"] == "orders"] == [50]
    assert "it weighs 50 s of a run, as its last runs on this machine took" in explained(headgate)
    logged(tmp_path, "there.json", [900, 1800, 2700, 3600], 300)
    headgate("observe", "crm", "--log", "there.json")
    assert "it weighs 300 s of a run, as its last runs took" in explained(headgate)


def test_targets_that_share_a_destination_are_compared_each_with_itself(headgate: Run, tmp_path: Path) -> None:
    definition = tmp_path / "connectors" / "crm" / "connector.yaml"
    definition.write_text(definition.read_text().replace("catalog: prod_main, ", ""))
    write_deployed(definition.parent, Deployed("prod", {"databricks_pipeline.all_1": PIPELINE}))
    logged(tmp_path, "dev.json", [900 * n for n in range(5)], 2)
    logged(tmp_path, "prod.json", [90_000], 300)
    headgate("observe", "crm", "--log", "dev.json")

    headgate("observe", "crm", "-t", "prod", "--log", "prod.json")


def test_a_run_here_is_not_the_last_one_of_a_workspace(headgate: Run, cloud: Workspace, tmp_path: Path) -> None:
    cloud.pipelines[PIPELINE].events = updates(0)
    here = {**table("orders", 900_000, 900_001), "pipeline": "all_1", "full_load": False, "target": "prod"}
    here["table"] = "prod_main.bronze.orders"
    headgate("observe", "crm", "-t", "prod", "--log", str(local_log(tmp_path, here)))

    done = headgate("observe", "crm", "-t", "prod", "--workspace")

    assert "filter" not in cloud.log[0].query
    assert "runs.csv: 1 run added" in done.stdout


def test_a_file_without_a_column_origin_keeps_its_header_and_gets_a_workspace_s_runs_alone(
    headgate: Run, tmp_path: Path, runs: Path
) -> None:
    head = HEAD.replace(",origin", "")
    runs.write_text(head)
    local_log(tmp_path, *WHOLE)
    logged(tmp_path, "log.json", [0], 30)

    done = headgate("observe", "crm", "--log", "build/run", "--log", "log.json")

    assert runs.read_text() == head + "orders,main.bronze.orders,2026-03-01T04:00:10Z,30,,7,completed\n"
    assert "runs.csv has no column origin, without which 2 runs can't be told from others: left out" in done.stderr


def test_runs_that_are_yet_to_come_are_not_written_and_a_workspace_is_asked_up_to_now(
    headgate: Run, cloud: Workspace, runs: Path
) -> None:
    cloud.pipelines[PIPELINE].events = updates(0, 400_000)

    done = headgate("observe", "crm", "-t", "prod", "--workspace")

    assert len(runs.read_text().splitlines()) == 2
    assert "warning: 1 run of the logs start more than a day from now" in done.stderr
    runs.write_text(HEAD + "orders,prod_main.bronze.orders,2999-01-01T00:00:00Z,1,false,,,prod\n")
    cloud.log.clear()
    headgate("observe", "crm", "-t", "prod", "--workspace")
    assert "timestamp >= '2999" not in cloud.log[0].query["filter"]
