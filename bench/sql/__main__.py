"""Measure `headgate sql`, print the table, and exit with 1 where a goal is missed: `python -m bench.sql`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.__main__ import Row, show
from bench.measure import fastest, run

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES, TURNS = 500, 4
GENERATE, CHECK = 0.8, 0.4  # times the other's seconds; seconds
# Lakehouse Plumber, in an environment of its own: `make bench-sql` makes it.
OTHER = Path("build/plumber/bin/lhp").absolute()
_PIPELINE = """\
catalog: main
schema: silver
sources:
  orders: {{table: main.bronze.orders_{0}}}
transforms:
  typed:
    from: orders
    select: [order_id, customer_id, {{amount: "CAST(amount AS DECIMAL(18, 2))"}}]
tables:
  orders_{0}: {{type: streaming_table, from: typed, comment: orders}}
"""
_SQL = """\
CREATE OR REFRESH STREAMING TABLE main.silver.orders AS
SELECT order_id, customer_id, CAST(amount AS DECIMAL(18, 2)) AS amount FROM STREAM(main.bronze.orders);
"""
_OTHERS = """\
pipeline: p{0}
flowgroup: p{0}
actions:
  - name: load_orders
    type: load
    readMode: stream
    source: {{type: delta, catalog: main, schema: bronze, table: orders_{0}}}
    target: v_orders
  - name: typed
    type: transform
    transform_type: sql
    source: v_orders
    target: v_typed
    sql: SELECT order_id, customer_id, CAST(amount AS DECIMAL(18, 2)) AS amount FROM stream(v_orders)
  - name: write_orders
    type: write
    source: v_typed
    write_target: {{type: streaming_table, catalog: main, schema: silver, table: orders_{0}, comment: orders}}
"""


def _write(folder: Path) -> None:
    """Write the same pipelines for both: one source, one transform and one streaming table each."""
    ours, theirs = folder / "ours/pipelines", folder / "theirs/pipelines/many"
    ours.mkdir(parents=True)
    theirs.mkdir(parents=True)
    (folder / "ours/orders.sql").write_text(_SQL)
    for number in range(FILES):
        (ours / f"p{number}.pipeline.yaml").write_text(_PIPELINE.format(number))
        (theirs / f"p{number}.yaml").write_text(_OTHERS.format(number))
    (folder / "theirs/lhp.yaml").write_text('name: bench\nversion: "1.0"\n')
    (folder / "theirs/substitutions").mkdir()
    (folder / "theirs/substitutions/dev.yaml").write_text("dev:\n  env: dev\n")


def _once(command: list[str | Path], env: Mapping[str, str], cwd: Path, made: str) -> float:
    """Give the seconds of a run that finds nothing of the last one."""
    for name in (made, ".lhp"):
        shutil.rmtree(cwd / name, ignore_errors=True)
    seconds = run(command, env, cwd)
    if len([path for path in (cwd / made).rglob("*") if path.suffix in {".sql", ".py"}]) < FILES:
        raise SystemExit(f"{command[0]} made fewer than {FILES} files")
    return seconds


def main() -> int:
    """Measure; give the exit code."""
    if not OTHER.is_file():
        raise SystemExit(f"{OTHER} is not there: run `make bench-sql`")
    sys.stderr.write("Measuring, about a minute …\n")
    env = {**os.environ, "DO_NOT_TRACK": "1", "LHP_TELEMETRY": "0"}
    headgate = Path(sys.executable).parent / "headgate"
    with TemporaryDirectory() as folder:
        here = Path(folder)
        _write(here)
        seconds = fastest(
            {
                "ours": (TURNS, lambda: _once([headgate, "sql", "generate", "-q"], env, here / "ours", "sql")),
                "theirs": (
                    TURNS,
                    lambda: _once(
                        [OTHER, "--no-progress", "generate", "--env", "dev", "--no-bundle"], env, here / "theirs", "generated"
                    ),
                ),
                "check": (TURNS, lambda: run([headgate, "sql", "check", "pipelines/p0.pipeline.yaml"], env, here / "ours")),
                "check SQL": (TURNS, lambda: run([headgate, "sql", "check", "orders.sql"], env, here / "ours")),
            }
        )
    return show(
        [
            Row(f"Lakehouse Plumber generates {FILES} pipelines", seconds["theirs"], "s"),
            Row("headgate generates as many, and checks them", seconds["ours"], "s"),
            Row("  beside it", seconds["ours"] / seconds["theirs"], "times", GENERATE),
            Row("headgate checks one pipeline file, from the command line", seconds["check"], "s", CHECK),
            Row("headgate checks one SQL file", seconds["check SQL"], "s", CHECK),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
