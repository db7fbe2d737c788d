"""Logging in: what each request carries. Tokens are fetched when needed, kept, and renewed before they end."""

from __future__ import annotations

import importlib
import logging
import threading
from typing import TYPE_CHECKING, Any

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from .problems import OptionsError, PiError, PiUnavailableError
from .retries import PASSING, retry_after
from .tls import distrust

if TYPE_CHECKING:
    from collections.abc import Callable

    from .options import Secret, Settings

# A token is renewed a tenth of its life before it ends, but no more than a minute.
_EARLY, _EARLIEST = 0.1, 60.0


class Bearer(AuthBase):
    """A token that was given."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class ClientCredentials(AuthBase):
    """OIDC client credentials (RFC 6749, 4.4): one token for all threads."""

    def __init__(self, settings: Settings, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        # A session of its own: none of PI's headers and cookies go to the token endpoint.
        self._session = requests.Session()
        self._verify = settings.verify
        self._login, self._backoff, self._timeout = settings.login, settings.backoff, settings.timeout
        self._clock, self._sleep = clock, sleep
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
        for failed in range(1, self._backoff.tries + 1):
            problem, asked = self._ask()
            if problem is None:
                return
            if not isinstance(problem, PiUnavailableError) or failed == self._backoff.tries:
                raise problem
            self._sleep(self._backoff.delay(failed, 0.5, asked))

    def _ask(self) -> tuple[PiError | None, float | None]:
        """Fetch a token once; give what went wrong, and how long the server asks to wait."""
        form = {"grant_type": "client_credentials"} | ({"scope": self._login.scope} if self._login.scope else {})
        try:
            answer = self._session.post(
                self._login.token_url,
                data=form,
                auth=HTTPBasicAuth(self._login.user, self._login.secret.reveal()),
                timeout=self._timeout,
                allow_redirects=False,
                verify=self._verify,
            )
        except requests.RequestException as error:
            if why := distrust(error):
                return PiError(0, f"no token: {why}"), None
            return PiUnavailableError(0, f"no token: the token endpoint can't be reached ({type(error).__name__})"), None
        if answer.status_code in PASSING:
            asked = retry_after(answer.headers.get("Retry-After"))
            return PiUnavailableError(answer.status_code, "the token endpoint is not available"), asked
        try:
            body: Any = answer.json() if answer.ok else {}
            self._token, life = str(body["access_token"]), float(body.get("expires_in") or 3600)
        except (ValueError, KeyError, TypeError, AttributeError):
            message = "the token endpoint gave no token: look at client_id, client_secret, token_url and scope"
            return PiError(answer.status_code, message), None
        self._until = self._clock() + life - min(life * _EARLY, _EARLIEST)
        return None, None


def auth_of(settings: Settings, clock: Callable[[], float], sleep: Callable[[float], None]) -> AuthBase | None:
    """Give what logs requests in; raises OptionsError where Kerberos is asked for and its library is not installed."""
    login = settings.login
    if login.kind == "bearer":
        return Bearer(login.secret)
    if login.kind == "basic":
        return HTTPBasicAuth(login.user, login.secret.reveal())
    if login.kind == "oidc":
        return ClientCredentials(settings, clock, sleep)
    return _kerberos() if login.kind == "kerberos" else None


def _kerberos() -> AuthBase:
    try:
        library = importlib.import_module("requests_gssapi")
    except ImportError:
        raise OptionsError(
            "auth is kerberos, which needs the library requests-gssapi: install the krb5 headers (libkrb5-dev, krb5-devel), "
            "then pip install requests-gssapi"
        ) from None
    # Its debug log shows the header that logs in; a filter works only on the very logger that a record is made by.
    logging.getLogger("requests_gssapi.gssapi_").addFilter(_without_headers)
    # The header goes with the first request, so none has to be sent twice, nor a channel's handshake be refused.
    made: AuthBase = library.HTTPSPNEGOAuth(mutual_authentication=library.OPTIONAL, opportunistic_auth=True)
    return made


def _without_headers(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG
