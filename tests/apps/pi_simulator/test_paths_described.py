"""What the simulator serves of what AVEVA describes, as docs/osipi.md says it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the programs in apps/ have packages of their own: make .venv/.apps.ready")

from apps.pi_simulator.app import CONTROLLERS
from tests.apps.pi_simulator.swagger import gets
from tests.support.shared import PI

_DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "osipi.md"
_SENTENCE = re.compile(r"it does not serve these \(404\): (.*?)\.\n", re.DOTALL)


def _plain(path: str) -> str:
    """A path in small letters, whatever its places are called, without what tells its methods apart."""
    return re.sub(r"\{[^}]*\}", "{id}", path.partition("#")[0]).lower()


@pytest.mark.shared(PI)
def test_the_paths_that_are_not_served_are_those_of_the_document() -> None:
    served = {_plain(path) for one in CONTROLLERS for route in one.router.routes if (path := getattr(route, "path", ""))}
    missing = {_plain(path) for path in gets("/")} - served
    sentence = _SENTENCE.search(_DOCUMENT.read_text())
    assert sentence is not None
    named = re.findall(r"`([^`]+)`", sentence[1])
    # `/word…` stands for every path that begins so, a name without a slash before it for every path that ends so.
    found = {
        name: {
            path
            for path in missing
            if path == name or (name.endswith("…") and path.startswith(name[:-1])) or (name[0] != "/" and path.endswith(name))
        }
        for name in named
    }

    assert missing == set().union(*found.values())
    assert not [name for name, paths in found.items() if not paths]
