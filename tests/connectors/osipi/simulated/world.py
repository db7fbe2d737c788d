"""A simulator whose clock the test sets, whose troubles the test plans, and a connector that reads from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from apps.pi_simulator.app import create_app
from apps.pi_simulator.faults import Fault, FaultPlan
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.times import parse
from apps.pi_simulator.truth import Truth
from connectors.osipi import OsipiLakeflowConnect
from tests.connectors.osipi.simulated.expected import compare, expected, iso, moment, webid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import ExitStack

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TABLE = "pi_timeseries"
NOON = parse("2026-03-01T12:00:00Z", 0)
Rows = list[dict[str, Any]]
Plan = Callable[[int], Fault | None]


class Planned(FaultPlan):
    """Troubles that the test decides by the number of a request, or of a part of a batch, from 0 on."""

    requests: Plan
    parts: Plan

    def __init__(self) -> None:
        super().__init__(troubles=())
        self.plan()

    def plan(self, requests: Plan = lambda _: None, parts: Plan = lambda _: None, **settings: int) -> None:
        """Count anew; settings: `skew`, `vanishing`, `vanishes_at`."""
        plain = {"skew": 0, "vanishing": 0, "vanishes_at": 0, "_requests": count(), "_parts": count()}
        # A world's hostility never changes; this one does, from test to test.
        for name, value in {**plain, "requests": requests, "parts": parts, **settings}.items():
            object.__setattr__(self, name, value)

    def next_request(self, asked: bytes) -> Fault | None:  # noqa: ARG002  # the plan goes by number
        return self.requests(next(self._requests))

    def next_part(self, asked: bytes) -> Fault | None:  # noqa: ARG002  # the plan goes by number
        return self.parts(next(self._parts))


@dataclass
class Clock:
    now: int = NOON

    def __call__(self) -> int:
        return self.now


@dataclass
class Noted:
    """Stands before an application and notes what it answered: (method, path) of each request, and each status."""

    app: ASGIApp
    asked: list[tuple[str, str]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.statuses[message["status"]] += 1
            await send(message)

        if scope["type"] == "http":
            self.asked.append((scope["method"], scope["path"]))
        await self.app(scope, receive, noting)


@dataclass
class Stage:
    """Simulators that serve all tests of a session, one for all that want the same settings."""

    running: ExitStack
    servers: dict[str, tuple[Noted, Planned, Clock, str]] = field(default_factory=dict)

    def server(self, **settings: Any) -> tuple[Noted, Planned, Clock, str]:
        """Give a simulator, its troubles, its clock and its address, all as though nobody had asked it yet."""
        key = repr(sorted(settings.items()))
        if key not in self.servers:
            planned, clock = Planned(), Clock()
            noted = Noted(create_app(Settings(clock=clock, hostility=planned, strict=True, **settings)))
            self.servers[key] = noted, planned, clock, self.running.enter_context(served(noted))
        noted, planned, clock, _ = self.servers[key]
        noted.asked.clear()
        noted.statuses.clear()
        planned.plan()
        clock.now = NOON
        return self.servers[key]


@dataclass
class World:
    """A simulator that serves, and its truth."""

    stage: Stage
    clock: Clock = field(default_factory=Clock)
    truth: Truth = field(default_factory=Truth)
    url: str = ""
    form: type[OsipiLakeflowConnect] = OsipiLakeflowConnect

    def serve(self, requests: Plan = lambda _: None, parts: Plan = lambda _: None, **settings: Any) -> Noted:
        """Serve with these troubles; give what is noted of requests. Settings are the simulator's and its hostility's."""
        hostile = {name: settings.pop(name) for name in ("skew", "vanishing", "vanishes_at") if name in settings}
        noted, planned, self.clock, self.url = self.stage.server(**settings)
        planned.plan(requests, parts, **hostile)
        self.truth = Truth(settings.get("seed", 1))
        return noted

    def connector(self, **options: str) -> OsipiLakeflowConnect:
        """Give a connector to the simulator, by whose clock it reads."""
        one = self.form({"pi_base_url": self.url, **options})
        one.clock = lambda: moment(self.clock.now)
        return one

    def check(self, rows: Rows, numbers: Iterable[int], start: int, end: int | None = None) -> None:
        """Hold that the rows are what the archive has of the tags from `start` to `end` (now), each value once."""
        until = self.clock.now if end is None else end
        truth = expected(self.truth, numbers, start, until, self.clock.now)
        assert truth, "there is nothing to read"
        findings = compare(rows, truth)
        assert findings.none, str(findings)


def options_of(numbers: Iterable[int], start: int, **options: str) -> dict[str, str]:
    """Give the table's options that read these tags from `start` on."""
    return {"tag_webids": ",".join(map(webid, numbers)), "startTime": iso(start), **options}


def read(
    one: OsipiLakeflowConnect, options: Mapping[str, str], offset: Any = None, most: int = 200
) -> tuple[Rows, dict[str, Any], list[str]]:
    """Read on until nothing is left, as a framework does; give the rows, the last offset and what was told of tags."""
    rows: Rows = []
    words: list[str] = []
    for _ in range(most):
        some, after = one.read_table(TABLE, offset, options)
        rows += some
        words += [problem.message for problem in one.problems]
        if after == offset:
            return rows, after, words
        offset = after
    raise AssertionError("the read does not end")
