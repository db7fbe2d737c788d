"""How a pipeline's process is disturbed from within: in the connector's code, or in the midst of a call of delta-rs."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from deltalake._internal import RawDeltaTable, create_deltalake, write_to_deltalake

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

IN_ANSWERS = ("kill", "exit", "quit", "raise", "hang", "full")
IN_OFFSETS = ("bad offset", "offset back")
IN_WRITES = ("before a call", "in a call", "after a call")
STRANGE = ("no row", "other schema")
KINDS = (*IN_ANSWERS, *IN_OFFSETS, *IN_WRITES, *STRANGE)
_CALLS = {"write", "merge_execute", "delete", "compact_optimize", "vacuum"}
_FUNCTIONS = (write_to_deltalake, create_deltalake)


@dataclass(frozen=True)
class Fault:
    """What happens, to which table, and when.

    at: of a table, the how-manieth moment: a call or a row; of a process, the how-manieth call of delta-rs. extra: bytes that a
    file may have from then on; microseconds after a call's begin.
    """

    kind: str
    table: str
    at: int
    extra: int = 0

    def told(self) -> dict[str, Any]:
        return asdict(self)


class Saboteur:
    """Has one fault happen once, in whichever process comes to it; `struck` is there from then on."""

    def __init__(self, fault: Fault, struck: Path) -> None:
        self._fault, self._struck = fault, struck
        self._moments = 0
        self.free: int | None = None  # moments until the disk has room again
        if fault.kind in IN_WRITES and not struck.exists():
            self._calls = 0
            sys.setprofile(self._watch)

    def moment(self, table: str) -> None:
        """Be told of a moment at which a table is read."""
        fault = self._fault
        self._moments += table == fault.table
        if self.free is not None:
            self.free -= 1
            if self.free < 0:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        if table != fault.table or self._moments != fault.at or fault.kind not in IN_ANSWERS or not self._strikes():
            return
        if fault.kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault.kind == "exit":
            os._exit(3)
        elif fault.kind == "quit":
            sys.exit(1)
        elif fault.kind == "hang":
            time.sleep(600)  # longer than the engine has patience
        elif fault.kind == "full":
            self.free = fault.extra % 97
            resource.setrlimit(resource.RLIMIT_FSIZE, (fault.extra, resource.RLIM_INFINITY))
        else:
            raise ConnectionError("the source is away")

    def asked(self, kind: str, table: str) -> bool:
        """Say whether an answer is to be of a bad kind."""
        fault = self._fault
        return fault.kind == kind and fault.table == table and self._moments >= fault.at and self._strikes()

    def _strikes(self) -> bool:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self._struck, os.O_CREAT | os.O_EXCL))
            return True
        return False

    def _watch(self, _frame: FrameType, event: str, called: Any) -> None:
        if event not in {"c_call", "c_return"} or not _changes_a_table(called):
            return
        self._calls += event == "c_call"
        kind = self._fault.kind
        if self._calls != self._fault.at or (event == "c_return") != (kind == "after a call"):
            return
        sys.setprofile(None)
        if self._strikes():
            if kind == "in a call":
                threading.Thread(target=self._die_soon, daemon=True).start()
            else:
                os.kill(os.getpid(), signal.SIGKILL)

    def _die_soon(self) -> None:
        time.sleep(self._fault.extra / 1e6)
        os.kill(os.getpid(), signal.SIGKILL)


def _changes_a_table(called: Any) -> bool:
    """Say whether a function is one of delta-rs by which a table changes."""
    own = isinstance(getattr(called, "__self__", None), RawDeltaTable) and called.__name__ in _CALLS
    return own or called in _FUNCTIONS
