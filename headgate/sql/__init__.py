"""Lakeflow Declarative Pipelines in SQL. Knows neither connectors nor stacks."""
