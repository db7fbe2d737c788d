"""What is shown where there is nothing to show: pages that say why."""

from __future__ import annotations

import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from headgate.dashboard.lake.errors import BusyError, NoTableError, QuestionError
from headgate.dashboard.pages import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import HTMLResponse


def not_found(request: Request, message: str, links: Sequence[tuple[str, str]] = ()) -> HTMLResponse:
    """Give a page that says that there is no such thing."""
    return page(request, "message.html", 404, title="Not found", message=message, links=links)


def choose(request: Request, message: str, links: Sequence[tuple[str, str]]) -> HTMLResponse:
    """Give a page that asks which of several is meant."""
    return page(request, "message.html", 300, title="Which one?", message=message, links=links)


def handle_failures(app: FastAPI) -> None:
    """Have what goes wrong in a handler end in a page that says it, without a stack trace."""

    @app.exception_handler(QuestionError)
    def _bad(request: Request, error: Exception) -> HTMLResponse:
        return page(request, "message.html", 400, title="Not understood", message=str(error), links=[])

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: Exception) -> HTMLResponse:
        found = error.errors() if isinstance(error, RequestValidationError) else []
        message = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in found)
        return page(request, "message.html", 400, title="Not understood", message=message, links=[])

    @app.exception_handler(BusyError)
    def _busy(request: Request, error: Exception) -> HTMLResponse:
        answer = page(
            request, "message.html", 503, title="Not now", message=str(error), links=[(request.url.path, "Try again")]
        )
        answer.headers["Retry-After"] = "5"
        return answer

    @app.exception_handler(NoTableError)
    def _no_table(request: Request, error: Exception) -> HTMLResponse:
        return not_found(request, str(error), [("/data/", "All tables")])

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: Exception) -> HTMLResponse:
        assert isinstance(error, HTTPException)  # noqa: S101  # as it is registered for
        if error.status_code == HTTPStatus.NOT_FOUND:
            return not_found(request, "There is no such page.", [("/", "Overview")])
        return page(request, "message.html", error.status_code, title="Not possible", message=error.detail, links=[])

    @app.exception_handler(Exception)
    def _fault(request: Request, error: Exception) -> HTMLResponse:
        trace = "".join(traceback.format_exception(error)).rstrip()
        request.app.state.settings.report(f"the page {request.url.path} failed:\n{trace}")
        return page(request, "message.html", 500, title="Failed", message="This page failed; the log says more.", links=[])
