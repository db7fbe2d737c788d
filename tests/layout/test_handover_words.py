"""What a planned move waits for, in words: a deploy, an id, or the statement that hands the table over."""

from __future__ import annotations

from headgate.layout.deployed import Deployed
from headgate.layout.handover import alter_statement, handover_words
from headgate.layout.model import Move, Placement
from headgate.tables.ids import TableId

MOVE = Placement(TableId("orders", "main.bronze.orders"), "a_1", Move("a_2", {}))


def test_a_target_without_a_record_is_to_be_deployed_first() -> None:
    assert handover_words(MOVE, Deployed("dev"), None) == ("no deploy is recorded here: deploy and record first")


def test_a_new_pipeline_is_to_be_deployed_first() -> None:
    assert handover_words(MOVE, Deployed("dev", {"databricks_pipeline.a_1": "1"}), None) == (
        "deploy and record first: a_2 is new, and what hands the table over needs its id"
    )


def test_else_both_stop_and_a_statement_gives_it_to_the_new_one() -> None:
    words = handover_words(MOVE, Deployed("dev", {"databricks_pipeline.a_2": "17"}), "dev_main")

    assert words == (
        'stop both, then ALTER STREAMING TABLE `dev_main`.`bronze`.`orders` SET TBLPROPERTIES("pipelines.pipelineId"="17")'
    )


def test_a_backtick_in_a_name_is_doubled() -> None:
    assert alter_statement("a.b.c`d", "17").startswith("ALTER STREAMING TABLE `a`.`b`.`c``d` SET")
