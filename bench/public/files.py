"""Public plans, and public lists of tables: how many end how, by what is said first."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from headgate.cli import app
from headgate.problems import HeadgateError

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDTH = 100


def print_plans(folder: Path) -> None:
    """Review each plan by itself."""
    with TemporaryDirectory() as root:
        _print(sorted(folder.glob("*.json")), lambda file: ("review", str(file), "--target", "dev", "--root", root))


def print_lists(folder: Path) -> None:
    """Make an inventory of each list, in a folder of its own."""
    with TemporaryDirectory() as root:

        def words(file: Path) -> tuple[str, ...]:
            project = Path(root) / file.stem
            project.mkdir()
            return ("discover", "list", "--from-csv", str(file), "--root", str(project), "-q")

        _print(sorted(folder.glob("*.csv")), words)


def _print(files: list[Path], words: Callable[[Path], tuple[str, ...]]) -> None:
    by_end: defaultdict[str, list[str]] = defaultdict(list)
    for file in files:
        by_end[_end(file, words(file))].append(file.name)
    for end, names in sorted(by_end.items(), key=lambda one: -len(one[1])):
        print(f"{len(names):5}  {end}  ({names[0][:_WIDTH]})")
    print(f"{len(files):5}  files")


def _end(file: Path, words: tuple[str, ...]) -> str:
    """Give the exit code and what is said first, of a command in this process, which starts once for all."""
    run = CliRunner().invoke(app, words)
    if run.exception and not isinstance(run.exception, SystemExit | HeadgateError):
        return f"a fault of headgate's own: {run.exception!r}"
    if isinstance(run.exception, HeadgateError):
        return f"refused: {_general(str(run.exception), file)[:_WIDTH]}"
    return f"exit {run.exit_code}: {_general(run.stdout.strip(), file)[:_WIDTH]}"


def _general(said: str, file: Path) -> str:
    """Give the first line without the file, its line and column."""
    line = said.partition("\n")[0]
    return line.removeprefix(str(file)).lstrip(":0123456789 ") if line.startswith(str(file)) else line.rpartition("/")[2]
