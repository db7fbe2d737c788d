"""What stands before the pages: only reading, only by names that are ours, and headers that browsers obey."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LONGEST_ADDRESS = 16_000  # characters: a page's filters and its place in a table
_READING = {"GET", "HEAD"}
ANY = "*"
_OWN = ("localhost", "127.0.0.1", "[::1]")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# Recommended by OWASP's HTTP Headers Cheat Sheet for pages that belong to nobody else's.
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class Defences:
    """Lets through to an application what only reads, and gives every answer the headers, but those that a page sets itself.

    hosts: names by which it is asked beside this machine's own, or nothing but those. A page elsewhere whose name is made to
    point here (DNS rebinding) asks by that name, and is refused. ANY allows every name: where nothing gets here but what a
    login let through.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, {*_OWN, *(one.lower() for one in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refusal(scope)
        await (refused or self._app)(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        if scope["type"] != "http":
            return PlainTextResponse("There are no WebSockets here.\n", 404)
        if scope["method"] not in _READING:
            return PlainTextResponse("The dashboard only shows: ask by GET or HEAD.\n", 405, {"Allow": "GET, HEAD"})
        if ANY not in self._hosts and host_name(Headers(scope=scope).get("host", "")) not in self._hosts:
            return PlainTextResponse("This name is not served here: start with --allow-host NAME to have it so.\n", 421)
        if len(scope["raw_path"]) + len(scope["query_string"]) > _LONGEST_ADDRESS:
            return PlainTextResponse("The address is too long.\n", 414)
        return None


def host_name(header: str) -> str:
    """Give the name or the address of a Host header, without its port, in lower case."""
    name, colon, port = header.strip().lower().rpartition(":")
    return name if colon and port.isdigit() else header.strip().lower()


def names_of(host: str) -> tuple[str, ...]:
    """Give the names by which a server may be asked that listens on an address; one that listens on all has none of its own."""
    try:
        address = ip_address(host)
    except ValueError:
        return (host,)
    if address.is_unspecified:
        return ()
    return (f"[{host}]" if ":" in host else host,)
