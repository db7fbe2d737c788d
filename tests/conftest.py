"""For all tests: what takes long goes first, what lacks its data is skipped, properties try the same examples each time."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.support.examples import LONG
from tests.support.shared import missing

# The longest first, so that no worker is left with it at the end; the rest follows as it is collected.
FIRST = ("tests/test_style.py", "tests/terraform/", "tests/stacks/", "tests/clients/")

# The workspace that this machine is logged in to is none of the tests'.
for name in [name for name in os.environ if name.startswith("DATABRICKS_")]:
    del os.environ[name]

# The same examples each time; in the long run (--hypothesis-profile) others, and more of them.
settings.register_profile(
    "headgate", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, max_examples=30
)
settings.register_profile(LONG, settings.get_profile("headgate"), derandomize=False, max_examples=400)
# Against a mutant any failure will do, the simplest or not.
settings.register_profile("mutants", settings.get_profile("headgate"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("headgate")


def pytest_collection_finish() -> None:
    # What was collected stays: the garbage collector has not to look through thousands of tests again and again.
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("shared"):
            if reason := missing(*mark.args):
                item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=lambda item: next((place for place, name in enumerate(FIRST) if item.nodeid.startswith(name)), len(FIRST)))
