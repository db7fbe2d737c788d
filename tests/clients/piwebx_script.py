"""Asks a PI Web API by piwebx, in an environment of its own; prints what it was told, as JSON.

Words: the address of /piwebapi, user, password, and JSON with `names` (of points), `start`, `end` and `enough`, the values of a
channel to wait for.
"""

# What it imports is in another environment, and is without types there.
# mypy: ignore-errors
# ruff: noqa: ANN001, BLE001, T201

import asyncio
import json
import sys
import traceback
from datetime import datetime

from httpx import AsyncClient, BasicAuth
from piwebx import (
    find_assetdatabase_web_id,
    find_attributes_web_id_from_element,
    find_elements_web_id,
    find_points_type,
    find_points_web_id,
    get_current,
    get_interpolated,
    get_recorded,
    open_channel_group,
)
from piwebx.servers import find_assetserver_web_id, find_dataserver_web_id


async def told(client, asked):
    start, end = (datetime.fromisoformat(asked[name]) for name in ("start", "end"))
    found, missing = await find_points_web_id(client, [*asked["names"], "nobody"])
    web_ids = [web_id for _, web_id in found]
    elements, _ = await find_elements_web_id(client, asked["elements"])
    recorded = [[time.isoformat(), row] async for time, row in get_recorded(client, web_ids, start, end, timezone="UTC")]
    grid = get_interpolated(client, web_ids, start, end, interval=600, timezone="UTC")
    return {
        "points": found,
        "missing": missing,
        "types": list((await find_points_type(client, web_ids)).values()),
        "dataserver": await find_dataserver_web_id(client),
        "assetserver": await find_assetserver_web_id(client),
        "database": await find_assetdatabase_web_id(client, "Plant"),
        "elements": elements,
        "attributes": await find_attributes_web_id_from_element(client, elements[0][1]),
        "recorded": recorded,
        "interpolated": [[time.isoformat(), row] async for time, row in grid],
        "current": (await get_current(client, web_ids, timezone="UTC"))[1],
    }


async def channels(client, asked):
    """Give values as channels tell them, in the order of their arrival."""
    found, _ = await find_points_web_id(client, asked["channel"])
    values = []
    async with open_channel_group(client, [web_id for _, web_id in found], timezone="UTC") as group:
        async for one in group:
            values.append([str(one[0]), one[1].isoformat(), one[2]])
            if len(values) >= asked["enough"]:
                break
    return values


async def main():
    address, user, password, text = sys.argv[1:]
    asked, answers = json.loads(text), {}
    async with AsyncClient(base_url=address, auth=BasicAuth(user, password), timeout=60) as client:
        for what in (told, channels):
            try:
                answers[what.__name__] = await what(client, asked)
            except Exception:
                answers[what.__name__] = {"failed": traceback.format_exc()}
    print(json.dumps(answers))


if __name__ == "__main__":
    asyncio.run(main())
