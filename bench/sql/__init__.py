"""Pipelines of transforms, beside what others generate them with."""
