"""What a report says of a layout, for people and for machines."""

from collections.abc import Callable

from headgate.balance.report import report
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.render.layout import report_text
from headgate.use_cases.outputs.layouts import BalanceOutput
from tests.support.from_rows import balance

Define = Callable[..., Definition]


def test_a_pipeline_at_its_bound_weighs_what_the_bound_is_in_text_and_in_json(define: Define) -> None:
    rows = [TableRow(name, weight=weight) for name, weight in (("a", 145.6), ("b", 145.7), ("c", 145.6))]
    plan = balance(rows, define())
    shown = report(resolve(rows, define()), define(), plan.layout, None, plan.groups)

    (pipeline,) = BalanceOutput.of(shown).pipelines
    (group,) = BalanceOutput.of(shown).groups

    assert (pipeline.weight, pipeline.bound, pipeline.share) == (436.9, 436.9, 1.0)
    assert (group.bound, group.makespan) == (436.9, 436.9)
    assert " 436.9 " in report_text(shown)
