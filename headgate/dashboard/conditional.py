"""Answers that are not sent again to whoever has them: entity tags and If-None-Match (RFC 9110, section 13.1.2)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request


def entity_tag(content: bytes) -> str:
    """Give the tag of a content, which no other has."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def answer(request: Request, content: bytes, media_type: str | None, headers: Mapping[str, str]) -> Response:
    """Give a content with its headers, of which one is `ETag`; 304 and no content to a request that names this tag."""
    known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    if headers["ETag"] in known:
        return Response(None, 304, headers)
    return Response(content, 200, headers, media_type)
