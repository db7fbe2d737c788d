"""Logging in: what each request carries."""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING

from requests.auth import AuthBase, HTTPBasicAuth

from .oauth import Client, OAuth, TokenError
from .problems import OptionsError, PiError, PiUnavailableError
from .tls import distrust

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from .options import Login, Secret, Settings


class Bearer(AuthBase):
    """A token that was given."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class Tokens(OAuth):
    """OAuth, whose errors are those of this package."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header; raises PiError where there is no token, PiUnavailableError where all tries for one failed."""
        try:
            return super().__call__(request)
        except TokenError as error:
            if why := distrust(error):
                raise PiError(0, f"no token: {why}") from None
            kind = PiUnavailableError if error.passes else PiError
            raise kind(error.status, error.message) from None


def auth_of(settings: Settings, clock: Callable[[], float], sleep: Callable[[float], None]) -> AuthBase | None:
    """Give what logs requests in; raises OptionsError where Kerberos is asked for and its library is not installed."""
    login = settings.login
    if login.kind == "bearer":
        return Bearer(login.secret)
    if login.kind == "basic":
        return HTTPBasicAuth(login.user, login.secret.reveal())
    if login.kind == "oidc":
        return Tokens(
            client_of(login),
            verify=settings.verify,
            timeout=settings.timeout,
            backoff=settings.backoff,
            clock=clock,
            sleep=sleep,
        )
    return _kerberos() if login.kind == "kerberos" else None


def client_of(login: Login) -> Client:
    """Give who asks for tokens, and where."""
    return Client(
        login.token_url,
        login.user,
        login.secret.reveal(),
        login.refresh.reveal(),
        login.scope,
        in_form=login.in_form,
        file=login.refresh_file,
    )


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
