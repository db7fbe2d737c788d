"""A question that takes long is ended, and keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anyio
import pytest
import requests
from starlette.requests import Request

from headgate.dashboard import connection
from headgate.dashboard.lake.database import Lake
from headgate.dashboard.lake.errors import BusyError, NoTableError
from headgate.dashboard.lake.query import Query
from headgate.dashboard.routes.streamed import Streamed
from tests.dashboard.site import ODD

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

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
    async def both() -> int:
        lake.download(BIG)  # nobody asks for its first row
        async with aclosing(lake.download(BIG)) as first:
            assert len(await anext(first)) == 2000
            with pytest.raises(BusyError, match="Another download is under way"):
                await anext(lake.download(BIG))
        return sum([len(rows) async for rows in lake.download(BIG)])

    assert anyio.run(both) == 100_000


def test_who_no_longer_waits_ends_the_query(site: Site) -> None:
    lake = Lake(replace(site.settings, queries=1, query_seconds=1e6, download_seconds=1e6))

    async def left() -> list[Any]:
        for asked in (lake.rows(ENDLESS), anext(lake.download(ENDLESS))):
            with anyio.move_on_after(0.1):
                await asked
        assert [len(rows) async for rows in lake.download(Query("SELECT 2", ()))] == [1]
        return await lake.rows(Query("SELECT 2", ()))

    assert anyio.run(left) == [(2,)]


def test_a_loop_that_ends_ends_its_queries_without_a_word(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    lake, begun = Lake(replace(site.settings, query_seconds=1e6, download_seconds=1e6)), list[asyncio.Task[Any]]()

    async def ends() -> None:
        await lake.rows(Query("SELECT 1", ()))  # opens the database
        for asked in (lake.rows(ENDLESS), anext(lake.download(ENDLESS))):
            begun.append(asyncio.ensure_future(asked))
        await asyncio.wait(begun, timeout=0.1)
        for one in begun:
            one.cancel()  # as uvicorn does; then the loop ends while threads are waited for
        await asyncio.sleep(0)

    asyncio.run(ends())

    assert all(one.cancelled() for one in begun)
    assert capfd.readouterr() == ("", "")


def test_a_download_that_fails_after_its_first_rows_breaks_off_and_is_told_in_a_line(site: Site) -> None:
    told, sent = list[str](), list[Any]()
    settings = replace(site.settings, report=told.append)
    app = SimpleNamespace(state=SimpleNamespace(settings=settings))
    request = Request({"type": "http", "app": app, "path": "/data/t/csv", "query_string": b"", "headers": []})

    async def pieces() -> AsyncGenerator[str]:
        yield "a\r\n1\r\n"
        raise BusyError("The question took too long.")

    async def send(message: Any) -> None:
        sent.append(message)

    anyio.run(Streamed(request, pieces(), {}).stream_response, send)

    assert [one.get("more_body") for one in sent] == [None, True]  # the last one would have False
    assert told == ["the download /data/t/csv was not finished: The question took too long."]


def leave(url: str, path: str) -> None:
    """Ask for an address, and be gone at once."""
    port = int(url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as gone:
        gone.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_downloads_that_browsers_left_keep_nobody_from_the_next(site: Site) -> None:
    for _ in range(10):
        leave(site.url, "/data/odd_names/csv")
    tries = (requests.get(f"{site.url}/data/odd_names/csv", timeout=30) for _ in range(300))  # until that is noticed
    answer = next(one for one in tries if one.status_code == 200)

    assert len(answer.content.splitlines()) == len(ODD) + 1


def test_who_does_not_say_what_it_wants_is_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    where = ("127.0.0.1", int(site.url.rpartition(":")[2]))
    asked = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(where, 30) as silent, socket.create_connection(where, 30) as slow:
        slow.sendall(asked)
        said = b""
        while b"}" not in said:
            said += slow.recv(4096)
        slow.sendall(asked[:20])

        assert said.startswith(b"HTTP/1.1 200")
        assert slow.recv(4096) == silent.recv(4096) == b""


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
