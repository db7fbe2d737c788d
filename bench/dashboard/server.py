"""The dashboard as a process: asked, and what its processor takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from math import nan
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import requests

from bench.work import environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PATIENCE = 600.0  # seconds


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock until an answer was there, and of the server's processor, which /proc tells; else not a number."""

    clock: float
    processor: float


@dataclass(frozen=True, slots=True)
class Server:
    """A dashboard that serves on a port of this machine."""

    pid: int
    port: int
    session: requests.Session

    def processor(self) -> float:
        """Give the seconds of processor that it has taken so far, in the kernel too; as exact as the kernel's ticks, 10 ms."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return nan
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, address: str) -> Took:
        """Ask for a page, and give what that took; what the server still does after its answer counts. Exits for no page."""
        before, began = self.processor(), time.perf_counter()
        answer = self.session.get(f"http://127.0.0.1:{self.port}{address}", timeout=_PATIENCE)
        clock = time.perf_counter() - began
        if answer.status_code != requests.codes.ok:
            raise SystemExit(f"{address} was answered {answer.status_code}: {answer.text[:500]}")
        return Took(clock, self.processor() - before)

    def median(self, addresses: Iterable[str]) -> Took:
        """Ask for pages in turn; give the median by the clock, and the mean of the processor, whose ticks are coarse."""
        found = [self.ask(address) for address in addresses]
        return Took(median(one.clock for one in found), sum(one.processor for one in found) / len(found))


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """Serve a project on any free port until it is left."""
    command = [sys.executable, "-m", "headgate", "dashboard", "--root", str(root), "--port", "0"]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None  # noqa: S101  # it is piped
        try:
            line = process.stderr.readline()
            if not (found := re.search(r"http://[^/]*:(\d+)/", line)):
                raise SystemExit(f"the dashboard did not start: {line}{process.stderr.read()}")
            with requests.Session() as session:
                yield Server(process.pid, int(found[1]), session)
        finally:
            process.terminate()
