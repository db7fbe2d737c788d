"""Terraform: which program it is, and a library that replaces it where there is none."""
