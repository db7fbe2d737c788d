"""Pipelines of transforms: a declarative YAML, the SQL of Lakeflow Declarative Pipelines that it becomes, and its check."""
