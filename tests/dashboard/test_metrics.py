"""Figures for Prometheus, in its text format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.dashboard.metrics import Requests

if TYPE_CHECKING:
    from tests.dashboard.site import Site

SAMPLE = re.compile(r'[a-z_]+(\{([a-z]+="(\\\\|\\"|\\n|[^"\\\n])*",?)+\})? -?[0-9.e+-]+')


def test_every_line_is_a_sample_or_tells_of_one(site: Site) -> None:
    answer = site.get("/metrics")
    lines = answer.text.splitlines()

    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert [line for line in lines if not (line.startswith(("# HELP ", "# TYPE ")) or SAMPLE.fullmatch(line))] == []
    assert 'headgate_tables{connector="plant",target="dev",state="late"} 1' in lines
    assert any(
        line.startswith('headgate_table_late_seconds{connector="plant",target="dev",table="main.bronze.pi') for line in lines
    )


def test_requests_are_counted_by_page_so_that_no_name_becomes_a_series(site: Site) -> None:
    site.get("/data/whatever-somebody-asks-for", 404)
    site.get("/whatever/else", 404)

    text = site.get("/metrics").text
    assert "whatever" not in text
    assert re.search(r'headgate_http_requests_total\{page="/data/\{name\}",status="404"\} \d+', text)


def test_how_long_answers_took_is_counted_up_to_each_bound() -> None:
    requests = Requests()
    for seconds in (0.02, 0.3, 20.0):
        requests.add("/", 200, seconds)

    assert [requests.buckets["/", bound] for bound in (0.01, 0.05, 0.5, 10.0)] == [0, 1, 2, 2]
