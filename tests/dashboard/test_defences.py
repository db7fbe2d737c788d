"""The dashboard only shows, to those who ask by its own name, and gives away nothing of the machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from headgate.dashboard.defences import HEADERS, host_name, names_of
from tests.dashboard.site import SECRET
from tests.dashboard.test_pages import PAGES

if TYPE_CHECKING:
    from tests.dashboard.site import Site


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(method: str, site: Site) -> None:
    answer = requests.request(method, site.url + "/", timeout=30)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", PAGES)
def test_head_answers_as_get_does_without_a_body(path: str, site: Site) -> None:
    answer = requests.head(site.url + path, timeout=30)

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "", "127.0.0.1.evil.example"])
def test_a_name_that_is_not_its_own_is_refused(host: str, site: Site) -> None:
    assert "evil" not in site.get("/", 421, Host=host).text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:1", "[::1]:8050"])
def test_this_machines_own_names_are_served(host: str, site: Site) -> None:
    site.get("/", Host=host)


def test_who_listens_on_all_addresses_has_to_say_by_which_name() -> None:
    assert names_of("0.0.0.0") == names_of("::") == ()  # noqa: S104  # nothing is listened on
    assert names_of("10.1.2.3") == ("10.1.2.3",)
    assert names_of("fe80::1") == ("[fe80::1]",)
    assert names_of("boards.example") == ("boards.example",)
    assert host_name("[fe80::1]:80") == "[fe80::1]"


@pytest.mark.parametrize("path", [*PAGES, "/nothing", "/data/pi_points?size=0", "/healthz", "/metrics", "/static/style.css"])
def test_every_answer_has_the_headers_that_browsers_obey(path: str, site: Site) -> None:
    headers = requests.get(site.url + path, timeout=30).headers

    assert {name: headers[name] for name in HEADERS if name != "Cache-Control"} == {
        name: value for name, value in HEADERS.items() if name != "Cache-Control"
    }
    assert "Server" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_a_style_of_its_own_or_loads_from_elsewhere(path: str, site: Site) -> None:
    page = site.get(path).text

    assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/live.js" defer>']
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r"""(?:src|href|action)=["'](?!/|\?|#)""", page)


@pytest.mark.parametrize(
    "path", [*PAGES, "/nothing", "/metrics", "/healthz", "/data/main.bronze.odd_names/csv", "/data/unloaded"]
)
def test_no_answer_has_a_secret_or_a_path_of_the_machine(path: str, site: Site) -> None:
    said = requests.get(site.url + path, timeout=30).text

    assert SECRET not in said
    assert str(site.root) not in said
    assert str(Path(__file__).parents[2]) not in said


def test_an_address_that_is_too_long_is_refused(site: Site) -> None:
    site.get(f"/data/pi_points?after={'a' * 20_000}", 414)


def test_text_of_others_is_shown_and_never_taken_for_html(site: Site) -> None:
    page = site.get("/data/main.bronze.odd_names").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\u202e" not in page
