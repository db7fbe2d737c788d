"""One seed: a hostile server, a reader that is killed and started again, and how what landed compares with the truth."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from apps.pi_simulator.app import create_app
from apps.pi_simulator.hostile import Hostility, Trouble
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Logins, Settings
from apps.pi_simulator.times import SECOND, parse
from apps.pi_simulator.truth import Truth
from connectors.osipi.incremental import progress_of
from tests.connectors.osipi.simulated.expected import compare, expected, webid
from tests.connectors.osipi.soak.landing import landing_of
from tests.connectors.osipi.soak.plan import START, TAGS, USER, VANISHING, Clock, Order, plan_of
from tests.connectors.osipi.soak.reader import CLOCK

if TYPE_CHECKING:
    from tests.connectors.osipi.simulated.expected import Findings, Key, Told
    from tests.connectors.osipi.soak.landing import Landing
    from tests.connectors.osipi.soak.plan import Plan

ROOT = Path(__file__).resolve().parents[4]
MOST_READERS = 150  # of one seed, before it is given up
_LONGEST = 300.0  # seconds of one reader
_SECRET = "soak"  # noqa: S105  # the simulator's own


@dataclass(frozen=True)
class Outcome:
    """What came of a seed: how often the reader died or failed, and what is wrong with what it landed."""

    seed: int
    killed: int
    failed: int
    findings: Findings
    unended: str = ""

    @property
    def good(self) -> bool:
        return self.findings.none and not self.unended

    def __str__(self) -> str:
        told = f"seed {self.seed}: {self.killed} kills, {self.failed} failures, {self.findings.rows} rows"
        return f"{told}, {self.findings}" + (f", {self.unended}" if self.unended else "")


def run(seed: int) -> Outcome:
    plan = plan_of(seed)
    hostility = Hostility(seed, plan.share, tuple(Trouble), skew=plan.skew, vanishing=VANISHING, vanishes_at=plan.vanishes_at)
    logins = Logins(clients={USER: _SECRET}, token_seconds=1) if plan.oidc else Logins(users={USER: _SECRET})
    with TemporaryDirectory() as place:
        folder = Path(place)
        settings = Settings(
            strict=True,
            tags=100,
            seed=seed,
            clock=Clock.begin(folder / CLOCK, plan.end),
            logins=logins,
            max_items=1000 if seed % 3 == 0 else 150_000,
            hostility=hostility,
        )
        with served(create_app(settings)) as url:
            order = folder / "order.json"
            Order(plan.end, {**plan.options, **_login(url, plan)}, plan.upsert, plan.dies_between).write(order)
            killed, failed, unended = _read(plan, order)
        return Outcome(seed, killed, failed, _compared(plan, landing_of(folder, upsert=plan.upsert)), unended)


def _login(url: str, plan: Plan) -> dict[str, str]:
    if plan.oidc:
        token_url = f"{url}/identitymanager/connect/token"
        return {"pi_base_url": url, "client_id": USER, "client_secret": _SECRET, "token_url": token_url}
    return {"pi_base_url": url, "username": USER, "password": _SECRET}


def _read(plan: Plan, order: Path) -> tuple[int, int, str]:
    """Have readers read until one has read all; give how many were killed and how many failed, and why it did not end."""
    killed = failed = 0
    delays = list(plan.kills)
    words = [sys.executable, "-m", "tests.connectors.osipi.soak.reader", str(order), str(order.parent)]
    told, surroundings = "", {**os.environ, "NO_PROXY": "127.0.0.1"}
    for _ in range(MOST_READERS):
        with subprocess.Popen(
            words,
            cwd=ROOT,
            env=surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as reader:
            assert reader.stdout is not None
            assert reader.stderr is not None
            reader.stdout.readline()
            try:
                code = reader.wait(delays.pop() if delays else _LONGEST)
            except subprocess.TimeoutExpired:
                reader.kill()
                code = reader.wait()
            told = reader.stderr.read()
        if code == 0:
            return killed, failed, ""
        if code not in {1, -9}:
            return killed, failed, f"the reader exited with {code}: {told}"
        killed += code < 0
        failed += code > 0
    return killed, failed, f"no reader came to the end: {told}"


def _compared(plan: Plan, landing: Landing) -> Findings:
    """Compare what landed: all of the window has to be there, and nothing else but what lies before it and is true."""
    truth = Truth(plan.seed)
    there = expected(truth, TAGS, START - 4 * 3600 * SECOND, plan.end, plan.end + plan.skew)
    findings = compare(landing.rows(), there)
    wanted = _wanted(plan, landing, truth)
    findings.lost = [key for key in findings.lost if key in wanted]
    return findings


def _wanted(plan: Plan, landing: Landing, truth: Truth) -> dict[Key, Told]:
    """Give what has to be there: of a tag that vanished, what had arrived when it was read for the last time."""
    gone = [number for number in TAGS if number % VANISHING == VANISHING - 1 and plan.vanishes_at <= plan.end + plan.skew]
    wanted = expected(truth, [number for number in TAGS if number not in gone], START, plan.end, plan.end + plan.skew)
    places = progress_of(landing.offset()).places
    for number in gone:
        if webid(number) in places:
            until = parse(places[webid(number)].until + "Z", 0)
            wanted |= expected(truth, [number], START, until, until + plan.skew)
    return wanted
