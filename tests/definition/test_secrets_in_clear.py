"""A secret does not come into a committed file by oversight."""

from __future__ import annotations

import pytest

from headgate.definition.load import parse_definition
from headgate.problems import InputError

TEXT = """\
id: crm
source: crm
connection: {{name: c, {connection}}}
destination: {{catalog: main, schema: bronze}}
"""


@pytest.mark.parametrize("name", ["client_secret", "password", "access_token", "apiKey", "private_key", "db_credentials"])
def test_an_option_that_is_a_secret_by_its_name_is_refused_without_its_value(name: str) -> None:
    with pytest.raises(InputError, match=f"'{name}' is a secret by its name") as caught:
        parse_definition(TEXT.format(connection=f"options: {{{name}: CANARY}}"))

    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("name", ["token_url", "username", "secret_scope", "base_url"])
def test_an_option_that_only_speaks_of_one_is_taken(name: str) -> None:
    assert parse_definition(TEXT.format(connection=f"options: {{{name}: x}}")).connection.options == {name: "x"}


def test_a_secret_named_as_one_is_taken() -> None:
    assert parse_definition(TEXT.format(connection="secrets: [client_secret]")).connection.secrets == ["client_secret"]
