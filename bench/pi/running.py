"""A simulator and readings, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ROOT = Path(__file__).resolve().parents[2]
_STAT = Path("/proc")
WAIT = 20  # milliseconds before each answer
Took = dict[str, float]


@dataclass(frozen=True, slots=True)
class Server:
    """A simulator that runs."""

    pid: int
    base: str

    def cpu(self) -> float:
        """Give the seconds of processor that it used so far."""
        fields = (_STAT / str(self.pid) / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(tags: int, wait: float = WAIT, *, goes: bool = False) -> Iterator[Server]:
    """Start a simulator whose clock stands still, or `goes`; it waits some milliseconds before each answer."""
    clock = [] if goes else ["--start", "2026-03-01T15:30:00Z", "--speed", "0"]
    words = ["--port", "0", "--tags", str(tags), "--latency", str(wait), *clock]
    command = [sys.executable, "-m", "apps.pi_simulator", *words, "--no-gzip"]
    with subprocess.Popen(command, cwd=_ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None  # noqa: S101 (it is a pipe)
        told = process.stderr.readline()
        try:
            yield Server(process.pid, told.partition(" at ")[2].partition(";")[0])
        finally:
            process.terminate()


def read(at: Server, what: str, *words: str) -> Took:
    """Read in a process of its own; give what it took, and as `server` the simulator's seconds of processor."""
    before = at.cpu()
    done = subprocess.run(
        [sys.executable, "-m", "bench.pi.reads", what, at.base, *words], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: Took = json.loads(done.stdout)
    return found | {"server": at.cpu() - before}


def in_turns(at: Server, kinds: Mapping[str, Sequence[str]], turns: int) -> dict[str, Took]:
    """Read each kind so many times, taking turns; give the fewest of each of its figures."""
    runs: dict[str, list[Took]] = {name: [] for name in kinds}
    for _ in range(turns):
        for name, words in kinds.items():
            runs[name].append(read(at, *words))
    return {name: {figure: min(run[figure] for run in some) for figure in some[0]} for name, some in runs.items()}
