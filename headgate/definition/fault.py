"""What is wrong at a place of a definition, and how a secret in clear is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.definition.yaml import Path as KeyPath

SECRET_NAME = re.compile(r"(secret|password|passwd|token|api_?key|private_?key|credentials?)$", re.IGNORECASE)
# https://token@host, any://user:password@host and …?token=…; ssh://git@host is no secret.
_SIGNED = re.compile(
    r"https?://[^/@\s]+@|\w[\w+.-]*://[^/@:\s]*:[^/@\s]+@"
    r"|\w[\w+.-]*://\S*[?#&;](?:[\w-]*[_-])?(?:token|password|secret|sig|api[_-]?key)=[^&\s]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a path of the definition, and how to mend it."""

    path: KeyPath
    message: str
    fix: str


def signed(path: KeyPath, address: object) -> Iterator[Fault]:
    """Say where an address carries a user's name or password. The value itself is not repeated."""
    if isinstance(address, str) and _SIGNED.search(address):
        fix = "take it out, and give it by the environment or a git credential"
        yield Fault(path, "the address carries a user, password or token, and this file is committed", fix)
