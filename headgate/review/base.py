"""The project as a git reference has it, in a temporary folder."""

from __future__ import annotations

import atexit
import io
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from headgate.problems import InputError, SourceError


def project_at(root: Path, reference: str) -> Path:
    """Give a folder with `connectors/` as the reference has it; it is gone when the program ends.

    Raises InputError for a reference that git doesn't know, SourceError where git can't be run.
    """
    if reference.startswith("-"):
        raise InputError(f"'{reference}' is not a reference", "name a branch, a tag or a commit")
    command = ["git", "-C", str(root), "archive", "--format=tar", f"{reference}:./", "connectors"]
    try:
        run = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # git, with a checked reference
    except OSError as error:
        raise SourceError(f"git can't be run: {error.strerror}", "install it, or give a checkout with --before") from None
    if run.returncode:
        said = run.stderr.decode(errors="replace").strip().splitlines()
        raise InputError(f"git has no connectors at '{reference}': {said[-1] if said else ''}", "fetch it, or give --before")
    folder = Path(tempfile.mkdtemp(prefix="headgate-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(run.stdout)) as archive:
        # Python before 3.11.4 knows no filter, which refuses links that lead out; git itself keeps no file below a link.
        if hasattr(tarfile, "data_filter"):
            archive.extractall(folder, filter="data")
        else:
            archive.extractall(folder)  # noqa: S202  # git's own archive of this repository
    return folder
