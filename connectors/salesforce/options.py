"""The connection's and the tables' options: texts, as the framework hands them over, checked at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .problems import OptionsError

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGIN = "https://login.salesforce.com"
_NEEDED = ("username", "password")
_SECONDS = re.compile(r"\d{1,7}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """Who logs in, and where. `password` ends with the security token, where there is one."""

    url: str
    username: str
    password: str = field(repr=False)


def settings_of(options: Mapping[str, str | None]) -> Settings:
    """Give the settings of a connection; raises OptionsError with all that is wrong.

    username, password; security_token, which Salesforce wants after the password from addresses that the organization does not
    trust; instance_url, an organization's own address or that of sandboxes (https://test.salesforce.com), else that of all.
    """
    given = {name.lower(): str(value).strip() for name, value in options.items() if value is not None}
    url = given.get("instance_url", "") or LOGIN
    problems = [f"{name} is not given" for name in _NEEDED if not given.get(name)]
    parts = urlsplit(url if "://" in url else f"https://{url}")
    # Not https: for a server of this machine alone.
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"})
    if not secure or not _HOST.fullmatch(parts.netloc):
        problems.append(f"instance_url is no address like https://example.my.salesforce.com: {url[:80]!r}")
    if problems:
        raise OptionsError("; ".join(problems))
    token = given.get("security_token", "")
    return Settings(f"{parts.scheme}://{parts.netloc}", given["username"], given["password"] + token)


def lookback_of(options: Mapping[str, str]) -> int:
    """Give the seconds that a read looks back before the end of the last one, for what was committed late; 600 by default.

    Raises OptionsError for what is no whole number.
    """
    text = next((str(value).strip() for name, value in options.items() if name.lower() == "lookback_seconds"), "") or "600"
    if not _SECONDS.fullmatch(text):
        raise OptionsError(f"lookback_seconds is {text[:40]!r}; give a whole number of seconds")
    return int(text)
