"""`headgate simulate-pi`: the PI Web API to try things against, which is a distribution of its own."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

# What it is called where it is installed, and in this repository.
_PACKAGES = ("pi_web_api_simulator", "apps.pi_simulator")


def simulator() -> Callable[..., Any]:
    """Give the simulator's command; where it is not installed, one that says how to."""
    for package in _PACKAGES:
        if find_spec(package.partition(".")[0]) and find_spec(package):
            command: Callable[..., Any] = import_module(f"{package}.command").simulate_pi
            return command
    return _missing


def _missing() -> None:
    """Serve a PI Web API to try everything against without a plant (extra `simulator`)."""
    from headgate.installation import bring

    raise InputError("the simulator is not installed", bring(["simulator"]))
