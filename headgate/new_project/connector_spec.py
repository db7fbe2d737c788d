"""A community connector's `connector_spec.yaml`: the connection's parameters, and the options that its tables may set.

Its form: databrickslabs/lakeflow-community-connectors, sources/<name>/connector_spec.yaml. What else it says is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from headgate.definition.checks import SECRET_NAME
from headgate.definition.scaffold import Parameters
from headgate.definition.yaml import parse_yaml
from headgate.files import needed_text
from headgate.problems import InputError, did_you_mean
from headgate.validation import problems_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "connector_spec.yaml"
_FIX = "take the file of the connector's repository, or leave --spec out and write connector.yaml by hand"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Parameter(_Part):
    """One parameter of the connection."""

    name: str
    required: bool = False
    secret: bool = False
    description: str = ""

    @property
    def is_secret(self) -> bool:
        """Whether its value may stand in no file: it says so, or its name does."""
        return self.secret or bool(SECRET_NAME.search(self.name))


class AuthMethod(_Part):
    """A way to log in, with the parameters that it needs beside those of all ways."""

    name: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()


class _Connection(_Part):
    parameters: tuple[Parameter, ...] = ()
    auth_methods: tuple[AuthMethod, ...] = ()


class Spec(_Part):
    """What the file says."""

    connection: _Connection = _Connection()
    external_options_allowlist: str | tuple[str, ...] | None = None

    @property
    def external_options(self) -> tuple[str, ...]:
        """The options that tables may set."""
        listed = self.external_options_allowlist or ()
        names = listed.split(",") if isinstance(listed, str) else listed
        return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))

    def parameters(self, auth: str) -> tuple[Parameter, ...]:
        """Give the connection's parameters, with a way to log in. Raises InputError for an unknown one."""
        methods = {method.name: method for method in self.connection.auth_methods}
        if auth and auth not in methods:
            raise InputError(f"the connector has no way to log in called '{auth}'", did_you_mean(auth, methods))
        own = methods[auth].parameters if auth else ()
        return tuple({one.name: one for one in (*own, *self.connection.parameters)}.values())

    def known(self, auth: str, options: Mapping[str, str]) -> Parameters:
        """Give what goes into a definition; `options` are the values that were given."""
        found = self.parameters(auth)
        return Parameters(
            options,
            {one.name: one.description for one in found if not one.is_secret and one.name not in options},
            tuple(one.name for one in found if one.is_secret and (one.required or one.secret)),
            self.external_options,
        )


def read_spec(path: Path) -> Spec:
    """Read a specification. Raises InputError with every problem, or that there is no such file."""
    document = parse_yaml(needed_text(path), str(path))
    try:
        return Spec.model_validate(document.data)
    except ValidationError as error:
        raise InputError(problems_of(error, str(path), line=document.line, fix=_FIX).values()) from None
