"""Each page shows what it is for, and says so where there is nothing to show."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from headgate.dashboard.pages import environment
from headgate.dashboard.views.history import Bar, History, Spent
from tests.dashboard.site import NOW, SECRET

if TYPE_CHECKING:
    from tests.dashboard.site import Site

PAGES = (
    "/", "/ingestion", "/layout", "/pipelines/values_1", "/tables/pi_timeseries", "/tables/main.bronze.odd_names",
    "/data/", "/data/pi_timeseries", "/data/main.bronze.odd_names", "/data/timeseries", "/data/timeseries?tag=Unit.0",
    "/data/af-hierarchy", "/data/af-hierarchy?at=B", "/data/events", "/data/alarms", "/review/",
)  # fmt: skip


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_the_overview_says_freshness_runs_and_layout_in_a_line_each(site: Site) -> None:
    said = text_of(site.get("/").text)

    assert re.search(r"Freshness \d tables of 6 need attention\. First \S+ , which is late by .*: its pipeline ran at", said)
    assert re.search(r"Runs the last began \d+ (s|min) ago; 0 pipelines run now", said)
    assert re.search(
        r"Layout \d pipelines; the heaviest, \w+ , is at [\d.]+% of its lower bound; a balance would move 0 tables", said
    )


def test_ingestion_says_which_tables_are_late_by_how_much_and_why(site: Site) -> None:
    said = text_of(site.get("/ingestion").text)

    late = re.search(r"main\.? ?bronze\.? ?pi_event_frames late 4 h \d+ min", said)
    assert late, said[:3000]
    assert "its pipeline ran at" in said  # run-2 ran it and did not load the table
    assert "it was never loaded, as far as the logs go back" in said
    assert "its last load failed at" in said


def test_a_failure_is_shown_with_its_message_and_without_secrets(site: Site) -> None:
    page = site.get("/tables/main.bronze.odd_names").text

    assert "the server said ***" in text_of(page)
    assert "<b>no</b>" not in page
    assert SECRET not in page


def test_the_layout_says_who_is_where_and_a_table_why(site: Site) -> None:
    assert "Which table is in which pipeline" in site.get("/layout").text
    assert "it weighs 100 s of a run, as its row says" in text_of(site.get("/tables/pi_timeseries").text)


def test_a_pipeline_shows_its_starts_its_tables_and_its_updates(site: Site) -> None:
    said = text_of(site.get("/pipelines/values_1").text)

    assert re.search(r"\d+ \* \* \* \* .*next \d{4}-", said)
    assert "The last 2 updates" in said


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/pipelines/nope", "/tables/nope", "/data/nope", "/data/nope/csv", "/review/nope.html", "/review/other.html",
     "/review/..%2fconnectors", "/data/timeseries?tag=nope", "/data/timeseries?table=nope", "/data/af-hierarchy?at=nope",
     "/data/unloaded", "/data/unloaded/csv", "/static/nope"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(path: str, site: Site) -> None:
    site.get(path, 404)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/data/pi_points?size=0", "size: Input should be greater than or equal to 1"),
        ("/data/pi_points?size=1e9", "size: Input should be a valid integer"),
        ("/data/pi_points?sort=nope", "the table can't be sorted by 'nope'"),
        ("/data/pi_event_frames?sort=attributes", "can't be sorted by 'attributes'"),
        ("/data/pi_points?after=%00", "`after` is no place in the table"),
        ("/data/pi_points?after=WyJhIiwiYiIsImMiXQ", "`after` is a place in another order"),
        ("/data/pi_points?column=nope&op=is&value=1", "there is no column 'nope'"),
        ("/data/pi_points?column=name&op=nope&value=1", "expected one of is, not, contains"),
        ("/data/pi_points?column=name", "each filter takes a column, an operator and a value"),
        ("/data/pi_timeseries?column=value&op=from&value=x", "Could not convert string 'x' to DOUBLE"),
        ("/data/timeseries?tag=Unit.0&begin=yesterday", "expected a time such as 2026-11-30T14:00:00Z, found 'yesterday'"),
        ("/data/timeseries?tag=Unit.0&begin=2026-01-02&end=2026-01-01", "is not after its beginning"),
        ("/data/timeseries?table=pi_points", "has no column tag_name"),
    ],
)
def test_parameters_that_mean_nothing_are_told_so(path: str, why: str, site: Site) -> None:
    assert why in text_of(site.get(path, 400).text)


def test_a_tags_chart_leads_closer_and_marks_doubtful_values(site: Site) -> None:
    page = site.get("/data/timeseries?tag=Unit.0").text
    closer = html.unescape(re.findall(r'<a href="([^"]+)" aria-label="look closer', page)[2])

    assert "100 values from" in text_of(page)
    assert "5 are not of good quality" in text_of(page)
    assert re.search(r"\b1[123] values from", text_of(site.get("/data/timeseries" + closer).text))


def test_a_tag_is_found_by_a_part_of_its_name_in_any_capitals(site: Site) -> None:
    said = site.get("/data/timeseries?q=UNIT").text

    assert re.findall(r"tag=([\w.]+)", said) == ["Unit.0", "Unit.1"]


def test_any_stretch_of_time_can_be_asked_for(site: Site) -> None:
    site.get("/data/timeseries?tag=Unit.0&begin=0001-01-01&end=9999-12-31")
    for words in ("Earlier", "Farther", "Later"):
        page = site.get("/data/timeseries?tag=Unit.0&begin=0001-01-01&end=9999-12-31").text
        found = re.search(rf'<a href="([^"]+)">{words}</a>', page)
        assert found
        site.get("/data/timeseries" + html.unescape(found[1]))


def test_the_tree_opens_level_by_level(site: Site) -> None:
    def names(path: str) -> list[str]:
        return re.findall(r"<bdi>([^<]*)</bdi>", site.get(path).text)

    assert names("/data/af-hierarchy") == ["Lab", "Site &lt;1&gt;"]
    assert names("/data/af-hierarchy?at=A") == ["Lab", "Site &lt;1&gt;", "Unit"]
    assert names("/data/af-hierarchy?at=B") == ["Lab", "Site &lt;1&gt;", "Unit", "Pump"]


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("/data/af-hierarchy?table=odd_names", "webid, parent_element_webid, name"),
        ("/data/events?table=odd_names", "template_name, start_time: it holds no event frames"),
        ("/data/alarms?table=pi_points", "template_name, start_time: it holds no event frames"),
        ("/data/timeseries?table=odd_names", "tag_name, timestamp, value: it holds no values of tags"),
    ],
)
def test_a_table_of_something_else_is_told_by_what_it_has_not(path: str, missing: str, site: Site) -> None:
    assert f"has no column {missing}" in site.get(path, 400).text


def test_a_tree_of_a_table_that_was_asked_for_stays_with_it(site: Site) -> None:
    page = site.get("/data/af-hierarchy?at=A&table=main.bronze.pi_af_hierarchy").text

    links = re.findall(r'href="/data/af-hierarchy([^"]*)"', page.partition("<main")[2])
    assert links
    assert all("table=main.bronze.pi_af_hierarchy" in link for link in links)


def test_one_is_one_and_a_sum_is_called_a_sum(site: Site) -> None:
    bar = Bar("today", NOW, Spent(loading=19.0), 1, 0)
    charts = environment().from_string("{% from 'charts.html' import history, spark %}{{ spark([3.0]) }}{{ history(its) }}")

    said = charts.render(its=History((bar,), by_day=False, left_out=0))

    assert "seconds of the last 1 update, from 3" in said
    assert "1 run, from today to today; the most of all pipelines together in one run: 19 s." in said
    assert "At most 1 row in one run." in said
    assert "Seconds of this pipeline, 0 to" in site.get("/pipelines/values_1").text


def test_alarms_are_event_frames_of_their_template_the_latest_first(site: Site) -> None:
    page = site.get("/data/alarms?size=5").text

    assert re.findall(r"Frame (\d+) &amp; more", page) == ["1", "2", "4", "5", "7"]
    following = re.search(r'<a href="([^"]+)" rel="next">', page)
    assert following
    assert re.findall(r"Frame (\d+) &amp;", site.get("/data/alarms" + html.unescape(following[1])).text) == [
        "8", "10", "11", "13", "14",
    ]  # fmt: skip
    assert len(re.findall(r"Frame (\d+)", site.get("/data/events").text)) == 30


def test_a_review_is_shown_as_it_was_written_with_its_own_style_alone(site: Site) -> None:
    answer = site.get("/review/balance.html")

    assert "balance of plant" in site.get("/review/").text
    assert answer.text.endswith("<p>Page</p>")
    assert re.search(r"style-src 'sha256-[^']+'; .*sandbox$", answer.headers["Content-Security-Policy"])


def test_names_may_be_in_any_capitals_and_whole_or_their_last_part(site: Site) -> None:
    for name in ("pi_points", "MAIN.Bronze.pi_points", "PI_POINTS"):
        assert "main.bronze.pi_points" in site.get(f"/data/{name}").text
