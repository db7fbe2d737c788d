"""A layout that is run again and again on Spark, with processes of it that are killed at random."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.engine.conftest import Project

ENDED = 600  # seconds after which a run has hung
# A process is killed once so many tables have ended, and so many seconds after that; these are the most.
TABLES, SECONDS = 2, 6.0
# What is killed → how its command is known; below the run's process, or the server's.
DRIVER, JVM = "headgate.engine.spark.driver", "org.apache.spark.deploy.SparkSubmit"
WORKER, READER, LANDING = "pyspark.daemon", "python_streaming_source_runner", "foreach_batch_worker"


@dataclass
class Disturbed:
    """Runs of a project.

    kinds: what is killed, one after the other and again. server: the process that has Spark, 0 where a run has its own.
    """

    project: Project
    master: str
    luck: Random
    kinds: tuple[str, ...]
    tables: tuple[str, ...]
    server: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    killed: list[str] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None
    _heard: Queue[str] = field(default_factory=Queue)

    def kill_one(self) -> None:
        """Kill a process of the run that is under way, where it has one of the kind; start a run before where there is none."""
        process = self._process or self._start()
        kind = self.kinds[len(self.killed) % len(self.kinds)]
        for _ in range(self.luck.randrange(TABLES + 1)):
            self._await("table")
        try:
            process.wait(self.luck.uniform(0, SECONDS))
        except subprocess.TimeoutExpired:
            pass
        else:
            raise AssertionError(f"a run ended by itself, with exit code {process.returncode}")
        found = sorted(below(self.server if self.server and kind != DRIVER else process.pid, kind))
        for pid in found[-1:]:
            os.kill(pid, signal.SIGKILL)
            self.killed.append(kind)
        if found and kind in {DRIVER, JVM}:
            assert process.wait(ENDED) == 4
            self._process = None

    def end(self) -> None:
        """Have the run that is under way end at its next commits."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(ENDED)

    def _start(self) -> subprocess.Popen[str]:
        """Start a run of some of the tables, which goes on until it is ended, and wait until it has reached Spark."""
        only = ",".join(self.luck.sample(self.tables, 3))
        words = ["--out", "out", "--engine", "spark", "--master", self.master, "--only", only, "--format", "json"]
        self._heard = Queue()
        self._process = process = subprocess.Popen(
            [sys.executable, "-m", "headgate", "run", "crm", *words, "--continuous", "--every", "0.1"],
            cwd=self.project.folder,
            env=os.environ | {"HEADGATE_OPTION_TOKEN": "tok-5ecret-canary"} | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        threading.Thread(target=self._listen, args=(process, self._heard), daemon=True).start()
        self._await("pipeline")
        return process

    def _listen(self, process: subprocess.Popen[str], heard: Queue[str]) -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                heard.put(line)

    def _await(self, kind: str) -> None:
        """Wait for an event of a kind."""
        try:
            while json.loads(self._heard.get(timeout=ENDED))["kind"] != kind:
                pass
        except Empty:
            raise AssertionError(f"no {kind} has begun or ended for {ENDED} s") from None


def below(root: int, word: str) -> Iterator[int]:
    """Give the processes below one whose commands have a word, on Linux."""
    for thread in Path(f"/proc/{root}/task").glob("*"):
        try:
            children = (thread / "children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):  # it has ended
            continue
        for child in children:
            try:
                command = Path(f"/proc/{child}/cmdline").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if word in command:
                yield int(child)
            yield from below(int(child), word)
