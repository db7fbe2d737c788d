"""What the monitoring consists of in a target, and what its tables are called."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from headgate.definition.model import Definition
from headgate.deployment.model import Cluster, Dashboard, EventLog, File, Job, Permissions, Pipeline, Ref, Stack
from headgate.deployment.monitoring.dashboard import DATASETS, dashboard_text
from headgate.deployment.monitoring.expected import expected_of
from headgate.deployment.monitoring.queries import TABLES
from headgate.deployment.pipelines import pipelines_now
from headgate.deployment.scope import Scope
from headgate.deployment.stacks import stacks_of
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.layout.deployed import Deployed
from headgate.layout.progress import rename_pipeline
from headgate.problems import InputError
from tests.support.from_rows import balance
from tests.support.samples import COMPUTE_FIXED, DEV, PROD, parts_of, tables_of

if TYPE_CHECKING:
    from headgate.layout.model import Layout

Kind = TypeVar("Kind")
ROWS = [TableRow("orders", pipeline_group="a", weight=40), TableRow("notes", pipeline_group="a", weight=20), *tables_of(4, "b")]


def deployed(parts: dict[str, Any], **balance_parts: Any) -> tuple[Scope, Layout, list[Stack]]:
    given = {key: part for key, part in ({"monitoring": {}} | parts).items() if part is not None}
    definition = Definition.model_validate(parts_of(given, **balance_parts))
    layout = balance(ROWS, definition).layout
    scope = Scope(definition, definition.default_target)
    return scope, layout, stacks_of(scope, resolve(ROWS, definition), layout, Deployed(scope.target_name))


def own(parts: dict[str, Any], kind: type[Kind], **balance_parts: Any) -> list[Kind]:
    """Give the monitoring's resources of a kind: those of the shared stack that have the connector's id, or are for it."""
    _, _, (shared, *_) = deployed(parts, **balance_parts)
    return [one for one in shared.resources if isinstance(one, kind) and one.id.endswith("crm")]


def logs(parts: dict[str, Any]) -> list[EventLog | None]:
    _, _, (_, *stacks) = deployed(parts)
    return [one.event_log for stack in stacks for one in stack.resources if isinstance(one, Pipeline)]


def test_without_it_nothing_is_published_and_what_it_may_have_had_is_forgotten_not_destroyed() -> None:
    for parts in ({"monitoring": None}, {"targets": {"dev": {"monitoring": False}}}):
        _, _, (shared, *_) = deployed(parts)

        assert set(logs(parts)) == {None}
        assert not any(isinstance(one, Pipeline | Job | Dashboard) for one in shared.resources)
        assert Ref("pipeline", "crm") in shared.forgotten
    assert Ref("pipeline", "crm") not in deployed({})[2][0].forgotten


def test_each_pipeline_publishes_its_log_under_its_id_where_the_summaries_are() -> None:
    assert logs({}) == [EventLog("main", "bronze", f"crm__dev__event_log__{name}") for name in ("a_1", "b_1")]
    place = {"monitoring": {"catalog": "ops", "schema": "runs"}}
    assert {(log.catalog, log.schema) for log in logs(place) if log} == {("ops", "runs")}
    assert {(log.catalog, log.schema) for log in logs(place | {"targets": {"dev": DEV}}) if log} == {("dev_main", "runs")}


def test_no_two_connectors_and_targets_have_a_table_in_common() -> None:
    ids = ("a", "a__b", "b__a", "a_b", "b", "a__b__a")
    names = set()
    for connector, target in product(ids, ids):
        definition = Definition.model_validate(parts_of({"id": connector, "monitoring": {}, "targets": {target: {}}}))
        names |= {Scope(definition, target).monitoring_name("event_log", pipeline) for pipeline in ids}

    assert len(names) == len(ids) ** 3


def test_the_longest_ids_make_a_name_that_unity_catalog_takes() -> None:
    long = "a" * 30 + "__" + "b" * 31
    definition = Definition.model_validate(parts_of({"id": long, "monitoring": {}, "targets": {long: {}}}))

    assert len(Scope(definition, long).monitoring_name("event_log", long)) <= 255


def test_it_is_one_small_pipeline_with_a_file_and_a_job_of_its_own() -> None:
    parts = {"name": "The CRM", "targets": {"dev": PROD}, "monitoring": {"schema": "runs", "schedule": "15 6 * * 1-5"}}
    (file,), (pipeline,), (job,) = own(parts, File), own(parts, Pipeline), own(parts, Job)

    assert file.path == pipeline.file == "/Shared/acme/dev/crm/monitoring/summaries.py"
    assert (pipeline.name, job.name) == ("The CRM monitoring", "The CRM monitoring")
    assert (pipeline.catalog, pipeline.schema, pipeline.cluster, pipeline.continuous) == ("main", "runs", None, False)
    assert (pipeline.wheels, pipeline.code, pipeline.event_log) == ((), "", None)
    assert job.schedule
    assert (job.schedule.quartz, job.schedule.paused, job.task) == ("0 15 6 ? * MON-FRI", False, "monitor")
    for one in (pipeline, job):
        assert one.run_as == pipeline.run_as is not None
        assert one.notified == ("ann@example.com", "data@example.com")
        assert one.tags.items() >= {"team": "data", "headgate_id": "crm"}.items()
    granted = {one.id: [entry.level for entry in one.granted] for one in own(parts, Permissions)}
    levels = ["CAN_VIEW", "CAN_RUN", "CAN_MANAGE"]
    assert granted == {"pipeline_crm": levels, "job_crm": levels}


@pytest.mark.parametrize(("compute", "cluster"), [
    (COMPUTE_FIXED, Cluster(1, None, "i3.xlarge", "i3.2xlarge", None)),
    ({"kind": "classic", "autoscale": {"min_workers": 2, "max_workers": 8}, "policy_id": "p"},
     Cluster(1, None, None, None, "p")),
])  # fmt: skip
def test_where_pipelines_have_clusters_it_has_the_smallest(compute: dict[str, Any], cluster: Cluster) -> None:
    (pipeline,) = own({"compute": compute}, Pipeline)

    assert pipeline.cluster == cluster


def test_without_a_schedule_a_person_starts_it_and_a_paused_target_pauses_it() -> None:
    (job,) = own({"monitoring": {"schedule": ""}}, Job)
    assert job.schedule is None
    (job,) = own({"targets": {"dev": {"paused": True}}}, Job)
    assert job.schedule
    assert job.schedule.paused


def test_it_waits_for_a_catalog_and_a_schema_that_are_made_beside_it() -> None:
    made = {"destination": {"catalog": "main", "schema": "bronze", "create_catalog": True, "create_schema": True}}

    assert own(made, Pipeline)[0].after == (Ref("catalog", "crm"), Ref("schema", "crm"))
    assert own({}, Pipeline)[0].after == ()


def test_a_dashboard_is_made_where_a_target_has_a_warehouse_for_it() -> None:
    assert own({}, Dashboard) == []

    (board,) = own({"targets": {"dev": PROD | {"warehouse_id": "wh1"}}}, Dashboard)
    assert (board.warehouse, board.folder, board.after) == ("wh1", "/Shared/acme/dev/crm/monitoring", (Ref("file", "crm"),))
    assert "`main`.`bronze`.`crm__dev__updates`" in board.content


def test_every_widget_shows_what_its_query_gives() -> None:
    board = json.loads(dashboard_text({table: f"`c`.`s`.`{table}`" for table in TABLES}))

    datasets = {one["name"]: "".join(one["queryLines"]) for one in board["datasets"]}
    assert datasets.keys() == DATASETS.keys()
    taken: set[tuple[int, int]] = set()
    for entry in board["pages"][0]["layout"]:
        widget, place = entry["widget"], entry["position"]
        asked = widget["queries"][0]["query"]
        given = {field["name"] for field in asked["fields"]}
        text = datasets[asked["datasetName"]]
        named = {re.sub(r"\w+\((.*)\)", r"\1", name) for name in given} - {"*"}
        assert all(re.search(rf"\b{name}\b", text) for name in named), (widget["name"], named)
        encodings = widget["spec"]["encodings"]
        shown = encodings["columns"] if "columns" in encodings else encodings.values()
        assert {one["fieldName"] for one in shown} == given
        cells = set(product(range(place["x"], place["x"] + place["width"]), range(place["y"], place["y"] + place["height"])))
        assert not cells & taken
        assert max(x for x, _ in cells) < 6
        taken |= cells
    assert {entry["widget"]["queries"][0]["query"]["datasetName"] for entry in board["pages"][0]["layout"]} == set(datasets)


def test_what_is_expected_is_what_the_layout_says_of_pipelines_and_the_bound_of_their_group() -> None:
    parts = {"schedules": {"unknown": "0 2 * * 1-5"}}
    scope, layout, _ = deployed(parts, pipelines=3)
    found = expected_of(scope, pipelines_now(scope, resolve(ROWS, scope.definition), layout))

    told = {(one.pipeline, one.tables, one.expected_seconds, one.bound_seconds) for one in found}
    assert told >= {("a_1", 1, 40, 40), ("a_2", 1, 20, 40)}
    assert {(one.schedule, one.longest_gap_minutes) for one in found} == {("0 2 * * 1-5", 3 * 24 * 60)}


def test_a_pipeline_may_not_have_the_connectors_id_beside_it() -> None:
    scope, layout, _ = deployed({})
    renamed = rename_pipeline(layout, "a_1", "crm", ["dev"])

    with pytest.raises(InputError, match="has the connector's id") as caught:
        stacks_of(scope, resolve(ROWS, scope.definition), renamed, Deployed("dev"))
    assert "headgate rename crm crm NEW" in str(caught.value)


def test_what_the_file_says_is_python_and_the_same_each_time() -> None:
    (one,), (other,) = own({}, File), own({}, File)

    assert one.content == other.content
    compile(one.content, "summaries.py", "exec")


def test_names_of_people_are_text_in_the_file_and_never_code() -> None:
    (file,) = own({"name": 'The """ \\ ${CRM}'}, File)
    found: dict[str, Any] = {}
    literals = file.content.decode().split("\nEXPECTED_COLUMNS")[0].partition("\nEVENTS")[2]
    exec("EVENTS" + literals, found)  # noqa: S102  # literals alone, as the assertion below holds

    assert found["EXPECTED"][0][1] == 'The """ \\ ${CRM}_a_1'
