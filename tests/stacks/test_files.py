"""Workspace files: uploaded at once they don't fail each other, and an empty one is uploaded as well."""

from __future__ import annotations

from base64 import b64decode
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.model import Definition
from headgate.terraform.files import KIND, file_blocks
from headgate.terraform.scope import Scope
from headgate.terraform.shared import shared_body
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
    blocks = file_blocks("/code", dict.fromkeys(paths, b"1"))
    waiting = {f"{KIND}.{name}": block for name, block in blocks.items()}
    running: dict[str, Iterator[None]] = {}
    folders: set[str] = set()
    while waiting or running:
        open_ = {*waiting, *running}
        for address in [one for one in waiting if not open_ & {*waiting[one].get("depends_on", [])}]:
            running[address] = uploads(waiting.pop(address)["path"], folders)
        chosen = data.draw(st.sampled_from(sorted(running)))
        if next(running[chosen], "done") == "done":
            del running[chosen]

    assert sorted(block["path"] for block in blocks.values()) == sorted(f"/code/{path}" for path in paths)


def shared(parts: dict[str, Any], code: dict[str, bytes] | None = None) -> dict[str, Any]:
    scope = Scope(Definition.model_validate(parts_of(parts)), "dev")
    files: dict[str, Any] = shared_body(scope, code or {})["resource"].get(KIND, {})
    return files


def test_the_folder_of_ingest_files_is_made_before_the_stacks_that_fill_it() -> None:
    assert [block["path"] for block in shared({}).values()] == ["/Shared/headgate/dev/crm/ingest/README.md"]
    assert shared({"ingestion": "managed"}) == {}


def test_an_empty_file_goes_up_as_a_newline_and_any_other_as_it_is() -> None:
    files = shared({"code": {"folder": "src"}}, {"crm/__init__.py": b"", "crm/read.py": b"\n\n", "py.typed": b""})

    content = {block["path"].rpartition("/")[2]: b64decode(block["content_base64"]) for block in files.values()}
    assert (content["__init__.py"], content["py.typed"], content["read.py"]) == (b"\n", b"\n", b"\n\n")
