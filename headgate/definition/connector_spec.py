"""A community connector's `connector_spec.yaml`: the connection's parameters, how it logs in, and what its tables may set.

Its form, and what becomes of it in a connection: databrickslabs/lakeflow-community-connectors, connector_spec.yaml of each
source, and the command `community-connector create_connection`. What else it says is left alone.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from headgate.definition.fault import names_a_secret
from headgate.definition.scaffold import Parameters
from headgate.definition.yaml import parse_yaml
from headgate.files import needed_text
from headgate.problems import InputError, did_you_mean
from headgate.validation import problems_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

FILE = "connector_spec.yaml"
_FIX = "take the file of the connector's repository, or move it away and write connector.yaml by hand"
# Tokens that the workspace gives the connector when it runs, once it has logged in by OAuth.
_ISSUED = ("access_token", "refresh_token")
_APPLICATION = ("client_id", "client_secret")
# What the specification calls otherwise than the connection does.
_OPTIONS = {"authorization_url": "authorization_endpoint", "token_url": "token_endpoint", "scopes": "oauth_scope"}
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
# Names the way to log in.
_CHOICE = re.compile(r"^auth\w*_(type|method|mode)$", re.IGNORECASE)
_ADDRESS = re.compile(r"(^|_)(url|uri|endpoint|host)$", re.IGNORECASE)


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
        return self.secret or names_a_secret(self.name)

    @property
    def about(self) -> str:
        """What it is for, on one line."""
        return " ".join(self.description.split())


class AuthMethod(_Part):
    """A way to log in, with the parameters that it needs beside those of all ways."""

    name: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()


class OAuth(_Part):
    """How the connection logs in by OAuth: options of the connection, but for the flow and how a browser is asked."""

    model_config = ConfigDict(extra="allow")

    flow: Literal["m2m", "u2m", "u2m_per_user"] | None = None
    pkce: Any = None
    extra_auth_params: Any = None

    def options(self, given: Mapping[str, str]) -> dict[str, str]:
        """Give the connection's options, in which parameters of the source stand in braces; empty where one is not given."""
        return {
            name: _PLACEHOLDER.sub(lambda match: given[match[1]], text)
            if all(given.get(one) for one in _PLACEHOLDER.findall(text))
            else ""
            for name, text in self.templates.items()
        }

    @property
    def templates(self) -> dict[str, str]:
        """The connection's options, as the specification has them."""
        return {
            _OPTIONS.get(key, key): str(value)
            for key, value in (self.model_extra or {}).items()
            if isinstance(value, str | int | float)
        }


@dataclass(frozen=True, slots=True)
class Missing:
    """A parameter without a value: what it is for, and a made-up value that serves a class which only stores it."""

    name: str
    about: str
    made_up: str


class _Connection(_Part):
    parameters: tuple[Parameter, ...] = ()
    auth_methods: tuple[AuthMethod, ...] = ()
    oauth: OAuth = OAuth()


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

    def auth_of(self, given: Collection[str]) -> str:
        """Give the way to log in that these parameters are all of, the one that has most of them; else the first, if any."""
        methods = self.connection.auth_methods
        whole = [one for one in methods if {own.name for own in one.parameters if own.required} <= set(given)]
        best = max(whole or methods[:1], key=lambda one: len({own.name for own in one.parameters} & set(given)), default=None)
        return best.name if best else ""

    def flow(self, auth: str) -> str:
        """Give the OAuth flow by which a connection logs in, for one that logs in by `auth`; empty for none."""
        flow = self.connection.oauth.flow or ""
        return flow if not auth or any(one.name in _APPLICATION for one in self._own(auth)) else ""

    def parameters(self, auth: str) -> tuple[Parameter, ...]:
        """Give the connection's parameters, with a way to log in. Raises InputError for an unknown one."""
        found = {one.name: one for one in (*self._own(auth), *self.connection.parameters)}
        if self.flow(auth):
            found = {name: one for name, one in found.items() if name not in _ISSUED}
            for name in _APPLICATION:
                found.setdefault(name, Parameter(name=name, required=True, description="Of the application that logs in."))
        return tuple(found.values())

    def known(self, auth: str, options: Mapping[str, str], source: str, connection: str) -> Parameters:
        """Give what goes into a definition of a connector `source`; `options` are the values that were given."""
        found, flow = self.parameters(auth), self.flow(auth)
        others = tuple(method.name for method in self.connection.auth_methods if method.name != auth)
        if flow == "u2m":
            made_by = _made_by(source, connection, {**{one.name: "…" for one in found if one.required}, **options})
            return Parameters(external_options=self.external_options, made_by=made_by)
        made = {"community_oauth_flow": flow, **self.connection.oauth.options(options)} if flow else {}
        chosen = {one.name: auth for one in found if auth and one.required and _CHOICE.search(one.name)}
        values = {**made, **chosen, **options}
        open_ones = {one.name: one for one in found if not one.is_secret and not values.get(one.name)}
        wanted = {one.name: one.about for one in open_ones.values() if one.required}
        wanted |= {name: self.connection.oauth.templates.get(name, "") for name, value in values.items() if not value}
        return Parameters(
            options={name: value for name, value in values.items() if value},
            wanted=wanted,
            optional={name: one.about for name, one in open_ones.items() if not one.required and name not in wanted},
            secrets=tuple(one.name for one in found if one.is_secret and one.required),
            optional_secrets={one.name: one.about for one in found if one.is_secret and not one.required},
            external_options=self.external_options,
            auth=auth,
            other_auths=others,
        )

    def missing(self, given: Collection[str]) -> tuple[Missing, ...]:
        """Give what a connector needs to start that is not among `given`.

        A token, which the workspace gives a connector that logs in by OAuth, stands for the application's id and secret.
        """
        auth = self.auth_of(given)
        has_token = self.flow(auth) and any(name in given for name in _ISSUED)
        known = {*given, *(_APPLICATION if has_token else ())}
        required = [one for one in (*self._own(auth), *self.connection.parameters) if one.required]
        needed = {one.name: one.about for one in required if one.name not in known}
        if needed and self.flow(auth) and not has_token:
            needed |= dict.fromkeys(_ISSUED, "given by the workspace once it has logged in")
        return tuple(Missing(name, about.partition(". ")[0], _made_up(name, auth)) for name, about in needed.items())

    def _own(self, auth: str) -> tuple[Parameter, ...]:
        methods = {method.name: method for method in self.connection.auth_methods}
        if auth and auth not in methods:
            none = "its specification names none: take --auth out, or name another by --spec"
            fix = did_you_mean(auth, methods) or none
            raise InputError(f"--auth '{auth}' is no way to log in of the connector's", fix)
        return methods[auth].parameters if auth else ()


def read_spec(path: Path) -> Spec:
    """Read a specification. Raises InputError with every problem, or that there is no such file."""
    return parse_spec(needed_text(path), str(path))


def parse_spec(text: str, file: str = FILE) -> Spec:
    """Give what a specification's text says. Raises InputError with every problem."""
    document = parse_yaml(text, file)
    try:
        return Spec.model_validate(document.data)
    except ValidationError as error:
        raise InputError(problems_of(error, file, line=document.line, fix=_FIX).values()) from None


def _made_by(source: str, connection: str, options: Mapping[str, str]) -> str:
    """Give the command that logs in by a browser and makes the connection."""
    words = ("community-connector", "create_connection", source, connection, "-o", json.dumps(options, ensure_ascii=False))
    return shlex.join(words)


def _made_up(name: str, auth: str) -> str:
    if name.endswith("json"):
        return "{}"
    if auth and _CHOICE.search(name):
        return auth
    return "https://made-up.invalid" if _ADDRESS.search(name) else "made-up"
