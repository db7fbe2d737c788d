"""What the notebook's widgets say, checked all at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from headgate.files import needed_text
from headgate.names import catalog_name_fault
from headgate.new_project.notebook import WIDGETS
from headgate.problems import HeadgateError, InputError, Problem, short
from headgate.schedule.convert import MARK, check_schedule

if TYPE_CHECKING:
    from collections.abc import Mapping

Secret = Literal["", "client_secret", "password", "access_token"]
_FIELDS = 5  # of a cron expression; a Quartz one has six or seven
_MOST_TAGS = 100_000
_LABELS = {widget.name: widget.label.split(" ", 1)[1].partition(" (")[0] for widget in WIDGETS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """tables: source tables that are read; none: all. schedule: as connector.yaml has it. folder: the project's.

    secret: the login's, by its name in the connection and in the scope; empty without a login. user: the client's id for
    `client_secret`, the user's name for `password`. ca: the certificates of an authority, in PEM form.
    """

    mode: Literal["batch", "streaming"]
    tags_per_pipeline: int
    schedule: str
    catalog: str
    schema: str
    server: str
    target: str
    tables: tuple[str, ...]
    tag_filter: str
    secret: Secret
    scope: str
    user: str
    token_url: str
    ca: str
    folder: Path
    cli: str
    deploy: str

    @property
    def options(self) -> dict[str, str | None]:
        """The connection's options that are no secret; None for those of another login."""
        users: dict[str, str | None] = {"client_id": None, "username": None, "token_url": None}
        if self.secret == "client_secret":  # noqa: S105  # the name of one
            users |= {"client_id": self.user, "token_url": self.token_url}
        elif self.secret == "password":  # noqa: S105  # the name of one
            users["username"] = self.user
        return {"pi_base_url": self.server, **users, "ca_file": self.ca or None}


def read_settings(widgets: Any) -> Settings:
    """Read the notebook's widgets (`dbutils.widgets`). Raises InputError with all that is wrong, by the widgets' labels."""
    values = {widget.name: str(widgets.get(widget.name)).strip() for widget in WIDGETS}
    problems = [*_wrong(values)]
    folder = Path(values["folder"])
    if not values["folder"] or (fault := _folder_fault(folder)):
        problems.append(_problem("folder", fault if values["folder"] else "is empty", "such as headgate-osipi"))
    ca = ""
    if values["ca_file"]:
        try:
            ca = needed_text(Path(values["ca_file"]), "give a file in PEM form")
        except HeadgateError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    tables = tuple(dict.fromkeys(name for part in values["tables"].split(",") if (name := part.strip())))
    return Settings(
        mode="streaming" if values["mode"] == "streaming" else "batch",
        tags_per_pipeline=int(values["tags_per_pipeline"]),
        schedule=schedule_of(values["schedule"]),
        catalog=values["catalog"],
        schema=values["schema"],
        server=values["server"],
        target=values["target"],
        tables=() if tables in {(), ("all",)} else tables,
        tag_filter=values["tag_filter"],
        secret=_secret(values),
        scope=values["secret_scope"],
        user=values["user"],
        token_url=values["token_url"],
        ca=ca,
        folder=folder,
        cli=values["databricks_cli"] or "databricks",
        deploy=" ".join(values["deploy"].split()),
    )


def schedule_of(text: str) -> str:
    """Give a schedule as connector.yaml has it: with the mark of Quartz, unless it has the five fields of cron."""
    fields = text.split()
    return text if len(fields) == _FIELDS or text.startswith(MARK) or not fields else f"{MARK} {text}"


def _wrong(values: Mapping[str, str]) -> list[Problem]:
    found = [
        _problem(widget.name, f"is {short(values[widget.name])}", f"choose one of: {', '.join(widget.choices)}")
        for widget in WIDGETS
        if widget.choices and values[widget.name] not in widget.choices
    ]
    tags = values["tags_per_pipeline"]
    if not (tags.isascii() and tags.isdigit() and 1 <= int(tags[:9]) <= _MOST_TAGS):
        found.append(_problem("tags_per_pipeline", f"is {short(tags)}", f"give a whole number from 1 to {_MOST_TAGS:,}"))
    if values["mode"] == "batch" and not values["schedule"]:
        found.append(_problem("schedule", "is empty", "such as */15 * * * *, every 15 minutes"))
    elif values["mode"] == "batch" and (error := check_schedule(schedule_of(values["schedule"]))):
        found.append(_problem("schedule", error.message, error.fix))
    found += [
        _problem(name, f"{short(values[name])} {fault}", "give a name that Unity Catalog takes")
        for name in ("catalog", "schema")
        if (fault := catalog_name_fault(values[name]))
    ]
    if fault := _server_fault(values["server"]):
        found.append(_problem("server", fault, "such as https://pi.example.com/piwebapi; the login has widgets of its own"))
    return found + _wrong_login(values)


def _wrong_login(values: Mapping[str, str]) -> list[Problem]:
    found = []
    if values["token_url"] and not values["user"]:
        found.append(_problem("user", "is empty, and there is a token endpoint", "give the client's id"))
    if not values["secret_scope"] and (values["user"] or values["token_url"]):
        fix = "name the scope that holds the secret, or empty the client id and the token endpoint"
        found.append(_problem("secret_scope", "is empty, and a login is named", fix))
    return found


def _secret(values: Mapping[str, str]) -> Secret:
    """Give the secret that the login needs: that of a client, of a user, or a token of its own."""
    if not values["secret_scope"]:
        return ""
    if values["token_url"]:
        return "client_secret"
    return "password" if values["user"] else "access_token"


def _server_fault(server: str) -> str:
    """Say why a text is no server's address; what may be a secret in it is not said."""
    try:
        url = urlsplit(server)
    except ValueError:
        return "is no address"
    if url.scheme not in {"https", "http"} or not url.hostname:
        return f"is {short(server.rpartition('@')[2])}"
    return "holds a user, a query or a fragment" if url.username or url.password or url.query or url.fragment else ""


def _folder_fault(folder: Path) -> str:
    """Say why a folder can't keep what was agreed: on Databricks, what is not in the workspace goes with the cluster."""
    if "DATABRICKS_RUNTIME_VERSION" not in os.environ or folder.absolute().is_relative_to("/Workspace"):
        return ""
    return f"is {folder.absolute()}, on the cluster's own disk, which is gone when it ends"


def _problem(widget: str, message: str, fix: str) -> Problem:
    return Problem(message, fix, path=_LABELS[widget])
