"""The Databricks Apps of a target: their names, what they run, and what is wrong with their wheels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from headgate.definition.checks import faults
from headgate.definition.model import Definition
from headgate.deployment.apps import app_name, app_resources, deploy_commands
from headgate.deployment.model import App, File, Permissions
from headgate.deployment.scope import Scope
from headgate.problems import InputError
from headgate.project import read_connectors
from headgate.synthesis import ready
from tests.support.command import Run, command_line
from tests.support.samples import parts_of
from tests.support.small_project import write_project

if TYPE_CHECKING:
    from pathlib import Path

BOARD = {"package": "headgate[dashboard]==0.1.0", "warehouse_id": "wh1"}


def scope(target: dict[str, Any], id_: str = "crm", name: str = "dev") -> Scope:
    return Scope(Definition.model_validate(parts_of({"id": id_, "targets": {name: target}})), name)


def files(one: Scope) -> dict[str, str]:
    return {file.path: file.content.decode() for file in app_resources(one, {}) if isinstance(file, File)}


def test_a_target_has_the_apps_that_it_says_and_no_others() -> None:
    assert app_resources(scope({}), {}) == []
    assert [one.id for one in app_resources(scope({"dashboard": BOARD}), {}) if isinstance(one, App)] == ["crm_dashboard"]


@given(
    connector=st.from_regex(r"[a-z][a-z0-9_]{0,62}", fullmatch=True),
    target=st.from_regex(r"[a-z][a-z0-9_]{0,62}", fullmatch=True),
)
def test_a_name_is_one_that_the_workspace_takes(connector: str, target: str) -> None:
    name = app_name(scope({"dashboard": BOARD}, connector, target), "dashboard")

    assert 2 <= len(name) <= 30
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name == name.strip("-")


def test_two_long_ids_have_two_names_and_a_chosen_one_stays() -> None:
    long = "a_very_long_id_of_a_connector"
    names = {app_name(scope({"dashboard": BOARD}, long, target), "dashboard") for target in ("prod", "prod_2")}

    assert len(names) == 2
    assert app_name(scope({"dashboard": BOARD | {"name": "board"}}), "dashboard") == "board"


@pytest.mark.parametrize("as_user", [False, True])
def test_the_command_is_a_list_and_needs_no_shell(as_user: bool) -> None:
    one = scope({"dashboard": BOARD | {"as_user": as_user}, "permissions": [{"level": "CAN_RUN", "group": "g"}]})
    said = YAML(typ="safe").load(files(one)["/Shared/headgate/dev/crm/dashboard/app.yaml"])

    assert said["command"] == [
        "headgate", "dashboard", "crm", "--target", "dev", "--host", "0.0.0.0", "--allow-host", "*",  # noqa: S104  # as it is
        *(["--as-user"] if as_user else []),
    ]  # fmt: skip
    assert said["env"] == [{"name": "DATABRICKS_WAREHOUSE_ID", "valueFrom": "warehouse"}]
    (app,) = (found for found in app_resources(one, {}) if isinstance(found, App))
    (granted,) = (found for found in app_resources(one, {}) if isinstance(found, Permissions))
    assert (app.warehouse, app.scopes, granted.of.address) == (
        "wh1", ("sql",) if as_user else (), "databricks_app.crm_dashboard",
    )  # fmt: skip


def test_the_targets_warehouse_is_the_dashboards_where_it_has_none() -> None:
    one = scope({"dashboard": {"package": "headgate[dashboard]==0.1.0"}, "warehouse_id": "wh2"})

    assert [found.warehouse for found in app_resources(one, {}) if isinstance(found, App)] == ["wh2"]


def test_the_simulator_is_started_with_its_points() -> None:
    one = scope({"simulator": {"package": "lib/pi_web_api_simulator-0.1.0-py3-none-any.whl", "tags": 7}})
    said = files(one)

    assert 'value: "7"' in said["/Shared/headgate/dev/crm/simulator/app.yaml"]
    installed = said["/Shared/headgate/dev/crm/simulator/requirements.txt"].splitlines()[-1]
    assert installed == "./pi_web_api_simulator-0.1.0-py3-none-any.whl"
    assert deploy_commands(one) == [
        "databricks apps deploy crm-dev-simulator --source-code-path /Workspace/Shared/headgate/dev/crm/simulator"
    ]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project whose only target has a dashboard, with its wheel in a folder beside connector.yaml."""
    folder = write_project(tmp_path)
    definition = folder / "connectors/crm/connector.yaml"
    board = "{package: lib/headgate-0.1.0-py3-none-any.whl, warehouse_id: wh1}"
    before, after = definition.read_text().split("  dev: ")
    definition.write_text(f"{before}  dev: {{deploy_with: bundle, dashboard: {board}}}\n{after.partition('prod: {}')[2]}")
    (definition.parent / "lib").mkdir()
    (definition.parent / "lib/headgate-0.1.0-py3-none-any.whl").write_bytes(b"a wheel")
    return folder


@pytest.fixture
def headgate(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    run = command_line(project, monkeypatch, capfd)
    run("balance")
    return run


@pytest.mark.usefixtures("headgate")
def test_a_wheel_that_is_not_there_or_too_large_is_told_before_a_deploy(project: Path) -> None:
    wheel = project / "connectors/crm/lib/headgate-0.1.0-py3-none-any.whl"

    def said() -> str:
        with pytest.raises(InputError) as caught:
            ready(read_connectors(project)[0], "dev")
        return str(caught.value)

    wheel.write_bytes(b"x" * 8_000_000)
    assert "headgate-0.1.0-py3-none-any.whl: has 8,000,000 bytes, and the workspace takes 10,485,760 of a file" in said()
    wheel.unlink()
    assert (
        "targets.dev.dashboard.package: there is no file 'lib/headgate-0.1.0-py3-none-any.whl' beside connector.yaml" in said()
    )


@pytest.mark.usefixtures("headgate")
def test_two_apps_of_one_name_are_told_before_a_deploy_though_only_one_name_is_written(project: Path) -> None:
    definition = project / "connectors/crm/connector.yaml"
    simulator = "simulator: {package: pi-web-api-simulator==0.1.0, name: crm-dev-dashboard}"
    definition.write_text(definition.read_text().replace("deploy_with: bundle", f"deploy_with: bundle, {simulator}"))

    with pytest.raises(
        InputError, match=r"targets\.dev\.simulator: 'crm-dev-dashboard' is the name of the dashboard's app too"
    ):
        ready(read_connectors(project)[0], "dev")


@pytest.mark.parametrize(
    ("key", "package", "why"),
    [
        ("dashboard", "headgate[dashboard] nonsense", "does not bring the dashboard"),
        ("dashboard", "headgate-new.whl", "is no wheel's name"),
        ("simulator", "not a package", "does not bring the simulator"),
        ("simulator", "requests==2", "does not bring the simulator"),
        ("simulator", "a folder/pi_web_api_simulator-0.1.0-py3-none-any.whl", "does not bring the simulator"),
        ("dashboard", "headgate[dashboard]", ""),
        ("dashboard", "headgate[dashboard, delta] >= 0.1 ; python_version > '3'", ""),
        ("dashboard", "headgate[dashboard] @ https://example.com/headgate-0.1.0-py3-none-any.whl", ""),
        ("simulator", "pi_web_api_simulator~=0.1", ""),
    ],
)
def test_a_package_that_can_not_be_the_apps_is_refused(key: str, package: str, why: str) -> None:
    app = {"package": package} | ({"warehouse_id": "wh1"} if key == "dashboard" else {})
    said = [f"{fault.message}" for fault in faults(scope({key: app}).definition)]

    assert len(said) == bool(why)
    assert why in "".join(said)


def test_a_bundle_has_the_app_with_its_files(headgate: Run, project: Path) -> None:
    headgate("generate", "bundle", "crm")

    bundle = project / "bundle"
    said = YAML(typ="safe").load(bundle / "resources/crm.yml")
    its = {
        **said.get("resources", {}).get("apps", {}),
        **said.get("targets", {}).get("dev", {}).get("resources", {}).get("apps", {}),
    }
    app = its["crm_dashboard_app"]
    assert (app["name"], app["source_code_path"]) == ("crm-dev-dashboard", "../src/${bundle.target}/crm/dashboard")
    assert app["resources"][0]["sql_warehouse"] == {"id": "wh1", "permission": "CAN_USE"}
    assert (bundle / "src/dev/crm/dashboard/headgate-0.1.0-py3-none-any.whl").read_bytes() == b"a wheel"
    assert (bundle / "src/dev/crm/dashboard/connectors/crm/layout.lock").is_file()
