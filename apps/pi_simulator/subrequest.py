"""Asks an application from within: a request that comes by no socket, as the parts of a batch do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Scope


@dataclass(frozen=True, slots=True)
class Question:
    """A request: `target` is its path and query, percent-encoded; names of `headers` are in small letters."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes = b""

    def scope(self, around: Scope) -> Scope:
        """Give the request as ASGI has it, on the connection of another; its state says that it is `within` that one."""
        path, _, query = self.target.partition("?")
        known = {
            name: around[name] for name in ("type", "asgi", "http_version", "scheme", "server", "client") if name in around
        }
        return known | {
            "state": {"within": True},
            "method": self.method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in self.headers.items()],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application says."""

    status: int
    headers: Headers
    body: bytes


async def ask(app: ASGIApp, question: Question, around: Scope) -> Answer:
    """Give an application's answer to a request that comes in the course of another, whose scope `around` is."""
    unread: list[Message] = [{"type": "http.request", "body": question.content, "more_body": False}]
    told: list[Message] = []

    async def receive() -> Message:
        return unread.pop() if unread else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        told.append(message)

    await app(question.scope(around), receive, send)
    body = b"" if question.method == "HEAD" else b"".join(message.get("body", b"") for message in told[1:])
    return Answer(told[0]["status"], Headers(raw=told[0]["headers"]), body)
