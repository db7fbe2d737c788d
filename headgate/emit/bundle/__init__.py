"""Databricks asset bundles: a deployment as the YAML of a bundle."""
