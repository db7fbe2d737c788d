"""Ids, and the names that Unity Catalog takes."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

# The tags by which a workspace tells what headgate made: for which connector and target, and under which id.
TAG_NAMES = ("headgate_connector", "headgate_target", "headgate_id")

ID = re.compile(r"[a-z][a-z0-9_]{0,62}")
# A secret scope's name, and a secret's key. Source: the provider's secrets/resource_secret_scope.go, validScope, for both.
SCOPE_PATTERN = r"^[A-Za-z0-9_.@/-]{1,128}$"
_UNTAKEN = re.compile(r"[\x00-\x20\x7f./]")
_LONGEST = 255
# What a folder can't be called on Windows. Source: Microsoft, "Naming Files, Paths, and Namespaces".
_WINDOWS = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_NO_FOLDER = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


def slug(text: str, fallback: str = "x") -> str:
    """Give an id made of a-z, 0-9 and _ that begins with a letter, at most 63 long: `Time Series` gives `time_series`.

    Different texts can give one id; whoever makes ids of texts checks for that. A text without a letter or digit that is
    known here gives the fallback and a piece of its digest.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if not found:
        found = f"{fallback}_{sha256(text.encode(errors='replace')).hexdigest()[:6]}" if text else fallback
    return (found if found[0].isalpha() else f"{fallback}_{found}")[:63].rstrip("_")


def secret_variable(connector: str, secret: str) -> str:
    """Give the Terraform variable that carries a secret option: set it as TF_VAR_<name>."""
    return f"{connector}_{slug(secret, 'secret')}"


def folder_fault(name: str) -> str:
    """Say why a folder can't be called `name` on every system that checks the project out; empty where it can."""
    if not name or name in {".", ".."}:
        return "is no name"
    if bad := _NO_FOLDER.search(name):
        return f"holds {bad.group()!r}"
    if name.endswith((".", " ")):
        return "ends with a full stop or a blank, which Windows leaves out"
    return "is a device's name on Windows" if _WINDOWS.fullmatch(name) else ""


def catalog_name_fault(name: str) -> str:
    """Say why Unity Catalog would not take `name` for a catalog, schema or table; empty where it would.

    Source: Unity Catalog's limits on object names: no full stop, space, slash or control character, 255 characters.
    """
    if not name:
        return "is empty"
    if len(name) > _LONGEST:
        return f"is {len(name)} characters long, {_LONGEST} at most"
    if bad := _UNTAKEN.search(name):
        return f"holds {bad.group()!r}, which Unity Catalog does not take"
    return ""


def schema_name_fault(name: str) -> str:
    """Say why no table can be put into a schema `name`; empty where one can.

    Source: Unity Catalog's documentation: each catalog has a schema information_schema, of views that nobody else adds to.
    """
    return (
        "is the catalog's own, of views that describe it"
        if name.casefold() == "information_schema"
        else catalog_name_fault(name)
    )


def catalog_name(text: str) -> str:
    """Give the nearest name that Unity Catalog takes: `Packaging Tasks` gives `Packaging_Tasks`."""
    return _UNTAKEN.sub("_", text)[:_LONGEST] or "_"


def natural(name: str) -> tuple[str, int]:
    """Give a sort key that puts `a_2` before `a_10`."""
    stem, _, number = name.rpartition("_")
    return (stem, int(number)) if number.isdecimal() else (name, 0)
