"""Answers that are sent while they are made."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import anyio
from starlette.responses import StreamingResponse

from headgate.dashboard.lake.errors import BusyError, NoTableError, QuestionError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.requests import Request
    from starlette.types import Send

CSV = "text/csv; charset=utf-8"


class Streamed(StreamingResponse):
    """A CSV whose status is sent with its first piece: what fails until then is answered by a page that says why.

    What fails later ends the connection, so that nobody takes a part for the whole, and is reported in a line. However it ends,
    the pieces are closed: also when nobody listens any more, or takes nothing for as long as a download may last.
    """

    def __init__(self, request: Request, pieces: AsyncGenerator[str], headers: Mapping[str, str]) -> None:
        super().__init__(pieces, headers=headers, media_type=CSV)
        self._pieces, self._path, self._settings = pieces, request.url.path, request.app.state.settings

    async def stream_response(self, send: Send) -> None:
        """Send it."""
        async with aclosing(self._pieces) as pieces:
            first = await anext(pieces, "")
            try:
                with anyio.fail_after(self._settings.download_seconds):
                    await self._send(first, pieces, send)
            except TimeoutError:
                self._report("it was not fetched in time")
            except (BusyError, NoTableError, QuestionError) as error:
                self._report(str(error))

    def _report(self, why: str) -> None:
        self._settings.report(f"the download {self._path} was not finished: {why}")

    async def _send(self, first: str, pieces: AsyncGenerator[str], send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": first.encode(), "more_body": True})
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
