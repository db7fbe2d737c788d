"""PI Web API as the tests ask it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests


class Api:
    """PI Web API at an address, asked by requests."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.base = url + "/piwebapi"
        self.session = requests.Session()
        self.session.headers["X-Requested-With"] = "tests"

    def get(self, path: str, /, **params: Any) -> requests.Response:
        return self.session.get(self.base + path, params=params, timeout=30)

    def batch(self, parts: object, **headers: str) -> requests.Response:
        return self.session.post(self.base + "/batch", json=parts, headers=headers, timeout=30)


Start = Callable[..., Api]
