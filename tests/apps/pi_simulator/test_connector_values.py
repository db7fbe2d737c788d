"""OSI PI's connector reads from the simulator what the archive holds: every value once, and what it is worth in between."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from apps.pi_simulator.app import create_app
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import parse, written
from connectors.osipi import OsipiLakeflowConnect
from tests.apps.pi_simulator.streams.plain import HOUR, NOW, by_events, everything, seen
from tests.apps.pi_simulator.test_connector import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

TAGS = 100
NUMBERS = {tag(number).identity.web_id(): number for number in range(TAGS)}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        with served(create_app(Settings(tags=TAGS, clock=lambda: NOW, strict=True))) as url:
            yield url + "/piwebapi"


@pytest.fixture
def connector(address: str) -> OsipiLakeflowConnect:
    return _connector(address)


def _connector(address: str, **options: str) -> OsipiLakeflowConnect:
    made = OsipiLakeflowConnect({"pi_base_url": address, "max_tries": "1", **options})
    made.clock = lambda: NOON
    return made


def _read(connector: OsipiLakeflowConnect, table: str, **options: str) -> list[dict[str, Any]]:
    rows, _ = connector.read_table(table, None, options)
    return list(rows)


def _time(row: dict[str, Any]) -> int:
    """A row's time as ticks: what is finer than a microsecond stands in a column of its own."""
    return parse(str(row["timestamp"]), NOW) // 10 * 10 + int(row["sub_microsecond"])


@pytest.mark.parametrize("page", [{}, {"maxCount": "150"}])
def test_each_recorded_value_is_read_once_whether_pages_are_large_or_small(address: str, page: dict[str, str]) -> None:
    rows = _read(_connector(address, **page), "pi_timeseries", lookback_minutes="30")
    told = Counter((NUMBERS[row["tag_webid"]], _time(row)) for row in rows)

    whole = {number: seen(number).between(NOW - HOUR // 2, NOW).times.tolist() for number in range(TAGS)}
    assert told == Counter((number, time) for number, times in whole.items() for time in times)


def test_the_points_are_those_that_there_are(connector: OsipiLakeflowConnect) -> None:
    rows = _read(connector, "pi_points")

    assert [(row["webid"], row["name"], row["point_type"]) for row in rows] == [
        (web_id, tag(number).name, tag(number).point_type) for web_id, number in NUMBERS.items()
    ]


def test_values_on_a_grid_are_what_the_tags_are_worth(connector: OsipiLakeflowConnect) -> None:
    rows = [row for row in _read(connector, "pi_interpolated", interval="10m", lookback_minutes="30") if row["quality_good"]]

    assert {NUMBERS[row["tag_webid"]] for row in rows} >= set(range(11))
    for row in rows:
        worth = seen(NUMBERS[row["tag_webid"]]).at([_time(row)])[0].value
        if isinstance(worth, float):
            assert row["value"] == pytest.approx(worth)


def test_a_calculation_knows_tags_whose_names_hold_quotes(connector: OsipiLakeflowConnect) -> None:
    options = {"expression": "'{tag}' + 1", "sampleInterval": "10m", "lookback_minutes": "30"}
    rows = _read(connector, "pi_calculated", tag_webids=tag(90).identity.web_id(), **options)

    assert [written(_time(row)) for row in rows][-1] == written(NOW)
    for row in rows:
        assert row["value"] == pytest.approx(seen(90).at([_time(row)])[0].value + 1)


def test_a_summary_by_event_is_that_of_the_values(connector: OsipiLakeflowConnect) -> None:
    options = {"startTime": "*-2h", "calculationBasis": "EventWeighted", "summaryType": "Average,Maximum,Count"}
    numeric = [number for number in range(20) if number != 11]
    webids = ",".join(tag(number).identity.web_id() for number in numeric)
    rows = _read(connector, "pi_summary", tag_webids=webids, **options)

    found = {(NUMBERS[row["tag_webid"]], row["summary_type"]): row["value"] for row in rows}
    for number in numeric:
        told = by_events([value for value in everything(seen(number)) if NOW - 2 * HOUR <= value[0] <= NOW])
        for kind in ("Average", "Maximum", "Count"):
            assert found[number, kind] == pytest.approx(told[kind])
