"""Connectors that others wrote, asked for their tables without network, login or their packages."""
