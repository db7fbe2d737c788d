"""What a pipeline's process finds: the soak's connector."""

from tests.engine.soak.source import SoakSource


class Connector(SoakSource):
    """A class of the folder's own."""
