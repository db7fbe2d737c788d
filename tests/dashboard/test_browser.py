"""What people see, in a real browser: every page in light, dark and narrow, without a fault; and a run, watched live."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headgate.dashboard.serving import served
from tests.dashboard.site import pipelines_of, run, write_events, write_project
from tests.dashboard.test_pages import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.dashboard.site import Site

pytestmark = pytest.mark.long
AXE = Path(__file__).resolve().parents[1] / "support/node_modules/axe-core/axe.min.js"
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Give the machine's Chromium."""
    driver = pytest.importorskip("playwright.sync_api", reason="drives a browser: make .venv/.browser.ready")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        pytest.skip("this machine has no Chromium")
    with driver.sync_playwright() as playwright:
        # Its own sandbox needs rights that a container's root has not; the pages are ours.
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    """Open pages, and collect what the browser's console says of them."""
    contexts, said = [], list[str]()

    def opened(url: str, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(url, wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", WIDE), ("light", NARROW)], ids=["light", "dark", "narrow"]
)
def test_axe_finds_nothing_and_no_page_is_wider_than_the_window(
    path: str, scheme: str, size: dict[str, int], site: Site, open_page: Any
) -> None:
    if not AXE.is_file():
        pytest.skip("make test installs axe-core")
    # axe is put beside the page by the browser's driver, which the page's policy would refuse to anybody else.
    page = open_page(site.url + path, color_scheme=scheme, viewport=size, bypass_csp=True)
    page.evaluate(AXE.read_text())

    found = page.evaluate("axe.run()")["violations"]

    assert [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_lets_every_page_be_as_it_is_meant(path: str, site: Site, open_page: Any) -> None:
    page = open_page(site.url + path)

    assert page.evaluate("getComputedStyle(document.querySelector('.top')).borderBottomWidth") == "1px"


def test_pages_are_walked_by_keyboard(site: Site, open_page: Any) -> None:
    page = open_page(site.url + "/ingestion")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_rows_are_filtered_and_paged_by_what_one_sees(site: Site, open_page: Any) -> None:
    page = open_page(site.url + "/data/pi_timeseries?size=25")
    page.get_by_label("Column").last.select_option("tag_name")
    page.get_by_label("Value").last.fill("Unit.1")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Next page").click()

    assert page.locator("tbody tr").count() == 25
    assert set(page.locator("tbody tr td:first-child").all_inner_texts()) == {"Unit.1"}


def test_a_run_is_watched_from_start_to_end_without_a_reload(tmp_path: Path, open_page: Any) -> None:
    driver = pytest.importorskip("playwright.sync_api")
    settings = write_project(tmp_path)
    pipelines = pipelines_of(tmp_path)
    name = pipelines["pi_event_frames"]
    events = run("run-4", pipelines, datetime.now(UTC), "pi_event_frames")
    with served(settings) as url:
        page = open_page(url + "/ingestion")
        state = page.locator(f"tr:has(th a[href^='/pipelines/{name}?']) .state")
        page.evaluate("window.mark = 1")
        driver.expect(state).to_have_text("fine")
        write_events(tmp_path, events[:2])
        driver.expect(state).to_have_text("running")
        write_events(tmp_path, events[2:])
        driver.expect(state).to_have_text("fine")

        assert "pi_event_frames" not in page.locator("#c1-late").inner_text()
        assert page.evaluate("window.mark") == 1
        page.close()
