"""For all tests: what takes long goes first, and no property fails for the time that its examples take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

# The longest first, so that no worker is left with it at the end; the rest follows as it is collected.
LONG = ("tests/test_style.py", "tests/terraform/", "tests/stacks/", "tests/clients/")

settings.register_profile("headgate", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("headgate")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if item.nodeid.startswith(name)), len(LONG)))
