"""What a deploy would fail at: what is needed beside what a workspace says that it has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.preflight.decide import ALLOWED, findings_of
from headgate.preflight.model import Facts, Named, NeededConnection, Needs, Rights, Untold

ME = "me@example.com"
PRINCIPAL = "0a1b2c3d-0000-0000-0000-000000000000"
NEEDS = Needs(
    "crm",
    "dev",
    connections=(NeededConnection("crm_connection", made=False, options=frozenset({"page_size", "tableName"})),),
    catalogs={"main": False},
    schemas={"main.bronze": False},
    tables={"main.bronze.orders": "all_1", "main.bronze.items": "all_2"},
    pipelines={"crm_all_1": "all_1", "crm_all_2": "all_2"},
    jobs={"crm_all_1": "all_1"},
    recorded=frozenset({"p-1"}),
)


def facts(**others: object) -> Facts:
    """Give what a workspace says that has all that is needed, but for the `others`."""
    fine = Facts(
        ME,
        connections={"crm_connection": {ALLOWED: "page_size, tableName"}},
        rights={("catalog", "main"): Rights(ME), ("schema", "main.bronze"): Rights(ME)},
        tables={"main.bronze": {}},
    )
    return replace(fine, **others)  # type: ignore[arg-type]  # each test says what differs


def said(needs: Needs, found: Facts) -> list[tuple[str, str]]:
    return [(one.level, f"{one.subject} {one.message}") for one in findings_of(needs, found)]


def test_a_workspace_that_has_all_is_fine() -> None:
    assert said(NEEDS, facts()) == []


def test_a_connection_that_is_not_there_or_lets_through_too_little() -> None:
    assert said(NEEDS, facts(connections={"crm_connection": None})) == [("problem", "connection crm_connection is not there")]

    ((level, words),) = said(NEEDS, facts(connections={"crm_connection": {ALLOWED: "tableName"}}))
    assert (level, "lets through no page_size" in words) == ("problem", True)
    assert len(said(NEEDS, facts(connections={"crm_connection": {}}))) == 1


def test_a_connection_that_the_deploy_makes_need_not_be_there() -> None:
    made = replace(NEEDS, connections=(NeededConnection("crm_connection", made=True, options=frozenset({"page_size"})),))

    assert said(made, facts(connections={"crm_connection": None})) == []
    assert said(made, facts(connections={"crm_connection": {ALLOWED: ""}})) == []


def test_of_a_catalog_that_is_not_there_its_schemas_are_not_told_again() -> None:
    gone = facts(rights={("catalog", "main"): None, ("schema", "main.bronze"): None}, tables={})

    assert said(NEEDS, gone) == [("problem", "catalog main is not there")]
    assert said(replace(NEEDS, catalogs={"main": True}, schemas={"main.bronze": True}), gone) == []


@pytest.mark.parametrize(
    ("writer", "groups", "held", "expected"),
    [
        ("", (), {"ALL_PRIVILEGES": {ME}}, []),
        ("", (), {"USE_SCHEMA": {ME}, "CREATE_TABLE": {ME}}, []),
        ("", (), {"USE_SCHEMA": {"account users"}, "CREATE_TABLE": {ME}}, []),
        ("", ("loaders",), {"ALL_PRIVILEGES": {"loaders"}}, []),
        ("", (), {"USE_SCHEMA": {ME}, "CREATE_TABLE": {"loaders"}}, ["unknown"]),
        ("", (), {"USE_SCHEMA": {ME}}, ["problem"]),
        ("", (), {"USE_SCHEMA": {ME}, "CREATE_TABLE": {"ann@example.com", PRINCIPAL}}, ["problem"]),
        (PRINCIPAL, ("loaders",), {"ALL_PRIVILEGES": {ME}}, ["problem", "problem"]),
        (PRINCIPAL, ("loaders",), {"ALL_PRIVILEGES": {"loaders"}}, ["unknown", "unknown"]),
        (PRINCIPAL, (), {"ALL_PRIVILEGES": {PRINCIPAL}}, []),
    ],
)
def test_who_writes_needs_the_rights(
    writer: str, groups: tuple[str, ...], held: dict[str, set[str]], expected: list[str]
) -> None:
    rights = Rights("admin@example.com", {name: frozenset(who) for name, who in held.items()})
    needs = replace(NEEDS, writer=writer, catalogs={})
    found = facts(groups=frozenset(groups), rights={("schema", "main.bronze"): rights})

    assert [level for level, _ in said(needs, found)] == expected


def test_a_table_is_free_or_ours() -> None:
    others = [Named("p-2", "legacy", ours=False), Named("p-3", "crm_all_2", ours=True)]
    ours = facts(tables={"main.bronze": {"main.bronze.ORDERS": "p-1", "main.bronze.items": "p-3"}}, pipelines=others)
    theirs = facts(tables={"main.bronze": {"main.bronze.orders": "p-2", "main.bronze.items": ""}}, pipelines=others)

    assert said(NEEDS, ours) == []
    assert said(NEEDS, theirs) == [
        ("problem", "table main.bronze.items is there, and no pipeline's"),
        ("problem", "table main.bronze.orders belongs to pipeline legacy, which is not crm's in dev"),
    ]


def test_a_name_that_somebody_else_has_is_a_problem_of_pipelines_alone() -> None:
    found = facts(
        pipelines=[Named("p-1", "crm_all_1", ours=False), Named("p-7", "crm_all_2", ours=False)],
        jobs=[Named("7", "crm_all_1", ours=False), Named("8", "other", ours=False)],
    )

    assert said(NEEDS, found) == [
        ("problem", "pipeline crm_all_2 there is one of that name, p-7, which is not ours"),
        ("note", "job crm_all_1 there is one of that name, 7, which is not ours"),
    ]


def test_a_schema_has_room_for_what_is_new() -> None:
    there = {"main.bronze": {"main.bronze.orders": "p-1"}}

    assert said(NEEDS, facts(room={"main.bronze": 1}, tables=there)) == []
    assert said(NEEDS, facts(room={"main.bronze": 0}, tables=there)) == [
        ("problem", "schema main.bronze takes 0 more tables by its quota, and 1 are to come")
    ]


def test_more_at_once_than_any_workspace_takes_is_worth_knowing() -> None:
    assert said(NEEDS, facts(running=198)) == []
    assert [level for level, _ in said(NEEDS, facts(running=199))] == ["note"]


def test_what_could_not_be_looked_at_is_never_fine() -> None:
    found = facts(connections={}, rights={}, tables={}, untold=[Untold("schema main.bronze", "no permission", "ask for it")])

    assert said(NEEDS, found) == [("unknown", "schema main.bronze could not be looked at: no permission")]
