"""Measure the dashboard of a large project, print the table, and exit with 1 where a goal is missed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from random import Random
from statistics import mean, median, quantiles
from typing import TYPE_CHECKING

from bench.__main__ import Row, show
from bench.dashboard.questions import COLUMNS, Question, by_kind
from bench.dashboard.server import serving
from bench.dashboard.site import PIPELINES, ROWS, make_site
from bench.project import TABLES_EACH
from bench.work import HERE, environment
from headgate.project import read_connectors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.dashboard.server import Server, Took

PLACE = HERE.parent / "build" / "bench-dashboard"
CLIENTS, SECONDS, EVERY = 50, 30, 2
_WARM, _COLD = 20, 5
_NEW_FIGURES = 16  # seconds after which all ages are looked at again, so that every page is made anew
_ROWS_SECONDS, _SORT_SECONDS = 0.5, 2
_NOTES = f"""
Processor: user and system, of all threads of the server; the clock also has what others do on the machine. Cold: made for the
first time since the figures were read, or asked of the table for the first time; the median of several. Warm: asked for again,
the median (clock) and mean (processor) of {_WARM}. A script's figures leave out its imports and a first question."""


def main() -> int:
    """Measure, and give the exit code."""
    sys.stderr.write("Making the project where it is not there yet, then measuring: about five minutes …\n")
    table = make_site(PLACE)
    with serving(PLACE) as server:
        found = [*pages(server), *questions(server, table), *crowd(server, table.name)]
    missed = show(found)
    print(_NOTES)
    return missed


def pages(server: Server) -> list[Row]:
    """Give the lines of pages that are made of the figures."""
    began = time.perf_counter()
    server.ask("/healthz")
    ready = Row("until the year of history is read", time.perf_counter() - began, "s")
    cold = []
    for number in range(_COLD):
        if number:
            time.sleep(_NEW_FIGURES)
        cold.append(server.ask("/ingestion"))
    warm, floor = server.median(["/ingestion"] * _WARM), server.median(["/static/style.css"] * _WARM)
    return [
        ready,
        Row(f"/ingestion, {PIPELINES} pipelines, cold", 1000 * median(one.clock for one in cold), "ms", 300),
        Row("  processor", 1000 * median(one.processor for one in cold), "ms", 100),
        Row("  warm", 1000 * warm.clock, "ms"),
        Row("  warm, processor", 1000 * warm.processor, "ms", 30),
        Row("  a static file by the same server", 1000 * floor.clock, "ms"),
        Row("  a static file by the same server, processor", 1000 * floor.processor, "ms"),
    ]


def questions(server: Server, table: Path) -> list[Row]:
    """Give the lines of questions of the large table, each beside what scripts take for it."""
    ours: dict[str, tuple[Took, Took]] = {}
    for kind, its in by_kind().items():
        addresses = [one.address(table.name) for one in its]
        ours[kind] = server.median(addresses), server.median(addresses[:1] * _WARM)
    scripts = {tool: _by_script(tool, table) for tool in ("duckdb", "polars")}
    found = []
    for kind, (cold, warm) in ours.items():
        goal = _SORT_SECONDS if kind.startswith("sort") else _ROWS_SECONDS
        found.append(Row(f"/data/…, {ROWS:,} rows, {kind}", cold.clock, "s", goal))
        found.append(Row("  processor", cold.processor, "s"))
        found.append(Row("  warm", warm.clock, "s"))
        for tool, took in scripts.items():
            found.append(Row(f"  {tool} by a script", took[kind][0], "s"))
            found.append(Row(f"  {tool} by a script, processor", took[kind][1], "s"))
    return found


def _by_script(tool: str, table: Path) -> dict[str, tuple[float, float]]:
    command = [sys.executable, "-m", "bench.dashboard.plain", tool, str(table)]
    done = subprocess.run(command, env=environment() | {"PYTHONPATH": str(HERE.parent)}, check=True, stdout=subprocess.PIPE)
    return {kind: (clock, processor) for kind, (clock, processor) in json.loads(done.stdout).items()}


def crowd(server: Server, table: str) -> list[Row]:
    """Give the lines of many people who look at once."""
    people = json.dumps([addresses(number, table) for number in range(CLIENTS)])
    command = [sys.executable, "-m", "bench.dashboard.clients", str(server.port), str(SECONDS), str(EVERY)]
    before = server.processor()
    done = subprocess.run(
        command,
        env=environment() | {"PYTHONPATH": str(HERE.parent)},
        check=True,
        input=people,
        stdout=subprocess.PIPE,
        text=True,
    )
    processor, said = server.processor() - before, json.loads(done.stdout)
    for error in said["errors"][:5]:
        sys.stderr.write(f"{error}\n")
    took = said["took"]
    asked = f"{CLIENTS} people, each a page every {EVERY} s for {SECONDS} s"
    return [
        Row(f"{asked}: pages", len(took), ""),
        Row("  errors", len(said["errors"]), "", 0),
        Row("  95th percentile", quantiles(took, n=20)[-1], "s", 1.5),
        Row("  median", quantiles(took, n=2)[0], "s"),
        Row("  mean", mean(took), "s"),
        Row("  server's processor for a page", 1000 * processor / len(took), "ms", 30),
        Row("  the people's own processor, for a page", 1000 * said["processor"] / len(took), "ms"),
        Row("  load of the machine in the last minute", os.getloadavg()[0], ""),
    ]


def addresses(number: int, table: str) -> list[str]:
    """Give what a person looks at, page after page, the same each time: mostly what is late, then rows, then the rest."""
    random = Random(number)  # noqa: S311  # the same in each run
    (connector,) = read_connectors(PLACE)
    pipelines = sorted({one.pipeline for one in connector.agreed().tables})
    kinds: dict[int, Callable[[], str]] = {
        30: lambda: "/ingestion",
        10: lambda: "/",
        5: lambda: "/layout",
        15: lambda: f"/pipelines/{random.choice(pipelines)}",
        9: lambda: f"/tables/table_{random.randrange(PIPELINES * TABLES_EACH):06}",
        4: lambda: "/data/",
        12: lambda: Question().address(table),
        6: lambda: Question(key=random.randrange(ROWS)).address(table),
        7: lambda: Question(day=random.randrange(340)).address(table),
        2: lambda: Question(sort=random.choice(COLUMNS), down=random.choice((True, False))).address(table),
    }
    return [kind() for kind in random.choices(list(kinds.values()), list(kinds), k=SECONDS // EVERY)]


if __name__ == "__main__":
    sys.exit(main())
