"""OSI PI: the tables it is read as, and its connector."""

from .connector import OsipiLakeflowConnect

__all__ = ["OsipiLakeflowConnect"]
