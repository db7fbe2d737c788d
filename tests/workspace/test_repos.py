"""Git folders, as databricks-sdk sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import BadRequest, NotFound, ResourceAlreadyExists
from databricks.sdk.service.workspace import ObjectType, SparseCheckout, SparseCheckoutUpdate

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from tests.workspace.workspace import Workspace

URL = "https://github.com/example/crm.git"


def test_a_repo_needs_its_folder_and_is_on_its_main_branch(client: WorkspaceClient) -> None:
    with pytest.raises(NotFound, match="Parent directory /Shared/crm does not exist"):
        client.repos.create(URL, "gitHub", path="/Shared/crm/code")
    client.workspace.mkdirs("/Shared/crm")

    made = client.repos.create(URL, "gitHub", path="/Shared/crm/code", sparse_checkout=SparseCheckout(patterns=["src"]))

    found = client.repos.get(made.id)
    assert (found.path, found.branch, found.provider, found.url) == ("/Shared/crm/code", "main", "gitHub", URL)
    assert found.sparse_checkout.patterns == ["src"]
    assert client.workspace.get_status("/Shared/crm/code").object_type == ObjectType.REPO
    with pytest.raises(ResourceAlreadyExists):
        client.repos.create(URL, "gitHub", path="/Shared/crm/code")


def test_it_is_checked_out_to_a_branch_or_a_tag(client: WorkspaceClient) -> None:
    id_ = client.repos.create(URL, "gitHub", path="/Shared/code").id
    commits = [client.repos.get(id_).head_commit_id]

    client.repos.update(id_, branch="next")
    assert client.repos.get(id_).branch == "next"
    commits.append(client.repos.get(id_).head_commit_id)
    client.repos.update(id_, tag="v1")
    assert client.repos.get(id_).branch is None
    commits.append(client.repos.get(id_).head_commit_id)
    assert len(set(commits)) == 3
    with pytest.raises(BadRequest, match="not enabled"):
        client.repos.update(id_, sparse_checkout=SparseCheckoutUpdate(patterns=["x"]))


def test_repos_are_listed_by_their_path_and_deleted_with_it(client: WorkspaceClient, workspace: Workspace) -> None:
    ids = [client.repos.create(URL, "gitHub", path=f"/Shared/repo_{number}").id for number in range(25)]
    other = client.repos.create(URL, "gitHub", path="/Users/other").id

    assert [one.id for one in client.repos.list(path_prefix="/Shared/repo")] == ids
    client.repos.delete(other)
    client.workspace.delete("/Shared/repo_0")
    for id_ in (other, ids[0]):
        with pytest.raises(NotFound):
            client.repos.get(id_)
    assert "/Users/other" not in workspace.things
