"""One seed: a hostile server, a reader that is killed and started again, and how what landed compares with the truth."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from apps.pi_simulator.app import create_app
from apps.pi_simulator.changes import History
from apps.pi_simulator.faults import Fault, FaultPlan
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Logins, Settings
from apps.pi_simulator.tags import compressed
from apps.pi_simulator.times import SECOND, parse
from apps.pi_simulator.truth import Truth
from connectors.osipi.incremental import progress_of
from connectors.osipi.reconciliation import DELETED
from connectors.osipi.webids import stable_id
from tests.connectors.osipi.simulated.expected import compare, expected, key_of
from tests.connectors.osipi.soak.landing import landing_of
from tests.connectors.osipi.soak.plan import OVERLAPS, POINTS, START, TAGS, USER, VANISHING, Clock, Order, plan_of
from tests.connectors.osipi.soak.reader import CLOCK, TOLD
from tests.connectors.osipi.soak.told import told_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apps.pi_simulator.tags import Tag
    from tests.connectors.osipi.simulated.expected import Findings, Key, Told
    from tests.connectors.osipi.soak.plan import Plan

ROOT = Path(__file__).resolve().parents[4]
MOST_READERS = 150  # of one seed, before it is given up
_LONGEST = 300.0  # seconds of one reader
MINUTE = 60 * SECOND
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
    hostility = FaultPlan(seed, plan.share, tuple(Fault), skew=plan.skew, vanishing=VANISHING, vanishes_at=plan.vanishes_at)
    logins = Logins(clients={USER: _SECRET}, token_seconds=1) if plan.oidc else Logins(users={USER: _SECRET})
    with TemporaryDirectory() as place:
        folder = Path(place)
        settings = Settings(
            strict=True,
            tags=POINTS,
            seed=seed,
            clock=Clock.begin(folder / CLOCK, plan.end).going_on(plan.pace, Random(seed)),  # noqa: S311  # no secret
            compression=plan.compression,
            logins=logins,
            max_items=1000 if seed % 3 == 0 else 150_000,
            hostility=hostility,
            changes=plan.changes,
        )
        with served(create_app(settings)) as url:
            order = folder / "order.json"
            Order(plan.end, {**plan.options, **_login(url, plan)}, plan.upsert, plan.dies_between).write(order)
            killed, failed, unended = _read(plan, order)
        compared = Compared(plan, folder)
        return Outcome(seed, killed, failed, compared.findings(), unended or compared.unreported())


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


class Compared:
    """What landed beside the truth: all of the window has to be there, and nothing else but what lies before it and is true.

    What is not as it should be may have been reported: a value that is missing, with others that came too late to be read, and
    one that is there no more in the archive.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan, self._truth, self._history = plan, Truth(plan.seed), History(plan.changes)
        self._numbers = [*TAGS, *self._history.made]
        self._landing = landing_of(folder, upsert=plan.upsert)
        self._places = progress_of(self._landing.offset()).places
        self._told = told_in(folder / TOLD)

    def _look(self, number: int) -> Tag:
        """Give a tag as it was first, so that what landed can be told whatever it was called by then."""
        found = self._history.look(number, 0)
        return compressed(found) if self._plan.compression else found

    def _is_there(self, number: int) -> bool:
        """Say whether a tag is there in the end."""
        now = self._plan.end + self._plan.skew
        vanished = number % VANISHING == VANISHING - 1 and self._plan.vanishes_at <= now
        return not vanished and self._history.has(number, now)

    @property
    def _is_all_read(self) -> bool:
        """Whether nothing comes later than the overlap, so that all there is has to have landed."""
        return self._plan.options["overlap_minutes"] == str(max(OVERLAPS))

    def findings(self) -> Findings:
        plan = self._plan
        names = {self._look(number).identity.web_id("IDOnly"): self._look(number).identity.web_id() for number in self._numbers}
        rows = [row | {"tag_webid": names[row["tag_id"]]} for row in self._landing.rows()]
        if "reread_hours" in plan.options:
            latest = {key_of(row): row for row in sorted(rows, key=lambda row: str(row["ingestion_timestamp"]).rstrip("Z"))}
            rows = [row for row in latest.values() if row["value_type"] != DELETED]
        there = self._expected(self._numbers, START - 4 * 3600 * SECOND, plan.end)
        findings = compare(rows, there)
        wanted = self._wanted()
        # A server counts good values, so a system state that comes too late to be read is not told.
        lost = [key for key in findings.lost if key in wanted and (self._is_all_read or wanted[key][2] != "system")]
        findings.lost = lost if self._is_all_read else self._told.left(lost, late=True)
        # A tag that went may have been read before compression decided on what was new.
        once = {tag for number in self._numbers if not self._is_there(number) for tag in [self._look(number).identity.web_id()]}
        findings.strange = [key for key in self._told.left(findings.strange, late=False) if key[0] not in once]
        findings.doubled = self._told.left(findings.doubled, late=False)
        return findings

    def _expected(self, numbers: Iterable[int], start: int, end: int) -> dict[Key, Told]:
        return expected(self._truth, numbers, start, end, end + self._plan.skew, self._look)

    def _wanted(self) -> dict[Key, Told]:
        """Give what has to be there: of a tag that went, what had arrived when it was read for the last time."""
        plan = self._plan
        gone = {number for number in self._numbers if not self._is_there(number)}
        # Of a server whose clock is behind by more than a minute nothing is read beyond it, not even future data.
        end = plan.end if plan.skew > -MINUTE else plan.end + plan.skew - SECOND
        wanted = self._expected([number for number in self._numbers if number not in gone], START, end)
        places = {stable_id(key): place for key, place in self._places.items()}
        for number in gone:
            if place := places.get(self._look(number).identity.web_id("IDOnly")):
                until = parse(place.until + "Z", 0)
                kept = self._expected([number], START, until).keys() & self._expected([number], START, plan.end).keys()
                wanted |= {key: one for key, one in self._expected([number], START, until).items() if key in kept}
        return wanted

    def unreported(self) -> str:
        """Say which tag has two WebIDs, or became something else without a word."""
        called = {(row["tag_id"], row["tag_webid"]) for row in self._landing.rows()}
        if len(called) > len({own for own, _ in called}):
            return f"a tag is there under two WebIDs: {sorted(called)}"
        if not self._plan.changes:
            return ""
        now = self._plan.end + self._plan.skew
        keys = {stable_id(key): key for key in self._places}
        for number in self._numbers:
            last = self._history.look(number, now)
            key = keys.get(last.identity.web_id("IDOnly"))
            if key is None:
                continue
            words = self._told.words_of(key)
            is_there = self._is_there(number)
            if is_there and last.identity.web_id() != key and "was renamed" not in words:
                return f"{key} was renamed, and nothing was told of it"
            anew = any(key in message for _, message in self._told.lines if "made anew" in message)
            if not is_there and not anew and "no more" not in words:
                return f"{key} went, and nothing was told of it"
        return ""
