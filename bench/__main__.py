"""Measure, print one table, and exit with 1 where a goal is missed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.measure import clocked, fastest
from bench.plans import write_plan
from bench.project import TABLES_EACH, make_project, make_sites, tables
from bench.work import ACTIONS, BARE, HERE, OURS, TYPED, Review, Synthesis, headgate
from headgate.inventory.read import read_inventory
from headgate.inventory.write import write_inventory

if TYPE_CHECKING:
    from collections.abc import Sequence

SOME, MANY, ROWS = 500, 2000, 100_000
SITES, SITE_TABLES = 50, 39  # OSI PI's own tables


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `limit` is what the figure is to stay under, or over where `over`; None: it is only told."""

    what: str
    figure: float | None
    unit: str
    limit: float | None = None
    over: bool = False

    @property
    def missed(self) -> bool:
        """Whether there is a goal, and the figure is on the wrong side of it."""
        if self.limit is None or self.figure is None:
            return False
        return self.figure < self.limit if self.over else self.figure > self.limit

    def __str__(self) -> str:
        figure = "not told here" if self.figure is None else f"{self.figure:.2f} {self.unit}"
        goal = "" if self.limit is None else f"{'at least' if self.over else 'at most'} {self.limit:g} {self.unit}"
        verdict = "" if self.limit is None or self.figure is None else "MISSED" if self.missed else "met"
        return f"{self.what:<58} {figure:>14}   {goal:<16} {verdict}".rstrip()


def show(rows: Sequence[Row]) -> int:
    """Print a table; give the exit code: 1 where a goal is missed."""
    print(f"{'':<58} {'figure':>14}   goal", *rows, sep="\n")
    return int(any(row.missed for row in rows))


def main() -> int:
    """Measure everything; give the exit code."""
    sys.stderr.write("Measuring, about two minutes …\n")
    with TemporaryDirectory(prefix="headgate-bench-") as name:
        missed = show(measure(Path(name)))
    print(
        "\nFewest seconds of several whole processes that took turns (typed bindings: of two).\n"
        "Memory: resident sets of Python and Node summed every 10 ms, the highest sum of one run."
    )
    return missed


def measure(place: Path) -> list[Row]:
    """Make the projects below `place` and give the table's rows."""
    some, many = make_project(place / "some", SOME), make_project(place / "many", MANY)
    ours, bare, typed, ours_many = (
        Synthesis(OURS, some), Synthesis(BARE, some), Synthesis(TYPED, some), Synthesis(OURS, many)
    )  # fmt: skip
    ours_sites = Synthesis(OURS, make_sites(place / "sites", SITES))
    # A first run of each is not counted: it compiles Python and fills the disk's cache. It says if all do the same work.
    ours.seconds()
    ours_sites.seconds()
    for other in (bare, typed):
        other.seconds()
        if other.stacks() != ours.stacks():
            raise SystemExit(f"{other.script.name} does not give the JSON that main.py gives: nothing to compare")
    inventory = place / "tables.csv"
    write_inventory(inventory, tables(ROWS))
    discover: list[str | Path] = [
        "discover",
        "--connector-name",
        "osipi",
        "--output-csv",
        place / "found.csv",
        "--root",
        HERE.parent,
    ]
    plan = place / "plans" / "crm-prod-1.json"
    plan.parent.mkdir()
    write_plan(plan, MANY)
    review, actions = Review(plan), Review(plan, ACTIONS)
    seconds = fastest(
        {
            "ours": (8, ours.seconds),
            "bare": (8, bare.seconds),
            "typed": (2, typed.seconds),
            "many": (3, ours_many.seconds),
            "sites": (3, ours_sites.seconds),
            "help": (10, lambda: headgate(["--help"], place)),
            "discover": (3, lambda: headgate(discover, place)),
            "balance": (3, lambda: headgate(["balance", "--check", "--root", some], place)),
            "review": (3, review.seconds),
            "actions": (3, actions.seconds),
            "rows": (3, lambda: clocked(lambda: read_inventory(inventory))),
        }
    )
    return [
        Row(f"synthesis of {SOME} pipelines: python main.py", seconds["ours"], "s"),
        Row("  one bare add_override for each block of a stack", seconds["bare"], "s"),
        Row("  typed bindings", seconds["typed"], "s"),
        Row("  main.py to bare override", seconds["ours"] / seconds["bare"], "x", 1.5),
        Row("  typed bindings to main.py", seconds["typed"] / seconds["ours"], "x", 5, over=True),
        Row(f"synthesis of {MANY} pipelines", seconds["many"], "s"),
        Row(f"  {MANY} to {SOME} pipelines", seconds["many"] / seconds["ours"], "x", 4.5),
        Row(f"synthesis of {SITES} sites of {SITE_TABLES} tables", seconds["sites"], "s", 15),
        Row(f"memory of Python and Node, {SOME} pipelines", ours.memory(), "MB", 400),
        Row(f"memory of Python and Node, {MANY} pipelines", ours_many.memory(), "MB"),
        Row("headgate --help", seconds["help"], "s", 0.4),
        Row("headgate discover, OSI PI's 39 tables", seconds["discover"], "s", 3),
        Row(f"headgate balance --check, {SOME * TABLES_EACH} tables", seconds["balance"], "s"),
        Row(f"headgate review, {MANY} pipelines ({3 * MANY} resources)", seconds["review"], "s", 5),
        Row("  reading the plan and counting actions", seconds["actions"], "s"),
        Row(f"memory of headgate review, {MANY} pipelines", review.memory(), "MB", 500),
        Row("  of reading the plan and counting actions", actions.memory(), "MB"),
        Row(f"reading an inventory of {ROWS} rows", seconds["rows"], "s"),
    ]


if __name__ == "__main__":
    sys.exit(main())
