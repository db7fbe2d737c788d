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
_LONG = 8  # what is shorter may be a word of any message


def secrets_of(environment: Mapping[str, str]) -> frozenset[str]:
    """Give the values of an environment's variables that are not to be seen, by their names."""
    return frozenset(value for name, value in environment.items() if value and _SECRET.search(name))


def without_own_secrets(text: str) -> str:
    """Give a text without the secrets of this process's environment, whoever's words it repeats."""
    return _redactor(secrets_of(os.environ)).text(text)


@cache
def _redactor(secrets: frozenset[str]) -> Redactor:
    return Redactor(part for part in parts_of(secrets) if len(part) >= _LONG)
