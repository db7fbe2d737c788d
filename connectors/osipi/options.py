"""The connection's and the tables' options: texts, as the community connectors' framework hands them over, checked at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .problems import OptionsError
from .retries import Backoff
from .tls import authority

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLIENT_AUTHS = ("header", "form")
_LOGINS = ("none", "bearer", "basic", "oidc", "kerberos")
_TOKEN = re.compile(r"[\x20-\x7e]*")
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
# AVEVA: MaxReturnedItemsPerCall is 150,000 unless the administrator says otherwise.
MOST_ITEMS = 150_000
# So far a time may be moved: no overlap or stretch needs ten years, and PI has no time before 1970.
MOST_MINUTES, MOST_DAYS = 5_256_000, 3650
MOST_MINUTES_BACK, MOST_DAYS_BACK = 26_280_000, 18_250


class Secret:
    """A text that no log, error or repr shows; two of one text are equal."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text, for the one place that sends it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, (self._text,)


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in: `kind` is none, bearer, basic, oidc or kerberos; the others say with what (of oidc see `oauth.Client`)."""

    kind: str = "none"
    user: str = ""
    secret: Secret = field(default_factory=lambda: Secret(""))
    token_url: str = ""
    scope: str = ""
    refresh: Secret = field(default_factory=lambda: Secret(""))
    refresh_file: str = ""
    in_form: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """A server and how it is asked. base_url ends in /piwebapi; verify: a CA file, or whether to verify; times are seconds."""

    base_url: str
    login: Login = field(default_factory=Login)
    verify: bool | str = True
    timeout: float = 60.0
    requests_per_second: float = 0.0
    threads: int = 1
    tags_per_request: int = 100
    parts_per_batch: int = 100
    most_items: int = MOST_ITEMS
    page: int = 0  # of one stream; 0: as many as fit into most_items
    longest_url: int = 1900  # IIS takes a query of 2,048 characters unless told otherwise
    backoff: Backoff = field(default_factory=Backoff)


class OptionParser:
    """Options by name, empty ones and null taken as not given; what is wrong with them is collected."""

    def __init__(self, options: Mapping[str, str | None]) -> None:
        given = {name.lower(): str(value).strip() for name, value in options.items() if value is not None}
        # No address, path or header takes half of a character, or the one that ends a text.
        broken = {name for name, text in given.items() if _NO_TEXT.search(text)}
        self.problems: list[str] = [f"{name} holds a character that is none; type it anew" for name in sorted(broken)]
        self._given = {name: text for name, text in given.items() if text and name not in broken}

    def text(self, *names: str, default: str = "") -> str:
        """Give the first of these options that is given. Spark hands names over in small letters."""
        return next((self._given[name.lower()] for name in names if name.lower() in self._given), default)

    def listed(self, name: str) -> list[str]:
        """Give an option's values, split by commas, each once; raises OptionsError for commas alone."""
        text = self.text(name)
        found = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        if text and not found:
            raise OptionsError(f"{name} is {text!r}, which names nothing: give some, or leave it out")
        return found

    def number(self, name: str, default: float, least: float = 0, most: float = 1e9) -> float:
        """Give a number from `least` to `most`."""
        text = self.text(name)
        try:
            number = float(text) if text else default
        except ValueError:
            number = float("nan")
        if not least <= number <= most:
            self.problems.append(f"{name} is {text!r}; give a number from {least:g} to {most:g}")
            return default
        return number

    def count(self, name: str, default: int, least: int = 1, most: int = 10**9) -> int:
        """Give a whole number from `least` to `most`."""
        number = self.number(name, default, least, most)
        if number != int(number):
            self.problems.append(f"{name} is {self.text(name)!r}; give a whole number")
        return int(number)

    def flag(self, name: str, *, default: bool) -> bool:
        """Give whether an option says true."""
        text = self.text(name).lower()
        if text in {"", "true", "1", "yes", "false", "0", "no"}:
            return text in {"true", "1", "yes"} if text else default
        self.problems.append(f"{name} is {text!r}; give true or false")
        return default

    def check(self) -> None:
        """Raise OptionsError where anything was wrong."""
        if self.problems:
            raise OptionsError("; ".join(self.problems))


def settings_of(options: Mapping[str, str | None]) -> Settings:
    """Give the settings that a connection's options describe; raises OptionsError with all that is wrong.

    pi_base_url; access_token, or username and password, or client_id and client_secret with token_url (or workspace_host,
    for Databricks' own), scope, refresh_token, refresh_token_file and client_auth, or none of them; auth, which of these
    counts, or none or kerberos; verify_ssl, ca_file (certificates in PEM form, or a file of them); timeout_seconds,
    requests_per_second, threads, tags_per_request, parts_per_batch, max_items_per_call, maxCount, max_url_length, max_tries.
    """
    texts = OptionParser(options)
    settings = Settings(
        base_url=_base_url(texts),
        login=_login(texts),
        verify=authority(texts.text("ca_file")) or texts.flag("verify_ssl", default=True),
        timeout=texts.number("timeout_seconds", 60, 0.1, 3600),
        requests_per_second=texts.number("requests_per_second", 0),
        threads=texts.count("threads", 1, 1, 64),
        tags_per_request=texts.count("tags_per_request", 100, 1, 10_000),
        parts_per_batch=texts.count("parts_per_batch", 100, 1, 1000),
        most_items=texts.count("max_items_per_call", MOST_ITEMS),
        page=texts.count("maxCount", 0, 0),
        longest_url=texts.count("max_url_length", 1900, 200),
        backoff=Backoff(tries=texts.count("max_tries", 6, 1, 50)),
    )
    texts.check()
    return settings


def _base_url(texts: OptionParser) -> str:
    url = texts.text("pi_base_url", "pi_web_api_url").rstrip("/")
    if not _is_address(url):
        texts.problems.append("pi_base_url is not the address of a PI Web API; give one like https://pi.example.com/piwebapi")
        return ""
    return url if urlsplit(url).path else url + "/piwebapi"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")  # which no name with an empty or too long part can be
    except ValueError:
        return False
    is_bare = not (parts.username or parts.query or parts.fragment or re.search(r"\s", url))
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0 and is_bare


def _check_secrets(texts: OptionParser) -> None:
    """Refuse what no header can carry by the option's name, before an error of a library shows a part of it."""
    for name in ("access_token", "bearer_token", "refresh_token"):
        if not _TOKEN.fullmatch(texts.text(name)):
            texts.problems.append(f"{name} holds a line break or a character beyond ASCII; give it as it was issued")
    for name in ("username", "user", "password", "client_id", "client_secret"):
        try:
            texts.text(name).encode("latin-1")
        except UnicodeEncodeError:
            texts.problems.append(f"{name} holds a character beyond Latin-1, which a login can't carry; have it changed")


def _login(texts: OptionParser) -> Login:
    """Give the login that `auth` names, else the first of bearer, oidc and basic of which something is given, else none."""
    asked = texts.text("auth").lower()
    if asked not in {"", *_LOGINS}:
        texts.problems.append(f"auth is {asked[:40]!r}; give one of {', '.join(_LOGINS)}")
        return Login()
    _check_secrets(texts)
    token, client, user = texts.text("access_token", "bearer_token"), texts.text("client_id"), texts.text("username", "user")
    given = {"bearer": token, "oidc": client, "basic": user}
    kind = asked or next((name for name, text in given.items() if text), "none")
    if kind in given and not given[kind]:
        texts.problems.append(f"auth is {kind}, but what it needs is not given")
    match kind:
        case "bearer":
            return Login(kind, secret=Secret(token))
        case "oidc":
            return _client_login(texts, client)
        case "basic":
            return Login(kind, user, Secret(texts.text("password")))
    return Login(kind)


def _client_login(texts: OptionParser, client: str) -> Login:
    secret, host, refresh = texts.text("client_secret"), texts.text("workspace_host").rstrip("/"), texts.text("refresh_token")
    url = texts.text("token_url") or (f"{host if '://' in host else 'https://' + host}/oidc/v1/token" if host else "")
    if client and not ((secret or refresh) and url):
        others = ", ".join(name for name in _LOGINS if name != "oidc")
        cure = f"where another login counts, name it by auth ({others})"
        texts.problems.append(f"client_id wants client_secret or refresh_token, and token_url or workspace_host; {cure}")
    way, file = texts.text("client_auth", default=_CLIENT_AUTHS[0]).lower(), texts.text("refresh_token_file")
    if way not in _CLIENT_AUTHS:
        texts.problems.append(f"client_auth is {way[:40]!r}; give one of {', '.join(_CLIENT_AUTHS)}")
    if file and not refresh:
        texts.problems.append("refresh_token_file keeps what becomes of refresh_token, which is not given")
    scope = texts.text("scope", default="all-apis" if host else "")
    return Login("oidc", client, Secret(secret), url, scope, Secret(refresh), file, in_form=way == "form")
