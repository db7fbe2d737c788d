"""A question that takes long is ended, and keeps nobody else waiting."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from headgate.dashboard.lake.database import Lake
from headgate.dashboard.lake.errors import BusyError, NoTableError
from headgate.dashboard.lake.query import Query

if TYPE_CHECKING:
    from tests.dashboard.site import Site

ENDLESS = Query("SELECT count(*) FROM range(10000000000) AS a, range(1000) AS b WHERE a.range % 7 = b.range", ())
BIG = Query("SELECT CAST(range AS VARCHAR) FROM range(100000)", ())


@pytest.fixture(scope="module")
def lake(site: Site) -> Lake:
    """Give what answers questions, with the limits of a dashboard."""
    return Lake(site.settings)


def ask(site: Site, *queries: Query, **limits: Any) -> list[Any]:
    """Ask at once, and give the answers or the errors."""
    lake, answers = Lake(replace(site.settings, **limits)), [None] * len(queries)

    async def one(number: int, query: Query) -> None:
        try:
            answers[number] = await lake.rows(query)  # type: ignore[call-overload]
        except BusyError as error:
            answers[number] = error  # type: ignore[call-overload]

    async def every() -> None:
        async with anyio.create_task_group() as tasks:
            for number, query in enumerate(queries):
                tasks.start_soon(one, number, query)

    anyio.run(every)
    return answers


def test_a_question_that_takes_too_long_is_ended_and_the_next_is_answered(site: Site) -> None:
    lake = Lake(replace(site.settings, query_seconds=0.3))

    with pytest.raises(BusyError, match=r"took longer than 0\.3 seconds"):
        anyio.run(partial(lake.rows, ENDLESS))

    assert anyio.run(partial(lake.rows, Query("SELECT 1", ()))) == [(1,)]


def test_slow_questions_leave_room_for_others_while_there_is_some(site: Site) -> None:
    slow, quick = ask(site, ENDLESS, Query("SELECT 2", ()), queries=2, query_seconds=0.3)

    assert isinstance(slow, BusyError)
    assert quick == [(2,)]


def test_who_finds_no_room_waits_for_it(site: Site) -> None:
    slow, waiting = ask(site, ENDLESS, Query("SELECT 2", ()), queries=1, query_seconds=0.3)

    assert isinstance(slow, BusyError)
    assert waiting == [(2,)] or "Too many" in str(waiting)


def test_a_second_download_is_told_to_wait_and_one_that_was_left_frees_its_place(lake: Lake) -> None:
    first = lake.download(BIG)
    assert len(next(first)) == 2000

    with pytest.raises(BusyError, match="Another download is under way"):
        lake.download(BIG)

    first.close()  # type: ignore[attr-defined]  # it is a generator
    assert sum(len(rows) for rows in lake.download(BIG)) == 100_000


def test_the_database_reads_the_runs_folder_alone_and_writes_nothing(site: Site, lake: Lake) -> None:
    tables = site.root / "connectors/plant/tables.csv"
    for sql in (
        f"FROM read_csv('{tables}')",
        "SELECT * FROM read_text('/etc/hostname')",
        f"COPY (SELECT 1) TO '{site.root}/out.csv'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ):
        with pytest.raises(NoTableError):
            anyio.run(partial(lake.rows, Query(sql, ())))
    assert not (site.root / "out.csv").exists()


def test_times_are_utc_whatever_the_machines_zone_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")

    assert anyio.run(partial(Lake(site.settings).rows, Query("SELECT CAST(to_timestamp(0) AS VARCHAR)", ()))) == [
        ("1970-01-01 00:00:00+00",)
    ]
