"""OSI PI's connector as it would be without Arrow."""

from connectors.osipi.connector import OsipiLakeflowConnect


class ByRows(OsipiLakeflowConnect):
    """Gives recorded values as dictionaries alone."""

    read_table_arrow = None  # type: ignore[assignment]  # as if there were none
