"""What is asked of Delta tables, by DuckDB."""
