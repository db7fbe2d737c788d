"""Measurements, each in a process of its own, in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
Took = dict[str, float]
Kinds = Mapping[str, tuple[str, Mapping[str, Any]]]  # what is measured, by what words


def once(what: str, **words: Any) -> Took:
    """Measure once; give what it took."""
    command = [sys.executable, "-m", "bench.run.once", what, json.dumps(words)]
    environment = os.environ | {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: Took = json.loads(done.stdout.splitlines()[-1])
    return found


def in_turns(kinds: Kinds, turns: int) -> dict[str, Took]:
    """Measure each kind so many times, taking turns; give the fewest of each of its figures."""
    runs: dict[str, list[Took]] = {name: [] for name in kinds}
    for _ in range(turns):
        for name, (what, words) in kinds.items():
            runs[name].append(once(what, **words))
    return {name: {figure: min(run[figure] for run in some) for figure in some[0]} for name, some in runs.items()}
