"""What of a workspace a deploy would fail at, or its pipelines after it: what is needed beside what is there. Pure.

Sources: Databricks' documentation of Unity Catalog's privileges (a streaming table takes USE CATALOG, USE SCHEMA and CREATE
TABLE of whom its pipeline runs as; an owner has all of the object itself), of connections of community connectors
(externalOptionsAllowList), of tables (a streaming table is one pipeline's), and of limits: 1,000 concurrent updates in a
workspace, earlier 200.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.numbers import counted, some
from headgate.preflight.model import PreflightFinding
from headgate.tables.names import folded
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headgate.preflight.model import Facts, FindingLevel, Holder, Named, NeededConnection, Needs, Rights

ALLOWED = "externalOptionsAllowList"
AT_ONCE = 200  # what every workspace takes; newer ones take more, and no request says which
EVERYBODY = "account users"
_MOST = 10
_SERVICE_PRINCIPAL = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TO_USE: dict[Holder, tuple[str, ...]] = {"catalog": ("USE_CATALOG",), "schema": ("USE_SCHEMA", "CREATE_TABLE")}


def findings_of(needs: Needs, facts: Facts) -> list[PreflightFinding]:
    """Give all that is wrong, then what could not be looked at, then what is worth knowing."""
    found = [
        *_connections(needs, facts),
        *_holders(needs, facts),
        *_tables(needs, facts),
        *_names(needs, facts),
        *_room(needs, facts),
        *(PreflightFinding("unknown", one.what, f"could not be looked at: {one.why}", one.fix) for one in facts.untold),
    ]
    order = ("problem", "unknown", "note")
    return sorted(found, key=lambda one: order.index(one.level))


def _connections(needs: Needs, facts: Facts) -> Iterator[PreflightFinding]:
    for one in needs.connections:
        if one.name in facts.connections:
            yield from _connection(one, facts.connections[one.name])


def _connection(one: NeededConnection, options: Mapping[str, str] | None) -> Iterator[PreflightFinding]:
    subject = f"connection {one.name}"
    if one.made:
        return
    if options is None:
        yield PreflightFinding(
            "problem", subject, "is not there", "make it, or name another one: connection.name in connector.yaml"
        )
        return
    allowed = {name.strip() for name in options.get(ALLOWED, "").split(",")}
    if missing := sorted(one.options - allowed):
        message = f"lets through no {some(missing, _MOST)}, which tables have as options or the framework needs"
        yield PreflightFinding("problem", subject, message, f"add {'it' if len(missing) == 1 else 'them'} to its {ALLOWED}")


def _holders(needs: Needs, facts: Facts) -> Iterator[PreflightFinding]:
    """Say which catalogs and schemas are not there, and where whoever writes lacks a right."""
    lost = {name for name, made in needs.catalogs.items() if not made and facts.rights.get(("catalog", name), ...) is None}
    kinds: tuple[tuple[Holder, Mapping[str, bool]], ...] = (("catalog", needs.catalogs), ("schema", needs.schemas))
    for kind, names in kinds:
        for name, made in names.items():
            inside = kind == "schema" and name.split(".")[0] in lost
            if made or inside or (kind, name) not in facts.rights:
                continue
            rights = facts.rights[kind, name]
            if rights is None:
                fix = f"make it, or have Headgate make it (destination.create_{kind} in connector.yaml), or name another one"
                yield PreflightFinding("problem", f"{kind} {name}", "is not there", fix)
            else:
                yield from _rights(kind, name, rights, needs, facts)


def _rights(kind: Holder, name: str, rights: Rights, needs: Needs, facts: Facts) -> Iterator[PreflightFinding]:
    who = needs.writer or facts.me
    own = {who, EVERYBODY} | (facts.groups if who == facts.me else set())
    if rights.owner in own:
        return
    for privilege in _TO_USE[kind]:
        holders = rights.held.get(privilege, frozenset()) | rights.held.get("ALL_PRIVILEGES", frozenset())
        if holders & own:
            continue
        words, subject = privilege.replace("_", " "), f"{kind} {name}"
        fix = f"GRANT {words} ON {kind.upper()} {name} TO `{seen(who)}`"
        if groups := sorted(one for one in {*holders, rights.owner} if _may_be_group(one)):
            message = f"{words} is held by {some(groups, _MOST)}; whether {seen(who)} is one of them, nobody says"
            yield PreflightFinding("unknown", subject, message, f"look there, or {fix}")
        else:
            yield PreflightFinding("problem", subject, f"{seen(who)}, whom the pipelines run as, has no {words} there", fix)


def _may_be_group(name: str) -> bool:
    return bool(name) and "@" not in name and not _SERVICE_PRINCIPAL.fullmatch(name)


def _tables(needs: Needs, facts: Facts) -> Iterator[PreflightFinding]:
    ours = needs.recorded | {one.id for one in facts.pipelines if one.ours}
    names = {one.id: one.name for one in facts.pipelines}
    for schema, there in facts.tables.items():
        known = {folded(table): owner for table, owner in there.items()}
        for table in sorted(needs.tables):
            if not table.startswith(f"{schema}.") or table not in known or known[table] in ours:
                continue
            owner = known[table]
            if owner:
                whose = f"{needs.connector}'s in {needs.target}"
                message = f"belongs to pipeline {seen(names.get(owner) or owner)}, which is not {whose}"
                fix = "give the table another destination, or take it out of that pipeline and hand it over"
            else:
                message, fix = "is there, and no pipeline's", "give the table another destination, or rename what is there"
            yield PreflightFinding("problem", f"table {table}", message, fix)


def _names(needs: Needs, facts: Facts) -> Iterator[PreflightFinding]:
    fix = "give one of them another name: `name` in connector.yaml, or the target's `name_prefix`"
    kinds: tuple[tuple[FindingLevel, str, Mapping[str, str], list[Named]], ...] = (
        ("problem", "pipeline", needs.pipelines, facts.pipelines),
        ("note", "job", needs.jobs, facts.jobs),
    )
    for level, kind, names, there in kinds:
        for one in _others(names, needs, there):
            message = f"there is one of that name, {one.id}, which is not ours"
            yield PreflightFinding(level, f"{kind} {seen(one.name)}", message, fix)


def _others(names: Mapping[str, str], needs: Needs, there: list[Named]) -> list[Named]:
    return [one for one in there if one.name in names and not one.ours and one.id not in needs.recorded]


def _room(needs: Needs, facts: Facts) -> Iterator[PreflightFinding]:
    for schema, room in sorted(facts.room.items()):
        there = {folded(table) for table in facts.tables.get(schema, {})}
        new = sum(table.startswith(f"{schema}.") and table not in there for table in needs.tables)
        if new > room:
            message = f"takes {counted(room, 'more table')} by its quota, and {new} are to come"
            yield PreflightFinding("problem", f"schema {schema}", message, "have the quota raised, or use another schema")
    if facts.running + len(needs.pipelines) > AT_ONCE:
        message = (
            f"{counted(len(needs.pipelines), 'pipeline')} beside {facts.running} of others that run now: a workspace may "
            f"take no more than {AT_ONCE} updates at once (newer ones 1,000)"
        )
        fix = "spread their starts (schedules.spread_minutes), or ask Databricks for the workspace's limit"
        yield PreflightFinding("note", "concurrent updates", message, fix)
