"""What fields of `secrets:` must hold together, and what a type alone can't say."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from headgate.definition.expressions import ExpressionError, parse_expression, texts_of
from headgate.definition.fault import Fault, names_a_secret, signed
from headgate.names import SCOPE_PATTERN, secret_variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.definition.model import Definition
    from headgate.definition.secrets import Secrets

# The community connectors' own options, which every connector takes from its reader.
FRAMEWORK_OPTIONS = ("isDeleteFlow", "tableConfigs", "tableName", "tableNameList")
_SCHEMES = ("", "bearer", "basic", "token")  # of a header's value, before what the driver gives
_CLEAR_FIX = "name it under secret_mappings instead, with the key of its secret"
_GROUPS = ("secret_mappings", "static_options", "dynamic_options")


def credential_faults(definition: Definition) -> Iterator[Fault]:
    """Give what is wrong with where a definition takes the options from: a connection or secrets, one of them."""
    secrets, given = definition.secrets, definition.model_fields_set
    if not definition.by_notebook:
        if "connection" not in given:
            fix = "write `connection:` there, it is required; or `credentials: secrets`, and `secrets:`"
            yield Fault(("connection",), "is missing", fix)
        if secrets is not None:
            fix = "write `credentials: secrets`, or take it out"
            yield Fault(("secrets",), "is for `credentials: secrets`, and this connector reads through a connection", fix)
        for name, target in definition.targets.items():
            if target.secrets_scope is not None:
                fix = "write `credentials: secrets`, or take it out"
                yield Fault(("targets", name, "secrets_scope"), "is for `credentials: secrets`", fix)
        return
    if "connection" in given:
        fix = "take it out, or write `credentials: connection`"
        yield Fault(("connection",), "nothing reads through a connection with `credentials: secrets`", fix)
    if definition.ingestion == "managed":
        fix = "take `ingestion: managed` out, or write `credentials: connection`"
        yield Fault(("ingestion",), "managed ingestion reads through a connection", fix)
    if secrets is None:
        fix = "write `secrets:` with secrets_scope and secret_mappings, or the path of a JSON file"
        yield Fault(("secrets",), "is missing: `credentials: secrets` is said, and nothing says which", fix)
        return
    yield from _options(secrets)
    yield from _expressions(secrets)
    yield from _keys(secrets)
    yield from _managed(definition, secrets)


def _options(secrets: Secrets) -> Iterator[Fault]:
    """Say which options there are twice, which are not the connector's, and which are secrets in clear."""
    taken: dict[str, str] = {}
    own = {name.lower() for name in FRAMEWORK_OPTIONS}
    for group in _GROUPS:
        for name in getattr(secrets, group):
            path = ("secrets", group, name)
            other = taken.setdefault(name.lower(), f"{group}.{name}")
            if other != f"{group}.{name}":
                message = f"'{name}' is the same option as {other}: Spark takes their names in any capitals"
                yield Fault(path, message, "keep one of them")
            if name.lower() in own:
                yield Fault(path, f"'{name}' is an option of the framework, which headgate gives", "take it out")
    for name, value in secrets.static_options.items():
        yield from signed(("secrets", "static_options", name), value)
        if names_a_secret(name):
            path = ("secrets", "static_options", name)
            yield Fault(path, f"'{name}' is a secret by its name, and this file is committed", _CLEAR_FIX)


def _expressions(secrets: Secrets) -> Iterator[Fault]:
    for name, text in secrets.dynamic_options.items():
        path = ("secrets", "dynamic_options", name)
        try:
            texts = texts_of(parse_expression(text))
        except ExpressionError as error:
            yield from signed(path, text)
            yield Fault(path, f"column {error.column} of the expression: {error.message}", error.fix)
            continue
        yield from list(chain(*(signed(path, one) for one in (text, *texts))))[:1]
        if names_a_secret(name) and any(one.replace("\0", "").strip().lower() not in _SCHEMES for one in texts):
            message = f"'{name}' is a secret by its name, its expression holds it in clear, and this file is committed"
            yield Fault(path, message, _CLEAR_FIX)


def _keys(secrets: Secrets) -> Iterator[Fault]:
    for name, keys in secrets.secret_mappings.items():
        if max(Counter(keys).values()) > 1:
            yield Fault(("secrets", "secret_mappings", name), "names a key more than once", "keep each of its keys once")


def _managed(definition: Definition, secrets: Secrets) -> Iterator[Fault]:
    """Say what is wrong with a scope that Terraform is to make."""
    if not secrets.manage:
        if secrets.acls:
            fix = "write `manage: true`, or take them out"
            yield Fault(("secrets", "acls"), "are those of a scope that Terraform makes", fix)
        return
    if not secrets.secret_mappings:
        fix = "name the options that are secret under secret_mappings, or take `manage` out"
        yield Fault(("secrets", "manage"), "there is no secret to make", fix)
    variables: dict[str, str] = {}
    for option in secrets.managed_keys.values():
        other = variables.setdefault(secret_variable(definition.id, option), option)
        if other != option:
            message = f"'{option}' and '{other}' would come from one Terraform variable"
            yield Fault(("secrets", "secret_mappings", option), message, "have both read one key, or rename one")
    for number, acl in enumerate(secrets.acls):
        if acl.principal in [one.principal for one in secrets.acls[:number]]:
            yield Fault(("secrets", "acls", number), "its principal has an entry already", "keep one of them")
    for key, target in definition.targets.items():
        whole = target.name_prefix + secrets.secrets_scope
        if target.secrets_scope is None and not re.search(SCOPE_PATTERN, whole):
            fix = "take letters, digits, _, ., @, / and -, so that both have 128 at most"
            yield Fault(("targets", key, "name_prefix"), f"it makes '{whole}' of the scope's name, which none can have", fix)
