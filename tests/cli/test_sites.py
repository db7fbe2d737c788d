"""One definition at several sites: every command works on one, some or all of them."""

from __future__ import annotations

import json
import subprocess
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from headgate.cdk.app import add_stacks
from headgate.cdk.edition import App
from headgate.layout.deployed import Deployed, write_deployed
from tests.ci.stacks import thing, write_stacks
from tests.support.plans import pipelines, plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Run

SITES = """\
sites:
  berlin: {destination: {schema: berlin}}
  munich: {destination: {schema: munich}}
  vienna: {destination: {schema: vienna}, targets: {prod: {}}}
"""


@pytest.fixture
def folder(project: Path) -> Path:
    """Give the folder of a definition with three sites."""
    folder = project / "connectors" / "crm"
    (folder / "sites.yaml").write_text(SITES)
    return folder


def balanced(headgate: Run, *words: str, code: int = 0) -> list[str]:
    return [one["connector"] for one in json.loads(headgate("balance", *words, "-o", "json", code=code).stdout)]


def offsets(folder: Path, site: str) -> dict[str, int]:
    lock = json.loads((folder / "sites" / site / "layout.lock").read_text())
    return {one["id"]: one.get("offset", 0) for one in lock["pipelines"] if one}


@pytest.mark.parametrize(
    ("words", "sites"),
    [
        ((), ["berlin", "munich", "vienna"]),
        (("crm",), ["berlin", "munich", "vienna"]),
        (("crm", "--site", "munich"), ["munich"]),
        (("--site", "vienna", "--site", "crm_berlin"), ["berlin", "vienna"]),
        (("crm_munich",), ["munich"]),
    ],
)
def test_a_balance_is_of_all_sites_or_those_that_are_named(
    headgate: Run, folder: Path, words: tuple[str, ...], sites: list[str]
) -> None:
    assert balanced(headgate, *words) == [f"crm_{site}" for site in sites]
    assert sorted(path.parent.name for path in folder.glob("**/layout.lock")) == sites


def test_an_unknown_site_is_told_with_those_near_to_it(headgate: Run, folder: Path) -> None:
    assert folder.is_dir()
    assert (
        "the project has no site 'berlim'\n    did you mean 'berlin'?" in headgate("balance", "--site", "berlim", code=1).stderr
    )


def test_a_change_of_the_definition_changes_all_and_the_same_files_nothing(headgate: Run, folder: Path) -> None:
    headgate("balance")
    headgate("balance", "--check")

    (folder / "tables.csv").write_text((folder / "tables.csv").read_text() + "orders,money,snapshot,10\n")

    for site in ("berlin", "munich", "vienna"):
        assert f"crm_{site}" in headgate("balance", "--check", code=3).stderr
    headgate("balance")
    assert all("orders" in (folder / "sites" / site / "layout.lock").read_text() for site in ("berlin", "munich", "vienna"))


def test_pipelines_of_sites_start_beside_each_other_and_stay_where_a_site_is_added(headgate: Run, folder: Path) -> None:
    headgate("balance")
    before = {site: offsets(folder, site) for site in ("berlin", "munich", "vienna")}

    (folder / "sites.yaml").write_text("sites:\n  aachen: {destination: {schema: aachen}}\n" + SITES.removeprefix("sites:\n"))
    said = headgate("balance").stdout

    assert {site: offsets(folder, site) for site in before} == before
    assert len(set(chain.from_iterable(its.values() for its in before.values()))) == 6
    # Twenty minutes of runs, all of which begin in the first sixteen.
    assert "beside 6 pipelines of other sites: at most 2 of all run at once" in said


def test_a_balance_says_where_more_run_at_once_than_a_workspace_takes(headgate: Run, folder: Path) -> None:
    file = folder / "connector.yaml"
    file.write_text(file.read_text().replace("{stacks: 2}", "{stacks: 2, deadline: {minutes: 9, concurrent_updates: 1}}"))

    said = headgate("balance").stdout

    assert "at most 2 of all run at once, more than the 1 of balance.deadline.concurrent_updates" in said


def test_a_check_tells_once_what_sites_have_alike(headgate: Run, folder: Path) -> None:
    (folder / "connector.yaml").write_text(
        (folder / "connector.yaml").read_text().replace("code: {wheels", "code: {git: {url: 'https://x.example.com/y'}, wheels")
    )
    headgate("balance")

    done = headgate("check", "--frozen")

    assert done.stdout.count("fine") == 2  # vienna is not deployed to dev
    assert done.stderr.count("code.git follows the branch") == 1
    assert "warning: crm, 2 sites: code.git" in done.stderr
    assert "warning: crm, 2 sites: dev and prod both have main.{schema}.companies" in done.stderr


def test_a_check_passes_over_sites_that_a_target_does_not_have(headgate: Run, folder: Path) -> None:
    assert folder.is_dir()
    headgate("balance")

    assert [one["connector"] for one in json.loads(headgate("check", "-t", "prod", "-o", "json").stdout)] == [
        "crm_berlin",
        "crm_munich",
        "crm_vienna",
    ]
    assert "has no target 'dev'" in headgate("check", "crm_vienna", "-t", "dev", code=1).stderr


def test_the_app_takes_the_sites_that_have_the_target_or_the_definitions_default_one(
    headgate: Run, project: Path, folder: Path
) -> None:
    assert folder.is_dir()
    headgate("balance")

    def sites(target: str | None) -> set[str]:
        return {name.rpartition("-")[0] for name in add_stacks(App(), project, target)}

    assert sites(None) == sites("dev") == {"crm_berlin-dev", "crm_munich-dev"}
    assert sites("prod") == {"crm_berlin-prod", "crm_munich-prod", "crm_vienna-prod"}


@pytest.mark.parametrize(
    ("sites", "said"),
    [
        pytest.param(
            "sites:\n  a: {}\n  b: {}\n",
            "sites.yaml:3: sites.b: sites 'a' (line 2) and 'b' (line 3) both have main.bronze.contacts and 2 more tables in",
            id="one schema",
        ),
        pytest.param(
            "sites:\n  a: {tables: [contacts]}\n  b: {tables: [deals, contacts]}\n",
            "both have main.bronze.contacts in target 'dev'",
            id="one table",
        ),
        pytest.param(
            "sites:\n  a: {targets: {prod: {catalog: c}}, destination: {catalog: x}}\n  b: {targets: {prod: {catalog: C}}}\n",
            "both have C.bronze.contacts",
            id="one catalog in a target, in other capitals",
        ),
    ],
)
def test_sites_that_would_write_the_same_tables_are_refused_at_both_lines(
    headgate: Run, folder: Path, sites: str, said: str
) -> None:
    (folder / "sites.yaml").write_text(sites)

    found = headgate("balance", code=1).stderr

    assert said in found
    assert not list(folder.glob("sites/*"))


@pytest.mark.parametrize(
    "sites",
    [
        pytest.param("sites:\n  a: {tables: [contacts]}\n  b: {tables: [deals]}\n", id="other tables"),
        pytest.param(
            "sites:\n  a: {targets: {prod: {host: 'https://a.example.com'}}}\n  b: {targets: {prod: {host: 'https://b.example.com'}}}\n",
            id="other workspaces",
        ),
    ],
)
def test_sites_may_have_one_schema_for_other_tables_or_in_other_workspaces(headgate: Run, folder: Path, sites: str) -> None:
    (folder / "sites.yaml").write_text(sites)

    assert balanced(headgate) == ["crm_a", "crm_b"]


def without_berlin(folder: Path) -> None:
    (folder / "sites.yaml").write_text(SITES.replace("  berlin: {destination: {schema: berlin}}\n", ""))


def renamed(folder: Path) -> None:
    (folder / "sites.yaml").write_text(SITES.replace("  berlin:", "  berlin_2:"))


def no_sites(folder: Path) -> None:
    (folder / "sites.yaml").unlink()


@pytest.mark.parametrize("change", [without_berlin, renamed, no_sites])
def test_a_site_that_vanishes_while_it_is_deployed_is_refused(
    headgate: Run, folder: Path, change: Callable[[Path], None]
) -> None:
    headgate("balance")
    write_deployed(folder / "sites" / "berlin", Deployed("prod", {"databricks_pipeline.people_1": "p1"}))
    change(folder)

    for command in ("balance", "check", "show"):
        found = headgate(command, code=5).stderr
        assert "has no site 'berlin', which is deployed to prod" in found
        assert "`headgate retire`" in found


def test_a_sites_id_is_given_once(headgate: Run, folder: Path) -> None:
    headgate("balance")
    (folder / "sites.yaml").write_text(SITES.replace("berlin: {", "berlin: {id: crm_capital, "))

    said = headgate("balance", code=3).stderr

    assert "belongs to connector 'crm_berlin', but sites.yaml says id: crm_capital" in said
    assert "put `id: crm_berlin` back into sites.yaml" in said


def test_a_site_that_was_never_deployed_may_go(headgate: Run, folder: Path) -> None:
    headgate("balance")
    without_berlin(folder)

    assert balanced(headgate) == ["crm_munich", "crm_vienna"]


def test_what_is_deployed_without_sites_becomes_one_of_them_by_its_id(headgate: Run, folder: Path) -> None:
    sites = (folder / "sites.yaml").read_text()
    (folder / "sites.yaml").unlink()
    headgate("balance")
    write_deployed(folder, Deployed("prod", {"databricks_pipeline.people_1": "p1"}))
    lock = (folder / "layout.lock").read_text()

    (folder / "sites.yaml").write_text(sites)
    assert "'crm' is deployed to prod without sites" in headgate("balance", code=5).stderr

    (folder / "sites" / "berlin").mkdir(parents=True)
    for name in ("layout.lock", "deployed.prod.json"):
        (folder / name).rename(folder / "sites" / "berlin" / name)
    (folder / "sites.yaml").write_text(
        sites.replace(
            "berlin: {destination: {schema: berlin}}", "berlin: {id: crm, name: crm, connection: {name: crm_connection}}"
        )
    )
    headgate("balance", "crm", "--site", "berlin", "--check")
    assert (folder / "sites" / "berlin" / "layout.lock").read_text() == lock


def test_what_is_for_one_connector_names_the_sites_there_are(headgate: Run, folder: Path) -> None:
    assert folder.is_dir()
    headgate("balance")

    found = headgate("rename", "crm", "people_1", "persons", code=1).stderr

    assert "'crm' has 3 sites\n    name one of them: crm_berlin, crm_munich, crm_vienna" in found


def test_sites_have_no_apps(headgate: Run, folder: Path) -> None:
    headgate("balance")
    definition = folder / "connector.yaml"
    app = "dashboard: {package: 'headgate[dashboard]==0.1.0', warehouse_id: wh}"
    definition.write_text(definition.read_text().replace("  dev: {", f"  dev: {{{app}, ").replace(", }", "}"))

    assert "targets.dev.dashboard: a connector with sites has no apps" in headgate("check", code=1).stderr


def test_the_inventory_of_sites_is_not_cut_for_one_of_them(headgate: Run, folder: Path) -> None:
    (folder / "values.txt").write_text("a\nb\n")

    found = headgate(
        "slice", "crm_berlin", "deals", "--option", "x", "--values", str(folder / "values.txt"), "--at-most", "1", code=1
    )

    assert "the inventory of 'crm' is that of all of its sites" in found.stderr


def test_costs_and_what_is_open_are_told_of_each(headgate: Run, folder: Path) -> None:
    assert folder.is_dir()
    headgate("balance")

    assert [one["connector"] for one in json.loads(headgate("cost", "crm", "-t", "prod", "-o", "json").stdout)] == [
        "crm_berlin",
        "crm_munich",
        "crm_vienna",
    ]
    assert json.loads(headgate("done", "crm", "--site", "munich", "-o", "json").stdout)["connector"] == "crm_munich"
    assert "'crm' has 2 sites" in headgate("done", "crm", "-t", "dev", "--pipeline", "people_1", code=1).stderr


def test_runs_of_one_site_are_kept_apart_and_weigh_its_tables_alone(headgate: Run, folder: Path) -> None:
    headgate("balance")
    (folder / "sites" / "munich" / "runs.csv").write_text(
        "source_table,started_at,seconds\n" + "".join(f"contacts,2026-03-0{day}T04:00:00Z,500\n" for day in range(1, 6))
    )
    (folder / "tables.csv").write_text(
        (folder / "tables.csv").read_text().replace("contacts,people,snapshot,100", "contacts,people,snapshot,")
    )

    found = {one["connector"]: one for one in json.loads(headgate("balance", "-o", "json").stdout)}

    weights = {
        name: next(table["weight"] for table in one["tables"] if table["source_table"] == "contacts")
        for name, one in found.items()
    }
    assert weights == {"crm_berlin": 1, "crm_munich": 500, "crm_vienna": 1}


@pytest.fixture
def committed(headgate: Run, folder: Path) -> Path:
    """Give the folder, balanced and committed."""
    headgate("balance")
    root = folder.parents[1]
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return folder


def test_a_review_tells_once_what_all_sites_change_alike_and_json_has_each(headgate: Run, committed: Path) -> None:
    (committed / "tables.csv").write_text((committed / "tables.csv").read_text() + "orders,money,snapshot,10\n")
    headgate("balance")

    said = headgate("review", "--base", "HEAD", "-t", "prod").stdout
    document = json.loads(headgate("review", "--base", "HEAD", "-t", "prod", "-o", "json").stdout)

    assert said.count("orders") == 2  # the source table, and its destination
    assert "all 3 sites  added  orders  main.{schema}.orders  money_1  10 s  new" in said
    assert "all 3 sites  changed  money_1  {connector}-prod-2" in said
    assert [one["destination"] for one in document["tables"]] == [
        "main.berlin.orders",
        "main.munich.orders",
        "main.vienna.orders",
    ]


def test_a_review_lists_apart_what_a_site_does_otherwise(headgate: Run, committed: Path) -> None:
    (committed / "tables.csv").write_text((committed / "tables.csv").read_text() + "orders,money,snapshot,10\n")
    (committed / "sites.yaml").write_text(
        SITES.replace("{schema: munich}", "{schema: munich}, tables: ['*s', deals], table_options: {maxCount: 7}")
    )
    headgate("balance")

    said = headgate("review", "--base", "HEAD", "-t", "prod").stdout
    of_munich = headgate("review", "--base", "HEAD", "-t", "prod", "--site", "munich").stdout
    in_dev = headgate("review", "--base", "HEAD").stdout

    assert "all 3 sites" in said
    assert "munich       changed  deals" in said
    assert "maxCount: none → 7" in said
    assert "berlin" not in of_munich
    assert in_dev.startswith("dev: ")


def test_a_review_of_new_sites_is_one_comment_however_many_there_are(headgate: Run, committed: Path) -> None:
    more = "".join(f"  plant_{number}: {{destination: {{schema: plant_{number}}}}}\n" for number in range(20))
    (committed / "sites.yaml").write_text(SITES + more)
    headgate("balance")

    said = headgate("review", "--base", "HEAD", "-t", "prod", "-o", "markdown").stdout

    assert "| 20 sites, all but berlin, munich, vienna | added | `contacts` | `main.{schema}.contacts`" in said
    assert len(said) < 5_000


def test_stacks_and_plans_are_those_of_the_sites_that_are_named(headgate: Run, folder: Path) -> None:
    root = folder.parents[1]
    stacks = {f"crm_{site}-prod-{number}": thing(site) for site in ("berlin", "munich") for number in ("shared", "1")}
    write_stacks(root / "cdktf.out", stacks)
    files = [root / f"crm_{site}-prod-1.json" for site in ("berlin", "munich")]
    for file in files:
        file.write_text(json.dumps(plan(*pipelines({"people_1": ["contacts"]}, {"people_1": ["contacts", "orders"]}))))
    headgate("balance")

    assert headgate("stacks", "--site", "munich").stdout.split() == ["crm_munich-prod-1", "crm_munich-prod-shared"]
    review = json.loads(headgate("review", *map(str, files), "-t", "prod", "--site", "munich", "-o", "json", code=None).stdout)
    assert review["stacks"] == ["crm_munich-prod-1"]


def test_a_log_of_runs_is_kept_by_site(headgate: Run, folder: Path) -> None:
    headgate("balance")
    log = folder.parents[1] / "events.jsonl"
    told = {"run": "r1", "connector": "crm_munich", "target": "dev", "pipeline": "people_1"}
    told["started_at"] = "2026-03-01T04:00:00+00:00"
    ended = {"ended_at": "2026-03-01T04:00:09+00:00", "seconds": 9.0}
    rows = [
        told | {"kind": "pipeline", "state": "started"},
        told | ended | {"kind": "table", "state": "loaded", "table": "main.munich.contacts", "source_table": "contacts"},
        told | ended | {"kind": "pipeline", "state": "succeeded"},
    ]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))

    headgate("observe", "crm", "-t", "dev", "--log", str(log))

    assert {path.parent.name for path in folder.glob("**/runs.csv")} == {"munich"}
    assert "contacts" in (folder / "sites" / "munich" / "runs.csv").read_text()


def test_no_output_goes_to_a_sites_own_file(headgate: Run, folder: Path) -> None:
    headgate("balance")
    lock = folder / "sites" / "berlin" / "layout.lock"

    assert "own files, and would be lost" in headgate("balance", "--html", str(lock), code=1).stderr


def test_a_pipeline_of_transforms_is_of_the_site_in_whose_folder_it_lies(headgate: Run, folder: Path) -> None:
    file = folder / "sites" / "berlin" / "sales.pipeline.yaml"
    headgate("balance")
    headgate("init", "pipeline", "sales", "--connector", "crm_berlin")
    assert "connector: crm_berlin" in file.read_text()
    headgate("sql", "generate")

    file.write_text(file.read_text() + "deploy: {}\n")
    assert [name for name in balanced(headgate, "--check", code=3) if "sales" in headgate("balance", name).stdout] == [
        "crm_berlin"
    ]
    headgate("check")

    file.write_text(file.read_text().replace("crm_berlin", "crm"))
    assert "'crm' has several sites" in headgate("sql", "generate", "--check", code=1).stderr
    file.rename(folder / file.name)
    headgate("balance")
    assert "is beside sites.yaml, and each site would make its tables" in headgate("check", code=1).stderr
