"""The dashboard of a workspace: a SQL warehouse gives the rows that a folder gives, ends what takes too long, and may fail."""

from __future__ import annotations

import csv
import io
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
import requests

pytest.importorskip("sqlglot", reason="make test installs it")

from headgate.dashboard.serving import served
from headgate.dashboard.settings import Settings, Warehouse
from tests.dashboard.site import Site, write_project
from tests.dashboard.test_rows import NAME, TABLE, all_pages
from tests.support.examples import some_of
from tests.workspace.faults import Fault
from tests.workspace.messages import refusal
from tests.workspace.server import served as workspace_served
from tests.workspace.workspace import TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

PERSON = "persons-own-5ecret"


@dataclass(frozen=True, repr=False)
class Both:
    """One plant's tables, read from a folder and by a warehouse of a workspace."""

    folder: Site
    warehouse: Site
    workspace: Workspace


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return write_project(tmp_path_factory.mktemp("plant"))


@contextmanager
def warehouse_site(settings: Settings, *, as_user: bool = False) -> Iterator[tuple[Site, Workspace]]:
    """Serve a dashboard whose tables a workspace has, which is logged in to by the environment."""
    workspace = Workspace(data=settings.data)
    with pytest.MonkeyPatch.context() as patch, workspace_served(workspace) as host:
        patch.setenv("DATABRICKS_HOST", host)
        patch.setenv("DATABRICKS_TOKEN", TOKEN)
        chosen = replace(settings, warehouse=Warehouse(id="wh1", as_user=as_user))
        with served(chosen) as url:
            yield Site(url, settings.root, chosen), workspace


@pytest.fixture(scope="module")
def both(project: Settings) -> Iterator[Both]:
    with served(project) as url, warehouse_site(project) as (site, workspace):
        yield Both(Site(url, project.root, project), site, workspace)


@pytest.fixture(autouse=True)
def _mended(request: pytest.FixtureRequest) -> None:
    if "both" in request.fixturenames:
        workspace = request.getfixturevalue("both").workspace
        workspace.mend()
        workspace.unending, workspace.zone = 0, "UTC"


def seen(page: str) -> str:
    """Give what a page shows, but for its frame."""
    body = page.split("<main", maxsplit=1)[1].split("<footer", maxsplit=1)[0]
    return re.sub(r"\s+", " ", body).lower()  # one back end says map(…) where the other says MAP(…)


@pytest.mark.parametrize(
    "path",
    some_of(
        [
            "/data/timeseries?tag=Unit.0", "/data/alarms", "/data/af-hierarchy?at=B", "/data/timeseries?q=UNIT",
            "/data/pi_timeseries?" + urlencode({"column": "value", "op": "from", "value": "9.5"}),
            "/data/pi_timeseries?size=25", "/data/pi_points?sort=name&down=1", "/data/timeseries?tag=Unit.1&begin=0001-01-01",
            "/data/events?template=BatchTemplate",
            "/data/pi_event_frames?" + urlencode({"column": "attributes", "op": "filled", "value": ""}),
        ],
        5,
    ),
)  # fmt: skip
def test_pages_show_the_same_by_both_back_ends(path: str, both: Both) -> None:
    assert seen(both.warehouse.get(path).text) == seen(both.folder.get(path).text)


@pytest.mark.parametrize(
    "query", some_of([{"sort": NAME, "size": "12"}, {"sort": "n", "down": "1", "size": "12"}, {"size": "12"}])
)
def test_rows_without_a_key_come_once_each_page_by_page(query: dict[str, str], both: Both) -> None:
    found, known = (all_pages(site, "?" + urlencode(query)) for site in (both.warehouse, both.folder))

    assert sorted(map(str, found)) == sorted(map(str, known))


def test_values_are_parameters_by_name_and_never_part_of_a_statement(both: Both) -> None:
    both.warehouse.get(f"{TABLE}?" + urlencode({"column": "text", "op": "is", "value": "'; DROP TABLE x; --"}))

    last = list(both.workspace.statements.values())[-1]
    assert "DROP" not in last.text
    assert {"name": "p1", "type": "STRING", "value": "'; DROP TABLE x; --"} in last.parameters


def test_a_download_comes_in_parts_by_links_that_are_sent_no_login(both: Both) -> None:
    found, known = (
        list(csv.reader(io.StringIO(site.get(f"{TABLE}/csv?sort=n").text))) for site in (both.warehouse, both.folder)
    )

    assert sorted(found) == sorted(known)
    parts = [one for one in both.workspace.log if one.path.startswith("/storage/")]
    assert len(parts) > 1
    assert {one.token for one in parts} == {""}


@pytest.mark.parametrize(
    ("path", "status", "why"),
    [
        ("/data/unloaded", 404, "is not there yet, or the app may not read it: that takes USE CATALOG, USE SCHEMA and SELECT"),
        ("/data/unloaded/csv", 404, "is not there yet"),
        ("/data/nope", 404, "No connector has a table"),
        ("/data/pi_timeseries?column=value&op=from&value=x", 400, "[CAST_INVALID_INPUT]"),
    ],
)
def test_what_has_no_answer_is_told_why(path: str, status: int, why: str, both: Both) -> None:
    assert why in both.warehouse.get(path, status).text.replace("&#39;", "'")


def test_a_question_that_takes_too_long_is_ended_by_the_warehouse_itself(both: Both) -> None:
    both.warehouse.get("/data/pi_points")
    both.workspace.unending = 1

    answer = both.warehouse.get("/data/pi_points", 503)

    assert "longer than 5 seconds" in answer.text
    assert answer.headers["Retry-After"] == "5"
    sent = both.workspace.asked("POST", "/sql/statements")[-1]
    assert (sent.body["wait_timeout"], sent.body["on_wait_timeout"]) == ("5s", "CANCEL")
    both.warehouse.get("/data/pi_points")


def test_a_download_that_takes_too_long_is_cancelled(project: Settings) -> None:
    with warehouse_site(replace(project, download_seconds=0.2)) as (site, workspace):
        site.get("/data/pi_points")
        workspace.unending = 1

        assert "The download took longer than 0.2 seconds" in site.get("/data/pi_points/csv", 503).text
        assert workspace.asked("POST", "/cancel")
        assert list(workspace.statements.values())[-1].state == "CANCELED"
        assert site.get("/data/pi_points/csv").text.startswith("name,")  # there is room for the next one


def test_a_download_that_nobody_waits_for_is_cancelled(both: Both) -> None:
    both.warehouse.get("/data/pi_points")
    both.workspace.unending = 1
    with pytest.raises(requests.Timeout):
        requests.get(f"{both.warehouse.url}/data/pi_points/csv", timeout=1)

    deadline = time.monotonic() + 20
    while list(both.workspace.statements.values())[-1].state == "PENDING" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(both.workspace.statements.values())[-1].state == "CANCELED"
    both.warehouse.get("/data/pi_points/csv")


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_workspace_that_gives_no_answer_is_told_and_asked_again(status: int, both: Both) -> None:
    both.workspace.add(Fault("POST", "*/sql/statements", then=refusal(status, "PERMISSION_DENIED", "no"), times=None))

    said = both.warehouse.get("/data/pi_points", 503).text.replace("&#39;", "'")
    assert "the workspace can't be asked for SQL warehouse wh1" in said
    assert TOKEN not in said
    both.warehouse.get("/ingestion")  # what needs no warehouse is there

    both.workspace.mend()
    both.warehouse.get("/data/pi_points")


def test_a_clock_of_another_zone_is_refused_before_times_are_shown_wrongly(project: Settings) -> None:
    with warehouse_site(project) as (site, workspace):
        workspace.zone = "Europe/Vienna"

        assert "tells times as in Europe/Vienna" in site.get("/data/pi_points", 404).text


def test_who_asks_is_shown_as_the_platform_says_and_on_no_page_that_others_get(both: Both) -> None:
    def said_to_ada(site: Site, path: str) -> str:
        headers = {"X-Forwarded-Email": "ada@example.com <b>", "X-Forwarded-Access-Token": PERSON}
        return requests.get(site.url + path, headers=headers, timeout=30).text

    said = said_to_ada(both.warehouse, "/who")
    assert "ada@example.com &lt;b&gt;" in said
    assert "with the rights of the app" in said
    for path in ("/", "/ingestion", "/layout", "/data/", "/metrics"):
        assert "ada@example.com" not in said_to_ada(both.warehouse, path)
    assert "no login stands before this page" in said_to_ada(both.folder, "/who")


def test_rows_are_read_by_the_apps_own_rights_and_by_those_of_who_looks_when_it_is_told_so(
    both: Both, project: Settings
) -> None:
    mine = {"X-Forwarded-Access-Token": PERSON}
    both.warehouse.get("/data/pi_points", 200, **mine)
    assert {one.token for one in both.workspace.asked("POST", "/sql/statements")} == {TOKEN}

    with warehouse_site(project, as_user=True) as (site, workspace):
        assert "says nothing of who you are" in site.get("/data/pi_points", 400).text
        said = site.get("/data/pi_points", 503, **mine).text
        workspace.guests = frozenset({PERSON})
        site.get("/data/pi_points", 200, **mine)
        site.get("/data/pi_points/csv", 200, **mine)

        assert PERSON not in said
        assert {one.token for one in workspace.asked("POST", "/sql/statements")} == {PERSON}


def test_a_request_that_is_lost_on_the_way_is_an_answer_and_no_stack_trace(both: Both) -> None:
    both.workspace.add(Fault("GET", "*/result/chunks/*", then=refusal(500, "INTERNAL_ERROR", "bang"), times=None))

    answer = requests.get(f"{both.warehouse.url}{TABLE}/csv", timeout=30)
    assert answer.status_code == 503
