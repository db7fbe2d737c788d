"""Terraform: which program it is, and a library that stands in where there is none."""
