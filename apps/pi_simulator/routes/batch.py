"""Batches: requests in a dictionary, answered together, each with a status of its own."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
from fastapi import APIRouter, Request
from starlette.responses import Response

from ..asking import Plain
from ..batch import Part, contents, local, needed, parts_of, resources
from ..bodies import dumps
from ..errors import PiError

router = APIRouter()
_JSON = "application/json; charset=utf-8"


def _told(status: int, body: bytes) -> bytes:
    headers = {"Content-Type": _JSON} if body else {}
    return b'{"Status":%d,"Headers":%s,"Content":%s}' % (status, dumps(headers), body or b'""')


def _refused(error: PiError) -> tuple[int, bytes]:
    return error.status, dumps(error.body)


async def _asked(client: httpx.AsyncClient, part: Part, address: str, content: str | None) -> tuple[int, bytes]:
    try:
        target = local(address)
    except PiError as error:
        return _refused(error)
    answer = await client.request(part.method, target, headers=dict(part.headers), content=content)
    # A page of HTML stands in the batch as a string: written as it is, it would leave no JSON of the whole.
    told_in_json = not answer.content or answer.headers.get("content-type", "").startswith("application/json")
    return answer.status_code, answer.content if told_in_json else dumps(answer.text)


async def _carried_out(client: httpx.AsyncClient, part: Part, answers: dict[str, Any]) -> tuple[int, bytes]:
    """Give a part's status and body."""
    failed = [name for name in part.parents if answers[name]["Status"] >= 400]
    if failed:
        return _refused(PiError(400, *(f"The parent request '{name}' failed." for name in failed)))
    try:
        addresses, content = resources(part, answers), contents(part, answers)
    except PiError as error:
        return _refused(error)
    if not part.template:
        return await _asked(client, part, addresses[0], content)
    items = [await _asked(client, part, address, content) for address in addresses]
    return 207, b'{"Total":%d,"Items":[%s]}' % (len(items), b",".join(_told(*item) for item in items))


@router.post("/batch")
async def execute(asked: Plain, request: Request) -> Response:
    """Carry out the requests of a batch, parents before their children."""
    parts = parts_of(await request.body())
    looked_into = set().union(*(needed(part) for part in parts))
    answers: dict[str, Any] = {}
    told: dict[str, bytes] = {}
    # Logins and defences have been passed by the batch itself: its requests go to the application behind them.
    passed = {name: value for name, value in request.headers.items() if name in {"authorization", "host"}}
    transport = httpx.ASGITransport(app=request.state.part)
    async with httpx.AsyncClient(transport=transport, base_url=str(request.base_url), headers=passed) as client:

        async def one(part: Part) -> None:
            status, body = await _carried_out(client, part, answers)
            told[part.name] = _told(status, body)
            answers[part.name] = {"Status": status, "Headers": {}, "Content": None}
            if part.name in looked_into:
                answers[part.name]["Content"] = json.loads(body) if body else None

        waiting = list(parts)
        while waiting:
            ready = [part for part in waiting if all(name in answers for name in part.parents)]
            await asyncio.gather(*(one(part) for part in ready))
            waiting = [part for part in waiting if part.name not in answers]
    order = list(json.loads(await request.body()))
    return asked.raw([b"{", b",".join(dumps(name) + b":" + told[name] for name in order), b"}"], 207)
