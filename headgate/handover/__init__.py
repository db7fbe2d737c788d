"""How tables are handed over to their new pipelines: a runbook, and its steps carried out in a workspace."""
