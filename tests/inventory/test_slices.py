"""A heavy table cut into slices that are balanced like tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.inventory.read import parse_inventory
from headgate.inventory.row import TableRow
from headgate.inventory.slices import Sliced, slice_table
from headgate.inventory.values import parse_values
from headgate.inventory.write import render_inventory
from headgate.problems import InputError

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

TABLE = TableRow("pi_timeseries", schedule="*/15 * * * *", options={"startTime": "*-1d"}, weight=1040, ingestion_type="append")
OTHERS = (TableRow("pi_points", weight=5), TABLE, TableRow("pi_dataservers", weight=1))


def tags(count: int, start: int = 1) -> dict[str, float]:
    return {f"tag_{number:04d}": 1.0 for number in range(start, start + count)}


def cut(tables: Sequence[TableRow], values: dict[str, float], at_most: int = 100, **settings: Any) -> Sliced:
    return slice_table(tables, "pi_timeseries", "tags", values, at_most, **settings)


def held(sliced: Sliced) -> dict[str, set[str]]:
    """Give destination → values, for slices that hold any now."""
    return {part.destination: set(part.values) for part in sliced.slices if part.values}


def test_1040_tags_at_100_a_slice_give_11() -> None:
    sliced = cut(OTHERS, tags(1040))

    assert len(sliced.slices) == 11
    assert sorted(len(part.values) for part in sliced.slices) == [94] * 5 + [95] * 6
    assert sliced.slices[0].destination == "pi_timeseries"
    assert [part.destination for part in sliced.slices[1:]] == [f"pi_timeseries_s{number:03d}" for number in range(2, 12)]


def test_each_slice_is_a_row_of_its_own_after_the_table_with_all_that_it_had() -> None:
    sliced = cut(OTHERS, tags(150))

    assert [table.source_table for table in sliced.tables] == ["pi_points", "pi_timeseries", "pi_timeseries", "pi_dataservers"]
    first, second = sliced.tables[1:3]
    assert (first.destination_table, second.destination_table) == ("", "pi_timeseries_s002")
    assert second.schedule == "*/15 * * * *"
    assert second.options == {"startTime": "*-1d", "tags": ",".join(list(tags(150))[75:])}
    assert sliced.slices[1].row == 3


def test_slices_share_the_weight_by_their_number_of_values() -> None:
    assert [part.weight for part in cut(OTHERS, tags(1040)).slices] == [95.0] * 6 + [94.0] * 5


def test_slices_share_the_weight_by_what_their_values_weigh() -> None:
    values = tags(4) | {"tag_0001": 7.0, "tag_0004": 0.0}

    assert [part.weight for part in cut(OTHERS, values, 2).slices] == [
        pytest.approx(1040 * 8 / 9, rel=1e-5),
        pytest.approx(1040 / 9, rel=1e-5),
    ]
    assert [part.weight for part in cut(OTHERS, dict.fromkeys(values, 0.0), 2).slices] == [520, 520]


def test_a_table_without_a_weight_gets_one_to_share_where_it_is_known() -> None:
    tables = [TableRow("pi_timeseries")]

    assert [part.weight for part in cut(tables, tags(4), 2, weight_of=lambda _: 60.0).slices] == [30, 30]
    assert [part.weight for part in cut(tables, tags(4), 2).slices] == [None, None]
    assert cut(tables, tags(2), 2, weight_of=lambda _: 60.0).slices[0].weight is None


def test_few_values_stay_one_slice() -> None:
    sliced = cut(OTHERS, tags(100))

    assert [(part.destination, len(part.values), part.weight) for part in sliced.slices] == [("pi_timeseries", 100, 1040)]


def test_the_same_values_in_another_order_change_nothing() -> None:
    before = cut(OTHERS, tags(1040)).tables
    again = cut(before, dict(reversed(tags(1040).items())))

    assert again.tables == before
    assert {part.state for part in again.slices} == {"same"}


def test_new_values_fill_the_slices_with_room_before_a_new_one_is_made() -> None:
    before = cut(OTHERS, tags(1040))
    more, most = cut(before.tables, tags(1100)), cut(before.tables, tags(1130))

    assert [len(part.values) for part in more.slices] == [100] * 11
    assert [len(part.values) for part in most.slices] == [100] * 11 + [30]
    assert most.slices[-1].weight == 30
    for part, later in zip(before.slices, most.slices, strict=False):
        assert part.values == later.values[: len(part.values)]


def test_removed_values_are_taken_out_and_their_weight_with_them() -> None:
    before = cut(OTHERS, tags(1040))
    after = cut(before.tables, {tag: 1.0 for tag in tags(1040) if tag != "tag_0003"})

    assert [(part.state, part.removed, part.weight) for part in after.slices if part.state != "same"] == [
        ("changed", ("tag_0003",), 94.0)
    ]


def test_a_slice_that_lost_all_is_marked_gone_and_never_reads_everything_by_an_empty_option() -> None:
    before = cut(OTHERS, tags(200))
    second = before.slices[1]
    after = cut(before.tables, {tag: 1.0 for tag in tags(200) if tag not in second.values})

    assert (after.slices[1].state, after.slices[1].values, after.slices[1].removed) == ("gone", (), second.values)
    assert (after.tables[2].status, after.tables[2].options) == ("gone", before.tables[2].options)
    assert len(after.tables) == len(before.tables)
    assert cut(after.tables, {tag: 1.0 for tag in tags(200) if tag not in second.values}).tables == after.tables


def test_values_that_come_back_find_their_slice_again() -> None:
    before = cut(OTHERS, tags(200))
    second = before.slices[1]
    gone = cut(before.tables, {tag: 1.0 for tag in tags(200) if tag not in second.values})
    back = cut(gone.tables, tags(200))

    assert back.tables == before.tables
    assert back.slices[1].state == "back"


def test_a_slice_marked_gone_is_used_again_before_a_new_one_is_made() -> None:
    gone = cut(cut(OTHERS, tags(200)).tables, tags(100))
    after = cut(gone.tables, tags(100) | tags(50, start=500))

    assert [(part.destination, part.state, len(part.values)) for part in after.slices] == [
        ("pi_timeseries", "same", 100),
        ("pi_timeseries_s002", "back", 50),
    ]
    assert after.slices[1].weight == 260


def test_smaller_slices_let_go_of_what_is_too_much_alone() -> None:
    before = cut(OTHERS, tags(1040))
    after = cut(before.tables, tags(1040), 90)

    assert [len(part.values) for part in after.slices] == [90] * 11 + [50]
    for part, later in zip(before.slices, after.slices, strict=False):
        assert part.values[:90] == later.values


def test_a_table_that_names_its_values_already_keeps_some_of_them_at_home() -> None:
    table = TableRow("pi_timeseries", "history", options={"tags": "tag_0150, tag_0003"}, weight=2)
    sliced = cut([table], tags(150))

    assert sliced.slices[0].values[:2] == ("tag_0150", "tag_0003")
    assert [len(part.values) for part in sliced.slices] == [75, 75]
    assert [part.destination for part in sliced.slices] == ["history", "history_s002"]
    assert [part.weight for part in sliced.slices] == [75, 75]


def test_a_weight_that_a_person_wrote_to_a_slice_stays() -> None:
    before = list(cut(OTHERS, tags(200)).tables)
    before[2] = TableRow(**{name: getattr(before[2], name) for name in TableRow.__slots__} | {"weight": 7.0})

    assert cut(before, tags(200)).tables[2].weight == 7.0


def test_another_separator_and_two_copies_of_one_source_table() -> None:
    tables = [TableRow("pi_timeseries"), TableRow("pi_timeseries", "copy", options={"tags": "a;b"})]

    sliced = slice_table(tables, "copy", "tags", {"a": 1, "b": 1, "c,d": 1}, 2, separator=";")

    assert [table.options.get("tags") for table in sliced.tables] == [None, "a;b", "c,d"]
    with pytest.raises(InputError, match="no table 'neither'"):
        slice_table(tables, "neither", "tags", {"a": 1}, 2)


def test_one_name_for_two_tables_is_refused_with_their_places() -> None:
    tables = [TableRow("pi_timeseries", "a"), TableRow("pi_timeseries", "b", destination_schema="gold")]

    with pytest.raises(InputError, match=r"is 2 tables: a, gold\.b"):
        cut(tables, tags(4))


@pytest.mark.parametrize(
    ("tables", "values", "settings", "said"),
    [
        (OTHERS, {}, {}, "there are no values"),
        (OTHERS, {"a,b": 1.0, " a": 1.0, "": 1.0}, {}, "holds the separator ','"),
        (OTHERS, {"a": float("nan"), "b": -1.0}, {}, "weighs nan"),
        (OTHERS, {"a": 1.0}, {"at_most": 0}, "0 values at most hold nothing"),
        (OTHERS, {"a": 1.0}, {"separator": ""}, "the separator is empty"),
        ((TableRow("pi_timeseries", options={"tags": ["a"]}),), {"a": 1.0}, {}, "holds 'tags' as list"),
        (
            (TableRow("pi_timeseries"), TableRow("x", "PI_timeseries_s002")),
            tags(4),
            {"at_most": 2},
            "as the table in row 2 does",
        ),
        ((TableRow("pi_timeseries", "x" * 253),), tags(4), {"at_most": 2}, "is 258 characters long"),
    ],
)
def test_what_can_not_be_cut_is_refused(
    tables: Sequence[TableRow], values: dict[str, float], settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        cut(tables, values, **settings)

    assert said in str(caught.value)
    assert all(problem.fix for problem in caught.value.problems)


def test_an_option_without_a_name_is_refused() -> None:
    with pytest.raises(InputError, match="the option has no name"):
        slice_table(OTHERS, "pi_timeseries", " ", {"a": 1.0}, 100)


VALUES = st.sets(st.integers(0, 60).map(lambda number: f"v{number}"), min_size=1)


@given(st.lists(st.tuples(VALUES, st.integers(1, 12)), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_whatever_comes_and_goes_each_value_is_in_one_slice_and_stays_there(
    steps: list[tuple[set[str], int]], chance: random.Random
) -> None:
    tables: tuple[TableRow, ...] = OTHERS
    before: dict[str, set[str]] = {}
    for names, at_most in steps:
        listed = sorted(names)
        chance.shuffle(listed)
        sliced = cut(tables, dict.fromkeys(listed, 1.0), at_most)
        now = held(sliced)

        assert sorted(value for values in now.values() for value in values) == sorted(names)
        assert all(len(values) <= at_most for values in now.values())
        for name, values in before.items():
            stayed = (values & names) & now.get(name, set())
            assert len(stayed) == min(len(values & names), at_most) or len(before) == 1
        assert [table for table in sliced.tables if table.source_table != "pi_timeseries"] == [OTHERS[0], OTHERS[2]]
        assert len(sliced.tables) >= len(tables)
        assert parse_inventory(render_inventory(sliced.tables).encode()) == sliced.tables
        assert cut(sliced.tables, dict.fromkeys(names, 1.0), at_most).tables == sliced.tables
        tables, before = sliced.tables, now


@given(st.dictionaries(st.integers(0, 200).map(str), st.floats(0, 1e6), min_size=1), st.integers(1, 30), st.floats(0, 1e9))
def test_the_first_cut_is_even_and_keeps_the_weight_in_all(values: dict[str, float], at_most: int, weight: float) -> None:
    sliced = cut([TableRow("pi_timeseries", weight=weight)], values, at_most)
    sizes = [len(part.values) for part in sliced.slices]

    assert len(sizes) == -(-len(values) // at_most)
    assert max(sizes) - min(sizes) <= 1
    assert sum(part.weight or 0 for part in sliced.slices) == pytest.approx(weight, rel=1e-5, abs=1e-300)


def test_values_are_read_with_or_without_weights() -> None:
    assert parse_values(b"\xef\xbb\xbfa\r\n\r\nb c\r\n", ",") == {"a": 1.0, "b c": 1.0}
    assert parse_values(b'a,2.5\n"b,c",0\n', ";") == {"a": 2.5, "b,c": 0.0}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "values.csv: holds no value"),
        (b"a\xff", "values.csv:1: is not UTF-8"),
        (b'a\n"b', "values.csv:2: a quote is opened and not closed"),
        (b"a\nb\na\n", "values.csv:3: 'a' is in line 1 already"),
        (b"a,1\nb\n", "values.csv:2: 'b' has no weight, and others have"),
        (b"a,1\nb,-1\n", "values.csv:2: the weight '-1' is not a number"),
        (b"a,1,2\n", "values.csv:1: 3 cells: 'a,1,2'"),
        (b'"a,b"\n', "values.csv:1: the value 'a,b' holds the separator ','"),
        (b"a\n  \n", "values.csv:2: the value '' is empty"),
        (b'"x,y"\n' * 60, "and 69 more problems"),
    ],
)
def test_a_file_of_values_is_refused_with_its_lines(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_values(data, ",")

    assert said in str(caught.value)


def test_values_are_parted_by_something() -> None:
    with pytest.raises(InputError, match="the separator is empty"):
        parse_values(b"a\n", "")
