"""One channel: its address, its login, and what its messages say.

Facts, from AVEVA's PI Web API Reference, StreamSet GetChannelAdHoc and Channels: the URL carries a webId for each tag; a
message is that of GetEnd (a stream's values in Items, or one in Value) and holds only streams that changed, in no order of
time; changed values of the past come too, marked Substituted; with heartbeatRate, empty messages come besides.
"""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from websockets.asyncio.client import connect

from ..client import Call, said
from ..codec import decode
from ..problems import PiError
from ..times import stamp_of
from ..webids import stable_id
from .pending_changes import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from requests.auth import AuthBase

    from ..options import Settings

PATH = "/streamsets/channel"
BASE = 100  # characters of a query that are not its WebIDs
_LARGEST = 2**26  # bytes of a message

# The library's own log shows the headers of a handshake, and with them the login: it stays quiet whatever level is asked for.
_QUIET = logging.getLogger("connectors.osipi.streaming.handshake")
_QUIET.setLevel(logging.INFO)
_QUIET.addFilter(lambda record: record.levelno >= logging.INFO)


def channel_url(settings: Settings, webids: Sequence[str], heartbeat: int) -> str:
    """Give a channel's address; heartbeat is in polls of the server, 0 for none."""
    params = tuple(("webId", stable_id(webid)) for webid in webids)
    beat = (("heartbeatRate", str(heartbeat)),) if heartbeat else ()
    return "ws" + Call(PATH, (*params, *beat)).url(settings.base_url).removeprefix("http")


class Connect(connect):
    """A connection that goes where it was told to, and nowhere else with its login."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Refuse a redirect."""
        return exc


def connection(settings: Settings, url: str, headers: dict[str, str]) -> Connect:
    """Give the connection to a channel, to be entered with `async with`."""
    secure: dict[str, Any] = {"ssl": tls_context(settings)} if url.startswith("wss:") else {}
    return Connect(
        url,
        additional_headers=headers,
        open_timeout=settings.timeout,
        max_size=_LARGEST,
        logger=_QUIET,
        close_timeout=2,
        **secure,
    )


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Give the TLS settings that the HTTP client has: the same authorities, and unverified only where that was asked for."""
    session = requests.Session()
    verify = settings.verify
    if verify is True:  # as requests does, the environment may name other authorities
        verify = session.merge_environment_settings(settings.base_url, {}, None, None, None)["verify"] or True
    if verify is False:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    place = DEFAULT_CA_BUNDLE_PATH if verify is True else str(verify)
    is_folder = Path(place).is_dir()
    return ssl.create_default_context(cafile=None if is_folder else place, capath=place if is_folder else None)


def login_request(auth: AuthBase | None, settings: Settings) -> requests.PreparedRequest:
    """Give a request that carries the login, whose headers the handshake sends; may fetch a token."""
    request = requests.Request("GET", settings.base_url + PATH).prepare()
    return auth(request) if auth else request


def events_of(message: str | bytes, group: Sequence[str]) -> tuple[list[Event], bool]:
    """Give what a message tells of the tags of its channel, and whether it told of something that can't be matched to one.

    Raises PiError for a message that is no news but an error, and for one that is no JSON.
    """
    try:
        body = decode(message.encode() if isinstance(message, str) else message or b"{}")
    except ValueError:
        raise PiError(0, f"{PATH}: a message is no JSON") from None
    if not isinstance(body, dict) or body.get("Errors") or body.get("WebException"):
        raise PiError(0, f"{PATH}: {said(body) or 'a message is no news'}")
    known, events, unclear = {stable_id(tag): tag for tag in group}, list[Event](), False
    for stream in body.get("Items") or []:
        values = stream.get("Items") or [stream.get("Value")]
        stamps = [stamp for stamp in map(_told, values) if stamp]
        tag = known.get(stable_id(str(stream.get("WebId"))))
        if tag and stamps:
            events += [Event(tag, stamp, changed) for stamp, changed in stamps]
        else:
            unclear = True
    return events, unclear


def _told(value: Any) -> tuple[str, bool] | None:
    """Give a value's stamp and whether it was changed; the reference shows flags both as booleans and as text."""
    try:
        return stamp_of(value["Timestamp"]), str(value.get("Substituted")).lower() == "true"
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
