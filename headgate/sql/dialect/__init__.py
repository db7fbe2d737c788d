"""SQL of Lakeflow Declarative Pipelines, read: statements as data with their places; what is wrong with their form."""
