"""People who look: `clients.py PORT SECONDS EVERY`, with their addresses as JSON lists on stdin, one list a person.

Each asks for its next address every so many seconds, over a connection of its own that stays open, as browsers do. It prints,
as JSON, the seconds of each answer until its last byte, what went wrong, and the seconds of processor that asking itself took.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import cycle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATIENCE = 30.0  # seconds


class FailedError(Exception):
    """An answer that is none."""


async def look(port: int, addresses: Sequence[str], begin: float, end: float, every: float) -> tuple[list[float], list[str]]:
    """Ask from one time to another, by the event loop's clock; give the seconds of answers, and what went wrong."""
    loop, took, errors = asyncio.get_running_loop(), list[float](), list[str]()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    at = begin
    for address in cycle(addresses):
        await asyncio.sleep(max(0.0, at - loop.time()))
        if loop.time() >= end:
            break
        asked = loop.time()
        try:
            async with asyncio.timeout(_PATIENCE):
                await ask(reader, writer, address)
        except (FailedError, OSError, EOFError, TimeoutError) as error:
            errors.append(f"{address}: {str(error) or type(error).__name__}")
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        took.append(loop.time() - asked)
        at = max(at + every, loop.time())
    writer.close()
    return took, errors


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> None:
    """Ask for a page, and read all of it. Raises FailedError for another status than 200."""
    writer.write(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    left = int(headers["content-length"])
    while left:
        left -= len(await reader.read(min(left, 1 << 20)) or fail("it broke off"))
    if lines[0].split()[1] != "200":
        fail(lines[0])


def fail(why: str) -> bytes:
    """Raise FailedError."""
    raise FailedError(why)


async def main(port: int, seconds: float, every: float, people: Sequence[Sequence[str]]) -> None:
    """Have all of them look, one beginning after the other in the first round, and print what came of it."""
    begin = asyncio.get_running_loop().time() + 0.1
    found = await asyncio.gather(
        *(
            look(port, addresses, begin + every * number / len(people), begin + seconds, every)
            for number, addresses in enumerate(people)
        )
    )
    took = [one for its, _ in found for one in its]
    errors = [one for _, its in found for one in its]
    print(json.dumps({"took": took, "errors": errors, "processor": time.process_time()}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), json.load(sys.stdin)))
