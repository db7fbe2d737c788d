"""Workspace files: uploaded at once they don't fail each other, and an empty one is uploaded as well."""

from __future__ import annotations

from base64 import b64decode
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.model import Definition
from headgate.deployment.files import files_below, upload
from headgate.deployment.model import File
from headgate.deployment.scope import Scope
from headgate.deployment.shared import shared_resources
from tests.support.samples import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join)


def uploads(path: str, folders: set[str]) -> Iterator[None]:
    """Create a file as provider 1.111 and later do, a request at a time."""
    parent = str(PurePosixPath(path).parent)
    yield
    if parent in folders:
        return
    yield
    assert parent not in folders, f"{path}: the parent folder does not exist"
    yield
    folders.update(map(str, PurePosixPath(path).parents))


@given(paths=st.sets(paths.map(lambda path: f"{path}/x.py") | st.just("x.py"), max_size=12), data=st.data())
def test_no_file_fails_in_a_new_folder_whatever_happens_first(paths: set[str], data: st.DataObject) -> None:
    files = files_below("/code", dict.fromkeys(paths, b"1"))
    waiting = {file.id: file for file in files}
    running: dict[str, Iterator[None]] = {}
    folders: set[str] = set()
    while waiting or running:
        open_ = {*waiting, *running}
        for name in [one for one in waiting if waiting[one].after not in open_]:
            running[name] = uploads(waiting.pop(name).path, folders)
        chosen = data.draw(st.sampled_from(sorted(running)))
        if next(running[chosen], "done") == "done":
            del running[chosen]

    assert sorted(file.path for file in files) == sorted(f"/code/{path}" for path in paths)


def shared(parts: dict[str, Any], code: dict[str, bytes] | None = None) -> list[File]:
    scope = Scope(Definition.model_validate(parts_of(parts)), "dev")
    return [one for one in shared_resources(scope, code or {}) if isinstance(one, File)]


def test_the_folder_of_ingest_files_is_made_before_the_stacks_that_fill_it() -> None:
    assert [file.path for file in shared({})] == ["/Shared/headgate/dev/crm/ingest/README.md"]
    assert shared({"ingestion": "managed"}) == []


def test_an_empty_file_goes_up_as_a_newline_and_any_other_as_it_is() -> None:
    files = shared({"code": {"folder": "src"}}, {"crm/__init__.py": b"", "crm/read.py": b"\n\n", "py.typed": b""})

    content = {file.path.rpartition("/")[2]: b64decode(upload(file.content)) for file in files}
    assert (content["__init__.py"], content["py.typed"], content["read.py"]) == (b"\n", b"\n", b"\n\n")
