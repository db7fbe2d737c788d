"""Links of the pages lead to files and headings that there are, also those of a project that was just made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.new_project.files import project_files
from tests.docs.pages import ROOT, anchors, links, pages

if TYPE_CHECKING:
    from pathlib import Path


def dead(page: Path) -> list[str]:
    """Give the links of a page that lead nowhere."""
    found = []
    for link in links(page.read_text()):
        path, _, anchor = link.partition("#")
        there = page.parent / path if path else page
        if not there.exists() or (anchor and anchor not in anchors(there.read_text())):
            found.append(link)
    return found


@pytest.mark.parametrize("page", pages())
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    assert dead(ROOT / page) == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, todo = {"README.md"}, ["README.md"]
    while todo:
        page = ROOT / todo.pop()
        for link in links(page.read_text()):
            path = (page.parent / link.partition("#")[0]).resolve()
            name = path.relative_to(ROOT).as_posix()
            if path.suffix == ".md" and name not in reached and not link.startswith("#"):
                reached.add(name)
                todo.append(name)

    assert set(pages()) - reached == set()


def test_every_link_of_a_new_project_leads_somewhere(tmp_path: Path) -> None:
    for file in project_files("shop", lambda _: None):
        path = tmp_path / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)

    assert [(page.name, dead(page)) for page in tmp_path.rglob("*.md") if dead(page)] == []


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](#one) [b](#two) [c](none.md) [d](page.md#one) `[e](code.md)`\n")

    assert dead(page) == ["#two", "none.md"]
