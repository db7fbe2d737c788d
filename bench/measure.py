"""Seconds and memory of whole processes."""

from __future__ import annotations

import os
import subprocess
import time
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_PROC = Path("/proc")
_SAMPLE = 0.01


def run(command: Sequence[str | Path], env: Mapping[str, str], cwd: Path) -> float:
    """Run a command to its end and give its seconds of wall clock. Exits with what the command said, where it fails."""
    started = time.perf_counter()
    done = subprocess.run(list(command), env=dict(env), cwd=cwd, check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} gave exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    return seconds


def clocked(work: Callable[[], object]) -> float:
    """Give the seconds of wall clock that a function takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def fastest(work: Mapping[str, tuple[int, Callable[[], float]]]) -> dict[str, float]:
    """Give each one's fewest seconds. `work` is name → how many runs, and what to run; they take turns: A B A B.

    Turns spread a machine's slower minutes over all of them; the minimum is what the work takes undisturbed.
    """
    found: dict[str, float] = {}
    for turn in range(max(runs for runs, _ in work.values())):
        for name, (runs, once) in work.items():
            if turn < runs:
                found[name] = min(once(), found.get(name, inf))
    return found


def peak_memory(command: Sequence[str | Path], env: Mapping[str, str], cwd: Path) -> float | None:
    """Run a command and give the peak of its processes' resident memory together, in MB (10^6 bytes).

    Resident sets of the command and all below it are summed every 10 ms; what they share (libraries) counts for each, so
    the sum is on the high side. None where the system doesn't list a process's children in /proc, as Linux does.
    """
    if not (_PROC / "thread-self" / "children").exists():
        return None
    peak = 0
    with subprocess.Popen(
        list(command), env=dict(env), cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            peak = max(peak, sum(_resident(pid) for pid in _tree(process.pid)))
            time.sleep(_SAMPLE)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} gave exit code {process.returncode}")
    return peak / 1e6


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        tasks = list((_PROC / str(pid) / "task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from _tree(child)


def _resident(pid: int) -> int:
    try:
        pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
