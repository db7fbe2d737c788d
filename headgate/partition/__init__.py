"""Weights to pipelines: the numbers behind the balance. Pure; knows neither tables nor files."""
