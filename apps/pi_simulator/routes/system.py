"""What there is at all: the landing page of the service, and its own state."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from ..bodies import dumps
from ..errors import PiError
from ..request_context import Plain
from ..times import SECOND, written

router = APIRouter()
VERSION = "1.11.0.640"
TITLE = "PI Web API 2018 SP1"


@router.get("/")
def landing(asked: Plain) -> Response:
    """Say where everything begins."""
    links = {name: asked.link(name.lower()) for name in ("AssetServers", "DataServers", "Search", "System")}
    return asked.answer({"Links": {"Self": asked.base + "/", **links}})


@router.get("/system")
def system(asked: Plain) -> Response:
    """Say what this is."""
    links = {
        "Self": asked.link("system"),
        "CacheInstances": asked.link("system", "cacheinstances"),
        "Configuration": asked.link("system", "configuration"),
        "UserInfo": asked.link("system", "userinfo"),
        "Versions": asked.link("system", "versions"),
        "Status": asked.link("system", "status"),
    }
    return asked.answer({"ProductTitle": TITLE, "ProductVersion": VERSION, "Links": links})


@router.get("/system/status")
def status(asked: Plain) -> Response:
    """Say how it is."""
    up = (asked.now - asked.world.settings.started) / (60 * SECOND)
    body = {"UpTimeInMinutes": round(up, 3), "State": "Running", "CacheInstances": 0, "ServerTime": written(asked.now)}
    return asked.answer(body)


@router.get("/system/cacheinstances")
def cache_instances(asked: Plain) -> Response:
    """List nothing: the simulator caches no assets for anybody."""
    return asked.answer({"Links": {}, "Items": []})


def _configuration(asked: Plain) -> dict[str, Any]:
    settings = asked.world.settings
    return {
        "DisableWrites": True,
        "EnableCSRFDefense": settings.csrf,
        "MaxReturnedItemsPerCall": settings.max_items,
        "WebIDType": "Full",
    }


@router.get("/system/configuration")
def configuration(asked: Plain) -> Response:
    """Give the items of PI's configuration that mean something here."""
    return asked.answer(_configuration(asked))


@router.get("/system/configuration/{key}")
def configured(asked: Plain, key: str) -> Response:
    """Give one of them. Raises PiError 404 where there is none."""
    found = {name.lower(): value for name, value in _configuration(asked).items()}
    if key.lower() not in found:
        raise PiError(404, f"The configuration item was not found: '{key}'.")
    return asked.raw([dumps(found[key.lower()])])


@router.get("/system/userinfo")
def user_info(asked: Plain) -> Response:
    """Say as whom one is seen."""
    body = {"IdentityType": "WindowsIdentity", "Name": "SIM\\reader", "IsAuthenticated": True, "SID": "S-1-5-21-1-2-3-1000"}
    return asked.answer({**body, "ImpersonationLevel": "None"})


@router.get("/system/versions")
def versions(asked: Plain) -> Response:
    """Say the versions of the parts."""
    own = {"FullVersion": VERSION, "MajorMinorRevision": VERSION.rpartition(".")[0], "Build": VERSION.rpartition(".")[2]}
    return asked.answer({"PIWebAPI": own})
