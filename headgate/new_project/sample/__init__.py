"""The connector of `headgate init project --sample`: its files are copied as they stand here."""
