"""Folders and files, as databricks-sdk sees them."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from databricks.sdk.errors import BadRequest, NotFound, ResourceAlreadyExists
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language, ObjectType

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from tests.workspace.workspace import Workspace


def imported(client: WorkspaceClient, path: str, text: str = "1", **said: Any) -> None:
    client.workspace.import_(path, content=b64encode(text.encode()).decode(), format=ImportFormat.RAW, **said)


def test_a_file_needs_its_folder(client: WorkspaceClient) -> None:
    with pytest.raises(NotFound, match=r"^The parent folder \(/Shared/a/b\) does not exist\.$") as refused:
        imported(client, "/Shared/a/b/c.py")
    assert refused.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    with pytest.raises(NotFound, match=r"Path \(/Shared/a/b\) doesn't exist"):
        client.workspace.get_status("/Shared/a/b")

    client.workspace.mkdirs("/Shared/a/b")
    imported(client, "/Workspace/Shared/a/b/c.py", "x = 1\n")
    assert client.workspace.export("/Shared/a/b/c.py", format=ExportFormat.AUTO).file_type == "py"
    assert client.workspace.download("/Shared/a/b/c.py").read() == b"x = 1\n"


def test_an_existing_file_is_written_over_only_when_told(client: WorkspaceClient, workspace: Workspace) -> None:
    imported(client, "/Shared/a.py")
    before = client.workspace.get_status("/Shared/a.py")

    with pytest.raises(ResourceAlreadyExists):
        imported(client, "/Shared/a.py", "2")
    imported(client, "/Shared/a.py", "2", overwrite=True)
    assert workspace.text("/Shared/a.py") == "2"
    after = client.workspace.get_status("/Shared/a.py")
    assert (after.object_id, after.created_at) == (before.object_id, before.created_at)
    assert after.modified_at > before.modified_at
    with pytest.raises(ResourceAlreadyExists):
        imported(client, "/Shared", overwrite=True)


def test_a_form_is_taken_as_json_is(client: WorkspaceClient) -> None:
    content = bytes(range(256)) + b"\r\n--x\r\n"

    client.workspace.upload("/Shared/a.bin", content, format=ImportFormat.RAW)
    client.workspace.upload("/Shared/a.bin", content + b"\r\n", format=ImportFormat.RAW, overwrite=True)

    assert client.workspace.download("/Shared/a.bin").read() == content + b"\r\n"
    client.workspace.upload("/Shared/empty.py", b"", format=ImportFormat.RAW)
    assert client.workspace.get_status("/Shared/empty.py").size == 0


def test_what_lies_in_a_folder_is_listed(client: WorkspaceClient) -> None:
    client.workspace.mkdirs("/Shared/a/b")
    imported(client, "/Shared/a/c.py")

    found = {one.path: one.object_type for one in client.workspace.list("/Shared/a")}
    assert found == {"/Shared/a/b": ObjectType.DIRECTORY, "/Shared/a/c.py": ObjectType.FILE}
    assert [one.path for one in client.workspace.list("/Shared/a/c.py")] == ["/Shared/a/c.py"]
    assert list(client.workspace.list("/Shared/a/b")) == []


def test_a_folder_that_is_not_empty_is_deleted_with_all_or_not(client: WorkspaceClient, workspace: Workspace) -> None:
    client.workspace.mkdirs("/Shared/a/b")
    imported(client, "/Shared/ab")

    with pytest.raises(BadRequest) as refused:
        client.workspace.delete("/Shared/a")
    assert refused.value.error_code == "DIRECTORY_NOT_EMPTY"
    client.workspace.delete("/Shared/a", recursive=True)
    assert sorted(workspace.things) == ["/", "/Repos", "/Shared", "/Shared/ab", "/Users"]
    client.workspace.delete("/Shared/ab")
    with pytest.raises(NotFound):
        client.workspace.delete("/Shared/ab")
    with pytest.raises(BadRequest, match="protected"):
        client.workspace.delete("/Shared", recursive=True)


def test_a_folder_is_made_once_and_not_where_a_file_is(client: WorkspaceClient) -> None:
    client.workspace.mkdirs("/Shared/a")
    client.workspace.mkdirs("/Shared/a/")
    imported(client, "/Shared/a/file")

    with pytest.raises(ResourceAlreadyExists):
        client.workspace.mkdirs("/Shared/a/file/below")
    with pytest.raises(NotFound, match="parent folder"):
        imported(client, "/Shared/a/file/below")


def test_a_source_becomes_a_notebook(client: WorkspaceClient) -> None:
    client.workspace.upload("/Shared/one", b"1", language=Language.PYTHON)
    client.workspace.upload("/Shared/two.py", b"# Databricks notebook source\n1", format=ImportFormat.AUTO)
    client.workspace.upload("/Shared/three.py", b"1", format=ImportFormat.AUTO)

    kinds = {one.path: (one.object_type, one.language) for one in client.workspace.list("/Shared")}
    assert kinds == {
        "/Shared/one": (ObjectType.NOTEBOOK, Language.PYTHON),
        "/Shared/two": (ObjectType.NOTEBOOK, Language.PYTHON),
        "/Shared/three.py": (ObjectType.FILE, None),
    }


@pytest.mark.parametrize("said", [{"format": "SOURCE"}, {"format": "RAW", "content": "not base64"}])
def test_what_is_no_import_is_refused(client: WorkspaceClient, said: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        client.api_client.do("POST", "/api/2.0/workspace/import", body={"path": "/Shared/a"} | said)
