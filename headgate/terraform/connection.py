"""The connection that a connector's pipelines read through, and its secrets."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from headgate.layout.deployed import APPLIED
from headgate.names import secret_variable
from headgate.terraform.scope import literal, literals

if TYPE_CHECKING:
    from headgate.definition.model import Connection
    from headgate.terraform.scope import Scope

# The community connectors' own options, which every connector takes from its reader.
FRAMEWORK_OPTIONS = ("isDeleteFlow", "tableConfigs", "tableName", "tableNameList")

# The secret options that provider 1.99 keeps when it reads a connection back; it drops any other secret.
KEPT_SECRETS = frozenset(
    {
        "user", "password", "personalAccessToken", "access_token", "client_secret", "pem_private_key", "OAuthPvtKey",
        "GoogleServiceAccountKeyJson", "bearer_token",
    }
)  # fmt: skip


def connection_body(scope: Scope, applied: str = "") -> dict[str, dict[str, Any]]:
    """Give the connection's resources and variables: `resource` and `variable` of a stack's body.

    `applied` is the digest of the connection as it was last applied; empty where none is recorded. A note beside the
    connection keeps the digest in the state once the connection is applied.
    """
    name, secrets = scope.definition.id, scope.definition.connection.secrets
    address = f"databricks_connection.{name}"
    kind, _, note = APPLIED.partition(".")
    resources = {
        "databricks_connection": {name: scope.protected(_connection(scope, applied))},
        kind: {note: {"input": _digest(scope), "depends_on": [address]}},
    }
    variables = {
        secret_variable(name, secret): {
            "type": "string",
            "sensitive": True,
            "description": f"Secret option {secret} of {name}",
        }
        for secret in sorted(secrets)
    }
    return {"resource": resources, "variable": variables}


def _connection(scope: Scope, applied: str) -> dict[str, Any]:
    """Give the connection: options in clear, secrets as sensitive variables, the allow-list of table options.

    A secret that the provider drops is left out of the comparison, so also of what an update sends, only while all else of
    the connection is as it was `applied`, or nothing is recorded of that.
    """
    connection = scope.definition.connection
    block = _arguments(scope)
    drifting = [name for name in sorted(connection.secrets) if name not in KEPT_SECRETS and name not in connection.rotate]
    if drifting and applied in ("", _digest(scope)):
        block["lifecycle"] = {"ignore_changes": [f'options["{name}"]' for name in drifting]}
    return block


def _digest(scope: Scope) -> str:
    """Give a digest of the connection's arguments, of secrets the names alone."""
    text = json.dumps(_arguments(scope), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _arguments(scope: Scope) -> dict[str, Any]:
    connection = scope.definition.connection
    secrets = {name: f"${{var.{secret_variable(scope.definition.id, name)}}}" for name in connection.secrets}
    options = literals(connection.options) | secrets
    options |= {"sourceName": literal(scope.definition.source), "externalOptionsAllowList": allow_list(connection)}
    block: dict[str, Any] = {
        "name": literal(scope.connection),
        "connection_type": connection.type,
        "options": dict(sorted(options.items())),
    }
    return block | ({"comment": literal(connection.comment)} if connection.comment is not None else {})


def allow_list(connection: Connection) -> str:
    """Give externalOptionsAllowList: the connector's options and the framework's own, sorted, each once."""
    return ",".join(sorted({*connection.external_options, *FRAMEWORK_OPTIONS}))
