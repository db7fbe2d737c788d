"""Many pipelines started, some at once, and watched to their ends; or stopped.

What is asked of the workspace grows with the pipelines that run at once only where a list does: one request lists a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from os.path import commonprefix
from typing import TYPE_CHECKING

from headgate.numbers import counted
from headgate.operate.model import Update
from headgate.operate.workspace import ActiveError
from headgate.problems import Problem, SourceError
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.operate.model import Chosen, Listed, UpdateOptions
    from headgate.operate.workspace import OperateWorkspace

LOOK = 10.0  # seconds between two looks
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a pipeline: its update, None where none was started; how long it was watched; and what was wrong."""

    chosen: Chosen
    update: Update | None
    seconds: float | None = None
    problem: Problem | None = None


class Runs:
    """The pipelines of one command, each of which waits, runs or is done."""

    def __init__(self, workspace: OperateWorkspace, tell: Callable[[str], None]) -> None:
        self._workspace, self._tell = workspace, tell
        self._running: dict[str, tuple[Chosen, str, float]] = {}
        self._states: dict[str, str] = {}
        self._done: dict[str, Ran] = {}
        self._told: object = None
        self._pages = 1  # that the list takes

    def start(self, wanted: Sequence[tuple[Chosen, UpdateOptions]], at_once: int, *, wait: bool) -> list[Ran]:
        """Start an update of each, at most `at_once` of which run at a time, and give what became of them, in order.

        wait: until all are over; else until the last one is started. What can't be started keeps none of the others from it.
        Raises SourceError where the workspace can't be asked how they are; those that run go on then.
        """
        waiting = list(wanted)
        while waiting or (wait and self._running):
            while waiting and len(self._running) < at_once:
                self._start(*waiting.pop(0))
            if self._running and (waiting or wait):
                self._say(len(wanted), len(waiting))
                self._workspace.sleep(LOOK)
                self._look()
        if wait:
            self._say(len(wanted), 0)
        return [self._result(chosen) for chosen, _ in wanted]

    def stop(self, wanted: Sequence[Chosen], *, wait: bool) -> list[Ran]:
        """Ask the active update of each to stop, and give what became of them; wait: until they have."""
        for chosen in wanted:
            id_, active = chosen.listed.id, chosen.listed.active
            if not chosen.listed.is_running:
                self._done[id_] = Ran(chosen, chosen.listed.last)
                continue
            try:
                self._workspace.stop(id_)
            except SourceError as error:
                self._done[id_] = Ran(chosen, active, problem=error.problems[0])
                continue
            self._running[id_] = (chosen, active.id if active else "", self._workspace.time())
        while wait and self._running:
            self._say(len(wanted), 0)
            self._workspace.sleep(LOOK)
            self._look()
        return [self._result(chosen) for chosen in wanted]

    def _start(self, chosen: Chosen, options: UpdateOptions) -> None:
        id_ = chosen.listed.id
        try:
            update = self._started(chosen, options)
        except ActiveError as error:
            fix = "wait for it (`headgate pipelines status`), or stop it: `headgate pipelines stop`"
            self._done[id_] = Ran(chosen, None, problem=Problem(f"{self._label(chosen)}: nothing was started: {error}", fix))
        except SourceError as error:
            self._done[id_] = Ran(chosen, None, problem=error.problems[0])
        else:
            self._running[id_] = (chosen, update, self._workspace.time())
            self._states[id_] = "CREATED"
            return
        self._tell(f"warning: {self._done[id_].problem}")

    def _started(self, chosen: Chosen, options: UpdateOptions) -> str:
        """Start an update and give its id: also that of one whose start was not answered, so that it was asked for again."""
        try:
            return self._workspace.start(chosen.listed.id, options)
        except ActiveError:
            now = self._workspace.pipeline(chosen.listed.id)
            active = now.active if now else None
            before = {update.id for update in chosen.listed.updates}
            if active is None or active.id in before or not self._workspace.is_asked(chosen.listed.id, active.id, options):
                raise
            return active.id

    def _look(self) -> None:
        """See how those that run are."""
        there, now = self._listed(), self._workspace.time()
        for id_, (chosen, update, since) in list(self._running.items()):
            listed = there.get(id_)
            state = _state_of(listed, update) if listed else "GONE"
            if listed and state == "FAILED" and listed.active:
                self._tell(f"{self._label(chosen)} failed, and the service tries it again")
                self._running[id_] = chosen, listed.active.id, since
                state = listed.active.state
            # One that failed may be about to be tried again: the next look tells.
            elif state in {"COMPLETED", "CANCELED", "GONE"} or state == self._states.get(id_) == "FAILED":
                del self._running[id_]
                self._end(chosen, Update(update, state), now - since)
            self._states[id_] = state

    def _listed(self) -> dict[str, Listed]:
        """Give those that run by their ids: by the list, or one by one where that takes fewer requests."""
        if len(self._running) <= self._pages:
            each = [self._workspace.pipeline(id_) for id_ in self._running]
            return {one.id: one for one in each if one}
        names = [chosen.listed.name for chosen, _, _ in self._running.values()]
        found = self._workspace.pipelines(commonprefix(names))  # noqa: RUF071  # names, not paths
        self._pages = max(1, ceil(len(found) / _PAGE))
        return {one.id: one for one in found}

    def _end(self, chosen: Chosen, update: Update, seconds: float) -> None:
        words = {"COMPLETED": "completed", "FAILED": "failed", "CANCELED": "was canceled", "GONE": "is gone from the workspace"}
        self._done[chosen.listed.id] = Ran(chosen, update, seconds)
        self._tell(f"{self._label(chosen)} {words[update.state]} after {counted(round(seconds), 'second')}")

    def _result(self, chosen: Chosen) -> Ran:
        id_ = chosen.listed.id
        if id_ in self._done:
            return replace(self._done[id_], chosen=chosen)
        _, update, _ = self._running[id_]
        return Ran(chosen, Update(update, self._states.get(id_, "CREATED")))

    def _say(self, all_of_them: int, waiting: int) -> None:
        """Say how far it is, where that changed."""
        now = len(self._done), len(self._running), waiting
        if now != self._told and all_of_them > 1:
            self._tell(f"{now[0]} of {all_of_them} done, {now[1]} running, {waiting} waiting")
        self._told = now

    def _label(self, chosen: Chosen) -> str:
        return seen(chosen.label)


def _state_of(listed: Listed, update: str) -> str:
    """Give the state of an update, by the newest ones; of none that is known, the newest, or what the pipeline does."""
    for one in listed.updates:
        if one.id == update:
            return one.state
    active = listed.active
    if listed.updates and active is None:
        return listed.updates[0].state
    return active.state if active else listed.state
