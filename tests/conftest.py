"""The order of the tests: what takes long goes first, so that no worker is left with it at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

# The longest first; the rest follows as it is collected.
LONG = ("tests/test_style.py", "tests/terraform/", "tests/stacks/", "tests/clients/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if item.nodeid.startswith(name)), len(LONG)))
