"""Name filters: `*` stands for any letters, `?` for any one, capitals for small letters."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def pattern(text: str) -> re.Pattern[str]:
    """Give what a name filter means, to be matched against whole names."""
    parts = ({"*": ".*", "?": "."}.get(letter) or re.escape(letter) for letter in re.sub(r"\*+", "*", text))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
