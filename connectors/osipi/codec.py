"""JSON: orjson where it is installed, else the standard library's, with the same results.

Both take what PI Web API may send though JSON has no word for it: NaN, infinity and numbers too large for a double, which
become floats that are not finite. Whole numbers that 64 bits can't hold become floats, as no point of PI has them.
"""

from __future__ import annotations

import gc
import importlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST, _MOST = -(2**63), 2**64 - 1  # what orjson takes for a whole number


def _whole(digits: str) -> int | float:
    # More digits than any double has: int() refuses thousands of them.
    number = int(digits) if len(digits) < 25 else float(digits)  # noqa: PLR2004  # longer than 64 bits by far
    return number if _LEAST <= number <= _MOST else float(digits)


def decode_plainly(text: bytes) -> Any:
    """Decode JSON with the standard library; half of a character becomes U+FFFD. Raises ValueError for what is no JSON."""
    found = json.loads(text.decode(), parse_int=_whole)
    return _mended(found) if rb"\ud" in text.lower() else found


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mended(one) for one in value]
    return {_mended(key): _mended(one) for key, one in value.items()} if isinstance(value, dict) else value


def _decoder() -> Callable[[bytes], Any]:
    try:
        fast: Callable[[bytes], Any] = importlib.import_module("orjson").loads
    except ImportError:
        return decode_plainly

    def decode(text: bytes) -> Any:
        # An answer has no cycles, but so many objects that they would be searched for some over and over.
        collecting = gc.isenabled()
        gc.disable()
        try:
            return fast(text)
        except ValueError:
            return decode_plainly(text)  # stricter than PI Web API is
        finally:
            if collecting:
                gc.enable()

    return decode


decode = _decoder()
