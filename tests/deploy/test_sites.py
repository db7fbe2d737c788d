"""`headgate deploy` of a definition with sites: one after the other, and no further than the first that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.outputs import parsed
from tests.workspace import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.shell import Shell
    from tests.workspace.workspace import Workspace

SITES = "sites:\n  berlin: {destination: {schema: berlin}}\n  munich: {destination: {schema: munich}}\n"
GO = ("deploy", "crm", "-t", "dev", "--auto-approve")


@pytest.fixture
def crm(deploying: Callable[..., Shell], monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = deploying()
    (made.folder / "layout.lock").unlink()
    (made.folder / "sites.yaml").write_text(SITES)
    for schema in ("berlin", "munich"):
        catalog.make(made.site.terraform.workspace, "schemas", {"name": schema, "catalog_name": "main"})
        monkeypatch.setenv(f"TF_VAR_crm_{schema}_client_secret", "of-a-site")
    made("balance")
    return made


@pytest.mark.long
@pytest.mark.terraform
def test_all_sites_are_deployed_one_after_the_other(crm: Shell, workspace: Workspace) -> None:
    events = [parsed("deploy", line) for line in crm(*GO, "-o", "json").stdout.splitlines()]

    assert list(dict.fromkeys(event["connector"] for event in events)) == ["crm_berlin", "crm_munich"]
    assert {one.spec["schema"] for one in workspace.pipelines.values()} == {"berlin", "munich"}
    assert all((crm.folder / "sites" / site / "deployed.dev.json").is_file() for site in ("berlin", "munich"))


@pytest.mark.long
@pytest.mark.terraform
def test_a_site_that_is_named_is_deployed_alone(crm: Shell, workspace: Workspace) -> None:
    crm(*GO, "--site", "munich")

    assert {one.spec["schema"] for one in workspace.pipelines.values()} == {"munich"}


def test_it_ends_at_the_first_site_that_fails_and_says_which_are_left(crm: Shell) -> None:
    (crm.folder / "sites/berlin/layout.lock").unlink()

    said = crm(*GO, code=3).stderr

    assert "crm_berlin, 1 of 2 sites:" in said
    assert "the deploy ended at step check; nothing was changed before; crm_munich is not begun" in said


def test_rights_are_told_of_each_site(crm: Shell) -> None:
    said = crm("deploy", "crm", "-t", "dev", "--show-permissions").stderr

    assert "crm_berlin, 1 of 2 sites:" in said
    assert "crm_munich, 2 of 2 sites:" in said
