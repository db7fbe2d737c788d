"""Tables of text, as wide as their content where that fits and never wider than asked."""

from hypothesis import given
from hypothesis import strategies as st

from headgate.render.tables import table_text

COLUMNS = ("pipeline", "weight", "", "moves", "schedule")
ROWS = [("append_1", "1,213", "████████", "-", "every 30 minutes, 9 min later"), ("cdc", "24", "█", "-", "every hour")]


def test_where_there_is_room_all_columns_are_there() -> None:
    head, _, first, _ = table_text(COLUMNS, ROWS, right=(1,), spare=(2,)).splitlines()

    assert head.split() == ["pipeline", "weight", "moves", "schedule"]
    assert first == "append_1   1,213  ████████  -      every 30 minutes, 9 min later"


def test_where_there_is_less_what_says_nothing_goes_first_then_what_can_be_spared() -> None:
    narrow = table_text(COLUMNS, ROWS, right=(1,), spare=(2,), width=60)
    narrower = table_text(COLUMNS, ROWS, right=(1,), spare=(2,), width=48)

    assert "moves" not in narrow
    assert "█" in narrow
    assert "█" not in narrower
    assert "every 30 minutes, 9 min later" in narrower


def test_at_last_the_last_column_is_wrapped() -> None:
    lines = table_text(COLUMNS, ROWS, right=(1,), spare=(2,), width=40).splitlines()

    assert lines[2:4] == ["append_1   1,213  every 30 minutes, 9", " " * 18 + "min later"]


@given(st.lists(st.tuples(*[st.text("ab_", max_size=60)] * 3), min_size=1, max_size=5), st.integers(40, 120))
def test_nothing_is_wider_than_asked_and_no_letter_is_lost(rows: list[tuple[str, ...]], width: int) -> None:
    table = table_text(("one", "two", "three"), rows, width=width)
    body = "".join(table.splitlines()[2:] if "─" in table.splitlines()[1] else table.split("─")[-1].splitlines())

    assert max(map(len, table.splitlines())) <= width
    assert sorted(body.replace(" ", "")) == sorted("".join("".join(row) for row in rows))
