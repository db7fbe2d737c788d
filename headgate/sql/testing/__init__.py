"""Unit tests of pipelines: rows for what a pipeline reads, and the rows that its tables are to hold then."""
