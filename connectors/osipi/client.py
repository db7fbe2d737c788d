"""The client of PI Web API: one session, patience with what passes, none with what stays.

Facts, from AVEVA's PI Web API Reference and User Guide: a 200 whose WebException is not null has failed; errors come as
`{"Errors": [...]}`; a POST wants X-Requested-With where the CSRF defence is on, as it is by default; `/batch` takes a
dictionary of requests, whose Resource is an absolute URL, and answers 207 with a status for each.
"""

from __future__ import annotations

import json
import logging
import random
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError  # of the library below requests, which reading a body by it raises

from .auth import Tokens, auth_of
from .codec import decode
from .counters import Counters
from .problems import PiError, PiUnavailableError, counted
from .retries import PASSING, RETRIED, RateLimit, retry_after
from .times import from_datetime
from .tls import check_authority, distrust

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .options import Settings

Params = tuple[tuple[str, str], ...]
_UNAUTHORIZED = 401
LOG = logging.getLogger("connectors.osipi")
_NO_BATCH = {400, 403, 404, 405}
_BATCH_CURE = (
    "look whether the administrator allows /batch, and whether a proxy lets POST and the header X-Requested-With through, "
    "which PI Web API's CSRF defence wants"
)
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Call:
    """A GET: a path below /piwebapi whose variable parts are quoted, and its parameters, some of them repeated."""

    path: str
    params: Params = ()

    def url(self, base: str) -> str:
        """Give the whole address."""
        query = urlencode(self.params, quote_via=quote)
        return f"{base}{self.path}?{query}" if query else base + self.path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: the body, or the error that stays."""

    body: Any = None
    error: PiError | None = None


class PiClient:
    """Asks one PI Web API; may be shared by threads. `clock`, `sleep` (seconds) and `chance` (0 to 1) are time's and luck's.

    counters: count what it does, with those of other clients.
    """

    def __init__(
        self,
        settings: Settings,
        counters: Counters | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings
        self._counters = counters or Counters()
        sleep = self._counters.counting(sleep)
        self._sleep, self._chance = sleep, chance
        self._batches = True
        self.told_clock = False
        self.expected = 0  # values of a request for many tags, as the last one had
        self.server_now = ""  # the stamp of the server's clock, as the first answer of a run has it
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=settings.threads, pool_block=True))
        check_authority(settings)
        self._session.headers.update({"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"})
        self._auth = auth_of(settings, clock, sleep)
        self._limit = RateLimit(settings.requests_per_second, clock, sleep)

    def forget_clock(self) -> None:
        """Forget the server's clock, as a run begins: its first answer tells it, and the run looks no further than that."""
        self.server_now = ""

    def get(self, path: str, *params: tuple[str, str]) -> Any:
        """Give the body of a GET; raises PiError for what stays wrong, PiUnavailableError when all tries failed."""
        return self._send("GET", Call(path, params).url(self.settings.base_url), path)

    def call(self, call: Call) -> Any:
        """Give the body of a call; raises as `get` does."""
        return self.get(call.path, *call.params)

    def answers(self, calls: Sequence[Call], tries: int | None = None) -> list[Answer]:
        """Give what came of each call, in order. Several go as batches, of which the parts that failed are tried again alone.

        tries: of a call that goes alone, fewer than the settings say. Raises PiUnavailableError where any of them is still not
        available after all tries: then none is to be trusted alone.
        """
        if len(calls) == 1 or not self._batches:
            return [self._alone(call, tries) for call in calls]
        size = self.settings.parts_per_batch
        try:
            return [answer for start in range(0, len(calls), size) for answer in self._batch(calls[start : start + size])]
        except PiError as error:
            if error.status not in _NO_BATCH:
                raise
            # The administrator took the batch away, or a proxy a header that it needs: the calls go one by one.
            self._batches = False
            LOG.warning("batches are refused, so each call goes alone, which is slower: %s; %s", error, _BATCH_CURE)
            return [self._alone(call, tries) for call in calls]

    def answers_at_all(self) -> bool:
        """Say whether the server answers anything now, be it an error that stays: its home is asked, once."""
        try:
            self._alone(Call("/"), 1)
        except PiUnavailableError:
            return False
        return True

    def _alone(self, call: Call, tries: int | None = None) -> Answer:
        try:
            return Answer(self._send("GET", call.url(self.settings.base_url), call.path, tries=tries))
        except PiUnavailableError:
            raise
        except PiError as error:
            return Answer(error=error)

    def pause(self, failed: int, asked: float | None = None) -> None:
        """Wait before the next try after `failed` ones."""
        self._counters.retry()
        self._sleep(self.settings.backoff.delay(failed, self._chance(), asked))

    def _batch(self, calls: Sequence[Call]) -> list[Answer]:
        answers: dict[int, Answer] = {}
        for failed in range(1, self.settings.backoff.tries + 1):
            asked = {
                str(number): {"Method": "GET", "Resource": call.url(self.settings.base_url)}
                for number, call in enumerate(calls)
                if number not in answers
            }
            body = self._send("POST", f"{self.settings.base_url}/batch", "/batch", json.dumps(asked).encode())
            for name in asked:
                part = body.get(name) if isinstance(body, dict) else None
                answer = _answer_of(part, calls[int(name)].path)
                if not isinstance(answer.error, PiUnavailableError):
                    answers[int(name)] = answer
            if len(answers) == len(calls):
                return [answers[number] for number in range(len(calls))]
            if failed < self.settings.backoff.tries:
                self.pause(failed)
        missing = len(calls) - len(answers)
        parts, tries = counted(len(calls), "part"), counted(failed, "try", "tries")
        raise PiUnavailableError(0, f"{missing} of {parts} of a batch failed at each of {tries}")

    def _send(self, method: str, url: str, path: str, data: bytes | None = None, tries: int | None = None) -> Any:
        tries, renewed, failed = min(tries or self.settings.backoff.tries, self.settings.backoff.tries), False, 0
        while True:
            self._limit.wait()
            answer, body, problem = self._once(method, url, path, data)
            if problem is None:
                return body
            if problem.status == _UNAUTHORIZED and answer is not None and not renewed and self._renews(answer.request):
                renewed = True
                continue
            renewed = False  # a later try may well meet the new token's end
            failed += 1
            if not isinstance(problem, PiUnavailableError):
                raise problem
            if failed == tries:
                raise PiUnavailableError(problem.status, f"{problem.message} (tried {counted(tries, 'time')})")
            self.pause(failed, retry_after(answer.headers.get("Retry-After")) if answer is not None else None)

    def _renews(self, request: requests.PreparedRequest) -> bool:
        return isinstance(self._auth, Tokens) and self._auth.refused(request)

    def _once(
        self, method: str, url: str, path: str, data: bytes | None
    ) -> tuple[requests.Response | None, Any, PiError | None]:
        headers = {"Content-Type": "application/json"} if data is not None else None
        self._counters.request()
        try:
            answer = self._session.request(
                method,
                url,
                data=data,
                headers=headers,
                auth=self._auth,
                timeout=self.settings.timeout,
                allow_redirects=False,
                verify=self.settings.verify,  # here, for the environment takes precedence over the session's
                stream=True,
            )
            self.server_now = self.server_now or _stamp_of_date(answer.headers.get("Date"))
            content: bytes = answer.raw.read(decode_content=True)  # at once: much faster than by requests' pieces of 10 kB
        except requests.exceptions.InvalidURL as error:
            return None, None, PiError(0, f"{path}: no connection can be made ({type(error).__name__}): mend pi_base_url")
        except (requests.RequestException, HTTPError) as error:
            if why := distrust(error):
                return None, None, PiError(0, f"{path}: {why}")
            return None, None, PiUnavailableError(0, f"{path}: the connection failed ({type(error).__name__})")
        time.sleep(0)  # the next request goes out first: decoding lets no other thread run
        try:
            body = decode(content)
        except ValueError:
            body = None
        if answer.is_redirect:
            where = answer.headers["Location"].partition("?")[0]
            words = f"{path}: the server redirects to {where}, and a login is not sent on: give that address as pi_base_url"
            return answer, body, PiError(answer.status_code, words)
        return answer, body, _problem(answer.status_code, body, path)


def _stamp_of_date(header: str | None) -> str:
    """Give the stamp of an HTTP date, which is in whole seconds; empty without one."""
    try:
        return from_datetime(parsedate_to_datetime(header or ""))
    except (TypeError, ValueError):
        return ""


def _problem(status: int, body: Any, path: str) -> PiError | None:
    """Say what is wrong with an answer: nothing, an error that stays, or one that passes (a broken body passes too)."""
    if status in RETRIED:
        return PiUnavailableError(status, f"{path}: {said(body) or 'not available'}")
    if not 200 <= status < 300:  # noqa: PLR2004  # HTTP's classes of status
        return PiError(status, f"{path}: {said(body) or 'refused'}")
    if body is None:
        return PiUnavailableError(status, f"{path}: the answer is no JSON, or a part of one")
    return web_exception(body, path)


def web_exception(body: Any, path: str) -> PiError | None:
    """Give the error that an answer, or an item of one, holds in spite of its good status."""
    found = body.get("WebException") if isinstance(body, dict) else None
    if not found:
        return None
    status = int(found.get("StatusCode") or 0) if isinstance(found, dict) else 0
    words = f"{path}: {said(found) or 'WebException'}"
    return PiUnavailableError(status, words) if status in PASSING or not status else PiError(status, words)


def said(body: Any) -> str:
    """Give the server's words for an error, cut to what a message can bear."""
    if not isinstance(body, dict):
        return ""
    words = body.get("Errors") or body.get("Message") or ""
    return ("; ".join(str(word) for word in words) if isinstance(words, list) else str(words))[:_SHOWN]


def _answer_of(part: Any, path: str) -> Answer:
    if not isinstance(part, dict) or not isinstance(part.get("Status"), int):
        return Answer(error=PiUnavailableError(0, f"{path}: the batch has no answer for it"))
    content = part.get("Content")
    problem = _problem(part["Status"], content if content is not None else {}, path)
    return Answer(error=problem) if problem else Answer(content)


def segment(text: str) -> str:
    """Quote a part of a path, such as a WebID."""
    return quote(text, safe="")


def selected(*fields: str, items: bool = True) -> tuple[str, str]:
    """Give the parameter that has the server send these fields only; WebException always comes along."""
    always = ("WebException", "Links", "Items.WebException") if items else ("WebException",)
    prefix = "Items." if items else ""
    return "selectedFields", ";".join([*always, *(prefix + name for name in fields)])
