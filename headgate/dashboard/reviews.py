"""The HTML pages that reviews and balances were written to, as they may be shown: no script runs, and nothing is loaded."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_OURS = re.compile(rb"<title>(Headgate: [^<]*)</title>")
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_HEAD = 4096  # bytes, in which the title stands
_MOST = 20_000_000


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A page that Headgate wrote: its file's name, its title, and when it was written."""

    name: str
    title: str
    written_at: datetime


def reviews_in(folder: Path) -> list[ReviewPage]:
    """Give the pages of a folder that Headgate wrote, the newest first."""
    try:
        paths = [path for path in folder.glob("*.html") if path.is_file() and not path.is_symlink()]
        titles = {path: _title(path) for path in paths}
        found = [
            ReviewPage(path.name, title, datetime.fromtimestamp(path.stat().st_mtime, UTC))
            for path, title in titles.items()
            if title
        ]
    except OSError:
        return []
    return sorted(found, key=lambda one: (one.written_at, one.name), reverse=True)


def review_page(folder: Path, name: str) -> tuple[bytes, str] | None:
    """Give a page and the policy under which it is shown, which allows its own style alone; None where there is none."""
    if name not in {one.name for one in reviews_in(folder)}:
        return None
    path = folder / name
    if path.stat().st_size > _MOST:
        return None
    data = path.read_bytes()
    digests = [base64.b64encode(hashlib.sha256(style).digest()).decode() for style in _STYLE.findall(data)]
    styles = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return data, f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


def _title(path: Path) -> str:
    with path.open("rb") as file:
        found = _OURS.search(file.read(_HEAD))
    return unescape(found[1].decode(errors="replace")) if found else ""
