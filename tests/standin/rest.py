"""The REST API of a workspace, as the provider calls it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

Json = dict[str, Any]
TRIES = 3


class ApiError(Exception):
    """The workspace refused a request, or gave no answer (status 0)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    @property
    def missing(self) -> bool:
        """Whether what was asked for is not there. Of a job the API says so by 400 (databricks-sdk-go, its error overrides)."""
        text = str(self)
        return self.status == 404 or (self.status == 400 and text.startswith("Job ") and text.endswith(" does not exist."))


@dataclass(frozen=True)
class Client:
    """A workspace at `address`, such as http://127.0.0.1:4711."""

    address: str
    token: str

    def get(self, path: str, /, **query: str) -> Json:
        return self.call("GET", path + ("?" + urlencode(query) if query else ""))

    def post(self, path: str, body: Json) -> Json:
        return self.call("POST", path, body)

    def put(self, path: str, body: Json) -> Json:
        return self.call("PUT", path, body)

    def patch(self, path: str, body: Json) -> Json:
        return self.call("PATCH", path, body)

    def delete(self, path: str, /, **query: str) -> Json:
        return self.call("DELETE", path + ("?" + urlencode(query) if query else ""))

    def call(self, method: str, path: str, body: Json | bytes | None = None, kind: str = "application/json") -> Json:
        """Ask, and again where the workspace is too busy. Raises ApiError."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        status, retry_after, answer = self._once(method, path, data, kind)
        for _ in range(TRIES - 1):
            if status in (429, 503):
                time.sleep(float(retry_after or 1))
                status, retry_after, answer = self._once(method, path, data, kind)
        if status >= 400:  # where HTTP's errors begin
            raise ApiError(status, str(answer.get("message") or answer))
        return answer

    def _once(self, method: str, path: str, data: bytes | None, kind: str) -> tuple[int, str | None, Json]:
        # A connection of its own for each request: one that was kept might be closed at the other end.
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        try:
            connection.request(method, path, data, {"Authorization": f"Bearer {self.token}", "Content-Type": kind})
            response = connection.getresponse()
            text = response.read()
            return response.status, response.getheader("Retry-After"), json.loads(text or b"{}")
        except (OSError, HTTPException, ValueError) as error:
            why = "EOF" if isinstance(error, ConnectionError) else repr(error)
            raise ApiError(0, f'{method.capitalize()} "{self.address}{path}": {why}') from error
        finally:
            connection.close()


def quoted(name: str) -> str:
    """Give a name as a part of a path."""
    return quote(name, safe="")
