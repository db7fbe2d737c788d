"""What sites change alike, told once; and the words in which they differ."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.project import read_connectors
from headgate.render.review.alike import Sites
from headgate.render.review.attachments import costs
from headgate.render.review.cells import Name, Names
from headgate.review.facts import Facts
from headgate.review.model import Review
from headgate.review.sites import ReviewedSite, reviewed_sites
from headgate.use_cases.balance import BalanceRequest, balance_tables
from tests.support.small_project import write_project

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.project import Connector
    from headgate.render.review.cells import Row

NAMES = ("berlin", "graz", "linz", "munich", "salzburg", "vienna", "wels", "zurich")


def site(name: str) -> ReviewedSite:
    return ReviewedSite(name, f"crm_{name}", "crm", {f"crm_{name}": "{connector}", name: "{schema}"})


SITES = {name: site(name) for name in NAMES}


def sites(*reviewed: str) -> Sites:
    facts = Facts("prod", stacks=tuple(f"crm_{name}-prod-1" for name in reviewed or NAMES))
    return Sites(Review("prod", "fine", facts, sites=tuple(SITES.values())))


def row(name: str, weight: str = "5 s") -> Row:
    return ("added", Name(f"main.{name}.orders"), Names((f"crm_{name}-prod-1",)), weight)


def test_without_sites_rows_are_as_they_are() -> None:
    alone = Sites(Review("prod", "fine", Facts("prod")))

    assert alone.rows([(None, row("berlin"))]) == (row("berlin"),)
    assert alone.columns("change") == ("change",)


def test_rows_that_differ_in_the_sites_own_words_alone_are_one() -> None:
    found = sites().rows((SITES[name], row(name)) for name in NAMES)

    assert found == (("all 8 sites", "added", Name("main.{schema}.orders"), Names(("{connector}-prod-1",)), "5 s"),)


def test_what_a_site_does_otherwise_stands_apart_in_its_own_words() -> None:
    rows = [(SITES[name], row(name, "5 s" if name != "graz" else "9 s")) for name in NAMES]

    first, apart = sites().rows(rows)

    assert first[0] == "7 sites, all but graz"
    assert apart == ("graz", *row("graz", "9 s"))


def test_cells_that_may_vary_are_no_difference() -> None:
    rows = [(SITES[name], row(name, f"{number} s")) for number, name in enumerate(NAMES)]

    (found,) = sites().rows(rows, may_vary=(3,))

    assert found[-1] == "varies"


@pytest.mark.parametrize(
    ("with_it", "said"),
    [
        (("berlin",), "berlin"),
        (("berlin", "graz"), "2 sites: berlin, graz"),
        (NAMES[:7], "7 sites, all but zurich"),
        (NAMES[:4], "4 sites: berlin, graz, linz, munich"),
        (NAMES, "all 8 sites"),
    ],
)
def test_sites_are_named_in_few_words(with_it: tuple[str, ...], said: str) -> None:
    assert sites().rows((SITES[name], row(name)) for name in with_it)[0][0] == said


def test_of_many_sites_some_are_named() -> None:
    many = {f"p{number}": site(f"p{number}") for number in range(40)}
    facts = Facts("prod", stacks=tuple(f"crm_{name}-prod-1" for name in many))
    found = Sites(Review("prod", "fine", facts, sites=tuple(many.values())))

    told = found.rows((many[f"p{number}"], row(f"p{number}")) for number in range(20))

    assert told[0][0] == "20 sites: p0, p1, p2, p3, p4, p5 and 14 more"


def test_rows_of_no_site_and_of_sites_of_another_definition_stay_apart() -> None:
    other = ReviewedSite("berlin", "erp_berlin", "erp", {"berlin": "{schema}"})

    found = sites().rows([(None, row("x")), (None, row("x")), (SITES["berlin"], row("berlin")), (other, row("berlin"))])

    assert len(found) == 4


@pytest.fixture
def connectors(tmp_path: Path) -> tuple[Connector, ...]:
    """Give the sites of a small project, balanced."""
    folder = write_project(tmp_path) / "connectors" / "crm"
    lines = [
        f"  {name}: {{destination: {{schema: {name}}}, connection: {{options: {{url: https://{name}.x}}}}}}\n" for name in NAMES
    ]
    (folder / "sites.yaml").write_text("sites:\n" + "".join(lines))
    balance_tables(BalanceRequest(root=tmp_path), lambda _: None)
    return read_connectors(tmp_path)


def test_a_sites_words_are_those_in_which_sites_differ(connectors: tuple[Connector, ...]) -> None:
    first = reviewed_sites(connectors, "prod")[0]

    assert (
        first.masked("main.berlin.orders by crm_berlin-prod-1, https://berlin.x")
        == "main.{schema}.orders by {connector}-prod-1, {url}"
    )
    assert first.masked("berliner, xberlin, main and bronze") == "berliner, xberlin, main and bronze"
    assert first.masked("crm_connection_berlin") == "{connection}"


def test_what_each_costs_is_told_once_where_it_is_the_same(connectors: tuple[Connector, ...]) -> None:
    lines = costs(connectors, {}, "prod").splitlines()

    assert lines[0].startswith("each of 8 sites of crm in prod: ")
    assert len(lines) < 10
    one = connectors[0]
    dearer = replace(one, rows=tuple(replace(row, weight=9_000) for row in one.rows))
    apart = costs([dearer, *connectors[1:]], {}, "prod").splitlines()
    assert apart[0].startswith("crm_berlin in prod: ")
    assert any(line.startswith("each of 7 sites of crm in prod: ") for line in apart)
