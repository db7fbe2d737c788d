"""The definition that a first discovery writes can be read, whatever it was given."""

from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.load import parse_definition
from headgate.definition.scaffold import scaffold_definition

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def test_a_starter_holds_what_it_was_given() -> None:
    text = scaffold_definition(
        "crm", "hubspot", "crm_connection", "main", "bronze", "category", snapshot="0 0 * * *", cdc="@hourly"
    )
    definition = parse_definition(text)

    assert (definition.id, definition.source, definition.connection.name) == ("crm", "hubspot", "crm_connection")
    assert (definition.destination.catalog, definition.destination.schema_name) == ("main", "bronze")
    assert (definition.group_by, definition.schedules.snapshot, definition.schedules.cdc) == (
        "category",
        "0 0 * * *",
        "@hourly",
    )
    assert list(definition.targets) == ["dev", "prod"]
    assert definition.default_target == "dev"


def test_a_starter_says_beside_each_part_what_else_it_takes() -> None:
    text = scaffold_definition("crm", "crm", "crm", "main", "bronze")
    commented = [line.strip(" #").split(":")[0] for line in text.splitlines() if line.strip().startswith("#")]

    assert {"options", "secrets", "external_options", "existing", "code", "pipelines"} <= set(commented)


def test_what_a_starter_has_in_comments_is_right_when_it_is_taken_in() -> None:
    text = scaffold_definition("crm", "crm", "crm", "main", "bronze", cdc="@hourly")
    for key in ("options", "secrets", "external_options", "pipelines"):
        text = text.replace(f"# {key}:", f"{key}:")
    text = text.replace("# code:", "code:").replace("#   git:", "  git:")
    definition = parse_definition(text.replace("#   wheels:", "  wheels:").replace("#     - ", "    - "))

    assert definition.connection.secrets == ["token"]
    assert definition.code.git
    assert definition.code.git.tag == "v1.0"
    assert len(definition.code.wheels) == 2
    assert definition.balance.pipelines == 8


@given(source=TEXT)
def test_any_text_is_quoted(source: str) -> None:
    assert parse_definition(scaffold_definition("crm", source, "crm", "main", "bronze")).source == source
