"""A stand-in for Databricks' Terraform provider, run by Terraform as a plugin and at work on the tests' workspace."""
