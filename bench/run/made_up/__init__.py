"""A source that costs nothing to ask."""
