"""Pages are made once for the same figures, however many look, and sent once to whoever keeps them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from headgate.dashboard import kept
from headgate.dashboard.kept import Kept

if TYPE_CHECKING:
    import pytest

    from tests.dashboard.site import Site


def request_of(path: str, figures: object, **headers: str) -> Request:
    app = SimpleNamespace(state=SimpleNamespace(figures=SimpleNamespace(snapshot=figures)))
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "app": app, "path": path, "query_string": b"", "headers": raw})


class Maker:
    """Makes pages, and counts them."""

    def __init__(self, status: int = 200) -> None:
        self.made, self._status = 0, status

    def __call__(self) -> Response:
        self.made += 1
        return HTMLResponse(f"<p>{self.made:04}</p>", self._status)


def test_a_page_is_made_anew_for_new_figures_alone() -> None:
    pages, make, first, second = Kept(), Maker(), object(), object()

    bodies = [bytes(pages.page(request_of("/", figures), make).body) for figures in (first, first, second)]

    assert bodies == [b"<p>0001</p>", b"<p>0001</p>", b"<p>0002</p>"]


def test_pages_of_other_addresses_and_parameters_are_others() -> None:
    pages, make, figures = Kept(), Maker(), object()

    for path, connector in (("/tables/a", ""), ("/tables/b", ""), ("/tables/a", "crm")):
        pages.page(request_of(path, figures), make, connector)

    assert make.made == 3


def test_a_page_that_says_how_old_things_are_is_kept_for_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    pages, make, figures, now = Kept(), Maker(), object(), [100.0]
    monkeypatch.setattr(kept, "time", SimpleNamespace(monotonic=lambda: now[0]))
    for at in (100.0, 114.9, 115.1):
        now[0] = at
        pages.page(request_of("/", figures), make)

    assert make.made == 2


def test_many_who_ask_at_once_wait_for_one() -> None:
    pages, figures, make, two = Kept(), object(), Maker(), threading.Barrier(2)

    def made() -> Response:
        with suppress(threading.BrokenBarrierError):  # which it is when nobody else makes it at the same time
            two.wait(timeout=0.3)
        return make()

    with ThreadPoolExecutor(8) as threads:
        found = threads.map(lambda _: bytes(pages.page(request_of("/", figures), made).body), range(8))
        assert set(found) == {b"<p>0001</p>"}


def test_what_says_that_there_is_no_page_is_not_kept() -> None:
    pages, make, figures = Kept(), Maker(404), object()

    assert [pages.page(request_of("/tables/x", figures), make).status_code for _ in range(2)] == [404, 404]
    assert make.made == 2


def test_pages_that_nobody_asks_for_any_more_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_BYTES", 2 * len("<p>0001</p>"))
    pages, make, figures = Kept(), Maker(), object()

    for path in ("/a", "/b", "/a", "/c", "/a", "/b"):  # c takes the place of b
        pages.page(request_of(path, figures), make)

    assert make.made == 4


def test_who_has_a_page_already_is_told_that_it_is_the_same() -> None:
    pages, make, figures = Kept(), Maker(), object()
    tag = pages.page(request_of("/", figures), make).headers["ETag"]

    def asked(known: str) -> tuple[Any, ...]:
        answer = pages.page(request_of("/", figures, If_None_Match=known), make)
        return answer.status_code, bytes(answer.body), answer.headers["ETag"]

    assert asked(tag) == asked(f'"other", W/{tag}') == (304, b"", tag)
    assert asked('"other"') == (200, b"<p>0001</p>", tag)


def test_browsers_may_keep_pages_and_files_but_no_rows(site: Site) -> None:
    for path in ("/", "/ingestion", "/tables/pi_timeseries", "/pipelines/values_1", "/data/", "/static/style.css"):
        first = site.get(path)
        assert first.headers["Cache-Control"].endswith("no-cache"), path
        tag = first.headers["ETag"]
        again = site.get(path, 304, **{"If-None-Match": tag})
        assert (again.content, again.headers["X-Content-Type-Options"]) == (b"", "nosniff")
    assert site.get("/data/odd_names").headers["Cache-Control"] == "no-store"
