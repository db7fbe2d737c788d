"""One seed: rounds of disturbed runs, each with one at its end that nothing disturbs, and how its tables compare to others'.

The others are those of runs at the ends of the rounds alone, which nothing ever disturbed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from filelock import FileLock

from tests.engine.soak.changes import ROUNDS
from tests.engine.soak.findings import Findings
from tests.engine.soak.orders import NOTHING, Place
from tests.engine.soak.plan import rounds_of
from tests.engine.soak.processes import apart, started_engine, started_worker
from tests.engine.soak.tables import PIPELINES, TABLES

if TYPE_CHECKING:
    from headgate.engine.model import PipelineOrder
    from tests.engine.soak.plan import Attempt

_HELD = 60  # seconds that processes of a killed engine may take to end


@dataclass
class Outcome:
    """What came of a seed. kills: how often a run was disturbed how; failed: what undisturbed ones could not load."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    findings: Findings = field(default_factory=Findings)
    failed: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.findings.none and not self.failed

    def __str__(self) -> str:
        said = [
            f"seed {self.seed}: {self.kills.total()} runs disturbed, {self.findings.rows} rows in {self.findings.tables} tables"
        ]
        return "\n".join([*said, *([str(self.findings)] if not self.findings.none else []), *self.failed])


def run(seed: int, rounds: int = ROUNDS) -> Outcome:
    """Run the first rounds of a seed. The process that does so is forked: it may have no threads."""
    outcome = Outcome(seed)
    with TemporaryDirectory() as place:
        found, wanted = (Place(Path(place) / name, seed) for name in ("disturbed", "undisturbed"))
        for one in (found, wanted):
            one.folder.mkdir()
        read_again: set[str] = set()
        for number, (end, attempts) in enumerate(rounds_of(seed)[:rounds]):
            for attempt in attempts:
                if _disturbed(attempt, found, end):
                    outcome.kills[attempt.kind] += 1
                    if attempt.kind == "offset back" and attempt.fault:
                        read_again.add(attempt.fault.table)
            for one in (found, wanted):
                outcome.failed += [f"round {number}: {problem}" for problem in _undisturbed(one, end)]
            if not outcome.failed:
                outcome.findings += apart(partial(_compared, found, wanted, end, read_again), found.folder)
            if not outcome.good:
                break
    return outcome


def _compared(found: Place, wanted: Place, end: int, read_again: set[str]) -> Findings:
    from tests.engine.soak.compare import compared  # noqa: PLC0415  # polars has threads from its import on

    return compared(found, wanted, end, read_again)


def _undisturbed(place: Place, end: int) -> list[str]:
    """Run all pipelines, and give why any table could not be loaded."""
    problems = []
    for name, tables in PIPELINES.items():
        order = place.order(name, tables, lambda _: end, whole=True)
        Path(order.lock).parent.mkdir(parents=True, exist_ok=True)
        with FileLock(order.lock, timeout=_HELD):
            pass
        process = started_worker(order, place.folder)
        code = process.end()
        loaded = {said.table for said in process.said() if said.what == "loaded"}
        told = {said.table: f"{said.error}: {said.fix}" for said in process.said() if said.what == "failed"}
        problems += [
            f"{place.folder.name} {table.name}: {told.get(table.name, f'exit code {code}')}"
            for table in tables
            if table.name not in loaded
        ]
        if code and problems:
            problems.append((place.folder / "printed.log").read_text()[-2000:])
    return problems


def _disturbed(attempt: Attempt, place: Place, end: int) -> bool:
    """Make an attempt, and say whether it was disturbed."""
    place.struck.unlink(missing_ok=True)
    refresh = [TABLES[name] for name in attempt.refresh]
    orders = [
        place.order(name, PIPELINES[name], partial(attempt.at, end), refresh=refresh, fault=attempt.fault or NOTHING)
        for name in attempt.pipelines
    ]
    if attempt.kind == "engine killed":
        return _engine_killed(attempt, orders, place)
    if attempt.kind in {"two at once", "two layouts"}:
        return _two_at_once(attempt, orders, place)
    process = started_worker(orders[0], place.folder)
    if attempt.kind in {"killed", "stopped"}:
        process.listen(attempt.seconds)
        (process.kill if attempt.kind == "killed" else process.stop)()
    code = process.end()
    return place.struck.exists() or code < 0 or any(said.what == "stopped" for said in process.said())


def _engine_killed(attempt: Attempt, orders: list[PipelineOrder], place: Place) -> bool:
    engine = started_engine(orders, place.folder)
    engine.listen(lines=attempt.lines)
    engine.kill()
    return engine.end() < 0


def _two_at_once(attempt: Attempt, orders: list[PipelineOrder], place: Place) -> bool:
    """Run a pipeline beside itself, or two beside one with the tables of both; now and then one of the two is killed."""
    others = orders
    if attempt.kind == "two layouts":
        tables = tuple(table for order in reversed(orders) for table in order.tables)
        other = orders[0].model_copy(update={"pipeline": "both", "lock": f"{orders[0].lock}.both", "tables": tables})
        others = [other, *orders[1:]]
    processes = [started_worker(order, place.folder) for order in (orders[0], *others)]
    if attempt.lines % 2:
        processes[0].listen(attempt.seconds)
        processes[0].kill()
    codes = [process.end() for process in processes]
    refused = any(said.what == "failed" for process in processes for said in process.said())
    return refused or min(codes) < 0
