"""The version of the Databricks provider: a definition's choice, and what it takes to say more in one.

Source: the provider's releases, and its schemas at both ends of what is tested.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.definition.model import Definition
    from headgate.definition.yaml import Path

OLDEST, NEWEST = "1.99.0", "1.138.0"
# What tables may have in managed ingestion beside keys, order and SCD type, and since when.
TABLE_SETTINGS = {
    "cluster_by": "1.118.0",
    "enable_auto_clustering": "1.118.0",
    "table_properties": "1.118.0",
    "source_metadata_column": "1.122.0",
}
CONNECTOR_OPTIONS = "1.128.0"
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}", re.ASCII)


def is_version(text: str) -> bool:
    """Say whether a text is one version, and no range of them."""
    return bool(_VERSION.fullmatch(text))


def has(provider: str, since: str) -> bool:
    """Say whether a version of the provider has what came with another."""
    return _numbers(provider) >= _numbers(since)


def newer_arguments(definition: Definition) -> Iterator[tuple[Path, str]]:
    """Give the path of each setting that not every tested version can carry, and the version that brought it."""
    code = definition.code
    if code.environment_version is not None:
        yield ("code", "environment_version"), "1.111.0"
    if code.git and code.git.credential_id is not None:
        yield ("code", "git", "credential_id"), "1.125.0"
    for name, target in definition.targets.items():
        if target.run_as and target.run_as.group is not None:
            yield ("targets", name, "run_as", "group"), NEWEST


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
