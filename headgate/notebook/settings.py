"""What the notebook's widgets say, checked all at once."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from headgate.emit.bundle.refused import REFERENCE
from headgate.names import catalog_name_fault, schema_name_fault
from headgate.new_project.notebook import WIDGETS
from headgate.notebook.certificates import certificates
from headgate.problems import HeadgateError, Problem, refuse, short
from headgate.schedule.convert import MARK, check_schedule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    refuse(
        _problem(name, f"{short(value)} holds a character that can't be seen", "type it in anew")
        for name, value in values.items()
        if any(not (letter.isprintable() or letter.isspace()) for letter in value)
    )
    problems = [*_wrong(values)]
    ca = ""
    if values["ca_file"]:
        try:
            ca = certificates(values["ca_file"])
        except HeadgateError as error:
            problems += [replace(problem, path=_LABELS["ca_file"]) for problem in error.problems]
    refuse(problems)
    return Settings(
        mode="streaming" if values["mode"] == "streaming" else "batch",
        tags_per_pipeline=_whole(values["tags_per_pipeline"]),
        schedule=schedule_of(values["schedule"]),
        catalog=values["catalog"],
        schema=values["schema"],
        server=values["server"],
        target=values["target"],
        tables=() if _is_all(tables := _tables(values)) else tables,
        tag_filter=values["tag_filter"],
        secret=_secret(values),
        scope=values["secret_scope"],
        user=values["user"],
        token_url=values["token_url"],
        ca=ca,
        folder=Path(values["folder"]),
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
    if not 1 <= _whole(values["tags_per_pipeline"]) <= _MOST_TAGS:
        fix = f"give a whole number from 1 to {_MOST_TAGS:,}"
        found.append(_problem("tags_per_pipeline", f"is {short(values['tags_per_pipeline'])}", fix))
    if values["mode"] == "batch" and not values["schedule"]:
        found.append(_problem("schedule", "is empty", "such as */15 * * * *, every 15 minutes"))
    elif values["mode"] == "batch" and (error := check_schedule(schedule_of(values["schedule"]))):
        found.append(_problem("schedule", error.message, error.fix))
    found += [
        _problem(name, f"{short(values[name])} {fault}", "give a name that Unity Catalog takes")
        for name, fault_of in (("catalog", catalog_name_fault), ("schema", schema_name_fault))
        if (fault := fault_of(values[name]) or _reference_fault(values[name]))
    ]
    if len(tables := _tables(values)) > 1 and any(_is_all([name]) for name in tables):
        found.append(_problem("tables", f"is {short(values['tables'])}", "say all alone, or the tables without it"))
    if fault := _folder_fault(values["folder"]):
        found.append(_problem("folder", fault, "such as headgate-osipi"))
    if fault := _server_fault(values["server"]):
        found.append(_problem("server", fault, "such as https://pi.example.com/piwebapi; the login has widgets of its own"))
    return found + _wrong_login(values)


def _wrong_login(values: Mapping[str, str]) -> list[Problem]:
    found = []
    if values["token_url"] and (fault := _address_fault(values["token_url"])):
        found.append(_problem("token_url", fault, "such as https://pi.example.com/identitymanager/connect/token"))
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
    """Say why a text is not the address of a PI Web API."""
    fault = _address_fault(server)
    return fault or ("holds a query or a fragment" if urlsplit(server).query or urlsplit(server).fragment else "")


def _address_fault(address: str) -> str:
    """Say why a text is no address without a login in it; what may be a secret in it is not said."""
    try:
        url = urlsplit(address)
    except ValueError:
        return "is no address"
    if url.scheme not in {"https", "http"} or not url.hostname:
        return f"is {short(address.rpartition('@')[2])}"
    return "holds a user or a password" if url.username or url.password else ""


def _folder_fault(name: str) -> str:
    """Say why a folder can't keep what was agreed: on Databricks, what is not in the workspace goes with the cluster."""
    if not name:
        return "is empty"
    if name.startswith("~"):
        return f"is {short(name)}, and ~ is not resolved here"
    folder = Path(name).absolute()
    if "DATABRICKS_RUNTIME_VERSION" not in os.environ or folder.is_relative_to("/Workspace"):
        return ""
    return f"is {folder}, on the cluster's own disk, which is gone when it ends"


def _reference_fault(name: str) -> str:
    """Say that a bundle would put something else in place of a part of a name."""
    found = REFERENCE.search(name)
    return f"holds {found.group()}, which a bundle would resolve" if found else ""


def _whole(text: str) -> int:
    """Give a whole number, 0 for what is none or too large for any use."""
    digits = text.lstrip("0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len(str(_MOST_TAGS)) else 0


def _tables(values: Mapping[str, str]) -> tuple[str, ...]:
    """Give the tables that are named, each once."""
    return tuple(dict.fromkeys(name for part in values["tables"].split(",") if (name := part.strip())))


def _is_all(tables: Sequence[str]) -> bool:
    return not tables or [name.casefold() for name in tables] == ["all"]


def _problem(widget: str, message: str, fix: str) -> Problem:
    return Problem(message, fix, path=_LABELS[widget])
