"""A connector that reads its secrets itself: its scope in the workspace, and its way there from a connection and back."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headgate.layout.progress import pending
from tests.standin.running import NEWEST, OLDEST
from tests.support.samples import BY_NOTEBOOK, tables_of
from tests.support.site import actions
from tests.workspace.faults import Fault
from tests.workspace.messages import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.shell import Shell
    from tests.support.site import Site
    from tests.workspace.workspace import Workspace

pytestmark = pytest.mark.terraform

PARTS = {name: part for name, part in BY_NOTEBOOK.items() if part is not None}
SCOPE = "crm-scope"
ROBOT = "0a1b2c3d-0000-0000-0000-000000000000"


def reads_secrets(crm: Site) -> None:
    """Have the connector read its secrets itself."""
    crm.parts.pop("connection", None)
    crm.parts |= deepcopy(PARTS)


def run_all(workspace: Workspace) -> dict[str, str]:
    """Run every pipeline; give table → its pipeline's id."""
    return {table.name: id_ for id_ in sorted(workspace.pipelines) for table in workspace.run(id_)}


def libraries(workspace: Workspace) -> dict[str, Any]:
    return {one.name: one.spec["libraries"] for one in workspace.pipelines.values()}


@pytest.mark.parametrize("provider", [OLDEST, pytest.param(NEWEST, marks=pytest.mark.long)])
def test_from_a_connection_to_secrets_pipelines_and_tables_stay(settled: Callable[..., Site]) -> None:
    crm = settled(tables=tables_of(4), pipelines=2)
    workspace = crm.terraform.workspace
    before = run_all(workspace)
    reads_secrets(crm)

    review, _ = crm.review()
    assert review.verdict == "attention"
    assert [(one.code, one.subject) for one in review.findings] == [("forgotten", "databricks_connection.crm")]
    assert (review.tables, [one.kind for one in review.pipelines]) == ((), ["changed", "changed"])

    crm.settle()
    assert run_all(workspace) == before
    assert (workspace.dropped, workspace.clashes, list(workspace.connections)) == ({}, [], ["crm_connection"])
    folder = "/Shared/headgate/dev/crm/notebooks"
    assert libraries(workspace) == {f"crm_all_{n}": [{"notebook": {"path": f"{folder}/all_{n}"}}] for n in (1, 2)}
    assert not [path for path in workspace.things if "/ingest/" in path]
    assert crm.deployed.ids["databricks_notebook.all_1"] == f"{folder}/all_1"
    assert len(crm.deployed.tables) == 4


@pytest.mark.long
def test_a_pipeline_that_changes_stack_at_the_same_time_arrives(settled: Callable[..., Site]) -> None:
    crm = settled(tables=tables_of(4), pipelines=2, stacks=2)
    workspace = crm.terraform.workspace
    before = run_all(workspace)
    reads_secrets(crm)
    crm.edit(balance={"stacks": 1})
    crm.balance()
    assert pending(crm.agreed, "dev").restacked

    crm.settle()
    assert not pending(crm.agreed, "dev")
    assert (run_all(workspace), workspace.dropped) == (before, {})
    crm.record()  # what was known of it on its way is known no more
    assert not [address for address in crm.deployed.ids if "workspace_file" in address]


@pytest.mark.long
def test_and_back_the_scope_stays_and_the_connection_is_taken_as_it_is(settled: Callable[..., Site]) -> None:
    crm = settled(BY_NOTEBOOK, tables_of(4), pipelines=2)
    workspace = crm.terraform.workspace
    before = run_all(workspace)
    for name in ("credentials", "secrets"):
        del crm.parts[name]
    crm.parts["connection"] = {"name": "made_elsewhere", "existing": True}

    review, _ = crm.review()
    assert review.of_level("loss") == []
    assert ("forgotten", "databricks_secret_scope.crm") in [(one.code, one.subject) for one in review.findings]
    crm.settle()
    assert (run_all(workspace), list(workspace.scopes)) == (before, [SCOPE])


@pytest.mark.long
def test_the_scope_has_the_secrets_and_who_may_read_them_and_keeps_them_when_it_is_left_alone(
    settled: Callable[..., Site],
) -> None:
    crm = settled(BY_NOTEBOOK | {"targets": {"dev": {"run_as": {"service_principal": ROBOT}}}}, tables_of(2))
    scope = crm.terraform.workspace.scopes[SCOPE]
    assert scope.secrets == {"client_secret": "CANARY-1", "token": "CANARY-2"}
    assert {who: may for who, may in scope.acls.items() if who != crm.terraform.workspace.me} == {
        "readers": "READ",
        "ann@example.com": "MANAGE",
        ROBOT: "READ",  # who the pipelines run as
    }
    assert "CANARY" not in str(crm.terraform.workspace.things)

    # Another value makes the secret anew, and no loss of it.
    crm.terraform = replace(crm.terraform, variables={**crm.terraform.variables, "crm_token": "CANARY-3"})
    (address,) = (one for one in actions(crm.plan()) if "databricks_secret." in one)
    assert actions(crm.plan()) == {address: "replace"}
    assert address.startswith("shared:databricks_secret.crm_token_")
    assert crm.review()[0].of_level("loss") == []
    crm.settle()
    assert scope.secrets == {"client_secret": "CANARY-1", "token": "CANARY-3"}

    # A scope that is destroyed is a loss; one that the definition only uses from now on is none.
    crm.edit(secrets={"manage": False, "acls": []})
    review, _ = crm.review()
    assert review.of_level("loss") == []
    crm.settle()
    left = crm.terraform.workspace.scopes[SCOPE]
    assert (sorted(left.secrets), left.acls.get(ROBOT)) == (["client_secret", "token"], "READ")


@pytest.mark.long
def test_a_protected_scope_is_not_destroyed(settled: Callable[..., Site]) -> None:
    crm = settled(BY_NOTEBOOK, tables_of(1))
    crm.edit(secrets={"secrets_scope": "another"})
    stack = crm.synth()[0]

    outcome = crm.terraform.plan(crm.folder(stack))

    assert "prevent_destroy" in str(outcome.errors)


@pytest.fixture
def changed(settled: Callable[..., Site], shell: Callable[[Site], Shell]) -> Shell:
    """A connector that is deployed, and whose notebook has yet to be updated with a third table."""
    crm = settled(BY_NOTEBOOK, tables_of(2))
    crm.parts.pop("connection", None)
    found = shell(crm)
    found.site.tables = tables_of(3)
    found.site.balance()
    found.synth()
    return found


@pytest.mark.long
def test_a_notebook_that_was_not_updated_is_found_and_written_by_the_next_deploy(changed: Shell, workspace: Workspace) -> None:
    no = refusal(500, "INTERNAL_ERROR", "no answer")
    workspace.add(Fault("POST", "*/workspace/import*", "before", no))
    folder = changed.site.folder("crm-dev-1")
    changed.site.terraform.init(folder)
    assert "no answer" in str(changed.site.terraform.apply(folder).errors)
    assert changed.site.terraform.plan(folder).planned == {}

    said = changed("recover", "crm", "--yes")

    path = "/Shared/headgate/dev/crm/notebooks/all_1"
    assert f"databricks_notebook.all_1 in crm-dev-1: notebook {path} has another content than the state says" in said.stdout
    changed.synth()
    assert changed.site.terraform.apply(folder).planned == {"databricks_notebook.all_1": "update"}
    assert "'source_table': 't_3'" in workspace.text(path)
    # The workspace ends a notebook without a new line: that is no other content.
    assert "another" not in changed("record", "crm").stderr


@pytest.mark.long
def test_a_scope_that_was_made_when_all_died_is_taken_over_when_it_is_named(
    site: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace
) -> None:
    crm = site(BY_NOTEBOOK, tables_of(1))
    crm.parts.pop("connection", None)
    run = shell(crm)
    workspace.do("POST", "/api/2.0/secrets/scopes/create", {"scope": SCOPE})
    run.synth()
    folder = crm.folder("crm-dev-shared")
    crm.terraform.init(folder)
    assert "already exists" in str(crm.terraform.apply(folder).errors)

    said = run("recover", "crm", "--import", "databricks_secret_scope.crm", "--yes", code=None)

    assert "databricks_secret_scope.crm" in said.stdout
    crm.settle()
    assert workspace.scopes[SCOPE].secrets == {"client_secret": "CANARY-1", "token": "CANARY-2"}
