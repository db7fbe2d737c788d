"""What pipelines did: event logs to updates and runs of tables, as values, and what of them a person wants to know."""
