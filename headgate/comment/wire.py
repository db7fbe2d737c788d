"""Requests to a host's REST API: paging, patience with its limits, and its errors in the user's words."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from headgate.comment.limits import TRIES, UNSURE, Patient, seconds_to_wait
from headgate.problems import Problem, SourceError
from headgate.redaction.redactor import redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")
MOST_WAIT = 900.0  # seconds that one run waits for rate limits, in all
_TIMEOUT = (10, 60)  # seconds to connect, and between two pieces of an answer
_LONGEST_SAID = 500


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, in seconds since 1970, and how to let it pass."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


class RejectedError(SourceError):
    """The host answered with an error. `said`: its own words."""

    def __init__(self, problem: Problem, status: int, said: str) -> None:
        super().__init__(problem)
        self.status, self.said = status, said


class UnsureError(SourceError):
    """A request that must not be repeated blindly failed in a way that leaves open whether it was carried out."""


class Wire:
    """A connection to one API. `cure` gives, for a status, how to mend it; `headers` carry the token, which is `secret`."""

    def __init__(
        self, api: str, headers: Mapping[str, str], secret: str, cure: Callable[[int], str], clock: Clock | None = None
    ) -> None:
        self.clock = clock or Clock()
        self._api, self._redact, self._cure = api, redactor([secret]), cure
        self._patience = MOST_WAIT
        self._session = requests.Session()
        self._session.auth = _Headers(headers)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=Patient(pause=self.clock.sleep)))

    def ask(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None) -> Any:
        """Give what the API answers, read from JSON; None for an empty answer.

        `path` is below the API's address, or a whole address. Raises RejectedError, UnsureError for a POST, and SourceError.
        """
        return _read(self._ask(method, path, body, query))

    def ask_again(self, method: str, path: str, body: Any) -> Any:
        """Ask as `ask` does for a POST that does no harm twice."""
        for attempt in range(TRIES):
            try:
                return self.ask(method, path, body)
            except UnsureError:
                self.clock.sleep(2.0**attempt)
        return self.ask(method, path, body)

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Give all items of a list, page by page, each an object.

        Of the next page's address only the query is taken: the token goes nowhere else, and a proxy before the host may
        call it otherwise. Source: GitHub and GitLab, pagination: Link headers with rel="next"; GitLab also x-next-page.
        """
        asked = {"per_page": "100", **(query or {})}
        while True:
            answer = self._ask("GET", path, None, asked)
            items = _read(answer)
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise SourceError(f"{self._api} answered no list to {path}", "look whether --api is the API's address")
            yield from items
            following = _next_query(answer, asked)
            if following is None or following == asked:
                return
            asked = following

    def _ask(self, method: str, path: str, body: Any, query: Mapping[str, str] | None) -> requests.Response:
        url = path if path.startswith(("http://", "https://")) else self._api + path
        while True:
            try:
                answer = self._session.request(method, url, json=body, params=query, timeout=_TIMEOUT, allow_redirects=False)
            except requests.RequestException as error:
                raise self._broken(method, error) from None
            said = "" if answer.ok else self._told(answer)
            wait = seconds_to_wait(answer.status_code, answer.headers, said, self.clock.now())
            if wait is None:
                break
            if wait > self._patience:
                raise self._too_limited(answer, wait)
            self._patience -= wait
            self.clock.sleep(wait)
        if method == "POST" and answer.status_code in UNSURE:
            raise UnsureError(self._problem(answer))
        if not answer.ok or answer.is_redirect:
            raise RejectedError(self._problem(answer), answer.status_code, said)
        return answer

    def _told(self, answer: requests.Response) -> str:
        """Give the host's own words for an error, in one line, without the token."""
        return " ".join(self._redact(_said(answer)).split())

    def _problem(self, answer: requests.Response) -> Problem:
        said, cure = self._told(answer)[:_LONGEST_SAID], self._cure(answer.status_code)
        if answer.is_redirect:
            said = f"moved to {answer.headers['location'].partition('?')[0]}"
            cure = "name by --repo and --api where it is now: the token is not sent elsewhere unasked"
        asked = f"{answer.request.method} {urlsplit(answer.url).path}"
        return Problem(f"{self._api} answered {answer.status_code} to {asked}: {said}", cure)

    def _too_limited(self, answer: requests.Response, wait: float) -> SourceError:
        until = time.strftime("%H:%M UTC", time.gmtime(self.clock.now() + wait))
        message = f"{self._api} takes no more requests for {wait:,.0f} seconds: {self._told(answer)[:_LONGEST_SAID]}"
        return SourceError(message, f"run it again after {until}, or with a token of its own")

    def _broken(self, method: str, error: requests.RequestException) -> SourceError:
        reason = type(error).__name__
        if isinstance(error, requests.exceptions.SSLError):
            cure = "give the certificate authority of your host by REQUESTS_CA_BUNDLE"
            return SourceError(f"{self._api} can't be trusted: its certificate was refused", cure)
        if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema)):
            return SourceError(f"'{self._api}' is no address", "give the API's address by --api")
        kind = UnsureError if method == "POST" else SourceError
        return kind(
            f"{self._api} can't be reached, or broke off ({reason})", "look at the network and the host, then try again"
        )


class _Headers(AuthBase):
    """The token's header, as an authentication: requests would else put a password of ~/.netrc in its place."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


def field(found: Any, name: str, kind: type[T]) -> T:
    """Give what stands under a name in an answer. Raises SourceError where there is nothing of that kind."""
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, kind):
        raise SourceError(f"the API answered without '{name}'", "look whether --api is the API's address")
    return value


def _next_query(answer: requests.Response, asked: Mapping[str, str]) -> dict[str, str] | None:
    link = answer.links.get("next", {}).get("url")
    if link:
        return {**asked, **dict(parse_qsl(urlsplit(link).query))}
    page = answer.headers.get("x-next-page")
    return {**asked, "page": page} if page else None


def _read(answer: requests.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except (ValueError, RecursionError):
        host = urlsplit(answer.url).netloc
        raise SourceError(f"{host} answered with no JSON", "look whether --api is the API's address") from None


def _said(answer: requests.Response) -> str:
    """Give the host's own words for an error."""
    try:
        told = answer.json()
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        parts = [told.get(key) for key in ("message", "error", "error_description", "errors")]
        told = "; ".join(part if isinstance(part, str) else str(part) for part in parts if part)
    return str(told or answer.reason or "no reason given")
