"""Terraform stacks, for CDKTF: one shared by a connector's pipelines, and N of pipelines and jobs."""
