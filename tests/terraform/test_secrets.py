"""Secrets of a connection that the provider drops when it reads it back: an update sends them, or is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.standin.derived import ENDS
from tests.standin.running import OLDEST
from tests.support.examples import some_of
from tests.support.samples import SECRETS, tables_of
from tests.support.site import actions
from tests.workspace.faults import Fault
from tests.workspace.messages import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.shell import Shell
    from tests.support.site import Site

pytestmark = pytest.mark.terraform

URL = "https://other.example.com"


@pytest.fixture
def crm(settled: Callable[..., Site]) -> Site:
    """A connector with a secret that is kept and one that is dropped, deployed and recorded."""
    return settled({"connection": SECRETS}, tables_of(1))


def held(crm: Site) -> dict[str, Any]:
    """Give the options that the connection has in the workspace, with the secrets that it never tells."""
    (connection,) = crm.terraform.workspace.connections.values()
    return dict(connection.info["options"])


def planned(crm: Site) -> dict[str, str]:
    return actions(crm.plan())


def losses(crm: Site) -> list[tuple[str, str]]:
    review, _ = crm.review()
    return [(finding.code, finding.subject) for finding in review.of_level("loss")]


UPDATE = {"shared:databricks_connection.crm": "update", "shared:terraform_data.headgate_connection": "update"}
AGAIN = {"shared:databricks_connection.crm": "update"}
NOT_SENT = [("secret-not-sent", "databricks_connection.crm")]


def test_a_dropped_secret_is_left_alone_until_it_is_rotated(crm: Site) -> None:
    assert planned(crm) == {}

    crm.edit(connection={"rotate": ["token"]})
    assert planned(crm) == AGAIN
    assert losses(crm) == []


@pytest.mark.parametrize(
    ("change", "provider"),
    [
        *(pytest.param({"options": {"url": URL}}, provider, id=f"an option, {provider}") for provider in ENDS),
        pytest.param({"secrets": ["client_secret", "token", "seal"]}, OLDEST, id="a secret that is new"),
    ],
)
def test_it_is_sent_along_with_any_other_change_and_left_alone_once_that_is_recorded(crm: Site, change: dict[str, Any]) -> None:
    crm.terraform = replace(crm.terraform, variables={**crm.terraform.variables, "crm_seal": "CANARY-3"})
    crm.edit(connection=change)
    assert planned(crm) == UPDATE
    assert losses(crm) == []

    crm.deploy()
    sent = held(crm)
    assert [sent.get(name) for name in ("token", "seal")] == ["CANARY-2", "CANARY-3" if "secrets" in change else None]

    crm.record()
    crm.assert_settled()


def test_an_update_that_the_workspace_refused_is_not_recorded_and_sends_the_secret_when_it_is_done_again(crm: Site) -> None:
    before = crm.deployed.connection
    crm.edit(connection={"options": {"url": URL}})
    crm.synth()
    crm.terraform.workspace.add(Fault("PATCH", "*/connections/*", then=refusal(400, "INVALID_STATE", "not now")))
    assert "not now" in str(crm.terraform.apply(crm.folder("crm-dev-shared")).errors)

    crm.record()
    assert crm.deployed.connection == before
    assert planned(crm) == UPDATE
    crm.deploy()
    assert (held(crm)["url"], held(crm)["token"]) == (URL, "CANARY-2")


def test_without_a_record_of_it_the_review_refuses_the_update_and_says_what_to_do(crm: Site) -> None:
    crm.records["dev"] = replace(crm.deployed, connection="")
    assert planned(crm) == {}

    crm.edit(connection={"options": {"url": URL}})
    assert losses(crm) == NOT_SENT

    crm.edit(connection={"rotate": ["token"]})
    assert losses(crm) == []


def test_an_update_that_undoes_what_somebody_changed_by_hand_is_refused_as_well(crm: Site) -> None:
    with crm.terraform.workspace.changing() as workspace:
        for connection in workspace.connections.values():
            connection.info["options"]["url"] = URL
    assert losses(crm) == NOT_SENT

    crm.terraform.apply_plan(crm.folder("crm-dev-shared"))
    assert "token" not in held(crm)  # which is what the review refused


NO = refusal(500, "INTERNAL_ERROR", "no answer")
REFUSED = Fault("PATCH", "*/connections/*", "before", NO)


@pytest.fixture
def rotated(settled: Callable[..., Site], shell: Callable[[Site], Shell]) -> Shell:
    """A deployed connector whose kept secret has a new value that has yet to be sent."""
    run = shell(settled({"connection": SECRETS | {"secrets": ["client_secret"]}}, tables_of(1)))
    run.site.terraform = replace(run.site.terraform, variables={"crm_client_secret": "CANARY-3"})
    run.synth()
    return run


def test_a_kept_secret_that_a_failed_apply_did_not_bring_is_sent_by_the_next(rotated: Shell) -> None:
    rotated("plan")
    rotated.site.terraform.workspace.add(replace(REFUSED))

    said = rotated("apply", code=4).stderr

    assert "the workspace may not have its new secrets; the next plan sends them again" in said
    assert "CANARY" not in said
    rotated("plan")
    rotated("apply")
    assert "CANARY-3" in held(rotated.site).values()
    assert planned(rotated.site) == {}


@pytest.mark.long
def test_a_kept_secret_that_a_failed_deploy_did_not_bring_is_sent_again_on_demand(rotated: Shell) -> None:
    site, stack = rotated.site, rotated.site.folder("crm-dev-shared")
    site.terraform.workspace.add(replace(REFUSED))
    assert site.terraform.apply(stack).errors
    assert planned(site) == {}

    assert "the next deploy sends them again" in rotated("recover", "crm", "--resend-secrets").stderr

    assert planned(site) == AGAIN
    site.settle()
    assert "CANARY-3" in held(site).values()


@pytest.mark.parametrize("provider", some_of(ENDS))
def test_a_connection_that_would_get_another_name_is_refused_for_the_provider_leaves_it_its_own(crm: Site) -> None:
    before = set(crm.terraform.workspace.connections)
    crm.edit(connection={"name": "crm_renamed"})

    assert ("connection-not-renamed", "databricks_connection.crm") in losses(crm)
    crm.deploy()
    assert set(crm.terraform.workspace.connections) == before
