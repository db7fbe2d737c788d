"""A token endpoint over HTTP, whose tokens end every few seconds and which replaces the refresh token at each renewal."""

from __future__ import annotations

from base64 import b64encode
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.connectors.osipi.server import PiServer, Request

ID, SECRET, FIRST = "me", "CANARY-secret", "CANARY-refresh-0"


class TokenEndpoint:
    """Gives tokens at /token of a server, and lets nobody in there whose token has ended by `clock`, in seconds.

    rotates: a refresh token is good once, and another one comes with the answer. `asked` are the forms of requests.
    """

    def __init__(self, server: PiServer, clock: Callable[[], float], life: float = 5.0, *, rotates: bool = True) -> None:
        self.clock, self.life, self.rotates = clock, life, rotates
        self.asked: list[dict[str, str]] = []
        self.refresh_token = FIRST
        self._ends: dict[str, float] = {}
        self._lock = Lock()
        self.url = f"{server.url}/token"
        server.objects["POST /token"] = (200, self._answer)
        server.trouble.append(self._gate)

    @property
    def by_refresh_token(self) -> dict[str, str]:
        """The options of a connection that logs in by the first refresh token."""
        return {"client_id": ID, "client_secret": SECRET, "token_url": self.url, "refresh_token": FIRST}

    def end_all(self) -> None:
        """Want none of the tokens any more that were given."""
        self._ends.clear()

    def _gate(self, request: Request) -> Any:
        if request.path == "/token":
            return None
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return None if self.clock() < self._ends.get(token, 0) else (401, {"Errors": ["the token has ended"]})

    def _answer(self, body: bytes, headers: dict[str, str]) -> Any:
        with self._lock:
            form = dict(parse_qsl(body.decode()))
            self.asked.append(form)
            basic = headers.get("Authorization") == "Basic " + b64encode(f"{ID}:{SECRET}".encode()).decode()
            if not basic and (form.get("client_id"), form.get("client_secret")) != (ID, SECRET):
                return {"error": "invalid_client"}
            more = {}
            if form["grant_type"] == "refresh_token":
                if form["refresh_token"] != self.refresh_token:
                    return {"error": "invalid_grant"}
                if self.rotates:
                    self.refresh_token = f"CANARY-refresh-{len(self.asked)}"
                    more = {"refresh_token": self.refresh_token}
            token = f"CANARY-access-{len(self.asked)}"
            self._ends[token] = self.clock() + self.life
            return {"access_token": token, "token_type": "Bearer", "expires_in": self.life, **more}
