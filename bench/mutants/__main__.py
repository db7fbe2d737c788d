"""`make mutants`: how many small mutations of the code the tests nearest to it notice.

Of each area 100 mutants are drawn by a seed. A mutant is caught by the first test that fails, or by taking too long. Those that
are not are listed on stdout, with how many were caught; the exit code is 1 where an area misses its goal.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bench.mutants.areas import AREAS, ROOT, Area
from bench.mutants.forks import Job, in_forks
from bench.mutants.mutant import Mutant, sample
from bench.mutants.nearest import Clean, clean, first_failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LONGEST = 900  # seconds of a file's tests without a mutant, or of a mutant's
# How long a processor may be at a mutant's tests: twice as long as without it, and some seconds for what is done once; told
# by the processor, for how long that takes hangs on what else this machine does. A test that waits for what does not come is
# at no work, and has a minute more than ten times its own.
_TIMES, _MORE_SECONDS = 2, 10
_WAITS_TIMES, _WAITS_MORE_SECONDS = 10, 60


class Mutants:
    """A plugin that runs tests against mutants, in place of pytest's own loop."""

    def __init__(self, areas: Sequence[Area], count: int, seed: str) -> None:
        self.areas, self.count, self.seed = areas, count, seed
        self.missed: list[Area] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge all areas, and let pytest run nothing more."""
        for area in self.areas:
            started = time.monotonic()
            items = [item for item in session.items if area.has(item.nodeid)]
            caught, total = self._judge(area, items)
            _say(f"{area.name}: {caught} of {total} caught, in {time.monotonic() - started:.0f} s")
            print(f"{area.name}: {caught} of {total} caught", flush=True)
            if caught < area.goal * total:
                self.missed.append(area)
        return True

    def _judge(self, area: Area, items: Sequence[pytest.Item]) -> tuple[int, int]:
        mutants = sample(area.files(), self.count, f"{self.seed} {area.name}")
        jobs = list(_jobs(mutants, items))
        ends = {end.key: end for end in in_forks(jobs, os.cpu_count() or 1)}
        alive = [mutants[key] for key in sorted(ends) if ends[key].result == "" and not ends[key].late]
        _say(f"{area.name}: {sum(end.late for end in ends.values())} caught by their time")
        for mutant in alive:
            print(*mutant.difference(), sep="\n", end="\n\n")
        return len(mutants) - len(alive), len(mutants)


def _jobs(mutants: Sequence[Mutant], items: Sequence[pytest.Item]) -> Iterator[Job[int]]:
    """Give a job for each mutant: the tests that call its function, the fastest first."""
    runs = {item: run for item, run in zip(items, _clean(items), strict=True) if not run.failed}
    for place, mutant in enumerate(mutants):
        near = [item for item, run in runs.items() if (str(mutant.path), mutant.function) in run.called]
        near.sort(key=lambda item: runs[item].seconds)
        waits = {item: _WAITS_TIMES * runs[item].seconds + _WAITS_MORE_SECONDS for item in near}
        at_work = _TIMES * sum(runs[item].seconds for item in near) + _MORE_SECONDS
        yield Job(place, partial(_against, mutant, waits), _LONGEST, at_work)


def _against(mutant: Mutant, items: Mapping[pytest.Item, float]) -> str:
    """Give what catches a mutant: the name of the first test that fails, or the import of its module; "" where nothing does.

    items: each with the seconds that it may take, by the clock.
    """
    try:
        mutant.put_in()
    except Exception:  # noqa: BLE001 # whatever a mutant does
        return mutant.path.name
    return first_failure(items)


def _clean(items: Sequence[pytest.Item]) -> list[Clean]:
    """Give how all tests run without a mutant; they are shared out by file. Exits where a file's come to no end."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(str(item.path), []).append(item)
    jobs = [Job(name, partial(clean, tests, str(ROOT)), _LONGEST, _LONGEST) for name, tests in files.items()]
    ran: Mapping[str, list[Clean] | None] = {end.key: end.result for end in in_forks(jobs, os.cpu_count() or 1)}
    if dead := [name for name, runs in ran.items() if runs is None]:
        raise SystemExit(f"these tests did not end: {', '.join(dead)}")
    whole = {item: run for name, tests in files.items() for item, run in zip(tests, ran[name] or (), strict=True)}
    for item, run in whole.items():
        if run.failed:
            _say(f"left out, as it fails without any mutant while calls are told: {item.nodeid}")
    return [whole[item] for item in items]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Read the command line and run. Exits with 1 where a goal is missed, 2 where tests can't be collected."""
    words = argparse.ArgumentParser(prog="python -m bench.mutants", description=(__doc__ or "").split("\n\n")[1])
    names = [area.name for area in AREAS]
    words.add_argument("--area", choices=names, action="append", help="may be given again; without it, all are")
    words.add_argument("--count", type=int, default=100)
    words.add_argument("--seed", default="1")
    said = words.parse_args()
    areas = [area for area in AREAS if area.name in (said.area or names)]
    plugin = Mutants(areas, said.count, said.seed)
    places = [place for area in areas for place in area.tests]
    os.chdir(ROOT)
    # The project's own options, but for those of the plugin that reports.
    options = [
        "-o",
        "addopts=--import-mode=importlib",
        "-m",
        "not long and not shared",
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
        "--hypothesis-profile=mutants",
    ]
    if pytest.main([*places, *options], [plugin]):
        raise SystemExit(2)
    for area in plugin.missed:
        _say(f"{area.name}: fewer than {area.goal:.0%} caught")
    raise SystemExit(1 if plugin.missed else 0)


if __name__ == "__main__":
    main()
