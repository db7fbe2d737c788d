"""A folder that headgate writes as a whole: what of it changes, what goes, and writing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.definition.load import FILE
from headgate.files import read_bytes, system_error
from headgate.generated import Change, File, digest, read_written, write_files, written_text
from headgate.problems import InputError, Problem, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

WRITTEN = ".headgate.json"  # what was written last: path → digest


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """What writing a folder would do: files that differ, and those of before that it has no more.

    kept: path → digest of those of before that stay.
    """

    folder: Path
    files: tuple[File, ...]
    changes: tuple[Change, ...]
    gone: tuple[str, ...]
    kept: Mapping[str, str] = field(default_factory=dict)

    def write(self) -> None:
        """Do it. Raises what `system_error` gives; what was not done then is done by the next."""
        try:
            for path in self.gone:
                (self.folder / path).unlink()
        except OSError as error:
            raise system_error(error) from None
        written = File(WRITTEN, written_text(self.files, self.kept))
        write_files(self.folder, [*(change.file for change in self.changes), written], durable=False)


def refuse_place(folder: Path, root: Path, fix: str) -> None:
    """Raise InputError for the project's folder, and for one in a connector's: what is written would be taken for its code."""
    place, project = folder.resolve(), root.resolve()
    inside = next((one for one in (place, *place.parents) if (one / FILE).is_file()), None)
    if place == project or inside or (place / "connectors").is_dir():
        words = f"is in the connector's folder {inside.name}" if inside else "is the project's own folder"
        raise InputError(Problem(words, fix, str(folder)))


def changes_in(folder: Path, files: Sequence[File], *, force: bool, keep: bool = False) -> FolderChanges:
    """Give what would change. keep: files that were written before, and are not among these, stay.

    Raises RefusedError for a file that goes and was changed.
    """
    last, paths = read_written(folder / WRITTEN), {file.path for file in files}
    rest = {path: told for path, told in sorted(last.items()) if path not in paths and _is_below(folder, path)}
    gone = [] if keep else list(rest)
    if not force and (changed := [path for path in gone if digest(_there(folder / path) or "") != last[path]]):
        fix = "look at what they say, then delete them, or say --force"
        message = "is not written any more, and somebody changed it"
        raise RefusedError([Problem(message, fix, str(folder / path)) for path in changed])
    found = []
    for file in files:
        there = _there(folder / file.path)
        if there != file.text:
            clash = there is not None and not force and digest(there) != last.get(file.path)
            found.append(Change(file, there, clash))
    return FolderChanges(folder, tuple(files), tuple(found), tuple(gone), rest if keep else {})


def _is_below(folder: Path, path: str) -> bool:
    """Whether a file is there, and below the folder, whatever somebody wrote into the list of what was written."""
    place = folder / path
    return place.is_file() and place.resolve().is_relative_to(folder.resolve())


def _there(path: Path) -> str | None:
    if path.is_dir():
        return None
    data = read_bytes(path) if path.parent.is_dir() else None
    return None if data is None else data.decode(errors="replace")
