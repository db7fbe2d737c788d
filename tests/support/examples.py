"""How much is tried: a property gets 30 examples, in the long run 400; some variants are tried in the long run alone."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings

LONG = "long"
_TIMES = 4


def examples(count: int) -> settings:
    """Give the settings of a property that is tried so many times, in the long run four times as often."""
    return settings(max_examples=count * (_TIMES if settings.get_current_profile_name() == LONG else 1))


def some_of(values: Iterable[Any], first: int = 1) -> list[Any]:
    """Give all variants of a dear test, of which the `first` ones are tried in every run, the others in the long one."""
    values = list(values)
    return [*values[:first], *(pytest.param(value, marks=pytest.mark.long) for value in values[first:])]
