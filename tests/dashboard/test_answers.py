"""Answers of tables are kept while the table is the same, and many who ask the same wait for one answer."""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pyarrow as pa
import pytest
import requests
from deltalake import write_deltalake

from headgate.dashboard.connection import Connection
from headgate.dashboard.lake import answers
from headgate.dashboard.lake.answers import Answers, version_of
from headgate.dashboard.lake.columns import Column
from headgate.dashboard.lake.database import Lake
from headgate.dashboard.lake.errors import BusyError
from headgate.dashboard.lake.query import Filter, order_of, page_query
from headgate.dashboard.settings import Settings
from headgate.use_cases.watch import WatchRequest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dashboard.site import Site

ROWS = [("a", 1)]


class Asker:
    """Answers once it is let, and counts how often it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked, self.ended, self._error = 0, False, error
        self.let = asyncio.Event()

    async def __call__(self) -> list[tuple[Any, ...]]:
        self.asked += 1
        try:
            await self.let.wait()
        finally:
            self.ended = True
        if self._error:
            raise self._error
        return ROWS


def test_many_who_ask_the_same_at_once_are_answered_by_one_query_and_later_ones_by_what_is_kept() -> None:
    async def many() -> None:
        kept, ask = Answers(), Asker()
        waiting = [asyncio.ensure_future(kept.of("q", ask)) for _ in range(5)]
        await asyncio.sleep(0)
        ask.let.set()

        assert await asyncio.gather(*waiting) == [ROWS] * 5
        assert await kept.of("q", ask) == ROWS
        assert ask.asked == 1

    asyncio.run(many())


def test_what_fails_fails_for_all_who_wait_and_is_asked_again_by_the_next() -> None:
    async def many() -> None:
        kept, ask = Answers(), Asker(BusyError("too long"))
        ask.let.set()
        found = await asyncio.gather(*(kept.of("q", ask) for _ in range(3)), return_exceptions=True)

        assert [str(one) for one in found] == ["too long"] * 3
        with pytest.raises(BusyError):
            await kept.of("q", ask)
        assert ask.asked == 2

    asyncio.run(many())


def test_a_question_goes_on_while_somebody_waits_and_ends_with_the_last() -> None:
    async def many() -> None:
        kept, ask = Answers(), Asker()
        first, second = (asyncio.ensure_future(kept.of("q", ask)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        assert not ask.ended
        second.cancel()
        await asyncio.wait([second])
        await asyncio.sleep(0)
        assert ask.ended

        ask.let.set()
        assert await kept.of("q", ask) == ROWS

    asyncio.run(many())


def test_answers_that_nobody_asks_for_any_more_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_CELLS", 6)  # two answers of a row of two cells

    async def many() -> None:
        kept, ask = Answers(), Asker()
        ask.let.set()
        for question in ("a", "b", "a", "c", "a", "b"):  # c takes the place of b
            await kept.of(question, ask)
        assert ask.asked == 4

    asyncio.run(many())


def test_a_commit_and_a_table_made_anew_change_the_version(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    versions = []
    for place in ("first", "second"):  # of the same size, file by file
        for _ in range(2):
            write_deltalake(folder, pa.table({"n": [1]}), mode="append")
            versions.append(version_of(folder))
        assert version_of(folder) == versions[-1]
        folder.rename(tmp_path / place)

    assert len(set(versions)) == 4
    with pytest.raises(OSError, match="_delta_log"):
        version_of(tmp_path / "none")


def lake_of(root: Path) -> Lake:
    return Lake(Settings(watched=WatchRequest(root=root)))


def test_rows_that_were_committed_a_moment_ago_are_shown(tmp_path: Path) -> None:
    folder = tmp_path / "build/run/main/bronze/t"
    write_deltalake(folder, pa.table({"n": [1]}))
    lake, column = lake_of(tmp_path), Column("n", "BIGINT")
    query = page_query(str(folder), [column], order_of(column, [column], descending=False), [], (), 10)

    async def ask() -> list[int]:
        assert [one.name for one in await lake.columns(str(folder))] == ["n"]
        counts = [len(await lake.rows(query)) for _ in range(2)]
        write_deltalake(folder, pa.table({"n": [2, 3]}), mode="append")
        return [*counts, len(await lake.rows(query))]

    assert anyio.run(ask) == [1, 1, 3]


def test_rows_of_one_key_are_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "build/run/main/bronze/t"
    write_deltalake(folder, pa.table({"id": [7, 8, 7, 7], "at": [2, 9, 3, 1]}))
    key, at = Column("id", "BIGINT"), Column("at", "BIGINT")
    lake = lake_of(tmp_path)

    async def ask(*, descending: bool) -> list[str]:
        order = order_of(at, [key], descending=descending)
        query = page_query(str(folder), [at], order, [Filter(key, "is", "7")], (), 10)
        assert 'ORDER BY "id", "at"' in query.sql  # so that all other rows' times are not read
        return [row[0] for row in await lake.rows(query)]

    assert anyio.run(partial(ask, descending=False)) == ["1", "2", "3"]
    assert anyio.run(partial(ask, descending=True)) == ["3", "2", "1"]


def test_the_last_part_of_an_answer_is_not_held_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    found, made = list[int](), Connection.connection_made

    def noted(its: Connection, transport: Any) -> None:
        made(its, transport)
        found.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(Connection, "connection_made", noted)
    requests.get(f"{site.url}/healthz", timeout=30)

    assert found == [1]
