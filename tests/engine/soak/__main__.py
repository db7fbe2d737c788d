"""`make soak-run`: many seeds, spread over processes; exits with 1 where any row was lost, doubled or wrong."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter

from tests.engine.soak.findings import Findings
from tests.engine.soak.plan import KILLED, KINDS
from tests.engine.soak.processes import WITHOUT_THREADS
from tests.engine.soak.run import run
from tests.support.seeds import outcomes_of

SEEDS = 60
# What users of two loaders report, beside which our count is printed.
REPORTED = """\
beside that, of others:
  dlt-hub/dlt#4052: rows that were appended come again, where the state could not be written after them
  airbytehq/airbyte#5565: 500,000 rows of 90,000; told that a sync that runs again may double them"""


def main(words: list[str]) -> int:
    """Run the seeds that are named, or as many from 0 on as are wanted by default."""
    os.environ.update(WITHOUT_THREADS)
    begun = time.monotonic()
    outcomes = outcomes_of(words, SEEDS, run)
    kills = sum((one.kills for one in outcomes), Counter[str]())
    findings = sum((one.findings for one in outcomes), Findings())
    bad = sorted(one.seed for one in outcomes if not one.good)
    print("runs disturbed:", ", ".join(f"{kind} {kills[kind]}" for kind in KINDS))  # noqa: T201
    print(  # noqa: T201
        f"{len(outcomes)} seeds, {kills.total()} runs disturbed, {sum(kills[kind] for kind in KILLED)} of them by kill -9,",
        f"{findings.tables} tables compared, {findings.rows} rows:",
        f"{len(findings.lost)} lost, {len(findings.doubled)} doubled, {len(findings.wrong)} wrong,",
        f"{sum(len(one.failed) for one in outcomes)} failed, in {time.monotonic() - begun:.0f} s",
        f"\nnot as if undisturbed: {bad}" if bad else "",
    )
    print(REPORTED)  # noqa: T201
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
