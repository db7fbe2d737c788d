"""What a report says of a layout, for people and for machines."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from headgate.balance.report import report
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.render.layout import report_text
from headgate.tables.weight import rounded, weight_text
from tests.support.from_rows import balance

Define = Callable[..., Definition]


def test_a_pipeline_at_its_bound_weighs_what_the_bound_is_in_text_and_in_json(define: Define) -> None:
    rows = [TableRow(name, weight=weight) for name, weight in (("a", 145.6), ("b", 145.7), ("c", 145.6))]
    plan = balance(rows, define())
    shown = report(resolve(rows, define()), define(), plan.layout, None, plan.groups)

    (pipeline,) = shown.as_json()["pipelines"]
    (group,) = shown.as_json()["groups"]

    assert (pipeline["weight"], pipeline["bound"], pipeline["share"]) == (436.9, 436.9, 1.0)
    assert (group["bound"], group["makespan"]) == (436.9, 436.9)
    assert " 436.9 " in report_text(shown)


@given(st.floats(0, 1e12))
def test_what_machines_get_is_what_people_read(weight: float) -> None:
    assert float(weight_text(weight).replace(",", "")) == rounded(weight)
    assert abs(rounded(weight) - weight) <= 1e-6 * weight
