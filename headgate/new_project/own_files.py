"""Files that a project shares with Headgate's own repository, which is such a project: there is one copy of them."""

from __future__ import annotations

from pathlib import Path

import headgate

# Path → whether it is the user's once it is written.
FILES = {
    "main.py": False,
    "stacks/__init__.py": True,
    "cdktf.json": True,
    "package.json": False,
    "package-lock.json": False,
    ".npmrc": False,
}
# Of these, the lines.
LINES = (".gitignore", ".gitattributes")


def own_file(path: str) -> str:
    """Give a file's text: from the wheel, which has them in a folder of their own, else from the repository."""
    package = Path(headgate.__file__).resolve().parent
    packed = package / "project_files"
    return ((packed if packed.is_dir() else package.parent) / path).read_text(encoding="utf-8")


def with_lines(text: str, there: str | None) -> str:
    """Give what is there with the lines of `text` that it lacks."""
    if there is None:
        return text
    known = {line.strip() for line in there.splitlines()}
    lacking = [line for line in text.splitlines() if line.strip() not in known]
    if not lacking:
        return there
    return there + ("" if not there or there.endswith("\n") else "\n") + "\n".join(lacking) + "\n"
