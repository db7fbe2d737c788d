"""Terraform as plain dictionaries: what each stack of a deployment holds. Pure; `stacks/` hands it to the CDK."""
