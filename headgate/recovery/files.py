"""Files whose content in the workspace is not what a state says of it, as after an update that failed.

The provider reads no content back, and its SDK keeps in the state what an update was to bring even where the update failed: the
next plan is empty, and the workspace would keep the old file.
Source: the provider's workspace/resource_workspace_file.go, Read; terraform-plugin-sdk's ResourceData.Partial, which it doesn't
call.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import md5
from typing import TYPE_CHECKING

from headgate.recovery.model import NOTEBOOK, RecoveryFinding, Thing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.layout.observe import State
    from headgate.recovery.databricks import DatabricksWorkspace

_AT_ONCE = 8


def files_that_differ(workspace: DatabricksWorkspace, states: Mapping[str, State]) -> list[RecoveryFinding]:
    """Give the files of which the workspace has another content than its stack's state says; `states` by stack.

    A file that is not there is none of them: the next plan sees that by itself, and makes it. Takes a request a file. Raises
    SourceError where the workspace can't be asked.
    """
    kept = [(stack, address, state) for stack, state in states.items() for address in state.files if address in state.ids]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda one: workspace.file(one[2].ids[one[1]]), kept))
    return [
        RecoveryFinding("differs", address, stack, Thing(_kind(address), path, path, content=b64encode(content).decode()))
        for (stack, address, state), content in zip(kept, found, strict=True)
        if content is not None and not _same(address, content, b64decode(state.files[address]))
        for path in [state.ids[address]]
    ]


def _kind(address: str) -> str:
    return address.partition(".")[0]


def _same(address: str, found: bytes, stated: bytes) -> bool:
    """Whether two contents are one: the workspace keeps a notebook's cells, and ends lines and the whole as it likes."""
    if _kind(address) != NOTEBOOK:
        return found == stated
    return [line.rstrip() for line in found.strip().splitlines()] == [line.rstrip() for line in stated.strip().splitlines()]


def corrections(findings: Iterable[RecoveryFinding]) -> dict[str, dict[str, str]]:
    """Give address → attributes: what a state is to say of files so that they are as the workspace has them."""
    return {one.address: {"content_base64": one.thing.content, "md5": _md5(one.thing.content)} for one in findings}


def _md5(content: str) -> str:
    return md5(b64decode(content), usedforsecurity=False).hexdigest()
