"""The tables of a connector: `tables.csv`."""
