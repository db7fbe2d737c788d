"""Files in folders that are not there yet, with both ends of the provider: the newer one has files of a new folder race."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.standin.derived import ENDS
from tests.support.examples import some_of
from tests.support.samples import tables_of
from tests.support.site import actions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

pytestmark = pytest.mark.terraform

CODE = {
    f"{folder}{name}": content
    for folder in ("", "crm/", "crm/tables/", "crm/tables/deep/down/", "other/")
    for name, content in {"__init__.py": b"", "read.py": b"x = 1\n", "write.py": b"y = 2\n"}.items()
}


def first_deploy(crm: Site) -> list[str]:
    """Apply the shared stack, then all others at once as `cdktf deploy` does; give the errors."""
    shared, *others = crm.synth()
    for stack in (shared, *others):
        crm.terraform.init(crm.folder(stack))
    found = [crm.terraform.apply(crm.folder(shared))]
    with ThreadPoolExecutor() as pool:
        found += pool.map(crm.terraform.apply, [crm.folder(stack) for stack in others])
    return [error for outcome in found for error in outcome.errors]


@pytest.mark.parametrize("provider", some_of(ENDS))
def test_a_first_deploy_fails_on_no_folder_and_empty_files_go_up(site: Callable[..., Site]) -> None:
    crm = site({"code": {"folder": "src"}}, tables_of(6), pipelines=6, stacks=2)
    crm.code = CODE
    workspace = crm.terraform.workspace

    assert first_deploy(crm) == []
    missed = [request for request in workspace.log if request.path.endswith("/import") and request.status == 404]
    folders = Counter(request.body["path"].rpartition("/")[0] for request in missed)
    assert {folder: count for folder, count in folders.items() if count > 1} == {}
    assert {path for path in workspace.things if path.endswith(".py") and "/ingest/" not in path} == {
        f"/Shared/headgate/dev/crm/code/{path}" for path in CODE
    }
    crm.record()
    crm.assert_settled()


def test_a_deployment_from_before_gets_the_folders_file_and_nothing_else_changes(site: Callable[..., Site]) -> None:
    crm = site(tables=tables_of(2))
    shared, own = (crm.folder(stack) for stack in crm.synth())
    file = shared / "cdk.tf.json"
    before = json.loads(file.read_text())
    del before["resource"]["databricks_workspace_file"], before["resource"]["terraform_data"]
    file.write_text(json.dumps(before))
    for folder in (shared, own):
        crm.terraform.init(folder)
        assert crm.terraform.apply(folder).errors == []
    crm.record()

    added = ("databricks_workspace_file.README", "terraform_data.headgate_connection")
    assert actions(crm.plan()) == {f"shared:{address}": "create" for address in added}
    crm.settle()
