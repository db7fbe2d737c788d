"""JSON: orjson where it is installed, else the standard library's, with the same results."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def decode_plainly(text: bytes) -> Any:
    """Decode JSON with the standard library; raises ValueError, as orjson does, for NaN, Infinity and what is no UTF-8."""
    return json.loads(text.decode(), parse_constant=_refuse)


def _decoder() -> Callable[[bytes], Any]:
    try:
        found: Callable[[bytes], Any] = importlib.import_module("orjson").loads
    except ImportError:
        return decode_plainly
    return found


decode = _decoder()
