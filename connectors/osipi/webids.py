"""What a WebID tells of an object: its own id, which stays when it is renamed, and its path.

AVEVA, PI Web API Reference, "WebID 2.0" and "WebID Type": a Full WebID is `F1`, the type's marker, GUIDs (22 characters of
URL-safe base64 each) and a point's number (6), then the path in capitals. So it changes when the object, one above it or the
server is renamed. The IDOnly one, `I1` and the same without the path, always refers to the same item, and to nothing once
that is deleted, even where another one has its name by then. A PathOnly one (`P1`) has the path alone.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

# AVEVA, "WebID Encoded Datatypes": how many characters the ids take after the type's marker. A server has its own GUID, what
# belongs to it that one besides, an attribute its owner's as well.
_SERVERS = "DS|RS"
_OWNED = "AC|BC|Bl|EC|ET|Em|Fm|RD|UC|Ut|XC|XT|Xs"  # categories, tables, elements, event frames, databases, units, analyses
_ATTRIBUTES = "ATE|AbE|AbF"
_WITH_ID = re.compile(
    rf"[FI]1(?:DP[\w-]{{28}}|(?:{_SERVERS})[\w-]{{22}}|(?:{_OWNED})[\w-]{{44}}|(?:{_ATTRIBUTES})[\w-]{{66}})", re.ASCII
)
_MARKER = re.compile(rf"P1(?:DP|{_SERVERS}|{_OWNED}|{_ATTRIBUTES})", re.ASCII)


@lru_cache(8192)  # a read asks it of each tag several times
def stable_id(webid: str) -> str:
    """Give the IDOnly WebID of what a WebID refers to; the WebID itself where it tells no id."""
    match = _WITH_ID.match(webid)
    if not match or webid[0] != "F" or not _path(webid, match.end()):
        return webid
    return "I" + match[0][1:]


def has_id(webid: str) -> bool:
    """Say whether a stable id is an IDOnly WebID: what has another one is another object."""
    match = _WITH_ID.fullmatch(webid)
    return bool(match) and webid[0] == "I"


def path_of(webid: str) -> str:
    r"""Give the path that a WebID holds, in capitals (`SERVER\POINT`); empty for one without."""
    match = (_WITH_ID if webid[:1] == "F" else _MARKER).match(webid)
    return _path(webid, match.end()) if match else ""


def _path(webid: str, start: int) -> str:
    text = webid[start:]
    try:
        path = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return path if "\\" in path or (webid[2:4] in _SERVERS.split("|") and path == path.upper()) else ""
