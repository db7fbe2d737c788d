"""Pipelines as a workspace runs them: looked at, started, watched, stopped, scheduled and taken away."""
