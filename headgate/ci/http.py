"""Reading a host's REST API: retries, pages, and errors in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
import requests.auth
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from headgate.problems import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_TIMEOUT = (10, 60)
_PAGE = "100"
_PAGES = 20
_LARGEST = 64 * 1024 * 1024
_CURES = {
    401: "the token is not taken: look whether it is still valid",
    403: "the token may not read this: {rights}",
    404: "there is none, or the token may not see it: {rights}",
}


class Api:
    """A REST API below `base`, asked with a token.

    `headers` go along; `rights` says in words what the token has to be allowed; it is never shown itself.
    """

    def __init__(self, base: str, token: str, rights: str, headers: Mapping[str, str] | None = None) -> None:
        self._base = base.rstrip("/")
        self._rights = rights
        # Only GET is used, which may be asked again; Retry-After is honoured for 413, 429 and 503.
        retry = Retry(total=5, backoff_factor=1, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False)
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))
        self._session.auth = _Bearer(token)
        self._session.headers.update(headers or {})

    def one(self, path: str, **query: str) -> Any:
        """Give what a path answers, as JSON."""
        return self._json(self._get(self._base + path, query))

    def all(self, path: str, items: Callable[[Any], list[Any]], **query: str) -> Iterator[Any]:
        """Give the items of all pages; the next page is where the answer's Link header says."""
        address, asked = self._base + path, {"per_page": _PAGE, **query}
        for _ in range(_PAGES):
            answer = self._get(address, asked)
            yield from items(self._json(answer))
            address, asked = str(answer.links.get("next", {}).get("url", "")), {}
            if not address:
                return

    def bytes(self, path: str) -> bytes:
        """Give what a path answers, as it is; a redirect to another host is followed without the token."""
        answer = self._get(self._base + path, {}, stream=True)
        data = b""
        try:
            for piece in answer.iter_content(1 << 20):
                data += piece
                if len(data) > _LARGEST:
                    raise SourceError(f"GET {path}: the answer is larger than 64 MiB", "look what is kept there")
        except requests.RequestException as error:
            raise _failed(path, error) from None
        return data

    def _get(self, address: str, query: Mapping[str, str], *, stream: bool = False) -> requests.Response:
        path = address.removeprefix(self._base)
        try:
            answer = self._session.get(address, params=query, timeout=_TIMEOUT, stream=stream)
        except requests.RequestException as error:
            raise _failed(path, error) from None
        if not answer.ok:
            cure = _CURES.get(answer.status_code, "look at the host's state, then try again").format(rights=self._rights)
            raise SourceError(f"GET {path} at {self._base} answered {answer.status_code} {answer.reason}", cure)
        return answer

    def _json(self, answer: requests.Response) -> Any:
        try:
            return answer.json()
        except (ValueError, RecursionError):
            raise SourceError(f"{self._base} answered with no JSON", "is it the API's address?") from None


class _Bearer(requests.auth.AuthBase):
    """A token in the header that requests leaves out where a redirect goes to another host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _failed(path: str, error: requests.RequestException) -> SourceError:
    # The error's own text may hold the whole address, with a signature in its query.
    return SourceError(f"GET {path} failed: {type(error).__name__}", "look at the host's state and the network, then try again")
