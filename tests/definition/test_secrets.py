"""Where a connector without a connection takes its options from: `secrets:` in connector.yaml, or a JSON file beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headgate.definition.load import load_definition, parse_definition
from headgate.problems import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.definition.model import Definition

OSIPI: dict[str, Any] = {
    "secrets_scope": "sp-osipi",
    "secret_mappings": {"client_id": ["client_id", "sp-client-id"], "client_secret": "client_secret"},
    "static_options": {"pi_base_url": "https://your-pi-server.com", "verify_ssl": "false"},
    "dynamic_options": {"workspace_host": "f\"https://{spark.conf.get('spark.databricks.workspaceUrl')}\""},
}
YAML = """\
id: osipi
source: osipi
credentials: secrets
secrets: {secrets}
destination: {{catalog: main, schema: bronze}}
"""


def written(folder: Path, found: Any, name: str = "osipi.secrets.json") -> Definition:
    text = found if isinstance(found, str) else json.dumps(found, indent=2)
    (folder / name).write_text(text)
    (folder / "connector.yaml").write_text(YAML.format(secrets=name))
    return load_definition(folder / "connector.yaml")


def said(folder: Path, found: Any) -> str:
    with pytest.raises(InputError) as caught:
        written(folder, found)
    return str(caught.value).replace(f"{folder}/", "")


def test_a_mapping_says_scope_keys_and_options(tmp_path: Path) -> None:
    secrets = parse_definition(YAML.format(secrets=json.dumps(OSIPI))).secrets

    assert secrets
    assert secrets.secret_mappings == {"client_id": ["client_id", "sp-client-id"], "client_secret": ["client_secret"]}
    assert (secrets.secrets_scope, secrets.manage) == ("sp-osipi", False)
    assert written(tmp_path, OSIPI).secrets == secrets.model_copy(update={"file": "osipi.secrets.json"})


@pytest.mark.parametrize("owner", ["osipi", "source"])
def test_a_file_of_several_connectors_is_read_by_id_or_by_source(tmp_path: Path, owner: str) -> None:
    keyed = {"hubspot": {"secrets_scope": "hubspot"}, "osipi" if owner == "osipi" else "pi": OSIPI}
    (tmp_path / "all.json").write_text(json.dumps(keyed))
    text = YAML.format(secrets="all.json").replace("source: osipi", "source: pi")
    (tmp_path / "connector.yaml").write_text(text)

    secrets = load_definition(tmp_path / "connector.yaml").secrets

    assert secrets
    assert secrets.secrets_scope == "sp-osipi"


def test_what_terraform_makes_of_a_files_scope_stands_in_the_yaml(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(OSIPI))
    (tmp_path / "connector.yaml").write_text(YAML.format(secrets="{file: s.json, manage: true, acls: [{principal: readers}]}"))

    definition = load_definition(tmp_path / "connector.yaml")

    assert definition.secrets
    assert definition.secrets.managed_keys == {"client_secret": "client_secret", "client_id": "client_id"}
    assert definition.secret_variables == ["client_id", "client_secret"]


def test_a_key_in_both_is_refused_where_the_yaml_has_it(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(OSIPI))
    (tmp_path / "connector.yaml").write_text(YAML.format(secrets="{file: s.json, secrets_scope: other}"))

    with pytest.raises(InputError, match=r"connector.yaml:4: secrets.secrets_scope: stands in s.json too"):
        load_definition(tmp_path / "connector.yaml")


def test_true_and_numbers_of_json_are_options_as_spark_takes_them(tmp_path: Path) -> None:
    secrets = written(tmp_path, OSIPI | {"static_options": {"verify_ssl": False, "page": 100, "wait": 0.5}}).secrets

    assert secrets
    assert secrets.static_options == {"verify_ssl": "false", "page": "100", "wait": "0.5"}


def test_all_that_is_wrong_in_a_file_is_told_with_its_lines(tmp_path: Path) -> None:
    wrong = OSIPI | {"static_options": {"url": None, "a": "b"}, "secret_mappings": {"x": [1]}, "more": 1}

    assert said(tmp_path, {"hubspot": {}, "osipi": wrong}) == (
        "osipi.secrets.json:7: osipi.secret_mappings.x.0: expected a string\n    put it in quotes\n"
        "osipi.secrets.json:11: osipi.static_options.url: expected a string\n    write it there, or take the key out\n"
        "osipi.secrets.json:17: osipi.more: unknown key 'more'\n"
        "    use one of: acls, dynamic_options, manage, secret_mappings, secrets_scope, static_options"
    )


def test_an_expression_that_is_refused_is_told_with_its_column(tmp_path: Path) -> None:
    wrong = OSIPI | {"dynamic_options": {"a": "'x' + open('/etc/passwd').read()", "b": "f'{1:x}'"}}

    told = said(tmp_path, wrong)

    assert "osipi.secrets.json:15: dynamic_options.a: column 7 of the expression: a call of 'read' is not allowed\n" in told
    assert "osipi.secrets.json:16: dynamic_options.b: column 1 of the expression: a format after a colon" in told


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("{", "osipi.secrets.json:1: is not JSON"),
        ("[]", "osipi.secrets.json:1: is no object"),
        ({}, "osipi.secrets.json:1: has nothing for connector 'osipi'"),
        ({"osipy": OSIPI}, "did you mean 'osipy'?"),
        ({"osipi": 5}, "osipi.secrets.json:2: osipi: is no object"),
        ('{"secrets_scope": "a", "secrets_scope": "b"}', "the key 'secrets_scope' is there twice in one object"),
        ('{\t"secrets_scope":\n\t5}', "osipi.secrets.json:1: secrets_scope: expected a string, found 5"),
        ({"secret_mappings": {}}, "secrets_scope: is missing"),
        ('{"secrets_scope": "s", "more": ' + "[" * 900 + "]" * 900 + "}", "osipi.secrets.json: is nested too deeply"),
        ('{"secrets_scope": "s", "static_options": {"a": "\\ud800"}}', "holds half a character"),
        (OSIPI | {"static_options": 5}, 'static_options: expected a mapping\n    write `{"key": "value"}`'),
        (OSIPI | {"manage": True, "acls": [{}]}, 'principal: is missing\n    write `"principal": "…"` there'),
        (OSIPI | {"acls": {}}, 'write `["first", "second"]`'),
        (OSIPI | {"acls": [{"principal": "a"}]}, 'write `"manage": true`, or take them out'),
        (OSIPI | {"secret_mappings": {"a": []}}, 'such as `"client_secret": ["client_secret", "old-client-secret"]`'),
        (OSIPI | {"file": "other.json"}, "file: names a file, and is one"),
    ],
)
def test_what_is_said_of_a_file_of_another_form(tmp_path: Path, found: Any, words: str) -> None:
    assert words in said(tmp_path, found)


@pytest.mark.parametrize("name", ["../up.json", "nowhere.json", '"a\\0b.json"'])
def test_a_file_is_beside_the_definition(tmp_path: Path, name: str) -> None:
    (tmp_path / "connectors" / "crm").mkdir(parents=True)
    (tmp_path / "connectors" / "up.json").write_text(json.dumps(OSIPI))
    path = tmp_path / "connectors" / "crm" / "connector.yaml"
    path.write_text(YAML.format(secrets=name))

    with pytest.raises(InputError, match=r"connector.yaml:4: secrets: "):
        load_definition(path)


def test_no_value_of_a_file_is_told(tmp_path: Path) -> None:
    wrong = {"secrets_scope": "s", "secret_mappings": {"a": ["CANARY CANARY"]}, "static_options": {"token": ["CANARY"]}}

    assert "CANARY" not in said(tmp_path, wrong)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("token2", "'CANARY'"),
        ("client_secret", "f'{1}CANARY'"),
        ("password", "spark.conf.get('x', 'CANARY')"),
        ("password", "12345"),
        ("header", "'Bearer ' + 'CANARY'"),
        ("url", "f'https://{spark.conf.get(\"u\")}:' + 'CANARY@host'"),
    ],
)
def test_an_expression_that_holds_a_secret_in_clear_is_refused_without_it(tmp_path: Path, option: str, text: str) -> None:
    told = said(tmp_path, OSIPI | {"secret_mappings": {}, "dynamic_options": {option: text}})

    assert "committed" in told
    assert "CANARY" not in told
    assert "12345" not in told


@pytest.mark.parametrize(
    "text",
    [
        "f'Bearer {dbutils.notebook.entry_point.getDbutils().notebook().getContext().apiToken().get()}'",
        "spark.conf.get('pipeline.token')",
        "spark.conf.get('pipeline.token', default='')",
    ],
)
def test_an_expression_that_gives_a_secret_and_holds_none_is_taken(tmp_path: Path, text: str) -> None:
    assert written(tmp_path, OSIPI | {"dynamic_options": {"token": text, "header": text}}).secrets


@pytest.mark.parametrize("number", ["NaN", "1e999", "-Infinity"])
def test_a_number_that_is_none_is_no_option(tmp_path: Path, number: str) -> None:
    told = said(tmp_path, f'{{"secrets_scope": "s",\n "static_options": {{"a": {number}}}}}')

    assert "osipi.secrets.json:2: static_options.a: expected a string" in told


def test_a_target_has_its_own_scope_and_a_managed_one_its_prefix() -> None:
    text = YAML.format(secrets="{secrets_scope: pi, secret_mappings: {a: a}, manage: true}")
    text += "targets: {dev: {name_prefix: dev_}, test: {secrets_scope: theirs, name_prefix: test_}, prod: {}}\n"
    managed = parse_definition(text)
    elsewhere = parse_definition(text.replace("manage: true", "manage: false"))

    assert [managed.secrets_scope_in(one) for one in managed.targets] == ["dev_pi", "theirs", "pi"]
    assert [elsewhere.secrets_scope_in(one) for one in managed.targets] == ["pi", "theirs", "pi"]
