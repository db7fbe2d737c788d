"""What is mutated, and the tests nearest to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Area:
    """A part of the code (folders or files) and its tests; of its mutants a share of at least `goal` is to be caught."""

    name: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    goal: float = 0.85

    def has(self, test: str) -> bool:
        """Whether a test, by its name for pytest, is one of the area's."""
        return test.startswith(tuple(f"{place}{end}" for place in self.tests for end in ("/", "::")))

    def files(self) -> Iterator[Path]:
        """Give the area's modules, in order."""
        for place in self.code:
            path = ROOT / place
            yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


# What reads a tag's recorded values on from an offset, and the tests of that.
_NAMES = ("incremental", "stream_reader", "late_arrivals", "dropped", "memories", "reconciliation", "roster", "coverage")
_READING = tuple(f"connectors/osipi/{name}.py" for name in _NAMES)
_TESTS = (
    *("offsets", "coverage", "memories", "stream_reader", "recorded", "late", "dropped"),
    *("restarts", "renamed", "held", "unreadable", "erroneous"),
)
_READ = tuple(f"tests/connectors/osipi/test_{name}.py" for name in _TESTS)

AREAS = (
    Area("partition", ("headgate/partition",), ("tests/partition",)),
    Area("review", ("headgate/review",), ("tests/review", "tests/cli/test_review.py")),
    Area("layout", ("headgate/layout",), ("tests/layout",)),
    Area("handover", ("headgate/handover",), ("tests/handover", "tests/cli/test_handover.py")),
    Area("schedule", ("headgate/schedule",), ("tests/schedule",)),
    Area("terraform", ("headgate/emit/terraform",), ("tests/emit/terraform", "tests/stacks/test_provider.py")),
    Area("osipi", _READING, _READ),
)
