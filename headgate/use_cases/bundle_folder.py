"""The folder of a bundle: whose it is, what of it changes, and writing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.definition.load import FILE
from headgate.definition.yaml import parse_yaml
from headgate.files import read_bytes, read_text, system_error
from headgate.generated import Change, File, digest, read_written, write_files, written_text
from headgate.problems import InputError, Problem, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WRITTEN = ".headgate.json"  # what was written last: path → digest
_MAIN = "databricks.yml"


@dataclass(frozen=True, slots=True)
class BundleChanges:
    """What writing a bundle would do: files that differ, and those of before that it has no more."""

    folder: Path
    files: tuple[File, ...]
    changes: tuple[Change, ...]
    gone: tuple[str, ...]

    def write(self) -> None:
        """Do it. Raises what `system_error` gives; what was not done then is done by the next."""
        try:
            for path in self.gone:
                (self.folder / path).unlink()
        except OSError as error:
            raise system_error(error) from None
        write_files(self.folder, [*(change.file for change in self.changes), File(WRITTEN, written_text(self.files, {}))])


def name_in(folder: Path) -> str:
    """Give the name of the bundle in a folder; empty where there is none. Raises InputError for one that can't be read."""
    path = folder / _MAIN
    if (text := read_text(path)) is None:
        return ""
    bundle = parse_yaml(text, str(path)).data.get("bundle")
    return str(bundle.get("name") or "") if isinstance(bundle, dict) else ""


def refuse_place(folder: Path, root: Path) -> None:
    """Raise InputError for the project's folder, and for one in a connector's: what is written would be taken for its code."""
    place, project = folder.resolve(), root.resolve()
    inside = next((one for one in (place, *place.parents) if (one / FILE).is_file()), None)
    if place == project or inside or (place / "connectors").is_dir():
        words = f"is in the connector's folder {inside.name}" if inside else "is the project's own folder"
        raise InputError(Problem(words, "name a folder of its own: --out bundle", str(folder)))


def changes_in(folder: Path, contents: Mapping[str, bytes], *, force: bool) -> BundleChanges:
    """Give what would change. Raises RefusedError for a file that goes and was changed, InputError for one that is no text."""
    files = tuple(File(path, _text(content, path)) for path, content in contents.items())
    last = read_written(folder / WRITTEN)
    gone = [path for path in sorted(last) if path not in contents and _is_below(folder, path)]
    if not force and (changed := [path for path in gone if digest(_there(folder / path) or "") != last[path]]):
        fix = "look at what they say, then delete them, or say --force"
        message = "is of the bundle no more, and somebody changed it"
        raise RefusedError([Problem(message, fix, str(folder / path)) for path in changed])
    found = []
    for file in files:
        there = _there(folder / file.path)
        if there != file.text:
            clash = there is not None and not force and digest(there) != last.get(file.path)
            found.append(Change(file, there, clash))
    return BundleChanges(folder, files, tuple(found), tuple(gone))


def _is_below(folder: Path, path: str) -> bool:
    """Whether a file is there, and below the folder, whatever somebody wrote into the list of what was written."""
    place = folder / path
    return place.is_file() and place.resolve().is_relative_to(folder.resolve())


def _there(path: Path) -> str | None:
    if path.is_dir():
        return None
    data = read_bytes(path) if path.parent.is_dir() else None
    return None if data is None else data.decode(errors="replace")


def _text(content: bytes, path: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        fix = "bring code with such files in a wheel (code.wheels), or take the file out of code.folder"
        raise InputError(f"{path.partition('/')[2]} is no text, and a bundle's files are written as text", fix) from None
