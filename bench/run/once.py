"""One measurement in a process of its own: `python -m bench.run.once WHAT WORDS` prints what it took; WORDS are JSON."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Work = Callable[[], dict[str, float]]

_WHAT = {
    "engine": "loads.load", "merge": "loads.merge", "process": "loads.process", "source": "arrow.source",
    "pylist": "arrow.pylist", "delta_merge": "arrow.merge", "dlt": "by_dlt.dictionaries_to_delta", "dlt_pi": "by_dlt.pi",
}  # fmt: skip
_OWN, _CHILDREN = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN


def main() -> None:
    """Get it ready, which is not measured; then do it. `cpu` and `seconds`; `megabytes`: the most that one process took."""
    module, name = _WHAT[sys.argv[1]].split(".")
    make: Callable[..., Work] = getattr(importlib.import_module(f"bench.run.{module}"), name)
    with TemporaryDirectory(prefix="headgate-bench-") as out:
        work = make(Path(out), **json.loads(sys.argv[2]))
        cpu, seconds = _cpu(), time.perf_counter()
        found: dict[str, Any] = work()
        found |= {"cpu": _cpu() - cpu, "seconds": time.perf_counter() - seconds}
    most = max(resource.getrusage(whose).ru_maxrss for whose in (_OWN, _CHILDREN))
    print(json.dumps(found | {"megabytes": most * 1024 / 1e6}))


def _cpu() -> float:
    used = [resource.getrusage(whose) for whose in (_OWN, _CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
