"""A month's usage beside the estimate for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from headgate.cost.usage import UsageRecord
from headgate.cost.used import UsedMonth, used_month
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.layout.deployed import Deployed
from headgate.layout.model import Change, Layout, Pipeline
from headgate.problems import InputError
from headgate.render.cost import used_lines
from tests.cost.conftest import SERVERLESS, TABLES, layout
from tests.support.samples import parts_of

Compare = Callable[..., UsedMonth]
IDS = {f"databricks_pipeline.{name}": f"id-{name}" for name in ("money_1", "people_1", "people_2")}
OCTOBER = [date(2026, 10, 1) + timedelta(days=number) for number in range(31)]
# DBUs of a day: 8 an hour, 390 s each hour of money_1, and of the others 1,890 and 990 s a day.
A_DAY = {"money_1": 8 * 24 * 390 / 3600, "people_1": 8 * 1890 / 3600, "people_2": 8 * 990 / 3600}


def usage(days: list[date], factor: float = 1.0) -> list[UsageRecord]:
    """Give what was estimated for each of these days, times a factor."""
    return [UsageRecord(day, f"id-{name}", factor * dbus) for day in days for name, dbus in A_DAY.items()]


@pytest.fixture
def compare() -> Compare:
    """Give what compares usage with the estimate for a connector, parts of whose definition may be one's own."""

    def run(
        records: list[UsageRecord], month: str = "", ids: dict[str, str] = IDS, own: Layout | None = None, **parts: Any
    ) -> UsedMonth:
        schedules = {"snapshot": "0 2 * * *", "append": "0 * * * *"}
        definition = Definition.model_validate(parts_of({"schedules": schedules, "cost": SERVERLESS} | parts))
        tables = resolve(TABLES, definition)
        return used_month(definition, "dev", own or layout(), tables, Deployed("dev", ids), records, month)

    return run


def test_an_estimate_that_came_true_has_no_error(compare: Compare) -> None:
    month = compare(usage(OCTOBER))

    assert month.is_whole
    assert month.error == pytest.approx(0)
    assert [one.error for one in month.pipelines] == pytest.approx([0, 0, 0])
    assert month.used == pytest.approx(31 * sum(A_DAY.values()))


def test_the_error_is_a_share_of_what_was_used(compare: Compare) -> None:
    more = compare([*usage(OCTOBER), UsageRecord(OCTOBER[3], "id-people_1", 31 * A_DAY["people_1"])])
    money, people, _ = more.pipelines

    assert compare(usage(OCTOBER, 0.8)).error == pytest.approx(0.25)
    assert (money.error, people.error) == pytest.approx((0, -0.5))


def test_of_a_month_that_is_not_whole_its_days_are_compared(compare: Compare) -> None:
    month = compare(usage(OCTOBER[4:10]))

    assert (month.first, month.last, month.is_whole) == (date(2026, 10, 5), date(2026, 10, 10), False)
    assert month.error == pytest.approx(0)
    assert used_lines(month)[0].startswith("Used in 2026-10 (2026-10-05 to 2026-10-10, as far as the usage goes): ")


def test_days_that_others_used_are_days_that_are_known(compare: Compare) -> None:
    records = [UsageRecord(date(2026, 9, 30), "theirs", 1), *usage(OCTOBER[:15]), UsageRecord(date(2026, 11, 1), "", 1)]
    month = compare(records, "2026-10")

    assert month.is_whole
    assert month.error == pytest.approx(31 / 15 - 1)


def test_the_last_month_is_compared_unless_one_is_named(compare: Compare) -> None:
    records = [UsageRecord(date(2026, 9, 1), "id-money_1", 5), *usage(OCTOBER)]

    assert compare(records).month == "2026-10"
    assert compare(records, "2026-09").used == 5
    with pytest.raises(InputError, match="nothing of 2026-08: it is of 2026-09-01 to 2026-10-31"):
        compare(records, "2026-08")
    with pytest.raises(InputError, match="'October' is no month"):
        compare(records, "October")
    with pytest.raises(InputError, match="holds no row"):
        compare([])


def test_what_can_not_be_told_whose_it_is_is_said(compare: Compare) -> None:
    records = [*usage(OCTOBER), UsageRecord(OCTOBER[0], "theirs", 30), UsageRecord(OCTOBER[0], "", 1000)]
    month = compare(records, ids={name: id_ for name, id_ in IDS.items() if "people_2" not in name})

    assert month.others == 2
    assert month.of_others == pytest.approx(30 + 31 * A_DAY["people_2"])
    assert month.error == pytest.approx(0)  # of the two that are recorded
    assert month.notes[0] == "No id is recorded for people_2, so nothing is known to be theirs: `headgate record crm -t dev`."
    assert [line for line in used_lines(month) if "people_2:" in line] == ["- people_2: not recorded, 68.20 DBUs estimated"]


def test_a_pipeline_that_left_the_layout_is_shown_without_an_estimate(compare: Compare) -> None:
    month = compare([*usage(OCTOBER), UsageRecord(OCTOBER[0], "id-old", 3)], ids=IDS | {"databricks_pipeline.old_1": "id-old"})

    assert "- old_1: 3.00 DBUs, in no layout" in used_lines(month)
    assert month.error == pytest.approx(0)


def test_a_pipeline_that_is_still_to_be_renamed_in_the_target_is_known_by_its_old_name(compare: Compare) -> None:
    renamed = (Pipeline("money_1", "money", 1, renamed=Change("cash_1", ("dev",))), *layout().pipelines[1:])
    before = {name.replace("money", "cash"): id_ for name, id_ in IDS.items()}
    month = compare(usage(OCTOBER), ids=before, own=Layout("crm", layout().asked, renamed, layout().tables))

    assert [one.pipeline for one in month.pipelines] == ["money_1", "people_1", "people_2"]
    assert month.error == pytest.approx(0)


def test_corrections_are_netted(compare: Compare) -> None:
    wrong = [UsageRecord(OCTOBER[0], "id-money_1", 400), UsageRecord(OCTOBER[0], "id-money_1", -400)]

    assert compare([*usage(OCTOBER), *wrong]).error == pytest.approx(0)


def test_upkeep_is_part_of_what_was_used_and_said(compare: Compare) -> None:
    month = compare([*usage(OCTOBER), UsageRecord(OCTOBER[0], "id-money_1", 2, maintenance=True)])

    assert month.pipelines[0].maintenance == 2
    assert "2 of the DBUs used are for the upkeep of tables, which the estimate doesn't have." in month.notes


def test_a_paused_target_is_estimated_to_use_nothing(compare: Compare) -> None:
    month = compare(usage(OCTOBER), targets={"dev": {"paused": True}})

    assert month.estimated.dbus == 0
    assert month.error == -1
    assert month.notes[0] == "dev is paused: its schedules don't start anything."


def test_without_a_rate_hours_are_shown_and_the_rate_that_was(compare: Compare) -> None:
    month = compare(usage(OCTOBER), cost={"startup_seconds": 90})

    assert month.error is None
    assert month.notes == ("What was used is 8.00 DBUs for each of the 105.40 hours estimated.",)
    assert used_lines(month)[0].endswith("843.20 DBUs; 105.40 hours estimated")


def test_a_schedule_is_counted_in_the_very_days(compare: Compare) -> None:
    weekly = {"snapshot": "0 2 * * 0", "append": "0 2 1 * *"}
    first_week = compare(usage(OCTOBER[:7]), schedules=weekly)
    money, people, _ = first_week.pipelines

    assert money.estimated is not None
    assert people.estimated is not None
    assert (money.estimated.dbus, people.estimated.dbus) == pytest.approx((8 * 390 / 3600, 8 * 1890 / 3600))
