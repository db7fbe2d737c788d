"""A secret does not come into a committed file by oversight."""

from __future__ import annotations

import pytest

from headgate.definition.fault import signed
from headgate.definition.load import parse_definition
from headgate.problems import InputError

TEXT = """\
id: crm
source: crm
connection: {{name: c, {connection}}}
destination: {{catalog: main, schema: bronze}}
"""
# As the community connectors' specifications have them.
MORE = ["apiKey", "api-key", "token2", "x_api_key", "secret_key", "private_key_pem", "credentials_json", "pat", "access_key"]
TAKEN = ["token_type", "token_endpoint", "api_key_header", "private_key_algorithm", "token_cache_file", "access_key_id"]
TAKEN += ["primary_keys", "keyword", "token_id", "volume_path", "oauth_scope", "authentication"]


@pytest.mark.parametrize("name", ["client_secret", "password", "access_token", "private_key", "db_credentials", *MORE])
def test_an_option_that_is_a_secret_by_its_name_is_refused_without_its_value(name: str) -> None:
    with pytest.raises(InputError, match=f"'{name}' is a secret by its name") as caught:
        parse_definition(TEXT.format(connection=f"options: {{{name}: CANARY}}"))

    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("name", ["token_url", "username", "secret_scope", "base_url", *TAKEN])
def test_an_option_that_only_speaks_of_one_is_taken(name: str) -> None:
    assert parse_definition(TEXT.format(connection=f"options: {{{name}: x}}")).connection.options == {name: "x"}


def test_a_secret_named_as_one_is_taken() -> None:
    assert parse_definition(TEXT.format(connection="secrets: [client_secret]")).connection.secrets == ["client_secret"]


ADDRESSES = [
    "https://CANARY@host/repo.git",
    "https://user:CANARY@host",
    "ssh://git:CANARY@host/repo",
    "https://host/x.whl?token=CANARY",
    "https://host/#access_token=CANARY",
]
PLACES = [
    "code: {{git: {{url: '{address}'}}}}",
    "code: {{wheels: ['--index-url {address}']}}",
    "discovery: {{base_url: '{address}'}}",
    "targets: {{dev: {{host: '{address}'}}}}",
    "targets: {{dev: {{backend: {{type: http, settings: {{address: '{address}'}}}}}}}}",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("place", PLACES)
def test_an_address_that_carries_a_secret_is_refused_without_it(address: str, place: str) -> None:
    with pytest.raises(InputError, match="carries a user, password or token") as caught:
        parse_definition(TEXT.format(connection="") + place.format(address=address))

    assert "CANARY" not in str(caught.value)


def test_an_option_whose_address_carries_a_password_is_refused_without_it() -> None:
    with pytest.raises(InputError, match="carries a user, password or token") as caught:
        parse_definition(TEXT.format(connection="options: {base_url: 'https://me:CANARY@host'}"))

    assert "CANARY" not in str(caught.value)


def test_an_option_that_is_a_header_with_a_token_is_refused_without_it() -> None:
    with pytest.raises(InputError, match="as a header does") as caught:
        parse_definition(TEXT.format(connection="options: {header: 'Authorization: Bearer CANARY'}"))

    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("value", ["Bearer token", "Bearer", "bearer authentication", "Basic authentication", "Basic"])
def test_words_about_a_header_are_taken(value: str) -> None:
    assert parse_definition(TEXT.format(connection=f"options: {{auth: '{value}'}}")).connection.options


@pytest.mark.parametrize("part", ["x", "://", "a://b:", "&a-", "token_"])
def test_a_very_long_value_takes_no_longer_than_its_length(part: str) -> None:
    """At the square of its length, this test would take minutes."""
    assert list(signed((), f"a://{part * (1_000_000 // len(part))}")) == []


def test_a_secret_among_the_options_of_discovery_is_refused_without_its_value() -> None:
    with pytest.raises(InputError, match="'key' is a secret, and this file is committed") as caught:
        parse_definition(TEXT.format(connection="secrets: [key]") + "discovery: {key: CANARY}")

    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://host/repo.git", "https://host/repo.git?ref=main"])
def test_an_address_without_a_secret_is_taken(url: str) -> None:
    assert parse_definition(TEXT.format(connection="") + f"code: {{git: {{url: '{url}'}}}}").code.git is not None


@pytest.mark.parametrize("url", ["ssh://git@host/repo.git", "git@host:repo.git"])
def test_an_address_without_a_secret_that_the_workspace_does_not_clone_is_refused_for_that_alone(url: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_definition(TEXT.format(connection="") + f"code: {{git: {{url: '{url}'}}}}")

    assert [problem.message for problem in caught.value.problems] == ["is not a web address"]
