"""Salesforce's objects as tables, for the community connectors' framework, which has no connector for it."""

from .connector import SalesforceLakeflowConnect

__all__ = ["SalesforceLakeflowConnect"]
