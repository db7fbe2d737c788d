"""The connection that a connector's pipelines read through, and its secrets."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from headgate.emit.terraform.literals import literal, literals
from headgate.layout.deployed import APPLIED
from headgate.names import secret_variable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.deployment.model import Connection

# The secret options that provider 1.99 keeps when it reads a connection back; it drops any other secret.
KEPT_SECRETS = frozenset(
    {
        "user", "password", "personalAccessToken", "access_token", "client_secret", "pem_private_key", "OAuthPvtKey",
        "GoogleServiceAccountKeyJson", "bearer_token",
    }
)  # fmt: skip


def connection_block(connection: Connection, applied: str) -> dict[str, Any]:
    """Give the connection: options in clear, secrets as sensitive variables, the allow-list of table options.

    `applied` is the digest of the connection as it was last applied; empty where none is recorded. A secret that the
    provider drops is left out of the comparison, so also of what an update sends, only while all else of the connection is as
    it was then, or nothing is recorded of that.
    """
    block = _arguments(connection)
    drifting = [name for name in connection.secrets if name not in KEPT_SECRETS and name not in connection.rotated]
    if drifting and applied in ("", _digest(connection)):
        block["lifecycle"] = {"ignore_changes": [f'options["{name}"]' for name in drifting]}
    return block


def note_block(connection: Connection) -> tuple[str, dict[str, Any]]:
    """Give the address and block of a note that keeps the connection's digest in the state once the connection is applied."""
    return APPLIED, {"input": _digest(connection), "depends_on": [f"databricks_connection.{connection.id}"]}


def variables(connector: str, secrets: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Give the variables of a connector's secret options, by the options' names."""
    return {
        secret_variable(connector, secret): {
            "type": "string",
            "sensitive": True,
            "description": f"Secret option {secret} of {connector}",
        }
        for secret in secrets
    }


def _digest(connection: Connection) -> str:
    """Give a digest of the connection's arguments, of secrets the names alone."""
    text = json.dumps(_arguments(connection), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _arguments(connection: Connection) -> dict[str, Any]:
    secrets = {name: f"${{var.{secret_variable(connection.id, name)}}}" for name in connection.secrets}
    block: dict[str, Any] = {
        "name": literal(connection.name),
        "connection_type": connection.type,
        "options": dict(sorted((literals(connection.options) | secrets).items())),
    }
    return block | ({"comment": literal(connection.comment)} if connection.comment is not None else {})
