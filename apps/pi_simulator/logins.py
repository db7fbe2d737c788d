"""Who may read: whether a request's login is good, and the tokens that clients are given."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .settings import Logins

_CHALLENGES = {"users": 'Basic realm="PI Web API"', "clients": "Bearer"}


def basic(header: str) -> tuple[str, str] | None:
    """Give the user and the password of an Authorization header, None where it is no good one."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets in who `logins` names. Tokens hold who and until when (seconds since 1970), sealed: nothing is kept of them."""

    logins: Logins
    seed: int = 1
    seconds: Callable[[], float] = time.time

    def token(self, header: str, form: dict[str, str]) -> tuple[str, int] | None:
        """Give a token and its life in seconds for a client's credentials, in header or form; None where they are wrong."""
        client, secret = basic(header) or (form.get("client_id", ""), form.get("client_secret", ""))
        known = self.logins.clients.get(client)
        if known is None or not hmac.compare_digest(known.encode(), secret.encode()):
            return None
        said = f"{client}|{self.seconds() + self.logins.token_seconds:.3f}"
        return base64.urlsafe_b64encode(f"{said}|{self._seal(said)}".encode()).decode(), self.logins.token_seconds

    def lets_in(self, header: str) -> bool:
        """Say whether an Authorization header is good."""
        if not self.logins:
            return True
        if login := basic(header):
            known = self.logins.users.get(login[0])
            return known is not None and hmac.compare_digest(known.encode(), login[1].encode())
        scheme, _, token = header.partition(" ")
        return scheme.lower() == "bearer" and (token in self.logins.tokens or self._good(token))

    @property
    def challenge(self) -> str:
        """What WWW-Authenticate offers."""
        return ", ".join(words for name, words in _CHALLENGES.items() if getattr(self.logins, name)) or "Bearer"

    def _seal(self, said: str) -> str:
        return hmac.new(f"simulator {self.seed}".encode(), said.encode(), hashlib.sha256).hexdigest()

    def _good(self, token: str) -> bool:
        try:
            said, _, seal = base64.urlsafe_b64decode(token).decode().rpartition("|")
            until = float(said.rpartition("|")[2])
        except (ValueError, binascii.Error):
            return False
        return hmac.compare_digest(self._seal(said), seal) and self.seconds() < until
