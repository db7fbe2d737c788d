"""Measure, print the tables, and exit with 1 where a goal is missed."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bench.__main__ import show
from bench.balance import connector, dimensions, families, fewest, placement, staying
from bench.balance.instances import OWN, given
from tests.support.shared import COMMUNITY, INSTANCES, shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.__main__ import Row
    from bench.balance.instances import Case
    from bench.balance.placement import Line

_SMALL = 250


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: a rival's seconds, those of a search, seeds of the drift, those for proofs, and steps."""

    seconds: float
    search: float
    seeds: int
    proof_seeds: int
    steps: int


_WHOLE, _QUICK = Size(10, 5, 10, 3, 30), Size(2, 1, 1, 1, 10)


def main(words: Sequence[str] | None = None) -> int:
    """Measure what the words ask for; give the exit code."""
    asked = _parser().parse_args(words)
    sys.stderr.write("Measuring, half a minute …\n" if asked.quick else "Measuring, about nine minutes …\n")
    size = _QUICK if asked.quick else _WHOLE
    text = asked.format == "text"
    table = placement.lines(cases(quick=asked.quick), size.seconds, size.search)
    if text:
        print(placement.heading(), *table, "", placement.NOTES, "", sep="\n", flush=True)
    stays = [
        *staying.rows(size.seeds, size.proof_seeds, size.steps, judged=not asked.quick),
        *connector_rows(),
        *families.rows(),
        *fewest.rows(),
        *dimensions.rows(),
    ]
    missed = sum(bool(line.missed) for line in table) + sum(row.missed for row in stays)
    if text:
        print(f"Staying put: {size.steps} steps, mean of {size.seeds} seeds, proofs of {size.proof_seeds}. {staying.NOTES}")
        show(stays)
        print("", f"{missed or 'No'} goals missed.", sep="\n")
    else:
        print(json.dumps(as_data(table, stays, missed), indent=2))
    return int(missed > 0)


def cases(*, quick: bool) -> list[Case]:
    """Give the instances: our own, and those beside the project where there are any; only our small ones where quick."""
    if quick:
        return [case for case in OWN if len(case.make()[0]) <= _SMALL]
    return [*OWN, *given(shared(INSTANCES))]


def connector_rows() -> list[Row]:
    """Measure one connector of our own making, and the real one beside the project where there is one."""
    found = list(connector.rows("made", connector.mixed()))
    weights = connector.listed(shared(COMMUNITY))
    return found if weights is None else [*found, *connector.rows("real", weights)]


def as_data(table: Sequence[Line], stays: Sequence[Row], missed: int) -> dict[str, Any]:
    """Give all figures as JSON has them."""
    staying_put = [{**asdict(row), "missed": row.missed} for row in stays]
    return {"placement": [line.as_data() for line in table], "staying_put": staying_put, "missed": missed}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.balance", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only small instances, one seed and few steps")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
