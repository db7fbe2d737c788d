"""Channels: sockets on which the server says what arrives."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import TypeAdapter, ValidationError

from ..channel import EMPTY, message
from ..errors import PiError, failure
from ..request_context import ROOT, only
from ..tags import Tag
from ..world import World

router = APIRouter()
KNOWN = {"webId", "heartbeatRate", "includeInitialValues", "webIdType"}
_WHOLE, _TRUTH = TypeAdapter(int), TypeAdapter(bool)


@dataclass(frozen=True, slots=True)
class _Channel:
    """What a socket is about: the streams by the WebIDs that were asked for."""

    world: World
    base: str
    streams: dict[str, Tag]
    heartbeat: int
    initial: bool

    def current(self, now: int) -> bytes | None:
        truth = self.world.truth
        return message([(web_id, truth.last(tag, now, now)) for web_id, tag in self.streams.items()], self.base)

    def news(self, since: int, until: int) -> bytes | None:
        archive, truth = self.world.archive, self.world.truth
        there = {web_id: tag for web_id, tag in self.streams.items() if archive.has(tag.number, until)}
        return message([(web_id, truth.arrived(tag, since, until)) for web_id, tag in there.items()], self.base)


def _asked(socket: WebSocket, web_ids: list[str]) -> _Channel:
    world: World = socket.state.world
    asked, now = socket.query_params, world.now()
    if world.settings.strict:
        only(asked, KNOWN)
    if not web_ids:
        raise PiError(400, "The parameter 'webId' is required.")
    try:
        heartbeat = _WHOLE.validate_python(asked.get("heartbeatRate", "0"))
        initial = _TRUTH.validate_python(asked.get("includeInitialValues", "false"))
    except ValidationError as error:
        raise PiError(400, *(one["msg"] for one in error.errors())) from None
    streams = {web_id: world.archive.by_web_id(web_id, now) for web_id in web_ids}
    base = str(socket.base_url).replace("ws", "http", 1).rstrip("/") + ROOT
    return _Channel(world, base, streams, heartbeat, initial)


async def _told(socket: WebSocket, channel: _Channel) -> None:
    """Send what arrives, until the socket ends. A hostile world says things twice, late, or breaks the socket."""
    world, quiet = channel.world, 0
    hostility = world.settings.hostility
    chance = hostility.channel(",".join(channel.streams)) if hostility else None
    since = world.now()
    if channel.initial and (first := channel.current(since)):
        await socket.send_text(first.decode())
    while True:
        await asyncio.sleep(world.settings.channel_seconds)
        until = world.now()
        said = await asyncio.to_thread(channel.news, since, until)
        since, quiet = until, 0 if said else quiet + 1
        if said is None and channel.heartbeat > 0 and quiet % channel.heartbeat == 0:
            said = EMPTY
        trouble = chance is not None and hostility is not None and chance.random() < hostility.share
        kind = chance.choice(("twice", "late", "broken")) if trouble and chance else ""
        if kind == "broken":
            transport: Any = socket.scope["state"]["transport"]
            transport.abort()
            return
        if kind == "late":
            await asyncio.sleep(world.settings.channel_seconds)
        for _ in range(2 if kind == "twice" else 1):
            if said is not None:
                await socket.send_text(said.decode())


async def _opened(socket: WebSocket, web_ids: list[str]) -> None:
    try:
        channel = _asked(socket, web_ids)
    except PiError as error:
        await socket.send_denial_response(failure(error.status, *error.messages))
        return
    await socket.accept()
    tasks = [asyncio.create_task(_told(socket, channel)), asyncio.create_task(_ended(socket))]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for problem in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(problem, Exception) and not isinstance(problem, WebSocketDisconnect | OSError):
            raise problem


async def _ended(socket: WebSocket) -> None:
    """Wait until the client goes; what it says is not listened to."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


@router.websocket("/streamsets/channel")
async def ad_hoc(socket: WebSocket) -> None:
    """Tell what arrives for streams that the request names."""
    await _opened(socket, socket.query_params.getlist("webId"))


@router.websocket("/streams/{web_id}/channel")
async def single(socket: WebSocket, web_id: str) -> None:
    """Tell what arrives for one stream."""
    await _opened(socket, [web_id])
