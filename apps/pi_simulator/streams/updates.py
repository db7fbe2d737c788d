"""What is new in a stream since a marker. A marker holds the point and the instant, so that nothing is kept for a reader.

Source: AVEVA, "Stream Updates (Core Services)".
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import PiError

if TYPE_CHECKING:
    from .samples import View

_MARKER = re.compile(r"([0-9a-f]{16})([0-9a-f]{16})_(\d{1,19})")


def _seal(number: str, seed: int) -> str:
    return hashlib.blake2b(f"{number} {seed}".encode(), digest_size=8).hexdigest()


def marker(number: int, at: int, seed: int) -> str:
    """Give the marker of a point and an instant (ticks)."""
    text = f"{number:016x}"
    return f"{text}{_seal(text, seed)}_{at}"


def marked(text: str, now: int, seed: int) -> tuple[int, int]:
    """Give the point's number and the instant of a marker. Raises PiError 409 for one that was never given."""
    match = _MARKER.fullmatch(text)
    if not match or match[2] != _seal(match[1], seed) or int(match[3]) > now:
        raise PiError(409, f"The marker is invalid: '{text[:200]}'.")
    return int(match[1], 16), int(match[3])


def events(view: View, since: int) -> list[dict[str, Any]]:
    """Give what arrived since an instant, in order of arrival, late values among them."""
    news = view.truth.arrived(view.tag, since, view.now)
    news = news.pick(np.argsort(news.arrivals, kind="stable"))
    return [{**row, "Action": "Add", "PreviousEventAction": "PreviousEventArchived"} for row in news.rows()]
