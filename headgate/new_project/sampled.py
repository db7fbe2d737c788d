"""The sample's files: a connector of 60 tables, with the lock that a balance gives it."""

from __future__ import annotations

from importlib.resources import files

from headgate.balance.plan import balance
from headgate.definition.load import parse_definition
from headgate.generated import File
from headgate.inventory.read import parse_inventory
from headgate.inventory.resolve import resolve
from headgate.layout.lock import render_lock

NAME = "sample"
_FOLDER = f"connectors/{NAME}"
_FILES = ("connector.yaml", "tables.csv", "shop.py")


def sample_files() -> list[File]:
    """Give the sample's files, which are the user's: its lock is what `headgate balance` would write."""
    texts = {name: (files("headgate.new_project.sample") / name).read_text(encoding="utf-8") for name in _FILES}
    definition = parse_definition(texts["connector.yaml"])
    tables = resolve(parse_inventory(texts["tables.csv"].encode()), definition)
    texts["layout.lock"] = render_lock(balance(tables, definition).layout)
    return [File(f"{_FOLDER}/{name}", text, yours=True) for name, text in texts.items()]
