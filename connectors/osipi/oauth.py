"""OAuth 2.0 for `requests`: one access token for all threads, renewed before it ends and when a server refuses it.

Client credentials (RFC 6749, 4.4), or a refresh token (RFC 6749, 6), which the server may replace at each renewal. This file,
`refresh_tokens.py` and `retries.py` need nothing else of this package, and of others `requests` alone: another connector's
author may copy them.
"""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from .refresh_tokens import RefreshToken
from .retries import PASSING, Backoff, retry_after

if TYPE_CHECKING:
    from collections.abc import Callable

# A token is renewed a tenth of its life before it ends, but no more than a minute.
_EARLY, _EARLIEST = 0.1, 60.0
_LIFE = 3600.0  # seconds, of a token whose server does not say it
_LOOKS = 3  # times that the file is looked at, for a token that another process is just about to keep there
_TOKEN = re.compile(r"[\x21-\x7e]+")  # what a header carries; the error of one that can't would show it
# RFC 6749, 5.2. What else a server says of an error may hold anything, and is not shown.
_CODES: tuple[object, ...] = (
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
)  # fmt: skip
_CURE = "look at client_id, client_secret, token_url and scope"
_NEW_LOGIN = "look at client_id, client_secret and token_url, or log in anew for another refresh_token"


class TokenError(Exception):
    """There is no token. `passes`: it may be tried again later. `status` is HTTP's, 0 without an answer. No secret is in it."""

    def __init__(self, status: int, message: str, *, passes: bool = False, asked: float | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.passes = status, message, passes
        self.asked = asked  # the seconds after which the server wants to be asked again


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks for tokens, and where. With a refresh token by that, else by the client's own credentials.

    in_form: id and secret go with the form (client_secret_post), as Zoho and Salesforce want it, not in a header. file: where
    a refresh token is kept that the server gave instead of this one; see `RefreshToken`.
    """

    token_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    in_form: bool = False
    file: str = ""


class OAuth(AuthBase):
    """Logs requests in: `session.get(url, auth=OAuth(Client(…)))`. May be shared by threads, of which one renews.

    After an answer of 401, ask `refused(answer.request)` and send the request again. verify: a CA file, or whether to verify;
    timeout and what `clock` gives and `sleep` takes are seconds. Requests raise TokenError where there is no token.
    """

    def __init__(
        self,
        client: Client,
        *,
        verify: bool | str = True,
        timeout: float = 60.0,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        # A session of its own: no headers and cookies of another server go to the token endpoint.
        self._session = requests.Session()
        self._client, self._verify, self._timeout = client, verify, timeout
        self._backoff, self._clock, self._sleep = backoff or Backoff(), clock, sleep
        self._refresh = RefreshToken(client.refresh_token, client.file) if client.refresh_token else None
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header, with a token that is good for now."""
        with self._lock:
            if not self._token or self._clock() >= self._until:
                self._renew()
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def refused(self, request: requests.PreparedRequest) -> bool:
        """Forget the token that `request` carried, unless another one took its place; say that a new try makes sense."""
        with self._lock:
            if request.headers.get("Authorization") == f"Bearer {self._token}":
                self._token = ""
        return True

    def _renew(self) -> None:
        """Fetch a token, with patience for what passes."""
        for failed in range(1, self._backoff.tries + 1):
            try:
                self._take(self._by_refresh_token(self._refresh) if self._refresh else self._ask(self._credentials()))
            except TokenError as error:
                if not error.passes or failed == self._backoff.tries:
                    raise
                self._sleep(self._backoff.delay(failed, 0.5, error.asked))
            else:
                return

    def _credentials(self) -> dict[str, str]:
        return {"grant_type": "client_credentials"} | ({"scope": self._client.scope} if self._client.scope else {})

    def _by_refresh_token(self, refresh: RefreshToken) -> dict[str, Any]:
        """Renew by the refresh token in force, and keep the one that the server gives instead, if it does."""
        try:
            refresh.check()
            token, answer = self._renewed_by(refresh)
            given = answer.get("refresh_token")
            if isinstance(given, str) and given and given != token:
                refresh.replace(given)
        except OSError as error:
            why = f"{type(error).__name__}: {error.strerror or error}"
            message = f"the refresh token can't be kept in {self._client.file} ({why}): name a file of a folder to write into"
            raise TokenError(0, message) from None
        return answer

    def _renewed_by(self, refresh: RefreshToken) -> tuple[str, dict[str, Any]]:
        """Give the refresh token that was taken, and the answer."""
        token = refresh.current()
        while True:
            try:
                return token, self._ask({"grant_type": "refresh_token", "refresh_token": token})
            except TokenError as error:
                if error.passes or not (other := self._replaced(refresh, token)):
                    raise
                token = other

    def _replaced(self, refresh: RefreshToken, token: str) -> str:
        """Give the refresh token that another process keeps instead of a refused one; empty where none comes."""
        for looked in range(1, _LOOKS + 1):
            if not self._client.file:
                break
            if (other := refresh.current()) != token:
                return other
            self._sleep(self._backoff.delay(looked, 0.5))
        return ""

    def _ask(self, form: dict[str, str]) -> dict[str, Any]:
        """Ask the token endpoint once; give its answer, which has an access token."""
        client = self._client
        login = None
        if client.in_form or not client.client_secret:
            form = {**form, "client_id": client.client_id}
            form |= {"client_secret": client.client_secret} if client.client_secret else {}
        else:
            login = HTTPBasicAuth(client.client_id, client.client_secret)
        try:
            answer = self._session.post(
                client.token_url,
                data=form,
                auth=login,
                headers={"Accept": "application/json"},
                timeout=self._timeout,
                allow_redirects=False,
                verify=self._verify,
            )
        except requests.RequestException as error:
            message = f"no token: the token endpoint can't be reached ({type(error).__name__})"
            raise TokenError(0, message, passes=not isinstance(error, requests.exceptions.SSLError)) from error
        if answer.status_code in PASSING:
            asked = retry_after(answer.headers.get("Retry-After"))
            raise TokenError(answer.status_code, "the token endpoint is not available", passes=True, asked=asked)
        try:
            body: Any = answer.json()
        except ValueError:
            body = None
        body = body if isinstance(body, dict) else {}
        token = body.get("access_token")
        if answer.ok and isinstance(token, str) and _TOKEN.fullmatch(token):
            return dict(body)
        code = f" ({body['error']})" if body.get("error") in _CODES else ""
        cure = _NEW_LOGIN if "refresh_token" in form else _CURE
        raise TokenError(answer.status_code, f"the token endpoint gave no token{code}: {cure}")

    def _take(self, answer: dict[str, Any]) -> None:
        self._token = answer["access_token"]
        try:
            life = float(answer.get("expires_in") or _LIFE)
        except (TypeError, ValueError):
            life = _LIFE
        self._until = self._clock() + life - min(life * _EARLY, _EARLIEST)
