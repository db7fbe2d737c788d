"""Stands in for a library that needs Kerberos' own headers to build: the client imports it, whether or not it logs in so."""

OPTIONAL = 0


class HTTPKerberosAuth:
    """Nobody logs in by it here."""
