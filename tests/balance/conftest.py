"""Inventories and definitions that the tests of the balance share."""

from collections.abc import Callable
from typing import Any

import pytest

from headgate.definition.model import Definition


@pytest.fixture
def define() -> Callable[..., Definition]:
    """Give a function that makes a definition with balance settings and parts of its own."""

    def make(parts: dict[str, Any] | None = None, **balance: Any) -> Definition:
        whole: dict[str, Any] = {
            "id": "crm",
            "source": "crm",
            "connection": {"name": "crm_connection"},
            "destination": {"catalog": "main", "schema": "bronze"},
            "balance": balance,
            "targets": {"dev": {}, "prod": {}},
        }
        return Definition.model_validate(whole | (parts or {}))

    return make
