"""What goes wrong: at which request, before or after it takes effect, and what happens then."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.workspace.messages import Answer, Request

    Struck = Answer | Literal["close"] | None

CLOSE: Literal["close"] = "close"
"""The connection is closed without an answer."""


@dataclass
class Fault:
    """Strikes the `nth` request of a method and a path, and those after it, `times` in all. `*` stands for any text.

    `when`: before the request takes effect, which it then does not, or after. `then`: an answer, CLOSE, or a function, such as
    one that kills a process, which gives one of these two, or None for all to go on. `times` None strikes for ever. `about`
    narrows it to requests of which it holds.
    """

    method: str = "*"
    path: str = "*"
    when: Literal["before", "after"] = "before"
    then: Answer | Literal["close"] | Callable[[Request], Struck] = CLOSE
    nth: int = 1
    times: int | None = 1
    about: Callable[[Request], bool] = lambda _request: True
    seen: int = 0

    def strike(self, request: Request) -> Struck:
        """Give what a request gets instead of its answer; None where it goes on."""
        if not (fnmatchcase(request.method, self.method) and fnmatchcase(request.path, self.path) and self.about(request)):
            return None
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.seen >= self.nth + self.times):
            return None
        return self.then(request) if callable(self.then) else self.then


def strike(faults: Iterable[Fault], when: Literal["before", "after"], request: Request) -> Struck:
    """Give what the first of the faults that strikes says; each of them counts the request."""
    struck = [found for fault in faults if fault.when == when and (found := fault.strike(request)) is not None]
    return struck[0] if struck else None


def death(number: int, *, carried_out: bool) -> list[Fault]:
    """Give the faults of a workspace that is gone from the `number`th request on, which is yet carried out or not."""
    if carried_out:
        return [Fault(when="after", nth=number), Fault(nth=number + 1, times=None)]
    return [Fault(nth=number, times=None)]
