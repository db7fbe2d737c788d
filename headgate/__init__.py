"""Headgate balances a connector's tables over Databricks pipelines and Terraform stacks."""
