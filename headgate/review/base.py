"""The project as a git reference has it, in a temporary folder."""

from __future__ import annotations

import atexit
import io
import shutil
import subprocess
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

from headgate.problems import InputError, SourceError


def project_at(root: Path, reference: str) -> Path:
    """Give a folder with `connectors/` as the reference has it, empty where it has none; it is gone when the program ends.

    Raises InputError for a reference that git doesn't know, SourceError where git can't be run.
    """
    if reference.startswith("-"):
        raise InputError(f"'{reference}' is not a reference", "name a branch, a tag or a commit")
    # A branch from before the first connector has no such folder, which git can't archive.
    is_there = _git(root, "ls-tree", "--name-only", reference, "connectors")
    archive = _git(root, "archive", "--format=tar", f"{reference}:./", "connectors") if is_there else b""
    folder = Path(tempfile.mkdtemp(prefix="headgate-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if archive:
        _extract(archive, folder)
    return folder


def commits_of(path: Path, most: int) -> list[tuple[str, datetime]]:
    """Give the last commits that changed a file, newest first, with their times; none where it is in no repository."""
    try:
        said = _git(path.parent, "log", f"-n{most}", "--format=%H %cI", "--", path.name).decode()
    except (InputError, SourceError):
        return []
    return [(commit, datetime.fromisoformat(at)) for commit, at in (line.split() for line in said.splitlines())]


def content_at(path: Path, commit: str) -> str | None:
    """Give a file's text as a commit has it; None where it has none."""
    try:
        return _git(path.parent, "show", f"{commit}:./{path.name}").decode()
    except (InputError, SourceError, UnicodeDecodeError):
        return None


def _git(root: Path, *words: str) -> bytes:
    """Give what git prints. Raises InputError where it refuses, SourceError where it can't be run."""
    try:
        run = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)  # noqa: S603, S607  # git's own words
    except OSError as error:
        raise SourceError(f"git can't be run: {error.strerror}", "install it, or give a checkout with --before") from None
    if run.returncode:
        said = run.stderr.decode(errors="replace").strip().splitlines()
        raise InputError(f"git can't give the base: {said[-1] if said else ''}", "fetch it, or give --before")
    return run.stdout


def _extract(archive: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        # Python before 3.11.4 knows no filter, which refuses links that lead out; git itself keeps no file below a link.
        if hasattr(tarfile, "data_filter"):
            opened.extractall(folder, filter="data")
        else:
            opened.extractall(folder)  # noqa: S202  # git's own archive of this repository
