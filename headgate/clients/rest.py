"""Requests to a host's REST API: paging, downloads, its rate limits, and its errors in the user's words."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from headgate.clients.rate_limits import TRIES, UNSURE, RetryPolicy, seconds_to_wait
from headgate.numbers import counted
from headgate.problems import Problem, SourceError
from headgate.redaction.redactor import redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_log = logging.getLogger(__name__)

T = TypeVar("T")
MOST_WAIT = 900.0  # seconds that one run waits for rate limits, in all
LARGEST = 64 * 1024 * 1024  # bytes of a download
_TIMEOUT = (10, 60)  # seconds to connect, and between two pieces of an answer
_LONGEST_SAID = 500
_REDIRECTS = 5
_PAGES = 100
_GONE = 404


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, in seconds since 1970, and how to let it pass."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


class RejectedError(SourceError):
    """The host answered with an error. `said`: its own words, without the token."""

    def __init__(self, problem: Problem, status: int, said: str) -> None:
        super().__init__(problem)
        self.status, self.said = status, said


class UnsureError(SourceError):
    """A request that must not be repeated blindly failed in a way that leaves open whether it was carried out."""


class Api:
    """The API at `base`. `headers` carry the token, which is `secret`: it goes to the API's own host alone, and is never shown.

    `fix` gives, for a status, how to mend it; `given` is the option or variable that `base` came from.
    """

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        secret: str,
        fix: Callable[[int], str],
        given: str = "--api",
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self._base, self._fix, self._given = base.rstrip("/"), fix, given
        self._redact = redactor([secret])
        self._wait_left = MOST_WAIT
        self._session = requests.Session()
        self._session.auth = _Headers(headers, _origin(base))
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=RetryPolicy(pause=self.clock.sleep)))

    def ask(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None) -> Any:
        """Give what the API answers, read from JSON; None for an empty answer.

        `path` is below the API's address, or a whole address. Raises RejectedError, UnsureError for a POST, and SourceError.
        """
        return self._read(self._ask(method, path, body, query))

    def ask_again(self, method: str, path: str, body: Any) -> Any:
        """Ask as `ask` does for a POST that does no harm twice."""
        for attempt in range(TRIES):
            try:
                return self.ask(method, path, body)
            except UnsureError:
                self.clock.sleep(2.0**attempt)
        return self.ask(method, path, body)

    def delete(self, path: str) -> None:
        """Delete what is there; that it is gone already is no error. Raises what `ask` raises."""
        try:
            self.ask("DELETE", path)
        except RejectedError as error:
            if error.status != _GONE:
                raise

    def pages(
        self, path: str, query: Mapping[str, str] | None = None, items: Callable[[Any], list[Any]] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Give all items of a list, page by page, each an object; `items` takes them out of an answer that is more than a list.

        Of the next page's address only the query is taken: the token goes nowhere else, and a proxy before the host may
        call it otherwise. Source: GitHub and GitLab, pagination: Link headers with rel="next"; GitLab also x-next-page.
        Raises what `ask` raises, and SourceError for a page that is no list of objects.
        """
        asked = {"per_page": "100", **(query or {})}
        for _ in range(_PAGES):
            answer = self._ask("GET", path, None, asked)
            found = self._read(answer)
            found = items(found) if items else found
            if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
                raise self._unexpected_response(f"answered no list to {path}")
            yield from found
            following = _next_query(answer, asked)
            if following is None or following == asked:
                return
            asked = following
        raise self._unexpected_response(f"has more than {_PAGES} pages of {path}")

    def download(self, path: str) -> bytes:
        """Give what a path answers, as it is, from wherever the host says that it lies. Raises SourceError above `LARGEST`."""
        url = path
        for _ in range(_REDIRECTS):
            answer = self._ask("GET", url, stream=True)
            if not answer.is_redirect:
                break
            url = urljoin(answer.url, answer.headers["location"])
        else:
            raise self._unexpected_response(f"moved {path} more than {_REDIRECTS} times")
        data = bytearray()
        try:
            for piece in answer.iter_content(1 << 20):
                data += piece
                if len(data) > LARGEST:
                    raise SourceError(f"GET {path}: the answer is larger than 64 MiB", "look what is kept there")
        except requests.RequestException as error:
            raise self._broken("GET", error) from None
        return bytes(data)

    def _ask(
        self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None, *, stream: bool = False
    ) -> requests.Response:
        """Give an answer that is none of an error; with `stream` it may be a redirect."""
        url = path if path.startswith(("http://", "https://")) else self._base + path
        while True:
            try:
                answer = self._session.request(
                    method, url, json=body, params=query, timeout=_TIMEOUT, allow_redirects=False, stream=stream
                )
                said = "" if answer.ok else self._said(answer)
                _log.debug("%s %s: %d", method, urlsplit(answer.url).path, answer.status_code)
            except requests.RequestException as error:
                raise self._broken(method, error) from None
            wait = seconds_to_wait(answer.status_code, answer.headers, said, self.clock.now())
            if wait is None:
                break
            if wait > self._wait_left:
                raise self._too_limited(said, wait)
            self._wait_left -= wait
            self.clock.sleep(wait)
        if method == "POST" and answer.status_code in UNSURE:
            raise UnsureError(self._problem(answer))
        if not answer.ok or (answer.is_redirect and not stream):
            raise RejectedError(self._problem(answer), answer.status_code, said)
        return answer

    def _read(self, answer: requests.Response) -> Any:
        if not answer.content:
            return None
        try:
            return answer.json()
        except (ValueError, RecursionError):
            raise self._unexpected_response("answered with no JSON") from None

    def _said(self, answer: requests.Response) -> str:
        """Give the host's own words for an error, in one line, without the token."""
        try:
            body = answer.json()
        except (ValueError, RecursionError):
            body = None
        if isinstance(body, dict):
            parts = [body.get(key) for key in ("message", "error", "error_description", "errors")]
            body = "; ".join(part if isinstance(part, str) else str(part) for part in parts if part)
        return " ".join(self._redact(str(body or answer.reason or "no reason given")).split())

    def _problem(self, answer: requests.Response) -> Problem:
        said, fix = self._said(answer)[:_LONGEST_SAID], self._fix(answer.status_code)
        if answer.is_redirect:
            said = self._redact(f"moved to {answer.headers['location'].partition('?')[0]}")
            fix = f"name by {self._given} and the repository where it is now: the token is not sent elsewhere unasked"
        where = self._base if _origin(answer.url) == _origin(self._base) else _origin(answer.url)
        return Problem(
            f"{where} answered {answer.status_code} to {answer.request.method} {urlsplit(answer.url).path}: {said}", fix
        )

    def _unexpected_response(self, what: str) -> SourceError:
        return SourceError(f"{self._base} {what}", f"look whether {self._given} is the API's address")

    def _too_limited(self, said: str, wait: float) -> SourceError:
        until = time.strftime("%H:%M UTC", time.gmtime(self.clock.now() + wait))
        message = f"{self._base} takes no more requests for {counted(round(wait), 'second')}: {said[:_LONGEST_SAID]}"
        return SourceError(message, f"run it again after {until}, or with a token of its own")

    def _broken(self, method: str, error: requests.RequestException) -> SourceError:
        # The error's own text may hold the whole address, with a signature in its query.
        if isinstance(error, requests.exceptions.SSLError):
            fix = "give the certificate authority of your host by REQUESTS_CA_BUNDLE"
            return SourceError(f"{self._base} can't be trusted: its certificate was refused", fix)
        if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema)):
            return SourceError(f"'{self._base}' is not an address", f"give the API's address by {self._given}")
        kind = UnsureError if method == "POST" else SourceError
        message = f"{self._base} can't be reached, or broke off ({type(error).__name__})"
        return kind(message, "look at the network and the host, then try again")


class _Headers(AuthBase):
    """The token's headers for one host, as an authentication: requests would else put a password of ~/.netrc in its place."""

    def __init__(self, headers: Mapping[str, str], origin: str) -> None:
        self._headers, self._origin = dict(headers), origin

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if _origin(request.url or "") == self._origin:
            request.headers.update(self._headers)
        return request


def field(found: Any, name: str, kind: type[T]) -> T:
    """Give what is under a name in an answer. Raises SourceError where there is nothing of that kind."""
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, kind):
        raise SourceError(f"the API answered without '{name}'", "look whether --api is the API's address")
    return value


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _next_query(answer: requests.Response, asked: Mapping[str, str]) -> dict[str, str] | None:
    link = answer.links.get("next", {}).get("url")
    if link:
        return {**asked, **dict(parse_qsl(urlsplit(link).query))}
    page = answer.headers.get("x-next-page")
    return {**asked, "page": page} if page else None
