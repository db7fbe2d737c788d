"""What the cells of a Databricks notebook call: see `PiNotebook`."""

from headgate.notebook.steps import PiNotebook

__all__ = ["PiNotebook"]
