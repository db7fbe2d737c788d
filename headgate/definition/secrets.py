"""The model behind `secrets:` in connector.yaml: what a connector without a connection reads its options from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from headgate.names import SCOPE_PATTERN
from headgate.validation import StrictModel

Scope = Annotated[str, StringConstraints(pattern=SCOPE_PATTERN)]
_Name = Annotated[str, StringConstraints(min_length=1)]


def _as_list(found: object) -> object:
    """Take a single key for a list of one."""
    return [found] if isinstance(found, str) else found


_Keys = Annotated[list[Scope], BeforeValidator(_as_list, json_schema_input_type=str | list[Scope]), Field(min_length=1)]


class SecretAcl(StrictModel):
    """Who may do what with the secret scope."""

    principal: _Name = Field(description="A user's e-mail address, a group's name or a service principal's application id.")
    permission: Literal["READ", "WRITE", "MANAGE"] = Field(default="READ", description="What they may do.")


class Secrets(StrictModel):
    """Where the pipelines' notebooks take the connector's options from. A JSON file of this form can be named instead."""

    file: _Name | None = Field(
        default=None,
        description="A JSON file beside connector.yaml with the keys below, or with such a mapping for each connector.",
    )
    secrets_scope: Scope = Field(
        description="The scope that holds the secrets, needed here or in the file; a target may have its own."
    )
    secret_mappings: dict[_Name, _Keys] = Field(
        default_factory=dict,
        description="Option → the key of its secret, or a list: the key, and those that are tried where it is missing.",
    )
    static_options: dict[_Name, str] = Field(default_factory=dict, description="Options that are no secret, in clear.")
    dynamic_options: dict[_Name, str] = Field(
        default_factory=dict,
        description="Option → a Python expression that the driver evaluates: text, f-strings, spark.conf.get(…), and calls of "
        "the dbutils notebook context.",
    )
    manage: bool = Field(
        default=False, description="Terraform makes the scope and its secrets, whose values are sensitive variables."
    )
    acls: list[SecretAcl] = Field(default_factory=list, description="With `manage`: who may do what with the scope.")

    @property
    def managed_keys(self) -> dict[str, str]:
        """The keys that Terraform makes a secret of: key → the first option, by name, that is read from it before any other."""
        if not self.manage:
            return {}
        return {keys[0]: option for option, keys in sorted(self.secret_mappings.items(), reverse=True)}
