"""The notebooks of a connector that reads its secrets itself: their text, and what they define when they are executed.

`golden_notebooks/` holds some as they were looked at. After a wanted change `python -m tests.deployment.test_notebook` writes
them anew; look at the difference.
"""

from __future__ import annotations

from base64 import b64decode
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.model import Definition
from headgate.definition.secret_checks import FRAMEWORK_OPTIONS
from headgate.definition.secrets import Secrets
from headgate.deployment.notebook import notebook
from headgate.deployment.registration import Registration
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.layout.deployed import Deployed
from headgate.layout.ingested import tables_in
from tests.deployment.notebooks import HOST, MODERN, OLD, execute
from tests.support.from_rows import balance, plan_stacks
from tests.support.samples import BY_NOTEBOOK, parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from tests.deployment.notebooks import Defined

GOLDEN = Path(__file__).resolve().parent / "golden_notebooks"
SCOPE = "crm-scope"
REGISTRATION = Registration("crm")
SECRETS = {(SCOPE, "older"): "CANARY-secret", (SCOPE, "token"): "CANARY-token"}
METADATA: dict[str, dict[str, Any]] = {
    "orders": {"primary_keys": ["id"], "cursor_field": "updated_at", "ingestion_type": "cdc"},
    "lines": {"primary_keys": ["order_id", "line"], "cursor_field": "updated_at", "ingestion_type": "cdc_with_deletes"},
    "people": {"primary_keys": ["id"], "ingestion_type": "snapshot"},
    "events": {"cursor_field": "at", "ingestion_type": "append"},
    "1st-table": {"primary_keys": ["id"], "ingestion_type": "snapshot"},
}
ROWS = [
    TableRow("orders", ingestion_type="cdc", options={"scd_type": "SCD_TYPE_2", "page_size": 100, "cluster_by": ["id", "at"]}),
    TableRow("lines", ingestion_type="cdc_with_deletes"),
    TableRow("people", ingestion_type="snapshot", options={"primary_keys": ["email", "a`b"]}),
    TableRow("events", ingestion_type="append", destination_table="events_raw"),
    TableRow("1st-table", ingestion_type="snapshot", options={"filter": 'it\'s "quoted" \\'}),
]


def text_of(rows: Sequence[TableRow] = (), **secrets: Any) -> str:
    """Give a pipeline's notebook."""
    said = Secrets.model_validate({**BY_NOTEBOOK["secrets"], **secrets})
    definition = Definition.model_validate(parts_of(BY_NOTEBOOK))
    return notebook("all_1", REGISTRATION, said, SCOPE, resolve(rows, definition), None)


def defined(rows: Sequence[TableRow] = ROWS, **how: Any) -> Defined:
    return execute(text_of(rows), SECRETS, METADATA, **how)


def made() -> dict[str, str]:
    """Give file → text of the notebooks of definitions that register their source in each of the ways."""
    ways: dict[str, Any] = {
        "from_wheels": {},
        "from_git": {"code": {"git": {"url": "https://github.com/acme/crm.git"}}},
        "from_a_module": {"code": {"folder": "code", "module": "crm.source"}},
    }
    found = {}
    for name, parts in ways.items():
        definition = Definition.model_validate(parts_of(BY_NOTEBOOK | {"group_by": "none"} | parts))
        layout = balance(ROWS, definition).layout
        stacks = plan_stacks(definition, ROWS, layout, "dev", Deployed("dev"))
        blocks = [block for stack in stacks for block in stack.body["resource"].get("databricks_notebook", {}).values()]
        found[f"{name}.txt"] = b64decode(blocks[0]["content_base64"]).decode()
    return found


@pytest.mark.parametrize("name", ["from_wheels.txt", "from_git.txt", "from_a_module.txt"])
def test_a_notebook_is_as_it_was_looked_at(name: str) -> None:
    assert made()[name] == (GOLDEN / name).read_text()


class TestWhatIsDefined:
    @pytest.mark.parametrize("module", [MODERN, OLD])
    def test_each_table_as_the_framework_would_with_keys_that_are_never_null(self, module: str) -> None:
        found = defined(modules=(module,))

        assert found.tables == {
            "`main`.`bronze`.`orders`": {
                "name": "`main`.`bronze`.`orders`",
                "expect_all": {"id is not null": "`id` IS NOT NULL"},
                "cluster_by": ["id", "at"],
            },
            "`main`.`bronze`.`lines`": {
                "name": "`main`.`bronze`.`lines`",
                "expect_all": {"order_id is not null": "`order_id` IS NOT NULL", "line is not null": "`line` IS NOT NULL"},
            },
            "`main`.`bronze`.`people`": {
                "name": "`main`.`bronze`.`people`",
                "expect_all": {"email is not null": "`email` IS NOT NULL", "a`b is not null": "`a``b` IS NOT NULL"},
            },
            "`main`.`bronze`.`events_raw`": {"name": "`main`.`bronze`.`events_raw`"},
            "`main`.`bronze`.`1st-table`": {
                "name": "`main`.`bronze`.`1st-table`",
                "expect_all": {"id is not null": "`id` IS NOT NULL"},
            },
        }
        flows = {(flow["target"].split(".")[-1], flow.get("name", "")): flow for flow in found.flows}
        orders, people = flows["`orders`", ""], flows["`people`", ""]
        assert (orders["kind"], orders["keys"], orders["sequence_by"]) == ("changes", ["id"], "col(updated_at)")
        assert (orders["stored_as_scd_type"], flows["`lines`", ""]["stored_as_scd_type"]) == ("2", "1")
        assert (people["kind"], people["keys"], people["stored_as_scd_type"]) == ("snapshots", ["email", "a`b"], "1")
        deletes = flows["`lines`", "source_lines_delete_flow"]
        assert (deletes["apply_as_deletes"], deletes["source"]) == ("expr(true)", "source_lines_delete")
        assert found.source(deletes).options["isDeleteFlow"] == "true"
        assert found.registered == ["crm"]

    def test_flows_and_views_have_the_frameworks_names_by_which_flows_go_on(self) -> None:
        found = defined()

        assert list(found.appended) == ["source_events_append_flow"]
        assert {name for name in found.views if "1st" not in name} == {
            "source_orders_upsert", "source_lines_upsert", "source_lines_delete", "source_people_snapshot",
            "source_events_append",
        }  # fmt: skip

    def test_snapshots_are_read_whole_and_all_else_as_streams_with_the_options_of_connector_and_table(self) -> None:
        found = defined()
        reads = {name: view() for name, view in found.views.items()}

        assert {name for name, read in reads.items() if read.streaming} == {
            "source_orders_upsert", "source_lines_upsert", "source_lines_delete", "source_events_append",
        }  # fmt: skip
        own = {
            "client_secret": "CANARY-secret",
            "token": "CANARY-token",
            "url": "https://crm.example.com/${account}",
            "host": f"https://{HOST}",
        }
        assert reads["source_orders_upsert"].options == {**own, "tableName": "orders", "page_size": "100"}
        assert {read.kind for read in reads.values()} == {"lakeflow_connect"}
        target, function = found.appended["source_events_append_flow"]
        assert (target, function().options) == ("`main`.`bronze`.`events_raw`", {**own, "tableName": "events"})
        assert found.asked[0].options.items() >= own.items()

    def test_what_options_say_wins_over_the_connector(self) -> None:
        rows = [
            TableRow("orders", options={"scd_type": "append_only"}),
            TableRow("events", options={"primary_keys": "id", "sequence_by": "seq", "cluster_by": "a, b"}),
        ]
        metadata = {"orders": METADATA["orders"], "events": {}}  # of which nothing is known: changes

        found = execute(text_of(rows), SECRETS, metadata)

        assert [flow["target"] for flow in found.flows] == ["`main`.`bronze`.`events`"]
        assert (found.flows[0]["keys"], found.flows[0]["sequence_by"]) == (["id"], "col(seq)")
        assert found.tables["`main`.`bronze`.`events`"]["cluster_by"] == ["a", "b"]
        assert list(found.appended) == ["source_orders_append_flow"]

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"ingestion_type": "snapshot"}, "'orders': neither the connector nor its options say primary_keys"),
            ({"primary_keys": ["id"]}, "'orders': neither the connector nor its options say sequence_by"),
            ({"ingestion_type": "often"}, "'orders': the connector says 'often', which is no known ingestion type"),
        ],
    )
    def test_a_table_that_cannot_be_defined_is_named(self, said: dict[str, Any], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            execute(text_of([TableRow("orders")]), SECRETS, {"orders": said})

    def test_sparks_own_pipelines_without_changes_give_way_to_dlt(self) -> None:
        found = defined(modules=(MODERN, OLD), spark_has_changes=False)

        assert len(found.flows) == 5
        with pytest.raises(ImportError, match="no pipeline module here has"):
            defined(modules=(MODERN,), spark_has_changes=False)

    def test_dlt_is_not_imported_where_pyspark_has_what_it_needs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def imported(name: str) -> ModuleType:
            asked.append(name)
            return import_module(name)

        monkeypatch.setattr("importlib.import_module", imported)
        defined(modules=(MODERN, OLD))

        assert asked == [MODERN]

    def test_a_pipeline_that_waits_for_its_tables_defines_none(self) -> None:
        found = execute(text_of(), SECRETS, {})

        assert (found.tables, found.asked) == ({}, [])

    def test_what_a_pipeline_reads_can_be_told_from_its_text(self) -> None:
        found = tables_in(text_of(ROWS), as_run=True)

        assert found is not None
        assert {table.source_table for table in found} == {row.source_table for row in ROWS}
        assert tables_in(text_of(), as_run=True) == []


class TestSecrets:
    def test_no_value_is_in_the_text_nor_in_what_is_defined(self) -> None:
        found = defined()

        assert "CANARY" not in text_of(ROWS) + str(found.tables) + str(found.flows) + str(list(found.appended))

    def test_the_first_key_that_is_there_wins(self) -> None:
        both = {**SECRETS, (SCOPE, "old-secret"): "CANARY-newer", (SCOPE, "client_secret"): ""}
        read = execute(text_of(ROWS), both, METADATA).views["source_orders_upsert"]()
        assert read.options["client_secret"] == ""  # which is there

        del both[SCOPE, "client_secret"]
        read = execute(text_of(ROWS), both, METADATA).views["source_orders_upsert"]()
        assert read.options["client_secret"] == "CANARY-newer"  # noqa: S105  # a made-up one

    def test_one_error_names_the_scope_and_all_keys_that_were_tried(self) -> None:
        with pytest.raises(ValueError, match="no secret can be read from scope") as caught:
            execute(text_of(ROWS), {(SCOPE, "other"): "CANARY"}, METADATA)

        assert str(caught.value) == (
            "no secret can be read from scope 'crm-scope' for 'client_secret' (tried 'client_secret', 'old-secret', 'older'); "
            "'token' (tried 'token')"
        )
        with pytest.raises(ValueError, match="no secret") as caught:
            execute(text_of(ROWS), {(SCOPE, "token"): "CANARY"}, METADATA)
        assert "CANARY" not in str(caught.value) + repr(caught.value.__cause__)

    def test_an_expression_that_fails_is_named(self) -> None:
        with pytest.raises(ValueError, match="the dynamic option 'host' can't be evaluated here"):
            execute(text_of(ROWS, dynamic_options={"host": "spark.conf.get('missing') + 'x'"}), SECRETS, METADATA)


class TestFaultsOfOlderScripts:
    """What gave Python that was none, or another value, where text was pasted into text."""

    def options(self, **secrets: Any) -> dict[str, str]:
        found: dict[str, str] = execute(text_of(ROWS, **secrets), SECRETS, METADATA).views["source_orders_upsert"]().options
        return found

    def test_three_keys_to_fall_back_to(self) -> None:
        mappings = {"key": ["first", "second", "third", "older"], "token": "token"}

        assert self.options(secret_mappings=mappings)["key"] == "CANARY-secret"

    def test_an_option_name_with_a_dash(self) -> None:
        found = self.options(secret_mappings={"api-key": ["older"]}, static_options={"x-api-version": "2"})

        assert (found["api-key"], found["x-api-version"]) == ("CANARY-secret", "2")

    def test_a_backslash_at_the_end(self) -> None:
        found = self.options(static_options={"folder": "C:\\data\\"}, dynamic_options={"other": "'D:\\\\' + 'x\\\\'"})

        assert (found["folder"], found["other"]) == ("C:\\data\\", "D:\\x\\")

    @pytest.mark.parametrize("value", ["it's", 'say "x"', "'''", '"""', "a'b\"c", "\\'", "\n# COMMAND ----------\n"])
    def test_a_quote_in_a_static_option(self, value: str) -> None:
        assert self.options(static_options={"note": value})["note"] == value

    def test_a_table_that_starts_with_a_digit(self) -> None:
        found = execute(text_of([TableRow("2024_orders")]), SECRETS, {"2024_orders": METADATA["orders"]})

        assert list(found.tables) == ["`main`.`bronze`.`2024_orders`"]
        assert list(found.views) == ["source_2024_orders_upsert"]


OPTION = st.text(min_size=1, max_size=12).filter(lambda name: name not in FRAMEWORK_OPTIONS)
TABLE = st.text(min_size=1, max_size=12).filter(lambda name: name.strip() and not {*name} & {*".`\0"})


@given(
    static=st.dictionaries(OPTION, st.text(max_size=20), max_size=3),
    secret=st.dictionaries(OPTION, st.lists(st.text(max_size=8), min_size=1, max_size=3), max_size=3),
    tables=st.lists(TABLE, min_size=1, max_size=3, unique_by=str.casefold),
)
def test_any_names_and_values_give_python_that_gives_them_back(
    static: dict[str, str], secret: dict[str, list[str]], tables: list[str]
) -> None:
    said = Secrets.model_construct(secrets_scope="s", secret_mappings=secret, static_options=static, dynamic_options={})
    definition = Definition.model_validate(parts_of(BY_NOTEBOOK))
    inventory = resolve([TableRow(name) for name in tables], definition)
    text = notebook("all_1", REGISTRATION, said, "s", inventory, None)
    values = {("s", keys[-1]): f"value of {keys[-1]}" for keys in secret.values()}

    found = execute(text, values, dict.fromkeys(tables, METADATA["people"]))

    first = {option: next(key for key in keys if ("s", key) in values) for option, keys in secret.items()}
    wanted = static | {option: values["s", key] for option, key in first.items()}
    reads = [view().options for view in found.views.values()]
    assert reads == [wanted | {"tableName": table.id.source_table} for table in inventory]
    assert [flow["target"] for flow in found.flows] == [f"`main`.`bronze`.`{table.id.table}`" for table in inventory]
    assert [one.source_table for one in tables_in(text, as_run=True) or []] == [table.id.source_table for table in inventory]


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file_name, its_text in made().items():
        (GOLDEN / file_name).write_text(its_text)
