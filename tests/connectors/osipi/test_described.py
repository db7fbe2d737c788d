"""What the tests' server takes is what a PI Web API takes."""

from __future__ import annotations

import json

import pytest

from tests.connectors.osipi.described import GETS, is_taken
from tests.support.shared import PI, shared


@pytest.mark.parametrize(
    ("path", "parameters", "taken"),
    [
        ("/streamsets/recorded", {"webId", "maxCount"}, True),
        ("/streamsets/recorded", {"webId", "maxcounts"}, False),
        ("/points/F1DP-x/attributes", {"selectedFields"}, True),
        ("/points/F1DP-x/attributes/y/z", set(), False),
        ("/points", set(), False),
    ],
)
def test_a_path_or_a_parameter_that_is_not_named_is_not_taken(path: str, parameters: set[str], taken: bool) -> None:
    assert is_taken(path, parameters) is taken


@pytest.mark.shared(PI)
def test_aveva_describes_every_path_and_parameter_that_is_taken() -> None:
    described = json.loads(shared(PI).read_text())["paths"]
    told = {
        path: {one["name"] for one in methods["get"]["parameters"]} for path, methods in described.items() if "get" in methods
    }

    assert {path: {*names.split(), "selectedFields"} - told.get(path, set()) for path, names in GETS.items()} == {
        path: set() for path in GETS
    }
