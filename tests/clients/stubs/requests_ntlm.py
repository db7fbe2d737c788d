"""Stands in for a library that the client imports, whether or not it logs in by it."""


class HttpNtlmAuth:
    """Nobody logs in by it here."""
