"""Discovery from a connector's code: its class is loaded and asked in another process, and the answer is checked here."""

from __future__ import annotations

import json
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.discovery import isolate
from headgate.discovery.answer import read_answer
from headgate.problems import InputError
from headgate.redaction.redactor import redactor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.discovery.connector_code import Code, DiscoveryOptions
    from headgate.discovery.found import Found


def discover_code(code: Code, options: DiscoveryOptions) -> Found:
    """Load the connector, list its tables and ask for each one's metadata.

    Raises InputError where `code` names nothing that holds exactly one connector, SourceError where the connector's code
    fails, hangs or gives something else than the interface promises: with `best_effort`, not where that is one table's
    metadata. No text of an error holds the value of an init option.
    """
    with _folder(code) as (path, is_root):
        request = {
            "path": str(path) if path else "",
            "module": code.module,
            "is_root": is_root,
            "class": code.class_name,
            "options": dict(options.init_options),
            "made_up": {one.name: one.made_up for one in options.missing},
            "table_options": {table: dict(its) for table, its in options.table_options.items()},
            "all_tables": dict(options.all_tables),
            "search": [str(folder.resolve()) for folder in code.search],
            "timeout": code.timeout,
        }
        ended = isolate.run(json.dumps(request).encode(), code.timeout)
    return read_answer(ended, code, options, redactor(options.init_options.values()))


@contextmanager
def _folder(code: Code) -> Iterator[tuple[Path | None, bool]]:
    """Give the absolute path to load from, and whether imports start there, as they do in a wheel (unpacked for the while)."""
    if not code.path:
        yield None, False
        return
    if not code.path.exists():
        raise InputError(
            f"{code.path}: there is no such file or folder", "--connector-python-file takes a folder, a .py file or a wheel"
        )
    if code.path.is_file() and code.path.suffix == ".whl":
        with tempfile.TemporaryDirectory(prefix="headgate-wheel-") as folder:
            yield _unpacked(code.path, Path(folder).resolve()), True
        return
    if code.path.is_file() and code.path.suffix != ".py":
        raise InputError(f"{code.path} is not a Python file", "--connector-python-file takes a folder, a .py file or a wheel")
    yield code.path.resolve(), False


def _unpacked(wheel: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise InputError(
            f"{wheel} can't be unpacked as a wheel: {error}", "build it again, or name the folder of its code"
        ) from error
    return folder
