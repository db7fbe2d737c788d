"""Files that headgate writes into somebody's repository: what would change, what is theirs, and writing all or none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import unified_diff
from hashlib import sha256
from typing import TYPE_CHECKING

from headgate.files import parse_json, read_bytes, read_text, write_all
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class File:
    """A file to write, by its path below the repository.

    yours: written once, then the user's to edit. merged: the text holds what the user's file says, so it takes its place.
    """

    path: str
    text: str
    yours: bool = False
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A file that says something else than what is there (None: nothing is). clash: somebody changed it."""

    file: File
    there: str | None
    clash: bool

    @property
    def diff(self) -> str:
        """How they differ, as a unified diff."""
        before, after = (self.there or "").splitlines(), self.file.text.splitlines()
        return "\n".join(unified_diff(before, after, f"a/{self.file.path}", f"b/{self.file.path}", lineterm=""))


def changes(
    folder: Path, files: Iterable[File], written: Mapping[str, str] | None = None, *, force: bool = False
) -> list[Change]:
    """Give the files that would be written, in their order.

    written: path → digest of what headgate wrote there last. A file that still says that is headgate's to replace; one that
    somebody changed since stays as it is until headgate has other words for it, and is a clash then. Raises InputError for a
    file that can't be read. force: give all that differ, the user's own too, and none is a clash.
    """
    found = []
    for file in files:
        data = read_bytes(folder / file.path)
        there = None if data is None else data.decode(errors="replace")
        last = (written or {}).get(file.path)
        if there == file.text or (there is not None and file.yours and not force):
            continue
        if there is None and file.yours and last and not force:
            continue  # taken out by hand
        if there is not None and not force and last == digest(file.text):
            continue
        clash = not (there is None or file.merged or force or last == digest(there))
        found.append(Change(file, there, clash))
    return found


def digest(text: str) -> str:
    """Give the digest by which a text is known again."""
    return sha256(text.encode()).hexdigest()


def write_files(folder: Path, files: Iterable[File], *, durable: bool = True) -> None:
    """Write the files, once all of them can be written. Raises InputError where one can't be, before any is.

    durable: as in `headgate.files.write_whole`.
    """
    write_all({folder / file.path: file.text for file in files}, durable=durable)


def read_written(path: Path) -> dict[str, str]:
    """Read what was written last: path → digest; nothing where there is no such file. Raises InputError for a damaged one."""
    text = read_text(path)
    fix = "take the file of the last commit, or remove it"
    found = {} if text is None else parse_json(text, str(path), fix)
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise InputError(Problem("is not what headgate wrote", fix, str(path)))
    return found


def written_text(files: Iterable[File], before: Mapping[str, str]) -> str:
    """Give the text that `read_written` reads: these files, and those that were written before."""
    return json.dumps({**before, **{file.path: digest(file.text) for file in files}}, indent=2, sort_keys=True) + "\n"
