"""A community connector's specification makes the connection that the connectors' own command would make."""

from __future__ import annotations

import pytest

from headgate.definition.connector_spec import Spec, parse_spec
from headgate.definition.load import parse_definition
from headgate.definition.scaffold import scaffold_definition
from headgate.deployment.shared import allow_list
from headgate.problems import InputError

APPLICATION = """
    - {name: client_id, required: true, description: Of the application.}
    - {name: client_secret, required: true, secret: true}
"""
MACHINE = f"""\
connection:
  parameters:
    - {{name: tenant, required: true, description: "The tenant's name."}}
{APPLICATION}
  oauth: {{flow: m2m, scopes: all.read, token_url: "https://login.example.com/{{tenant}}/token", extra_auth_params: {{a: b}}}}
external_options_allowlist: "since, page_size,since,tableName"
"""
BROWSER = f"""\
connection:
  parameters: {APPLICATION}
  oauth:
    flow: u2m
    pkce: false
    scopes: mail.read
    authorization_url: https://login.example.com/auth
    token_url: https://login.example.com/token
external_options_allowlist: q
"""
WAYS = """\
connection:
  auth_methods:
    - {name: key, parameters: [{name: api_key, required: true, secret: true}]}
    - {name: app, parameters: [{name: client_id, required: true}, {name: client_secret, required: true}]}
  parameters: [{name: auth_type, required: true, description: One of key and app.}]
  oauth: {flow: m2m, token_url: "https://login.example.com/token"}
"""


def starter(spec: Spec, auth: str = "", **options: str) -> str:
    return scaffold_definition("mail", "mail", "mail", "main", "raw", parameters=spec.known(auth, options, "mail", "mail"))


def test_a_machine_that_logs_in_by_oauth_has_the_options_of_its_flow() -> None:
    connection = parse_definition(starter(parse_spec(MACHINE), tenant="acme", client_id="7")).connection

    assert connection.type == "COMMUNITY"
    assert connection.options == {
        "community_oauth_flow": "m2m",
        "oauth_scope": "all.read",
        "token_endpoint": "https://login.example.com/acme/token",
        "tenant": "acme",
        "client_id": "7",
    }
    assert connection.secrets == ["client_secret"]
    assert allow_list(connection) == "isDeleteFlow,page_size,since,tableConfigs,tableName,tableNameList"


def test_what_is_not_known_yet_is_named_with_what_it_is_for() -> None:
    text = starter(parse_spec(MACHINE))

    assert '    "tenant": ""  # needed: The tenant\'s name.\n' in text
    assert '    "client_id": ""  # needed: Of the application.\n' in text
    assert '    "token_endpoint": ""  # needed: https://login.example.com/{tenant}/token\n' in text


def test_a_login_by_a_browser_is_made_elsewhere_by_a_command() -> None:
    text = starter(parse_spec(BROWSER), user="me")
    connection = parse_definition(text).connection

    assert connection.existing
    assert (connection.options, connection.secrets, connection.external_options) == ({}, [], ["q"])
    command = """community-connector create_connection mail mail -o '{"client_id": "…", "client_secret": "…", "user": "me"}'"""
    assert f"  # {command}\n" in text


def test_each_user_that_logs_in_by_a_browser_does_so_later() -> None:
    connection = parse_definition(starter(parse_spec(BROWSER.replace("u2m", "u2m_per_user")), client_id="7")).connection

    assert not connection.existing
    assert connection.options["community_oauth_flow"] == "u2m_per_user"
    assert connection.options["authorization_endpoint"] == "https://login.example.com/auth"


def test_a_way_to_log_in_without_an_application_has_no_flow() -> None:
    spec = parse_spec(WAYS)

    by_key = parse_definition(starter(spec, "key")).connection
    assert (by_key.options, by_key.secrets) == ({"auth_type": "key"}, ["api_key"])
    assert parse_definition(starter(spec, "app")).connection.options["community_oauth_flow"] == "m2m"
    assert "# It logs in by key; other ways: app.\n" in starter(spec, "key")


@pytest.mark.parametrize(
    ("given", "auth"), [((), "key"), (("client_id",), "key"), (("client_id", "client_secret"), "app"), (("api_key",), "key")]
)
def test_the_way_to_log_in_is_that_of_the_options_which_are_given(given: tuple[str, ...], auth: str) -> None:
    assert parse_spec(WAYS).auth_of(given) == auth


def test_what_is_missing_has_a_value_that_a_class_can_store() -> None:
    spec = parse_spec(WAYS.replace("auth_type", "base_url, required: true}, {name: auth_type"))

    assert {one.name: one.made_up for one in spec.missing(["api_key"])} == {
        "base_url": "https://made-up.invalid",
        "auth_type": "key",
    }


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((), {"client_id", "client_secret", "access_token", "refresh_token"}),
        (("client_id", "client_secret"), set()),
        (("access_token",), set()),
    ],
)
def test_a_token_stands_for_the_application_that_gets_it(given: tuple[str, ...], missing: set[str]) -> None:
    assert {one.name for one in parse_spec(BROWSER).missing(given)} == missing


def test_an_optional_secret_is_no_variable_until_somebody_wants_it() -> None:
    text = starter(parse_spec("connection: {parameters: [{name: proxy_password, secret: true, description: The proxy's.}]}"))

    assert parse_definition(text).connection.secrets == []
    assert "  # secrets may also have proxy_password: The proxy's.\n" in text


def test_an_unknown_flow_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match=r"connector_spec.yaml:2: connection.oauth.flow"):
        parse_spec("connection:\n  oauth: {flow: device}\n")
