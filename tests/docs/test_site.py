"""The pages as a site: each is in its navigation and in llms.txt, and it is built without a link that leads nowhere."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from tests.docs.llms import llms
from tests.docs.pages import ROOT, links, pages
from tests.docs.site import address, lay_out, lines, linked_files, sections

if TYPE_CHECKING:
    from pathlib import Path

ZENSICAL = ROOT / "build/zensical/bin/zensical"
IN_NAVIGATION = [page for under in sections().values() for page in under]


def test_every_page_is_once_in_the_navigation_and_says_what_it_is_for() -> None:
    assert sorted(IN_NAVIGATION) == sorted(pages())
    assert list(lines()) == IN_NAVIGATION


def test_llms_txt_has_a_line_for_each_page_with_a_link_that_leads_there() -> None:
    assert links(llms()) == IN_NAVIGATION


def test_what_pages_show_and_link_to_is_laid_out_beside_them(tmp_path: Path) -> None:
    lay_out(tmp_path)

    assert {"docs/before-after.svg", "examples/own_constructs.py"} <= set(linked_files())
    for page in pages():
        for link in links((tmp_path / "pages" / page).read_text()):
            assert (tmp_path / "pages" / page).parent.joinpath(link.partition("#")[0]).exists(), (page, link)


class Loaded(HTMLParser):
    """Collects what a page loads: scripts, styles, pictures, frames."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "img", "iframe", "source"}:
            self.addresses.append(given.get("src") or "")
        if tag == "link" and given.get("rel") != "canonical":
            self.addresses.append(given.get("href") or "")


@pytest.mark.long
@pytest.mark.skipif(not ZENSICAL.exists(), reason="needs what makes the site: make build/zensical/.ready")
def test_the_site_is_built_with_search_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    lay_out(tmp_path)
    build = [str(ZENSICAL), "build", "--clean", "--strict"]

    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    made = {path.relative_to(tmp_path / "site").as_posix(): path for path in (tmp_path / "site").rglob("*.html")}
    assert set(made) - {"404.html"} == {address(page) for page in pages()}
    assert set(links((tmp_path / "site/llms.txt").read_text())) == {address(page) for page in pages()}
    assert "ALTER STREAMING TABLE" in (tmp_path / "site/search.json").read_text()
    for page in made.values():
        loaded = Loaded()
        loaded.feed(page.read_text())
        assert [address for address in loaded.addresses if re.match(r"(https?:)?//", address)] == []

    page = tmp_path / "pages/docs/start.md"
    page.write_text(page.read_text() + "\n[dead](none.md)\n")
    dead = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert dead.returncode != 0
