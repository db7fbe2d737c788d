"""Terraform: a deployment as the JSON of its stacks."""
