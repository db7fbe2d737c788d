"""What a connector.yaml may look like, and what is said of one that is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.load import load_definition, load_definitions, parse_definition
from headgate.definition.model import Definition
from headgate.problems import InputError, Problem

BAD = Path(__file__).parent / "bad"
SHORT = """\
id: crm
source: crm
connection: {name: crm}
destination: {catalog: main, schema: bronze}
"""


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        parse_definition(text)
    return caught.value.problems


def test_the_shortest_definition_has_defaults_for_all_else() -> None:
    definition = parse_definition(SHORT)

    assert (definition.display_name, definition.default_target, list(definition.targets)) == ("crm", "dev", ["dev"])
    assert (definition.connection.type, definition.mode, definition.ingestion) == ("GENERIC_LAKEFLOW_CONNECT", "batch", "file")
    assert definition.destination.schema_name == "bronze"


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_is_said_of_a_bad_definition(path: Path) -> None:
    with pytest.raises(InputError) as caught:
        parse_definition(path.read_text(), path.name)

    assert f"{caught.value}\n" == path.with_suffix(".txt").read_text()


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_secret_is_told_by_a_problem(path: Path) -> None:
    with pytest.raises(InputError) as caught:
        parse_definition(path.read_text(), path.name)

    assert "CANARY" not in str(caught.value) + repr(caught.value) + repr(caught.value.problems)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "part",
    [
        pytest.param("mode: streaming", id="streaming without schedules"),
        pytest.param("schedules: {snapshot: '@daily', cdc: 'quartz:0 0 2 ? * MON', timezone: Europe/Berlin}", id="schedules"),
        pytest.param("compute: {kind: classic, workers: 0}", id="classic with one machine"),
        pytest.param("compute: {kind: classic, autoscale: {min_workers: 1, max_workers: 1}}", id="classic autoscale"),
        pytest.param("targets: {a: {}, b: {default: true}}", id="one default"),
        pytest.param("targets: {dev: {permissions: [{level: CAN_RUN, group: all}], run_as: {user: me}}}", id="principals"),
        pytest.param(
            "targets: {dev: {backend: {type: s3, settings: {bucket: b, region: r, skip_credentials_validation: true,"
            " shared_credentials_file: f}}}}",
            id="settings that only sound like secrets",
        ),
        pytest.param("ingestion: managed", id="managed without code"),
    ],
)
def test_what_is_right(part: str) -> None:
    assert isinstance(parse_definition(f"{SHORT}{part}\n"), Definition)


def test_an_existing_connection_is_used_by_its_own_name_in_every_target() -> None:
    text = SHORT.replace("{name: crm}", "{name: crm, existing: true}") + 'targets: {dev: {name_prefix: "my dev "}}\n'

    assert parse_definition(text).connection.existing


@pytest.mark.parametrize("name", ["options", "settings", "secrets"])
def test_a_target_may_have_the_name_of_a_key(name: str) -> None:
    (problem,) = problems(f"{SHORT}targets: {{{name}: {{backend: {{type: x}}}}}}\n")

    assert problem.path == f"targets.{name}.backend.type"


def test_every_place_of_the_definition_says_which_keys_it_knows() -> None:
    near = {
        "code: {git: {url: x, brunch: y}}": "did you mean 'branch'?",
        "balance: {weights: {snapshoot: 1}}": "did you mean 'snapshot'?",
        "compute: {autoscale: {min_worker: 1, min_workers: 1, max_workers: 1}}": "did you mean 'min_workers'?",
        "targets: {dev: {permissions: [{level: CAN_RUN, grup: x}]}}": "did you mean 'group'?",
        "targets: {dev: {backend: {typ: s3}}}": "did you mean 'type'?",
    }
    found = {part: [problem.fix for problem in problems(f"{SHORT}{part}\n")] for part in near}

    assert found == {part: [fix] for part, fix in near.items()}


def test_keys_that_begin_with_x_are_a_place_for_anchors() -> None:
    text = f"{SHORT}x-team: &team {{team: data}}\ntargets: {{dev: {{tags: *team}}}}\n"

    assert parse_definition(text).targets["dev"].tags == {"team": "data"}


def test_a_part_that_is_wrong_does_not_cast_doubt_on_others_that_are_right() -> None:
    said = problems(f"{SHORT}compute: {{kind: classic, workers: many}}\ntargets: {{dev: {{tags: 1}}, prod: {{}}}}\n")

    assert [problem.path for problem in said] == ["compute.workers", "targets.dev.tags"]


def test_a_long_list_with_several_faults_does_not_hide_what_else_is_wrong() -> None:
    numbers = ", ".join(["a@example.com"] * 9 + ["1", "2", "3"])
    text = f"{SHORT}schedules: {{cdc: x}}\ntargets: {{dev: {{notifications: [{numbers}]}}}}\n"

    assert [problem.path for problem in problems(text)] == [
        "schedules.cdc",
        *(f"targets.dev.notifications.{number}" for number in (9, 10, 11)),
    ]


# Pieces of which YAML's grammar is made, and values that YAML readers have been known to stumble over.
PIECES = r"""id:_a | source:_a | connection:_ | {name:_a} | destination:_ | targets:_ | a:_ | -_ | { | } | [ | ] | , | &x_ | *x
| <<:_ | !t_ | !!int_x | !!set_ | ?_ | " | ' | \ | # | 1_0 | 0x | 0o9 | .nan | 1e400 | 2020-13-45 | ~ | yes | --- | ="""
ODD = ["\n", "\n  ", "|\n", "\t", "\x85", "\0", "\ud800"]


@given(st.lists(st.sampled_from([*(piece.strip().replace("_", " ") for piece in PIECES.split("|")), *ODD]), max_size=12))
def test_any_text_gives_a_definition_or_problems_with_fixes(pieces: list[str]) -> None:
    try:
        fixes = [parse_definition("".join(pieces)).id]
    except InputError as error:
        fixes = [problem.fix for problem in error.problems]

    assert fixes
    assert all(fixes)


def write(folder: Path, text: str = SHORT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "connector.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"id: crm\nname: \xff\n", r"connector\.yaml:2: is not UTF-8: byte 15 of the file is 0xff"),
        (b"\xef\xbb\xbf" + SHORT.encode() + b"x: 1\n", r"connector\.yaml:5: x: unknown key"),
        (SHORT.encode("utf-16") + b"x", r"connector\.yaml: begins as UTF-16 does, and goes on otherwise"),
        (b"", r"connector\.yaml: is empty"),
    ],
)
def test_what_is_said_of_a_files_bytes(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "connector.yaml"
    path.write_bytes(data)

    with pytest.raises(InputError, match=said):
        load_definition(path)


@pytest.mark.parametrize(("name", "said"), [("none.yaml", "there is no definition"), ("", "can't be used: Is a directory")])
def test_a_file_that_is_not_there_is_a_problem_too(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_definition(tmp_path / name)


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("..", "is outside the connector's folder"),
        ("/", "is outside the connector's folder"),
        ("out", "is outside the connector's folder"),
        ("source", "there is no folder 'source'"),
        ("connector.yaml", "there is no folder 'connector.yaml'"),
        ("x" * 5000, "can't be a folder"),
    ],
)
def test_code_lies_in_a_folder_below_the_connectors_own(tmp_path: Path, folder: str, said: str) -> None:
    path = write(tmp_path / "crm", f"{SHORT}code: {{folder: {folder}}}\n")
    (tmp_path / "crm" / "out").symlink_to(tmp_path)

    with pytest.raises(InputError, match=said) as caught:
        load_definition(path)

    (problem,) = caught.value.problems
    assert (problem.line, problem.path) == (5, "code.folder")


def test_a_folder_of_code_that_is_there_is_right(tmp_path: Path) -> None:
    path = write(tmp_path, f"{SHORT}code: {{folder: src/crm}}\n")
    (tmp_path / "src" / "crm").mkdir(parents=True)

    assert load_definition(path).code.folder == "src/crm"


def test_all_definitions_of_a_project_come_by_folder(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        write(tmp_path / "connectors" / name, SHORT.replace("crm", f"crm_{name}"))
    (tmp_path / "connectors" / "notes").mkdir()

    loaded = load_definitions(tmp_path)

    assert [(one.definition.id, one.folder.name) for one in loaded] == [("crm_a", "a"), ("crm_b", "b"), ("crm_c", "c")]


def test_a_project_without_definitions_has_none(tmp_path: Path) -> None:
    assert load_definitions(tmp_path) == ()


def test_the_problems_of_all_definitions_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path / "connectors" / "a", "id: A\n")
    write(tmp_path / "connectors" / "b", "[")
    write(tmp_path / "connectors" / "c")

    with pytest.raises(InputError) as caught:
        load_definitions(tmp_path)

    assert {Path(problem.file).parent.name for problem in caught.value.problems} == {"a", "b"}


def test_two_definitions_share_no_id_display_name_connection_or_secret_variable(tmp_path: Path) -> None:
    text = SHORT.replace("{name: crm}", "{name: crm, secrets: [token]}")
    write(tmp_path / "connectors" / "one", text)
    write(tmp_path / "connectors" / "two", text)

    with pytest.raises(InputError) as caught:
        load_definitions(tmp_path)

    said = [problem.message.split(" have the same ")[1] for problem in caught.value.problems]
    assert said == ["id, 'crm'", "display name, 'crm'", "connection, 'crm'", "secret variable, 'crm_token'"]


def test_two_definitions_may_use_one_connection_that_one_of_them_manages(tmp_path: Path) -> None:
    write(tmp_path / "connectors" / "one")
    other = SHORT.replace("id: crm", "id: crm_eu").replace("{name: crm}", "{name: crm, existing: true}")
    write(tmp_path / "connectors" / "two", other)

    assert len(load_definitions(tmp_path)) == 2
