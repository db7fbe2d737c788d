"""Files in the workspace, in an order in which no two of them make one folder at the same time.

A file whose folder is not there makes it. Provider 1.111 and later ask whether it is there once the upload has failed: of two
files at once, one finds the folder that the other has just made, and fails with "The parent folder does not exist". So a
folder's first file comes before all others of the folder and of the folders below it.
Source: the provider's workspace/resource_workspace_file.go, Create, 1.110.0 and 1.111.0.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from headgate.deployment.model import File
from headgate.names import slug

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of a file in base64. Source: Databricks' REST API, workspace/import, `content`: beyond, MAX_NOTEBOOK_SIZE_EXCEEDED.
MOST_BYTES = 10 * 1024 * 1024
# The provider refuses a file of nothing, such as an empty __init__.py.
_NOTHING = b"\n"


def upload(content: bytes) -> str:
    """Give a file's content as it goes up, in base64: an empty file as a single newline."""
    return b64encode(content or _NOTHING).decode()


def files_below(folder: str, files: Mapping[str, bytes], kind: str = "code") -> list[File]:
    """Give files below a folder, those that have to be there first before the others. `files`: path in it → content.

    kind: what their ids begin with, which tells files of one path in two folders apart.
    """
    found: list[File] = []
    first: dict[PurePosixPath, str] = {}
    for path, content in sorted(files.items(), key=lambda item: (item[0].count("/"), item[0])):
        name, folders = _name(kind, path), PurePosixPath(path).parents
        before = next((first[above] for above in folders if above in first), "")
        found.append(File(name, f"{folder}/{path}", content, before))
        first.setdefault(folders[0], name)
    return found


def _name(kind: str, path: str) -> str:
    """Give a file's id; the digest keeps `a/b.py` and `a_b.py` apart."""
    return f"{kind}_{slug(path)[:40]}_{sha256(path.encode()).hexdigest()[:8]}"
