"""A login to a Databricks workspace by databricks-sdk: its unified authentication, its retries, its errors in our words."""

from __future__ import annotations

import logging
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config
from databricks.sdk.errors import NotFound, PermissionDenied, Unauthenticated
from databricks.sdk.errors.base import DatabricksError
from requests import ConnectionError as Unreachable
from requests import RequestException, Timeout
from requests.exceptions import ProxyError, SSLError
from urllib3.exceptions import NameResolutionError, NewConnectionError

from headgate.problems import InputError, Problem, SourceError
from headgate.redaction.redactor import redactor
from headgate.redaction.tokens import token_free
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from databricks.sdk.clock import Clock

T = TypeVar("T")
# Seconds that a request is tried again.
RETRIES = 60
_AGAIN = "look at the workspace, then run the same again: it carries on from here"

# The SDK's words where it could not ask the host where one logs in.
_NO_ENDPOINT = "Invalid URL 'None'"

# What the SDK raises, or we do, where an answer is JSON of another form than the platform's documentation has.
_ODD_ANSWER = (ValueError, KeyError, TypeError, AttributeError)

# What the SDK has to say goes to nobody, unless the program that runs it asks for it: errors say what matters.
logging.getLogger("databricks.sdk").addHandler(logging.NullHandler())


class Login:
    """A workspace that one is logged in to. `client` is the SDK's, `clock` waits as the SDK does.

    `host` and `profile` are the target's, else the environment's; `retries` are seconds. token: somebody's own, in place of the
    environment's credentials. longest: seconds that one request may take. Raises InputError without credentials.
    """

    def __init__(
        self,
        host: str | None,
        profile: str | None,
        clock: Clock | None = None,
        retries: int | None = None,
        *,
        token: str = "",
        longest: float | None = None,
    ) -> None:
        more: dict[str, Any] = {
            "retry_timeout_seconds": RETRIES if retries is None else retries,
            "http_timeout_seconds": longest,
        }
        if token:
            more |= {"token": token, "auth_type": "pat"}
        try:
            config = Config(host=host, profile=profile, clock=clock, product="headgate", **more)
            self.client = WorkspaceClient(config=config)
        except (ValueError, DatabricksError, RequestException) as error:
            fix = "set DATABRICKS_HOST and credentials, or targets.<target>.profile; see docs.databricks.com/dev-tools/auth"
            said = token_free((str(error).splitlines() or [""])[0])
            if _NO_ENDPOINT in said:
                said = "the host doesn't say where to: there is no network, or it is no workspace"
            raise InputError(f"can't log in to the workspace: {said or type(error).__name__}", fix) from None
        self.clock = config.clock
        self._host = config.host or "the workspace"
        self._unreachable: SourceError | None = None
        secrets = (getattr(config, attribute.name, None) for attribute in Config.attributes() if attribute.sensitive)
        self._secrets = [str(value) for value in secrets if value]
        self._redact = redactor(self._secrets)

    def redacted(self, text: str) -> str:
        """Give what the workspace said so that it can be shown: no secret, and only what a terminal can bear."""
        return seen(re.sub(r"[^\S\n]+|[\x00-\x1f\x7f]+", " ", self._redact(text)).strip()[:2000])

    def redacted_lines(self, text: str) -> str:
        """Give what a program that is logged in likewise said, line by line, without secrets."""
        return "\n".join(seen(line.rstrip()) for line in self._redact(text).splitlines())

    def environment(self) -> dict[str, str]:
        """Give the variables by which another program logs in as this does, the token among them.

        Raises InputError for a login without a token, and what `asking` does.
        """
        with self.asking("a login"):
            said = self.client.config.authenticate().get("Authorization", "")
        token = said.removeprefix("Bearer ")
        if token == said:
            raise InputError(
                "the login to the workspace has no token that a program can be given", "log in by a token, or OAuth"
            )
        self._redact = redactor([*self._secrets, token])
        return {"DATABRICKS_HOST": self.client.config.host or "", "DATABRICKS_TOKEN": token, "DATABRICKS_AUTH_TYPE": "pat"}

    @contextmanager
    def in_environment(self) -> Iterator[None]:
        """Have the environment log in as this does meanwhile, also where a notebook is logged in without it."""
        added = {name: value for name, value in self.environment().items() if name not in os.environ}
        os.environ.update(added)
        try:
            yield
        finally:
            for name in added:
                del os.environ[name]

    @contextmanager
    def asking(self, what: str, right: str = "") -> Iterator[None]:
        """Turn the SDK's errors into ours, without secrets and with a fix: raises SourceError for `what` was asked.

        right: the permission that asking takes, such as `CAN RUN on the pipeline`; empty where it is not known.
        A workspace that couldn't be reached, for as long as that was tried, is not tried again: all questions would wait so.
        """
        if self._unreachable:
            raise self._unreachable
        try:
            yield
        except Unauthenticated as error:
            raise self._failed(what, error, "log in again: the credentials are wrong or have expired") from None
        except PermissionDenied as error:
            needed = f"it takes {right}: ask the owner or an admin for it" if right else "ask for the permission"
            raise self._failed(what, error, f"{needed}, or log in as the owner of the pipelines") from None
        except NotFound as error:
            raise self._failed(what, error, "look whether it is there, and whether this is the right workspace") from None
        except (DatabricksError, RequestException, TimeoutError, RuntimeError) as error:
            cause = error.__cause__ or error
            if isinstance(cause, Unreachable):
                self._unreachable = unreachable(self._host, cause)
                raise self._unreachable from None
            if isinstance(cause, Timeout):
                raise SourceError(f"{self._host} gave no answer in time, asked for {what}", _AGAIN) from None
            raise self._failed(what, error, _AGAIN) from None
        except _ODD_ANSWER as error:
            said = f"its answer has another form than expected ({type(error).__name__})"
            fix = "look whether the host is a workspace, and no gateway answers in its place"
            raise SourceError(Problem(f"the workspace can't be asked for {what}: {said}", fix)) from None

    def found(self, what: str, ask: Callable[[], T], right: str = "") -> T | None:
        """Give what `ask` gives, None where there is no such thing. Raises what `asking` for `what` does."""
        with self.asking(what, right):
            try:
                return ask()
            except NotFound:
                return None

    def _failed(self, what: str, error: Exception, fix: str) -> SourceError:
        said = self.redacted(str(error.__cause__ or error))
        return SourceError(Problem(f"the workspace can't be asked for {what}: {said or type(error).__name__}", fix))


def unreachable(host: str, error: Unreachable) -> SourceError:
    """Say why a host can't be reached, in words of a network and not of a library."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    fix = "look at the network (a VPN, a proxy) and at the host, then run the same again: it carries on from here"
    if isinstance(error, SSLError):
        said, fix = "its certificate is not trusted", "name your host's certificate authority by REQUESTS_CA_BUNDLE"
    elif isinstance(error, ProxyError):
        said = "the proxy on the way to it doesn't let it through, or isn't there"
    elif isinstance(reason, NameResolutionError):
        said = "its name is not known here, so there is no network, or the name is wrong"
    elif isinstance(error, Timeout):
        said = "nothing answers there in time"
    elif isinstance(reason, NewConnectionError):
        said = "the connection is refused, or no way leads there"
    else:
        said = "the connection broke off"
    return SourceError(f"{token_free(host)} can't be reached: {said}", fix)
