"""How many examples a property gets: 30, in the long run 400; one whose run is dear says a number of its own."""

from hypothesis import settings

LONG = "long"
_TIMES = 4


def examples(count: int) -> settings:
    """Give the settings of a property that is tried so many times, in the long run four times as often."""
    return settings(max_examples=count * (_TIMES if settings.get_current_profile_name() == LONG else 1))
