"""llms.txt: the pages with a line each, in the order of the site, for programs that look for one to read (llmstxt.org)."""

from __future__ import annotations

from tests.docs.pages import ROOT
from tests.docs.site import lines, sections, settings


def llms() -> str:
    """Give the file's text."""
    said = lines()
    found = ["# Headgate", "", f"> {settings()['project']['site_description']}.", ""]
    for title, under in sections().items():
        found += [f"## {title}", "", *(f"- [{_heading(page)}]({page}): {said[page]}" for page in under), ""]
    return "\n".join(found)


def _heading(page: str) -> str:
    return (ROOT / page).read_text().partition("\n")[0].removeprefix("# ")
