"""What of an inventory a site has."""

from typing import Any

import pytest

from headgate.definition.model import Definition
from headgate.definition.site import Site
from headgate.inventory.at_site import rows_at, without_rules_of
from headgate.inventory.row import TableRow
from headgate.problems import InputError
from tests.support.samples import parts_of

ROWS = [
    TableRow("pi_points", options={"nameFilter": "*", "maxCount": "5"}),
    TableRow("pi_links", schedule="0 3 * * *"),
    TableRow("events"),
]


def definition_of(**balance: object) -> Definition:
    return Definition.model_validate(parts_of({"balance": balance}))


def site_of(**settings: Any) -> Site:
    lines = {(): 3, ("tables",): 4, ("tables", 0): 5}
    return Site("berlin", "crm", definition_of(), file="sites.yaml", lines=lines, **settings)


def test_a_site_without_a_say_has_all_rows_as_they_are() -> None:
    assert rows_at(site_of(), ROWS) == list(enumerate(ROWS, 1))


def test_a_site_has_the_tables_that_it_names_with_their_rows_numbers() -> None:
    found = rows_at(site_of(tables=("PI_l*", "events")), ROWS)

    assert [(number, row.source_table) for number, row in found] == [(2, "pi_links"), (3, "events")]


def test_a_pattern_that_fits_no_table_is_told_at_its_line() -> None:
    with pytest.raises(InputError, match=r"sites.yaml:5: sites.berlin.tables\[0\]: fits no table of the inventory: 'event'"):
        rows_at(site_of(tables=("event",)), ROWS)


def test_its_options_win_over_a_rows_own_and_its_offset_is_that_of_a_rows_own_schedule_too() -> None:
    points, links, events = (row for _, row in rows_at(site_of(options={"nameFilter": "B*"}, offset_minutes=7), ROWS))

    assert points.options == {"nameFilter": "B*", "maxCount": "5"}
    assert links.schedule == "7 3 * * *"
    assert events == ROWS[2]


def test_rules_of_tables_that_a_site_does_not_have_are_left_out() -> None:
    whole = definition_of(
        together=[["a", "b"], ["a", "c", "d"]],
        apart=[["b", "c"]],
        after={"b": ["a"], "c": ["b", "a"], "d": ["b"]},
        pinned={"B": "all_1", "c": "all_2"},
        move_costs={"tables": {"b": 5, "c": 6}},
    )

    rules = without_rules_of(whole, {"b"}).balance

    assert (rules.together, rules.apart) == ([["a", "c", "d"]], [])
    assert (rules.after, rules.pinned, rules.move_costs.tables) == ({"c": ["a"]}, {"c": "all_2"}, {"c": 6})
    assert without_rules_of(whole, set()) is whole
