"""The endpoint that gives clients their tokens (OIDC client credentials; RFC 6749, 4.4)."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from ..logins import Gate
from ..world import World

router = APIRouter()
PATH = "/identitymanager/connect/token"


@router.get("/identitymanager/.well-known/openid-configuration")
def configuration(request: Request) -> JSONResponse:
    """Say where tokens are."""
    base = str(request.base_url).rstrip("/")
    grants = {"grant_types_supported": ["client_credentials"]}
    return JSONResponse({"issuer": f"{base}/identitymanager", "token_endpoint": base + PATH, **grants})


@router.post(PATH)
async def token(request: Request) -> JSONResponse:
    """Give a token for a client's credentials."""
    world: World = request.state.world
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    if form.get("grant_type") != "client_credentials":
        return JSONResponse({"error": "unsupported_grant_type"}, 400)
    given = Gate(world.settings.logins, world.settings.seed).token(request.headers.get("authorization", ""), form)
    if given is None:
        return JSONResponse({"error": "invalid_client"}, 401)
    return JSONResponse({"access_token": given[0], "token_type": "Bearer", "expires_in": given[1]})
