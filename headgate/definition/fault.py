"""What is wrong at a place of a definition, and how a secret in clear is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.definition.yaml import Path as KeyPath

# client_secret, apiKey, x-api-key, token2, private_key_pem; not token_url, token_type, api_key_header, access_key_id.
_SECRET_NAME = re.compile(
    r"(secret|password|passwd|passphrase|(^|[_-])(pat|pwd)|token|bearer|jwt(_assertion)?|credentials?(_json)?|service_account_json"
    r"|(api|access|private|secret)[\W_]?key(_pem)?)[\W_]*\d*$",
    re.IGNORECASE,
)
# Each of these looks at a character but a few times, however long a text is.
# https://token@host and any://user:password@host; ssh://git@host is no secret.
_USER = re.compile(r"https?://[^/@\s]+@|(?<=[\w+.-])://[^/@:\s]*:[^/@\s]+@", re.IGNORECASE)
_SIGNATURE = re.compile(r"(?:^|[_-])(?:token|password|secret|sig|api[_-]?key)$", re.IGNORECASE)
# A header's value, and not words such as "Bearer token" or "Basic authentication".
_HEADER = re.compile(r"\bBearer\s+(?!token\b|auth)[\w.~+/=-]{4}|\bBasic\s+(?=[A-Za-z+/]*[0-9=])[\w+/]{8}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a path of the definition, and how to mend it."""

    path: KeyPath
    message: str
    fix: str


@lru_cache(maxsize=1024)  # thousands of tables share some names of options
def names_a_secret(option: str) -> bool:
    """Give whether an option is a secret by its name."""
    return _SECRET_NAME.search(option) is not None


def signed(path: KeyPath, address: object) -> Iterator[Fault]:
    """Say where an address carries a user's name or password, or a text a header's. The value itself is not repeated."""
    if not isinstance(address, str):
        return
    if _USER.search(address) or any(map(_is_signed, address.split())):
        fix = "take it out, and give it by the environment or a git credential"
        yield Fault(path, "the address carries a user, password or token, and this file is committed", fix)
    elif _HEADER.search(address):
        fix = "take it out, and name the option among the secrets"
        yield Fault(path, "the text carries a token or password, as a header does, and this file is committed", fix)


def _is_signed(word: str) -> bool:
    """Whether a word is an address with …?token=… in it."""
    scheme, _, rest = word.partition("://")
    if not scheme or not rest:
        return False
    given = [part.partition("=") for part in re.split("[?#&;]", rest)[1:]]
    return any(value and _SIGNATURE.search(name) for name, _, value in given)
