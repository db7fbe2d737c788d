"""What others published as input: connectors, plans and lists of tables, each tried as a user would."""
