"""The secrets that a process's environment has."""

from __future__ import annotations

import os
import re
from functools import cache
from typing import TYPE_CHECKING

from headgate.redaction.needles import parts_of
from headgate.redaction.redactor import Redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECRET = re.compile(r"^TF_VAR_|TOKEN|SECRET|PASSWORD|PRIVATE_KEY|ACCESS_KEY", re.IGNORECASE)
# https://user:PASSWORD@host, as a proxy's or a workspace's address may have it
_IN_ADDRESS = re.compile(r"://[^/@\s:]*:([^/@\s]{8,})@")
_LONG = 8  # what is shorter may be a word of any message


def secrets_of(environment: Mapping[str, str]) -> frozenset[str]:
    """Give what is not to be seen of an environment's variables: values by their names, and passwords in addresses."""
    named = {value for name, value in environment.items() if value and _SECRET.search(name)}
    return frozenset(named.union(*map(_IN_ADDRESS.findall, environment.values())))


def without_own_secrets(text: str) -> str:
    """Give a text without the secrets of this process's environment, whoever's words it repeats."""
    return _redactor(secrets_of(os.environ)).text(text)


@cache
def _redactor(secrets: frozenset[str]) -> Redactor:
    return Redactor(part for part in parts_of(secrets) if len(part) >= _LONG)
