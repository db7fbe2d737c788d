"""For all tests: what takes long goes first, what lacks its data is skipped, no property fails for its examples' time."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.support.shared import missing

# The longest first, so that no worker is left with it at the end; the rest follows as it is collected.
LONG = ("tests/test_style.py", "tests/terraform/", "tests/stacks/", "tests/clients/")

# The workspace that this machine is logged in to is none of the tests'.
for name in [name for name in os.environ if name.startswith("DATABRICKS_")]:
    del os.environ[name]

settings.register_profile("headgate", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("headgate")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("shared"):
            if reason := missing(*mark.args):
                item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if item.nodeid.startswith(name)), len(LONG)))
