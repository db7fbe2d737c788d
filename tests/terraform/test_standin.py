"""The stand-in for the provider does what the real one does, at both ends of the versions that are supported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.standin.derived import ENDS
from tests.standin.running import NEWEST, OLDEST
from tests.support.examples import some_of
from tests.workspace import files
from tests.workspace.faults import CLOSE, Fault
from tests.workspace.messages import refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.terraform import Terraform
    from tests.workspace.messages import Request

pytestmark = pytest.mark.terraform

both_ends = pytest.mark.parametrize("provider", some_of(ENDS))
Blocks = dict[str, dict[str, Any]]
FILE = "/Shared/new/a.py"
LIBRARY = [{"file": {"path": f"/Workspace{FILE}"}}]
PIPELINE = {"name": "a", "catalog": "main", "schema": "bronze", "channel": "PREVIEW", "library": LIBRARY}
CONNECTION = {"name": "crm", "connection_type": "GENERIC_LAKEFLOW_CONNECT", "options": {"url": "u", "client_secret": "S3"}}
VIEW = {"group_name": "g", "permission_level": "CAN_VIEW"}
READ = {"group_name": "g", "permission_level": "CAN_READ"}
USE = {"group_name": "g", "permission_level": "CAN_USE"}
ALL: Blocks = {
    "databricks_catalog": {"a": {"name": "main", "comment": "one"}},
    "databricks_schema": {"a": {"catalog_name": "${databricks_catalog.a.name}", "name": "bronze"}},
    "databricks_connection": {"a": CONNECTION},
    "databricks_workspace_file": {"a": {"path": FILE, "content_base64": "aGk="}},
    "databricks_directory": {"a": {"path": "/Shared/other"}},
    "databricks_repo": {"a": {"url": "https://github.com/acme/crm.git", "path": "/Shared/code", "git_provider": "gitHub"}},
    "databricks_pipeline": {
        "a": PIPELINE | {"cluster": [{"label": "default", "autoscale": {"min_workers": 1, "max_workers": 5}}]},
        "b": PIPELINE | {"name": "b", "continuous": True, "run_as": {"user_name": "ann@example.com"}, "tags": {"a": "b"}},
    },
    "databricks_job": {
        "a": {
            "name": "a",
            "task": [{"task_key": "ingest", "pipeline_task": {"pipeline_id": "${databricks_pipeline.a.id}"}}],
            "schedule": {"quartz_cron_expression": "0 0 2 * * ?", "timezone_id": "UTC"},
            "run_as": {"user_name": "ann@example.com"},
        }
    },
    "databricks_permissions": {
        kind: {f"{kind}_id": f"${{databricks_{kind}.a.id}}", "access_control": [VIEW]}
        for kind in ("pipeline", "job")
    } | {"dashboard": {"dashboard_id": "${databricks_dashboard.a.id}", "access_control": [READ]}}
      | {"app": {"app_name": "${databricks_app.a.name}", "access_control": [USE]}},
    "databricks_app": {
        "a": {
            "name": "a-board", "description": "A board", "user_api_scopes": ["sql"],
            "resources": [{"name": "warehouse", "description": "w", "sql_warehouse": {"id": "wh1", "permission": "CAN_USE"}}],
        }
    },
    "databricks_dashboard": {
        "a": {
            "display_name": "a", "parent_path": "/Shared", "warehouse_id": "wh1", "serialized_dashboard": "{}",
            "embed_credentials": False,
        }
    },
}  # fmt: skip
SIZE = 15


@pytest.fixture
def stack(terraform: Terraform, tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a stack of its own, ready to be planned."""

    def write(resources: Blocks, name: str = "stack", **more: Any) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        needed = {"required_providers": {"databricks": {"source": "databricks/databricks"}}}
        body = {"terraform": needed, "provider": {"databricks": [{}]}, "resource": resources} | more
        (folder / "main.tf.json").write_text(json.dumps(body))
        terraform.init(folder)
        return folder

    return write


def ids(terraform: Terraform, folder: Path) -> dict[str, str]:
    """Give address → id of what a stack's state holds."""
    return {one["address"]: one["values"]["id"] for one in terraform.show(folder)["values"]["root_module"]["resources"]}


@both_ends
def test_all_is_made_once_taken_over_by_another_state_and_taken_down(terraform: Terraform, stack: Callable[..., Path]) -> None:
    folder = stack(ALL)
    assert terraform.validate(folder) == []
    done = terraform.apply(folder)
    assert (done.errors, done.of("create")) == ([], {f"{kind}.{name}" for kind, ones in ALL.items() for name in ones})
    assert (terraform.plan(folder).planned, terraform.plan(folder).drifted) == ({}, set())

    made = terraform.workspace.snapshot()
    taken = [{"to": address, "id": id_} for address, id_ in ids(terraform, folder).items()]
    other = stack(ALL, "other", **{"import": taken})
    done = terraform.apply(other)

    assert (done.errors, len(done.imported)) == ([], SIZE)
    # What the provider can't read back is written again.
    assert done.of("update") == {f"databricks_{one}" for one in ("connection.a", "pipeline.b", "workspace_file.a")}
    assert terraform.plan(other).planned == {}
    assert {kind: len(held) for kind, held in made.items() if isinstance(held, dict)} == {
        kind: len(held) for kind, held in terraform.workspace.snapshot().items() if isinstance(held, dict)
    }

    assert terraform.destroy(other).errors == []
    left = terraform.workspace
    assert (left.pipelines, left.jobs, left.connections, left.catalogs, left.schemas, left.repos) == ({}, {}, {}, {}, {}, {})
    assert {thing.kind for thing in left.things.values()} == {"DIRECTORY"}


def test_arguments_that_the_provider_cannot_change_make_a_resource_anew(
    terraform: Terraform, stack: Callable[..., Path]
) -> None:
    folder = stack({kind: ALL[kind] for kind in ("databricks_connection", "databricks_workspace_file")})
    terraform.apply(folder)

    stack(
        {
            "databricks_connection": {"a": CONNECTION | {"comment": "new"}},
            "databricks_workspace_file": {"a": {"path": "/Shared/b.py", "content_base64": "aGk="}},
        }
    )

    assert set(terraform.apply(folder).planned.values()) == {"replace"}
    assert FILE not in terraform.workspace.things
    assert terraform.plan(folder).planned == {}


def test_what_is_secret_is_marked_and_what_the_platform_tells_nobody_is_dropped(
    terraform: Terraform, stack: Callable[..., Path]
) -> None:
    options = CONNECTION["options"] | {"token": "S4"}  # type: ignore[operator]  # it is a dictionary
    block = CONNECTION | {"options": options, "lifecycle": {"ignore_changes": ['options["token"]']}}
    folder = stack({"databricks_connection": {"a": block}})
    _, text = terraform.plan_file(folder)
    assert json.loads(text)["resource_changes"][0]["change"]["after_sensitive"]["options"] is True

    terraform.apply(folder)

    (kept,) = terraform.show(folder)["values"]["root_module"]["resources"]
    assert kept["values"]["options"] == CONNECTION["options"]
    assert terraform.workspace.connections["crm"].info["options"] == options
    assert terraform.plan(folder).planned == {}


@pytest.mark.parametrize(
    ("kind", "block", "problem"),
    [
        ("workspace_file", {"path": FILE, "content_base64": ""}, 'expected "content_base64" to not be an empty string'),
        ("workspace_file", {"path": FILE, "content_base64": "?"}, 'expected "content_base64" to be a base64 string'),
        ("workspace_file", {"path": "/Shared//a", "content_base64": "aGk="}, "Clean path required"),
        ("pipeline", PIPELINE | {"channel": "NIGHTLY"}, "expected channel to be one of"),
        ("pipeline", PIPELINE | {"target": "bronze"}, '"schema": conflicts with target'),
        ("pipeline", {"name": "a", "ingestion_definition": {"connection_name": "a"}}, "ingestion_definition.0.objects"),
        ("repo", {"url": "git@github.com:acme/crm.git"}, 'expected "url" to be a valid url'),
        ("repo", {"url": "ssh://git@github.com/acme/crm.git"}, 'expected "url" to have a url with schema'),
        ("job", {"name": "a", "run_as": {}}, "must be specified"),
        ("job", {"name": "a", "color": "red"}, "Extraneous JSON object property"),
    ],
)
def test_what_the_provider_refuses_is_refused_before_anything_is_made(
    terraform: Terraform, stack: Callable[..., Path], kind: str, block: dict[str, Any], problem: str
) -> None:
    assert any(problem in one for one in terraform.validate(stack({f"databricks_{kind}": {"a": block}})))


def test_a_level_that_an_object_does_not_have_is_refused_by_the_plan(terraform: Terraform, stack: Callable[..., Path]) -> None:
    access = [{"user_name": "a", "permission_level": "CAN_RUN"}]
    folder = stack({"databricks_permissions": {"a": {"job_id": "1", "access_control": access}}})

    assert terraform.validate(folder) == []
    (error,) = terraform.plan(folder).errors
    assert "CAN_RUN is not supported with job_id objects; allowed levels: CAN_MANAGE, CAN_MANAGE_RUN, CAN_VIEW" in error


def test_what_changed_or_is_gone_in_the_workspace_is_seen(terraform: Terraform, stack: Callable[..., Path]) -> None:
    folder = stack(ALL)
    terraform.apply(folder)

    with terraform.workspace.changing() as workspace:
        workspace.pipeline("a").spec["channel"] = "CURRENT"
        workspace.jobs.clear()
        workspace.remove(FILE)

    assert terraform.plan(folder).planned == {
        "databricks_pipeline.a": "update",
        "databricks_job.a": "create",
        "databricks_permissions.job": "create",
        "databricks_workspace_file.a": "create",
    }


def others_folder(terraform: Terraform) -> Callable[[Request], None]:
    """Give what another file's upload does in between."""

    def made(_request: Request) -> None:
        files.make_folder(terraform.workspace, "/Shared/new")

    return made


@both_ends
def test_a_folder_that_another_file_makes_meanwhile_fails_a_file_from_1_111_on(
    terraform: Terraform, stack: Callable[..., Path], provider: str
) -> None:
    folder = stack({"databricks_workspace_file": ALL["databricks_workspace_file"]})
    terraform.workspace.add(Fault("POST", "*/workspace/import", "after", others_folder(terraform)))

    errors = terraform.apply(folder).errors

    assert (
        errors
        == {
            OLDEST: [],
            NEWEST: ["cannot create workspace file: The parent folder (/Shared/new) does not exist.: "],
        }[provider]
    )


def test_a_pipeline_whose_creation_was_answered_to_nobody_keeps_its_name(
    terraform: Terraform, stack: Callable[..., Path]
) -> None:
    folder = stack({"databricks_pipeline": {"a": PIPELINE}})
    terraform.workspace.add(Fault("POST", "*/pipelines", "after", CLOSE))

    assert 'cannot create pipeline: Post "' in terraform.apply(folder).errors[0]
    assert "is already used by another pipeline" in terraform.apply(folder).errors[0]


def test_a_job_of_which_nothing_else_is_said_does_not_queue_its_runs(terraform: Terraform, stack: Callable[..., Path]) -> None:
    terraform.apply(stack({kind: ALL[kind] for kind in ("databricks_workspace_file", "databricks_pipeline", "databricks_job")}))
    assert [job.settings["queue"] for job in terraform.workspace.jobs.values()] == [{"enabled": False}]


def test_a_file_whose_update_failed_counts_as_updated(terraform: Terraform, stack: Callable[..., Path]) -> None:
    folder = stack({"databricks_workspace_file": ALL["databricks_workspace_file"]})
    terraform.apply(folder)
    stack({"databricks_workspace_file": {"a": {"path": FILE, "content_base64": "aG8="}}})
    terraform.workspace.add(Fault("POST", "*/workspace/import", "before", refusal(500, "INTERNAL_ERROR", "no")))

    assert terraform.apply(folder).errors == ["cannot update workspace file: no: "]

    # The provider's SDK keeps the new values, and nobody asks the platform for a file's content.
    assert terraform.plan(folder).planned == {}
    assert terraform.workspace.text(FILE) == "hi"
