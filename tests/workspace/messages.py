"""What is asked of the workspace and what it answers, and the table of its addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from tests.workspace.workspace import Workspace

    Handler = Callable[[Workspace, "Request"], "Json | Answer"]
    Found = TypeVar("Found", bound=Handler)

Json = dict[str, Any]


@dataclass
class Request:
    """A request as it was read. `parts` are those of its path that differ, by name; `token` is what it logs in with.

    Once it is over, `carried_out` says whether it took effect, and `status` what was answered; None where the connection was
    closed instead.
    """

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    token: str = field(default="", repr=False)
    carried_out: bool = False
    status: int | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def need(self, name: str) -> Any:
        """Give a field of the body or the query. Raises RefusedError where it is missing."""
        found = self.body.get(name, self.query.get(name))
        if found is None:
            raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"Missing required field: {name}")
        return found


@dataclass(frozen=True)
class Answer:
    """An answer: JSON, or bytes as they are."""

    status: int = 200
    body: Json | bytes = field(default_factory=dict)


def refusal(status: int, code: str, message: str) -> Answer:
    """Give an error as Databricks' REST API shapes it."""
    return Answer(status, {"error_code": code, "message": message, "details": []})


class RefusedError(Exception):
    """The workspace refuses a request."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = refusal(status, code, message)


@dataclass(frozen=True)
class Route:
    """Who answers a method at a path, as it was written and as a pattern."""

    method: str
    path: str
    pattern: re.Pattern[str]
    handler: Handler


class Routes:
    """Addresses and who answers there. In a path, `{name}` is a part that differs, and `?` a digit of the API's version."""

    def __init__(self, *several: Routes) -> None:
        self.routes: list[Route] = [route for one in several for route in one.routes]

    def on(self, method: str, path: str) -> Callable[[Found], Found]:
        """Say that the function below answers there."""
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)).replace(r"\?", r"\d")

        def registered(handler: Found) -> Found:
            self.routes.append(Route(method, path, re.compile(pattern), handler))
            return handler

        return registered

    def find(self, request: Request) -> Handler | None:
        """Give who answers a request, whose `parts` are set; None where nobody does."""
        for route in self.routes:
            if route.method == request.method and (found := route.pattern.fullmatch(request.path)):
                request.parts = {name: unquote(value) for name, value in found.groupdict().items()}
                return route.handler
        return None


def page(request: Request, entries: list[Json], name: str, size: str, default: int, most: int) -> Json:
    """Give the page of `entries` that a list asks for by `page_token`. `size` is the parameter that says how many.

    The tokens are as opaque as the real ones: nothing but the next request takes them.
    """
    count = int(request.query.get(size) or 0) or default
    if not 0 < count <= most:
        raise RefusedError(400, "INVALID_PARAMETER_VALUE", f"{size} must be between 1 and {most}, found {count}")
    first = int(request.query.get("page_token", "from-0").removeprefix("from-")) + int(request.query.get("offset", 0))
    found: Json = {name: entries[first : first + count]} if entries[first : first + count] else {}
    return found | ({"next_page_token": f"from-{first + count}"} if first + count < len(entries) else {})
