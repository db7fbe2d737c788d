"""The stand-in, dying at a change of the workspace, and Terraform with it: as when a machine is switched off.

usage: dying_provider.py STANDIN …, with STANDIN_DIES_AT=before:3 (the third change is not made) or after:3 (it is made, and
Terraform never hears of it). Without STANDIN_DIES_AT it is the stand-in.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

WHEN, _, NUMBER = os.environ.get("STANDIN_DIES_AT", "never:0").partition(":")


def dying(change: Callable[..., None], made: list[int]) -> Callable[..., None]:
    """Give a change of the workspace at whose turn all ends; `made` counts them."""

    def changed(*words: Any) -> None:
        made[0] += 1
        if (WHEN, made[0]) == ("before", int(NUMBER)):
            die()
        change(*words)
        if (WHEN, made[0]) == ("after", int(NUMBER)):
            die()

    return changed


def die() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    os._exit(1)


def main() -> None:
    spec = spec_from_file_location("standin", sys.argv.pop(1))
    assert spec
    assert spec.loader
    standin = module_from_spec(spec)
    spec.loader.exec_module(standin)
    made = [0]
    standin.Workspace.put = dying(standin.Workspace.put, made)
    standin.Workspace.drop = dying(standin.Workspace.drop, made)
    standin.run_provider(standin.Provider(), sys.argv)


if __name__ == "__main__":
    main()
