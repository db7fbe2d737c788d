"""Batches: requests in a dictionary, answered together, each with a status of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ..batch import Part, contents, in_order, local, needed, parts_of, resources
from ..bodies import dumps
from ..errors import PiError
from ..request_context import Plain
from ..subrequest import Question, ask

router = APIRouter()
_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class _Told:
    """What a part is answered: a status, and JSON or nothing."""

    status: int
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers, as the batch shows them and as children find them."""
        return _HEADERS if self.body else {}

    @property
    def pieces(self) -> tuple[bytes, bytes, bytes]:
        """The answer as JSON; bodies may be long, so they are joined once, with all the others."""
        return b'{"Status":%d,"Headers":%b,"Content":' % (self.status, dumps(self.headers)), self.body or b'""', b"}"


def _refused(error: PiError) -> _Told:
    return _Told(error.status, dumps(error.body))


async def _asked(request: Request, part: Part, address: str, content: str | None) -> _Told:
    # Logins and defences have been passed by the batch itself: its requests go to the application behind them. The host is
    # always the batch's: links begin with it.
    own = {name.lower(): value for name, value in part.headers.items() if name.lower() != "host"}
    headers = {name: value for name, value in request.headers.items() if name in {"authorization", "host"}} | own
    try:
        question = Question(part.method, local(address), headers, (content or "").encode(errors="replace"))
    except PiError as error:
        return _refused(error)
    answer = await ask(request.state.part, question, request.scope)
    # A page of HTML stands in the batch as a string: written as it is, it would leave no JSON of the whole.
    told_in_json = not answer.body or answer.headers.get("content-type", "").startswith("application/json")
    return _Told(answer.status, answer.body if told_in_json else dumps(answer.body.decode(errors="replace")))


async def _carried_out(request: Request, part: Part, answers: dict[str, Any]) -> _Told:
    """Carry out a part by the answers of those before it."""
    failed = [name for name in part.parents if answers[name]["Status"] >= 400]
    if failed:
        return _refused(PiError(400, *(f"The parent request '{name}' failed." for name in failed)))
    try:
        addresses, content = resources(part, answers), contents(part, answers)
    except PiError as error:
        return _refused(error)
    if not part.template:
        return await _asked(request, part, addresses[0], content)
    items = [await _asked(request, part, address, content) for address in addresses]
    return _Told(207, b'{"Total":%d,"Items":[%b]}' % (len(items), b",".join(b"".join(item.pieces) for item in items)))


@router.post("/batch")
async def execute(asked: Plain, request: Request) -> Response:
    """Carry out the requests of a batch one after the other, parents before their children.

    None of them may be a batch: AVEVA's reference says nothing of such, and it would wait for the turn of the one around it.
    Raises PiError 400 for one.
    """
    if getattr(request.state, "within", False):
        raise PiError(400, "A request of a batch can't be a batch itself.")
    parts = parts_of(await request.body())
    order = in_order(parts)
    looked_into = set().union(*(needed(part) for part in order))
    told: dict[str, _Told] = {}
    answers: dict[str, Any] = {}
    async with asked.world.turn:
        for part in order:
            answer = await _carried_out(request, part, answers)
            content = json.loads(answer.body) if answer.body and part.name in looked_into else None
            told[part.name] = answer
            answers[part.name] = {"Status": answer.status, "Headers": answer.headers, "Content": content}
    members = [piece for name in parts for piece in (b",", dumps(name), b":", *told[name].pieces)]
    return asked.raw([b"{", *members[1:], b"}"], 207)
