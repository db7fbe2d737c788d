"""Our own table of shapes allows nothing that AVEVA's description does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.apps.pi_simulator.shapes import PATHS, schema_of
from tests.apps.pi_simulator.swagger import description
from tests.support.shared import PI

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.shared(PI)
@pytest.mark.parametrize("path", PATHS)
def test_what_our_table_allows_is_described(path: str) -> None:
    described = description()["paths"][path]["get"]["responses"]["200"]["schema"]

    assert list(_beyond(schema_of(path, 200), described, "body")) == []


def _beyond(ours: dict[str, Any], described: dict[str, Any], at: str) -> Iterator[str]:
    """Give where a schema of ours allows more than what is described."""
    if "$ref" in described:
        described = description()["definitions"][described["$ref"].rsplit("/", 1)[1]]
    kinds = {"integer": ("integer", "number")}.get(ours["type"], (ours["type"],))
    if described["type"] == "object" and not {"properties", "additionalProperties"} & {*described}:  # any JSON value
        return
    if described["type"] not in kinds or ours.get("format") not in (None, described.get("format")):
        yield f"{at} is {ours}, not {described}"
    elif ours["type"] == "array":
        yield from _beyond(ours["items"], described["items"], f"{at}[]")
    elif ours["type"] == "object":
        told = described.get("properties")
        for name, inner in ours.get("properties", {}).items():
            if told is None or name not in told:
                yield f"{at}.{name} is not described"
            else:
                yield from _beyond(inner, told[name], f"{at}.{name}")
