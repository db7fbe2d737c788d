"""The connectors in a git clone: those of its main branch, and of pull requests those that it does not have."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# sources/<name>/<name>.py is the oldest layout.
_CODE = re.compile(r"((?:src/databricks/labs/community_connector/)?sources/)([a-z]\w*)/(\w+)\.py")
_IMPORTED, _KINDS = ("src/", "libs/", "sources/", "pipeline/"), (".py", ".yaml", ".json", ".txt", ".toml")
_HELPERS = ("interface", "example_common", "qualys_common")  # no connectors


@dataclass(frozen=True, slots=True)
class Source:
    """A connector's folder in a commit; `branch` is `main` or the number of the newest pull request that has it."""

    name: str
    branch: str
    commit: str
    folder: str


def sources(clone: Path) -> list[Source]:
    """Give the main branch's connectors, then those that pull requests alone have, by name."""
    heads = dict(line.split()[::-1] for line in _git(clone, "for-each-ref", "--format=%(objectname) %(refname)").splitlines())
    main = next(ref for ref in ("refs/heads/main", "refs/heads/master", "refs/remotes/origin/master") if ref in heads)
    asked = {int(match[1]): commit for ref, commit in heads.items() if (match := re.fullmatch(r"refs/pull/(\d+)/head", ref))}
    found = {one.name: one for one in _in_commit(clone, "main", heads[main])}
    others: dict[str, Source] = {}
    for number in sorted(asked):
        for one in _in_commit(clone, f"#{number}", asked[number]):
            old = others.get(one.name)
            if one.name not in found and not (old and old.folder.startswith("src/") and not one.folder.startswith("src/")):
                others[one.name] = one
    return [*sorted(found.values(), key=lambda one: one.name), *sorted(others.values(), key=lambda one: one.name)]


def unpack(clone: Path, source: Source, into: Path) -> Path:
    """Unpack a connector with what it may import; give its folder."""
    root = into / f"{source.branch.strip('#')}_{source.name}"
    parent = source.folder.rpartition("/")[0]
    beside = tuple(f"{parent}/{name}" for name in (source.name + "/", *_HELPERS, "__init__.py"))
    wanted = [
        path
        for path in _git(clone, "ls-tree", "-r", "--name-only", source.commit).splitlines()
        if path.startswith(_IMPORTED) and path.endswith(_KINDS) and "/source_simulator/" not in path
        if path.startswith(beside) or not path.startswith(f"{parent}/")
    ]
    archive = subprocess.run(["git", "archive", source.commit, *wanted], cwd=clone, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(root, filter="data")
    return root / source.folder


def _in_commit(clone: Path, branch: str, commit: str) -> list[Source]:
    found = {}
    for path in _git(clone, "ls-tree", "-r", "--name-only", commit).splitlines():
        match = _CODE.fullmatch(path)
        if match and match[2] not in _HELPERS and match[3] != "__init__":
            found[match[2]] = Source(match[2], branch, commit, match[1] + match[2])
    return list(found.values())


def _git(clone: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=clone, capture_output=True, check=True, text=True).stdout
