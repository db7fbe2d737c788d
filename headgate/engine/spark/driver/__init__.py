"""The driver's process, and what Spark's workers run of it: all that imports Spark."""
