"""Measure OSI PI's connector against the simulator, print the table, and exit with 1 where a goal is missed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.__main__ import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).resolve().parents[2]
_STAT = Path("/proc")
TAGS, MANY = 1040, 100_000
_NOTES = """
Each reading is a process of its own, against a simulator in another, which waits 20 ms before each answer. Fewest seconds
of {turns} that took turns. "One by one" asks for each tag in turn and makes the same rows with the same decoder. The ratios
are of wall-clock seconds from which the simulator's own processor time is taken, on both sides, also where it passed while
the reader was at work; "on the clock" is with it. Values a second are for each second of the reader's processor. Memory is
the reader's most resident set."""


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
def server(tags: int) -> Iterator[Server]:
    """Start a simulator whose clock stands still."""
    words = ["--port", "0", "--tags", str(tags), "--latency", "20", "--start", "2026-03-01T15:30:00Z", "--speed", "0"]
    command = [sys.executable, "-m", "apps.pi_simulator", *words, "--no-gzip"]
    with subprocess.Popen(command, cwd=_ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None  # noqa: S101 (it is a pipe)
        told = process.stderr.readline()
        try:
            yield Server(process.pid, told.partition(" at ")[2].partition(";")[0])
        finally:
            process.terminate()


def read(at: Server, what: str, *words: str) -> dict[str, float]:
    """Read in a process of its own; give what it took, and as `server` the simulator's seconds of processor."""
    before = at.cpu()
    done = subprocess.run(
        [sys.executable, "-m", "bench.pi.reads", what, at.base, *words], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    found["server"] = at.cpu() - before
    found["own"] = found["seconds"] - found["server"]
    return found


def best(runs: list[dict[str, float]]) -> dict[str, float]:
    """Give the run that took the fewest seconds, with the fewest of each figure."""
    return {name: min(run[name] for run in runs) for name in runs[0]}


def recorded(at: Server, turns: int) -> list[Row]:
    """Measure an hour of 1,040 tags."""
    tags = ("--tags", str(TAGS))
    kinds = {
        "one": ("recorded", *tags),
        "one plain": ("recorded", *tags, "--plain"),
        "four": ("recorded", *tags, "--threads", "4"),
        "four plain": ("recorded", *tags, "--threads", "4", "--plain"),
        "alone": ("one_by_one", *tags),
        "alone plain": ("one_by_one", *tags, "--plain"),
    }
    read(at, *kinds["one"])  # the first is not counted: it compiles
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in kinds}
    for turn in range(turns):
        for name, words in kinds.items():
            if turn == 0 or not name.startswith("alone"):
                runs[name].append(read(at, *words))
    took = {name: best(some) for name, some in runs.items()}
    if len({run["rows"] for run in took.values()}) != 1:
        raise SystemExit(f"the readings do not give the same number of values: {took}")
    values = took["one"]["rows"]
    return [
        Row(f"recorded values of {TAGS:,} tags, an hour", values, "values"),
        Row("  requests", took["one"]["requests"], "", 11),
        Row("  the simulator's own time for them", took["one"]["server"], "s"),
        *_times("one by one, orjson", took["alone"]),
        *_times("one by one, json", took["alone plain"]),
        *_times("one thread, orjson", took["one"]),
        Row("  times faster than one by one", took["alone"]["own"] / took["one"]["own"], "x", 18, over=True),
        *_times("one thread, json", took["one plain"]),
        Row("  times faster than one by one", took["alone plain"]["own"] / took["one plain"]["own"], "x", 10, over=True),
        *_times("four threads, orjson", took["four"]),
        Row("  times faster than one by one", took["alone"]["own"] / took["four"]["own"], "x", 25, over=True),
        *_times("four threads, json", took["four plain"]),
        Row("  times faster than one by one", took["alone plain"]["own"] / took["four plain"]["own"], "x", 12, over=True),
        Row("values a second of one core, orjson", values / took["one"]["cpu"], "/s", 300_000, over=True),
        Row("values a second of one core, json", values / took["one plain"]["cpu"], "/s", 150_000, over=True),
    ]


def _times(name: str, took: dict[str, float]) -> list[Row]:
    return [Row(name, took["own"], "s"), Row("  on the clock", took["seconds"], "s")]


def large(at: Server) -> list[Row]:
    """Measure the memory of many tags over two minutes, and their discovery."""
    few = read(at, "partitions", "--tags", "1000", "--start", "2026-03-01T11:58:00Z")
    many = read(at, "partitions", "--tags", str(MANY), "--start", "2026-03-01T11:58:00Z")
    points = read(at, "points")
    if points["rows"] != MANY:
        raise SystemExit(f"{points['rows']} of {MANY} points were found")
    return [
        Row("memory, 1,000 tags over two minutes", few["megabytes"], "MB"),
        Row(f"memory, {MANY:,} tags over two minutes", many["megabytes"], "MB", 300),
        Row(f"  values of {MANY:,} tags", many["rows"], "values"),
        Row(f"discovery of {MANY:,} tags, besides the simulator", points["own"], "s", 10),
    ]


def main() -> int:
    """Measure everything; give the exit code."""
    turns = 3
    sys.stderr.write("Measuring, about three minutes …\n")
    with server(TAGS) as at:
        rows = recorded(at, turns)
    with server(MANY) as at:
        rows += large(at)
    print(f"{'':<58} {'figure':>14}   goal", *rows, sep="\n")
    print(_NOTES.format(turns=turns))
    return int(any(row.missed for row in rows))


if __name__ == "__main__":
    sys.exit(main())
