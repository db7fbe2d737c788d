r"""How a text may be written in another one, as a regular expression: in JSON, Python, an address or HTML, any of it twice.

Each character stands for itself or for an escape of it: JSON's and Python's (`\u00e4`, `\xe4`, `\n`), an address's (`%C3%A4`,
`+`) or HTML's (`&quot;`); nested ones double the backslashes, or write `%` as `%25`. No escape is wanted for ASCII letters and
digits: no encoder makes one.
"""

from __future__ import annotations

import re
from functools import cache

_ESCAPE = r"(?:\\|%(?:25)*5[Cc])"
_ESCAPES = f"{_ESCAPE}{{1,8}}"
_PERCENT = "%(?:25)*"
_BREAK = rf"(?:[\r\n][\r\n \t│|>]*|{_ESCAPES}[rn][ \t]*|{_PERCENT}0[AaDd])"
_TOKEN = re.compile(r"[\r\n]+[ \t]*|\\+|.", re.DOTALL)
_LETTERS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_BASE64 = {"+": "+-", "/": "/_"}  # what the alphabet for addresses writes instead
_PLANE = 0x10000


def spelled(text: str) -> str:
    """Give a pattern for a text in any spelling; the ends of its lines may be left out."""
    parts: list[str] = []
    escaped = False
    for token in _TOKEN.findall(text):
        is_run = token[0] == "\\"
        if is_run:  # taken with the escapes of what follows: one can't be distinguished from the other
            parts.append(f"{_ESCAPE}{{{len(token)},{16 * len(token)}}}")
        elif token[0] in "\r\n":
            parts.append(f"{_BREAK}*")
        else:
            parts.append(_character(token, escaped=escaped))
        escaped = is_run
    return "".join(parts)


def spelled_base64(text: str) -> str:
    """Give a pattern for base64 in either alphabet, in any spelling."""
    ways = {char: "|".join(_character(way, escaped=False) for way in both) for char, both in _BASE64.items()}
    return "".join(f"(?:{ways[char]})" if char in ways else char for char in text)


@cache
def _character(char: str, *, escaped: bool) -> str:
    """Give the ways to write a character; `escaped`: the backslashes before it are already taken."""
    if char == "_" or (char.isascii() and char.isalnum()):
        return char
    data = char.encode(errors="replace")
    ways = [re.escape(char), "".join(f"{_PERCENT}{_hex(f'{byte:02x}')}" for byte in data)]
    if char == " ":
        ways += [r"\+", _BREAK]
    if name := _ENTITIES.get(char):
        ways.append(f"&(?:amp;)*(?:{name}|#0*{ord(char)}|#[xX]0*{_hex(f'{ord(char):x}')});")
    inner = "|".join([*ways, *_escapes(char, data)])
    return f"(?:{inner})" if escaped else f"(?:{'|'.join(ways)}|{_ESCAPES}(?:{inner}))"


def _escapes(char: str, data: bytes) -> list[str]:
    """Give what may follow a backslash: of JSON, where a character beyond 16 bits is two, of Python, and of Python's bytes."""
    code = ord(char)
    units = char.encode("utf-16-be", "surrogatepass")
    halves = [units[index : index + 2].hex() for index in range(0, len(units), 2)]
    ways = [_ESCAPES.join(f"u{_hex(half)}" for half in halves), _ESCAPES.join(f"x{_hex(f'{byte:02x}')}" for byte in data)]
    if code < 0x100:  # noqa: PLR2004  # what Python writes with two digits
        ways.append(f"x{_hex(f'{code:02x}')}")
    if code >= _PLANE:
        ways.append(f"U{_hex(f'{code:08x}')}")
    return [*ways, *([_LETTERS[char]] if char in _LETTERS else [])]


def _hex(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)
