"""The version of the Databricks provider: a definition's choice, and what it takes to say more in one.

Source: the provider's releases, and its schemas at both ends of what is tested.
"""

from __future__ import annotations

import re

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


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
