"""The secret scope of a connector whose notebooks read it, where Terraform makes it: scope, secrets, and who may read them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from headgate.deployment.model import Ref, Secret, SecretAcl, SecretScope
from headgate.names import slug

if TYPE_CHECKING:
    from headgate.definition.secrets import Secrets
    from headgate.deployment.scope import Scope


def secret_resources(scope: Scope, secrets: Secrets) -> list[SecretScope | Secret | SecretAcl]:
    """Give the scope, a secret for each option's first key, and who may do what: who pipelines run as may read.

    `secrets` are the definition's, which says that Terraform makes them.
    """
    id_ = scope.definition.id
    found: list[SecretScope | Secret | SecretAcl] = [SecretScope(id_, scope.secrets_scope, scope.target.protect)]
    found += [Secret(_named(id_, key), id_, key, option) for key, option in sorted(secrets.managed_keys.items())]
    granted = {acl.principal: acl.permission for acl in secrets.acls}
    if reader := _reader(scope):
        granted.setdefault(reader, "READ")
    return [*found, *(SecretAcl(_named(id_, who), id_, who, may) for who, may in sorted(granted.items()))]


def left_secrets(scope: Scope, secrets: Secrets) -> list[Ref]:
    """Give the secrets, and the right to read them, that Terraform may have made before its definition left that: they stay."""
    if secrets.manage:
        return []
    id_ = scope.definition.id
    keys = sorted({keys[0] for keys in secrets.secret_mappings.values()})
    reads = [Ref("secret_acl", _named(id_, reader))] if (reader := _reader(scope)) else []
    return [*(Ref("secret", _named(id_, key)) for key in keys), *reads]


def _reader(scope: Scope) -> str:
    """Give who pipelines run as; empty where that is whoever deploys them, who made the scope."""
    who = scope.target.run_as
    return (who.user or who.group or who.service_principal or "") if who else ""


def _named(connector: str, what: str) -> str:
    """Give an id; the digest keeps `a-b` and `a_b` apart."""
    return f"{connector}_{slug(what)[:40]}_{sha256(what.encode()).hexdigest()[:8]}"
