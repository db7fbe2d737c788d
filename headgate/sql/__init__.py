"""Pipelines of transforms: a declarative YAML, and the SQL of Lakeflow Declarative Pipelines that is made of it."""
