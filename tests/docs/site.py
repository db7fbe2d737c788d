"""The pages as a site: `make site` has them laid out as they lie in the repository, so that their links stay as they are."""

from __future__ import annotations

import re
import shutil
import tomllib
from typing import TYPE_CHECKING, Any

from tests.docs.pages import ROOT, links, pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG, LLMS = ROOT / "docs/zensical.toml", "llms.txt"


def settings() -> dict[str, Any]:
    """Give the site's settings."""
    return tomllib.loads(CONFIG.read_text())


def lines() -> dict[str, str]:
    """Give what each page is for."""
    return dict(settings()["lines"])


def sections() -> dict[str, list[str]]:
    """Give the pages of each section of the site's navigation, in its order."""
    found = {}
    for entry in settings()["project"]["nav"]:
        ((title, under),) = entry.items()
        found[title] = [under] if isinstance(under, str) else under
    return found


def linked_files() -> Iterator[str]:
    """Give the paths of what pages show or link to and is no page: pictures, schemas, examples."""
    for page in pages():
        for link in links((ROOT / page).read_text()):
            path = (ROOT / page).parent / link.partition("#")[0]
            if path.is_file() and path.suffix != ".md":
                yield path.resolve().relative_to(ROOT).as_posix()


def address(page: str) -> str:
    """Give where the site has a page."""
    return re.sub(r"(README)?\.md$", lambda end: "index.html" if end[1] else ".html", page)


def lay_out(folder: Path) -> None:
    """Copy the pages and what they link to into `folder`/pages, llms.txt with the site's addresses, and the site's settings."""
    shutil.rmtree(folder / "pages", ignore_errors=True)
    for path in [*pages(), *linked_files()]:
        there = folder / "pages" / path
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, there)
    text = (ROOT / LLMS).read_text()
    (folder / "pages" / LLMS).write_text(re.sub(r"\]\((\S+\.md)\)", lambda link: f"]({address(link[1])})", text))
    shutil.copy(CONFIG, folder / CONFIG.name)


if __name__ == "__main__":
    lay_out(ROOT / "build")
