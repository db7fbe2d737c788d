"""pytest collects the unit tests of pipelines: `pytest_plugins = ["headgate.pytest_plugin"]` in the conftest.py of the root.

Each test of `*.test.yaml`, and of sdp-test's files, is one of pytest's; all share one warm Spark. Parameters have the values of
the target that HEADGATE_TARGET names.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from headgate.problems import HeadgateError
from headgate.render.sql_tests import differences_text
from headgate.use_cases.sql_tests import Prepared, Runner, SqlTestRequest, is_test_file, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RUNNER = pytest.StashKey[Runner]()


class _FailedError(Exception):
    """A test whose tables hold something else; says what."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect files of tests."""
    return _File.from_parent(parent, path=file_path) if is_test_file(file_path) else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """End Spark, where a test started it."""
    if _RUNNER in config.stash:
        config.stash[_RUNNER].close()


class _File(pytest.File):
    def collect(self) -> Iterator[_Item]:
        """Give the file's tests."""
        request = SqlTestRequest(files=(self.path,), target=os.environ.get("HEADGATE_TARGET"), spark="")
        try:
            found = prepare(request)
        except HeadgateError as error:
            raise self.CollectError(str(error)) from None
        for one in found:
            yield _Item.from_parent(self, name=one.test.name, prepared=one)


class _Item(pytest.Item):
    def __init__(self, *, prepared: Prepared, **rest: Any) -> None:
        super().__init__(**rest)
        self._prepared = prepared

    def runtest(self) -> None:
        """Run the test."""
        runner = self.config.stash.setdefault(_RUNNER, Runner(os.environ.get("HEADGATE_SPARK_PYTHON", sys.executable)))
        found = runner.run(self._prepared)
        if not found.passed:
            raise _FailedError("\n".join(differences_text(found.differences, steps=found.steps > 1)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **named: Any) -> Any:
        """Say what differs, without a stack trace."""
        if isinstance(excinfo.value, _FailedError | HeadgateError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **named)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the test is: its line from 0."""
        return self.path, self._prepared.test.line - 1, self.name
