"""Log files read to the end, several at a time, each by a process of its own."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from fnmatch import fnmatchcase
from time import time
from typing import TYPE_CHECKING, TypeAlias

from headgate.assess.gather import Gathering
from headgate.observe.log_files import rows_of_file
from headgate.problems import HeadgateError, InputError, Problem

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from headgate.assess.model import PipelineRead

_WORTH = 50_000_000  # bytes from which on further processes are worth their start
_AHEAD = 86_400  # seconds from now at which an update may start by the clock of who timed it
_MOST = 8  # processes: the memory of each adds up
_CHUNK = 8  # files that a process reads before it hands over what it read


def is_meant(name: str, id_: str, patterns: Sequence[str]) -> bool:
    """Whether a pipeline is one of those that were asked for: by its id, its name or a pattern of it; all, where none are."""
    return not patterns or any(pattern == id_ or fnmatchcase(name, pattern) for pattern in patterns)


def gather_files(files: Sequence[Path], patterns: Sequence[str], tell: Callable[[str], None]) -> Gathering:
    """Give what log files say of pipelines. Raises InputError with what is wrong with any of them."""
    whole = Gathering()
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    processes = min(len(chunks), os.cpu_count() or 1, _MOST) if sum(map(_size, files)) > _WORTH else 1
    if processes == 1:
        parts = (_gathered(chunk, patterns) for chunk in chunks)
        problems = [problem for part in parts for problem in _merged(whole, part)]
    else:
        tell(f"reading {len(files)} files with {processes} processes")
        problems = []
        # A new process, and no copy of this one, which has threads.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            for future in as_completed([pool.submit(_gathered, chunk, patterns) for chunk in chunks]):
                problems += _merged(whole, future.result())
    if problems:
        raise InputError(sorted(problems, key=str))
    return whole


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


_Part: TypeAlias = "tuple[dict[str, PipelineRead], Counter[str], list[Problem]]"


def _gathered(files: Sequence[Path], patterns: Sequence[str]) -> _Part:
    """Read some files; what a process hands over has to be plain."""
    found = Gathering(lambda name, id_: is_meant(name, id_, patterns), time() + _AHEAD)
    problems: list[Problem] = []
    for file in files:
        try:
            found.add(rows_of_file(file, found.unknown))
        except HeadgateError as error:
            problems += error.problems
        found.end()
    return found.pipelines, found.unknown, problems


def _merged(whole: Gathering, part: _Part) -> list[Problem]:
    pipelines, unknown, problems = part
    whole.merge(pipelines, unknown)
    return problems
