"""The pages that people read: their blocks, their links, and the parts that are generated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_PART = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the page's path in the repository, the line of its fence, its language and text, the heading above it."""

    page: str
    line: int
    language: str
    text: str
    section: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """Give the paths of all pages: those at the top of the repository, of docs/ and of examples/."""
    below = [path for folder in ("docs", "examples") for path in sorted((ROOT / folder).rglob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in [*sorted(ROOT.glob("*.md")), *below]]


def blocks(page: str) -> list[Block]:
    """Give the fenced blocks of a page, without what they are indented by."""
    text = (ROOT / page).read_text()
    found = []
    for fence in _FENCE.finditer(text):
        before, said = text[: fence.start()], re.sub(rf"^{fence[1]}", "", fence[3], flags=re.MULTILINE)
        section = before.rpartition("\n## ")[2].partition("\n")[0] if "\n## " in before else ""
        found.append(Block(page, before.count("\n") + 1, fence[2], said, section))
    return found


def links(text: str) -> list[str]:
    """Give where a page's links lead, but for the web."""
    return [link for link in _LINK.findall(_CODE.sub("", text)) if "://" not in link]


def anchors(text: str) -> set[str]:
    """Give what a page's headings are called in links, as GitHub calls them."""
    headings = _HEADING.findall(_CODE.sub(lambda code: code[0].strip("`") if "\n" not in code[0] else "", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def generated_parts(page: str) -> list[str]:
    """Give the names of a page's generated parts."""
    return [found[2] for found in _PART.finditer((ROOT / page).read_text())]


def with_parts(page: str, parts: dict[str, str]) -> str:
    """Give a page's text with its generated parts as they are to be."""
    return _PART.sub(lambda found: f"{found[1]}{parts[found[2]].strip()}\n{found[3]}", (ROOT / page).read_text())
