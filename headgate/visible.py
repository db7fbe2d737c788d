"""Text that others wrote, so that every character of it can be seen."""

from __future__ import annotations

# What a browser or a terminal would swallow, no UTF-8 holds, or would turn the text around it: shown as pictures and as U+FFFD.
_SIGNS = {code: 0x2400 + code for code in range(0x20)}
_UNSEEN = [*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)]
SEEN = _SIGNS | dict.fromkeys(_UNSEEN, 0xFFFD)


def seen(text: object) -> str:
    """Give a text of which every character can be seen, and none moves the others."""
    return str(text).translate(SEEN)
