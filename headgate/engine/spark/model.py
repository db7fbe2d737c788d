"""What a driver is to do, and what it says, as data that goes between processes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from headgate.engine.model import PipelineOrder, Said  # noqa: TC001  # pydantic reads the fields' types


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SparkOrder(_Strict):
    """The pipelines to run in one Spark session, so many at once, the first ones first.

    master: Spark's, such as `local[*]`, `spark://host:7077`, or a server's address, `sc://host`. memory: bytes of the driver's
    JVM; 0: as Spark is configured. packages: Maven packages that the session loads, by commas; empty where it has them.
    """

    pipelines: tuple[PipelineOrder, ...]
    jobs: int
    master: str
    memory: int = 0
    packages: str = ""


class DriverLine(_Strict):
    """A line that the driver says: what is said of a table of a pipeline; none where the pipeline begins, or has ended."""

    pipeline: str
    begins: bool = False
    said: Said | None = None
