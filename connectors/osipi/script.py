"""The simple form of the pull: a job's script that needs no pipeline, made of a connection's options."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from .options import Texts, settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = re.compile(r"[\w-]+(\.[\w-]+){0,2}")
_SCOPE = re.compile(r"[\w.@-]{1,128}")
_MOST = 10_000


def batch_script(options: Mapping[str, str], table: str, scope: str) -> str:
    """Give the text of the script, a Databricks notebook: recorded values, read by /batch, are merged into a Delta table.

    table: catalog.schema.table; scope: the secret scope that holds `access_token`, `password` or `client_secret`, since no
    secret of the options goes into the script. The same input gives the same text. Raises OptionsError.
    """
    settings, texts = settings_of(options), Texts(options)
    login = settings.login
    if not _TABLE.fullmatch(table):
        texts.problems.append(f"the table is {table!r}; give it like main.bronze.pi_timeseries")
    if not _SCOPE.fullmatch(scope):
        texts.problems.append(f"the scope is {scope!r}; give the name of a secret scope")
    if login.kind == "kerberos":
        texts.problems.append("auth is kerberos, which a job's cluster has no ticket for; give another login")
    if settings.verify is False:
        texts.problems.append("verify_ssl is false; give the server's authority by ca_file, for the script verifies it")
    values = {
        "name": table,
        "table": _quoted(table),
        "places": _quoted(table + "_places"),
        "scope": scope,
        "base_url": settings.base_url,
        "ca_file": settings.verify if isinstance(settings.verify, str) else "",
        "login": login.kind,
        "user": login.user,
        "token_url": login.token_url,
        "oidc_scope": login.scope,
        "tags": texts.listed("tag_webids"),
        "data_server": texts.text("dataserver_webid"),
        "name_filter": texts.text("nameFilter"),
        "lookback": f"{texts.number('lookback_minutes', 60):g}",
        "overlap": f"{texts.number('overlap_minutes', 5):g}",
        "tags_per_batch": min(settings.tags_per_request, settings.parts_per_batch),
        "most": min(settings.page or _MOST, settings.most_items),
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


def _quoted(table: str) -> str:
    """Give a table's name as SQL takes it, whatever its parts are called: digits, words of SQL's own."""
    return ".".join(f"`{part}`" for part in table.split("."))
