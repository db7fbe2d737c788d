"""Sites of a definition: what each has of its own, what follows from it, and what is said of a sites.yaml that is wrong."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.load import load_definitions, parse_definition
from headgate.definition.load_sites import load_sites
from headgate.definition.model import Definition
from headgate.problems import InputError, Problem
from tests.support.samples import DEFINITIONS, parts_of
from tests.support.small_project import DEFINITION, write_project

BASE = parse_definition(DEFINITION)


def sites_of(project: Path, text: str, definition: str = DEFINITION) -> dict[str, Definition]:
    write_project(project)
    folder = project / "connectors" / "crm"
    (folder / "connector.yaml").write_text(definition)
    (folder / "sites.yaml").write_text(text)
    return {one.site.name: one.definition for one in load_definitions(project) if one.site}


def said_of(project: Path, text: str, definition: str = DEFINITION) -> list[str]:
    with pytest.raises(InputError) as caught:
        sites_of(project, text, definition)
    return [str(problem).replace(f"{project}/connectors/crm/", "") for problem in caught.value.problems]


def test_a_site_is_the_definition_with_what_it_says_laid_over(tmp_path: Path) -> None:
    berlin, munich = sites_of(
        tmp_path,
        """\
        sites:
          berlin:
            connection: {options: {url: https://berlin.example.com}}
            destination: {schema: berlin}
            table_options: {maxCount: 5}
          munich:
            id: crm_south
            name: The south
            connection: {name: south}
            destination: {catalog: south}
            schedules: {timezone: Europe/Berlin}
        """,
    ).values()

    assert (berlin.id, berlin.name, berlin.connection.name) == ("crm_berlin", "crm_berlin", "crm_connection_berlin")
    assert (berlin.connection.options, berlin.connection.secrets) == ({"url": "https://berlin.example.com"}, ["token"])
    assert (berlin.destination.catalog, berlin.destination.schema_name) == ("main", "berlin")
    assert berlin.table_options == {"maxCount": 5}
    assert (munich.id, munich.name, munich.connection.name) == ("crm_south", "The south", "south")
    assert (munich.schedules.timezone, munich.schedules.snapshot) == ("Europe/Berlin", "0 0 * * *")
    assert list(munich.targets) == ["dev", "prod"]


def test_a_connection_that_was_made_elsewhere_is_shared(tmp_path: Path) -> None:
    given = DEFINITION.replace("secrets: [token]", "existing: true")

    found = sites_of(tmp_path, "sites:\n  a: {destination: {schema: a}}\n  b: {destination: {schema: b}}\n", given)

    assert {one.connection.name for one in found.values()} == {"crm_connection"}


def test_a_site_is_deployed_to_the_targets_that_it_names_with_what_differs_there(tmp_path: Path) -> None:
    site = sites_of(tmp_path, "sites:\n  a: {targets: {prod: {host: https://a.example.com}}}\n")["a"]

    assert {name: target.host for name, target in site.targets.items()} == {"prod": "https://a.example.com"}
    assert site.default_target == "prod"


def test_all_schedules_of_a_site_are_so_many_minutes_later(tmp_path: Path) -> None:
    exact = DEFINITION.replace(
        "{snapshot: 0 0 * * *}", "{snapshot: 0 0 * * *, cdc: '*/15 * * * *', exact: [0 0 * * *, people]}"
    )

    site = sites_of(tmp_path, "sites:\n  a: {offset_minutes: 4}\n", exact)["a"]

    assert (site.schedules.snapshot, site.schedules.cdc, site.schedules.append) == ("4 0 * * *", "4-59/15 * * * *", "")
    assert site.schedules.exact == ["4 0 * * *", "people"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "sites.yaml: is empty", id="empty"),
        pytest.param("sites:\n", "sites.yaml:1: sites: expected a mapping", id="no sites"),
        pytest.param("sites: {}\n", "sites.yaml:1: sites: is empty", id="none"),
        pytest.param("sites:\n  a: {scheme: x}\n", "sites.yaml:2: sites.a.scheme: a site has no 'scheme' of its own", id="key"),
        pytest.param("sites:\n  Berlin: {}\n", "sites.yaml:2: sites.Berlin: expected an id", id="name"),
        pytest.param(
            "sites:\n  a:\n    destination:\n      schemas: x\n",
            "sites.yaml:4: sites.a.destination.schemas: unknown key 'schemas'\n    did you mean 'schema'?",
            id="key of a part",
        ),
        pytest.param(
            "sites:\n  a: {}\n  b:\n    targets: {prd: {}}\n",
            "sites.yaml:4: sites.b.targets.prd: connector.yaml has no target 'prd'\n    did you mean 'prod'?",
            id="target",
        ),
        pytest.param(
            "sites:\n  a:\n    targets: {prod: {hots: x}}\n",
            "sites.yaml:3: sites.a.targets.prod.hots: unknown key",
            id="target's key",
        ),
        pytest.param(
            "sites:\n  a:\n    schedules: {snapshot: 50 3 * * *}\n    offset_minutes: 20\n",
            "sites.yaml:4: sites.a.offset_minutes: '50 3 * * *' can't be delayed by 20 minutes: that would cross the hour",
            id="offset",
        ),
        pytest.param(
            "sites:\n  a:\n    schedules: {timezone: Mars/Base}\n",
            "sites.yaml:3: sites.a.schedules.timezone: there is no",
            id="zone",
        ),
        pytest.param(
            "sites:\n  a: {connection: {name: one}}\n  b: {connection: {name: One}}\n",
            "sites.yaml:3: sites.yaml:2 (a) and sites.yaml:3 (b) have the same connection, 'one'",
            id="one connection managed twice",
        ),
        pytest.param("sites:\n  a: {}\n  b: {id: crm_a}\n", "have the same id, 'crm_a'", id="one id twice"),
        pytest.param("sites:\n  a: {}\n  b: {name: crm_a}\n", "have the same display name, 'crm_a'", id="one name twice"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert said in said_of(tmp_path, text)[0]


def test_what_is_wrong_with_the_definition_is_told_once_beside_all_of_the_sites_file(tmp_path: Path) -> None:
    sites = "".join(f"  s{number}: {{}}\n" for number in range(50))

    found = said_of(
        tmp_path, f"sites:\n{sites}  bad: {{colour: red}}\n", DEFINITION.replace("mode", "x").replace("stacks: 2", "stacks: no")
    )

    assert len(found) == 2
    assert found[0].startswith("connector.yaml:6: balance.stacks")
    assert found[1].startswith("sites.yaml:52: sites.bad.colour")


def test_no_value_that_may_be_secret_is_told(tmp_path: Path) -> None:
    found = said_of(tmp_path, "sites:\n  a:\n    connection: {options: {token: [CANARY]}, secrets: CANARY}\n")

    assert found
    assert "CANARY" not in str(found)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_site_that_says_nothing_is_the_definition_but_for_its_names(name: str, tmp_path: Path) -> None:
    base = Definition.model_validate(parts_of(DEFINITIONS[name]))
    (tmp_path / "sites.yaml").write_text("sites: {berlin: {}}\n")

    (site,) = load_sites(tmp_path / "sites.yaml", base)

    own = {"id": base.id, "name": base.name, "connection": base.connection}
    assert site.definition.model_copy(update=own) == base
    assert site.definition.connection.model_copy(update={"name": base.connection.name}) == base.connection


ODD = st.sampled_from([None, True, 5, -1, 1e9, "x", "0 2 * * *", [], ["x"], {}, {"x": "y"}, {"name": 5}, {"catalog": None}])


@given(
    st.dictionaries(
        st.sampled_from(["id", "connection", "secrets", "destination", "schedules", "table_options", "targets", "tables", "x"]),
        ODD | st.dictionaries(st.sampled_from(["options", "schema", "snapshot", "exact", "prod", "manage", "existing"]), ODD),
    ),
    st.sampled_from([0, 7, 59]),
)
def test_whatever_a_site_says_comes_to_a_definition_or_to_problems_with_lines(said: dict[str, object], minutes: int) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "sites.yaml"
        file.write_text(json.dumps({"sites": {"berlin": {**said, "offset_minutes": minutes}}}))
        found: tuple[Problem, ...] = ()
        try:
            load_sites(file, BASE)
        except InputError as error:
            found = error.problems

    assert [
        problem for problem in found if not (problem.message and problem.line == 1 and problem.path.startswith("sites"))
    ] == []
