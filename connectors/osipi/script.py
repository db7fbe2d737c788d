"""The simple form of the pull: a job's script that needs no pipeline, made of a connection's options."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from .options import MOST_MINUTES, MOST_MINUTES_BACK, OptionParser, settings_of
from .times import resolve, to_datetime

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = re.compile(r"[\w-]+(\.[\w-]+){0,2}")
_SCOPE = re.compile(r"[\w.@-]{1,128}")
_MOST = 10_000  # values of a tag
_MOST_OF_ALL = 100_000  # values of a batch, which its one answer holds at once
_TIMEOUT = 300  # seconds; nobody waits for a job, and a batch asks for much
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # before any run, so what is after 1970 from there is so from each run
_TAKEN = frozenset(
    name.lower()
    for name in (
        "pi_base_url", "pi_web_api_url", "auth", "access_token", "bearer_token", "client_id", "client_secret", "token_url",
        "workspace_host", "scope", "username", "user", "password", "verify_ssl", "ca_file", "timeout_seconds",
        "requests_per_second", "tags_per_request", "parts_per_batch", "max_items_per_call", "maxCount", "max_tries",
        "tag_webids", "dataserver_webid", "nameFilter", "startTime", "start_time", "lookback_minutes", "overlap_minutes",
        "settle_seconds",
    )
)  # fmt: skip


def batch_script(options: Mapping[str, str | None], table: str, scope: str) -> str:
    """Give the text of the script, a Databricks notebook: recorded values, read by /batch, are merged into a Delta table.

    table: catalog.schema.table; scope: the secret scope that holds `access_token`, `password` or `client_secret`, since no
    secret of the options goes into the script; of a ca_file of this machine the text does. The same input gives the same text.
    Raises OptionsError, also for options of the pull that the script has no use for: what was asked for would not be done.
    """
    settings, texts = settings_of(options), OptionParser(options)
    login = settings.login
    if not _TABLE.fullmatch(table):
        texts.problems.append(f"the table is {table!r}; give it like main.bronze.pi_timeseries")
    if not _SCOPE.fullmatch(scope):
        texts.problems.append(f"the scope is {scope!r}; give the name of a secret scope")
    if login.kind == "kerberos":
        texts.problems.append("auth is kerberos, which a job's cluster has no ticket for; give another login")
    if settings.verify is False:
        texts.problems.append("verify_ssl is false; give the server's authority by ca_file, for the script verifies it")
    if others := sorted(name for name in options if name.lower() not in _TAKEN and texts.text(name)):
        texts.problems.append(f"the script can't do what these ask for, so leave them out of its options: {', '.join(others)}")
    start, lookback = _first_read(texts)
    tags = min(settings.tags_per_request, settings.parts_per_batch)
    values = {
        "name": table,
        "table": _quoted(table),
        "places": _quoted(table + "_places"),
        "scope": scope,
        "base_url": settings.base_url,
        "ca_file": _authority(settings.verify),
        "login": login.kind,
        "user": login.user,
        "token_url": login.token_url,
        "oidc_scope": login.scope,
        "tags": texts.listed("tag_webids"),
        "data_server": texts.text("dataserver_webid"),
        "name_filter": texts.text("nameFilter"),
        "start": start,
        "lookback": lookback,
        "overlap": texts.number("overlap_minutes", 5, most=MOST_MINUTES),
        "settle": texts.number("settle_seconds", 0, most=MOST_MINUTES * 60),
        "tries": settings.backoff.tries,
        "timeout": texts.number("timeout_seconds", _TIMEOUT),
        "per_second": settings.requests_per_second,
        "tags_per_batch": tags,
        "most": min(settings.page or _MOST, settings.most_items, max(1, _MOST_OF_ALL // tags)),
    }
    texts.check()
    folder = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(
        loader=folder,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # what comes out is Python: each value goes through repr
    )
    environment.filters["py"] = repr
    return environment.get_template("batch_job.py.jinja").render(values)


def _authority(verify: bool | str) -> str:
    """Give the certificates of a file of this machine, else the name of one where the script will run."""
    if not isinstance(verify, str):
        return ""
    return Path(verify).read_text(encoding="ascii", errors="ignore") if Path(verify).is_file() else verify


def _first_read(texts: OptionParser) -> tuple[str, float]:
    """Give where a tag's first read begins: an instant as PI writes it, or nothing and the minutes before the run."""
    lookback = texts.number("lookback_minutes", 60, most=MOST_MINUTES_BACK)
    text = texts.text("startTime", "start_time")
    try:
        found = resolve(text, _ANY_DAY) if text else ""
    except ValueError as error:
        texts.problems.append(f"startTime: {error}")
        return "", lookback
    if text[:1].isdigit() or not text:
        return found and found + "Z", lookback
    back = (_ANY_DAY - to_datetime(found)).total_seconds() / 60
    if back < 0 or not text.startswith("*"):
        texts.problems.append(f"startTime is {text!r}; the script takes what is like *-1d, before now, or 2026-01-31T06:00:00Z")
    return "", back


def _quoted(table: str) -> str:
    """Give a table's name as SQL takes it, whatever its parts are called: digits, words of SQL's own."""
    return ".".join(f"`{part}`" for part in table.split("."))
