"""The community connectors' interface, where it is installed; else classes that stand for it and hold nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:

    class LakeflowConnect:
        """The interface of connectors."""

    class SupportsPartitionedStream:
        """The interface of connectors that are read in parallel."""

else:
    try:
        from databricks.labs.community_connector.interface import LakeflowConnect, SupportsPartitionedStream
    except ImportError:

        class LakeflowConnect:
            """Stands for the interface of connectors."""

        class SupportsPartitionedStream:
            """Stands for the interface of connectors that are read in parallel."""


__all__ = ["LakeflowConnect", "SupportsPartitionedStream"]
