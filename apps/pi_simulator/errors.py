"""Errors as PI Web API tells them: a status, and `{"Errors": [...]}`."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from .bodies import dumps

if TYPE_CHECKING:
    from fastapi import FastAPI, Request


class PiError(Exception):
    """What a handler raises: a status and what PI says."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(*messages)
        self.status = status
        self.messages = messages

    @property
    def body(self) -> dict[str, Any]:
        """The answer's body."""
        return {"Errors": list(self.messages)}

    @property
    def exception(self) -> dict[str, Any]:
        """The error as a part of an answer that is good otherwise."""
        return {"Errors": list(self.messages), "StatusCode": self.status}


def failure(status: int, *messages: str, headers: dict[str, str] | None = None) -> Response:
    """Give an error as an answer."""
    return Response(dumps({"Errors": list(messages)}), status, headers, "application/json; charset=utf-8")


def tell_errors(app: FastAPI) -> None:
    """Have an app answer every error in PI's form."""

    @app.exception_handler(PiError)
    def _told(_request: Request, error: PiError) -> Response:
        return failure(error.status, *error.messages)

    @app.exception_handler(RequestValidationError)
    def _invalid(_request: Request, error: RequestValidationError) -> Response:
        said = [f"The parameter '{'.'.join(map(str, one['loc'][1:]))}' is invalid: {one['msg']}." for one in error.errors()]
        return failure(HTTPStatus.BAD_REQUEST, *said)

    @app.exception_handler(HTTPException)
    def _other(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.NOT_FOUND:
            return failure(404, f"No HTTP resource was found that matches the request URI '{request.url}'.")
        return failure(error.status_code, str(error.detail), headers=dict(error.headers or {}))
