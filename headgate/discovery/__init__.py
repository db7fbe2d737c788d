"""Finding a connector's tables: from its code, a workspace's rows or a CSV, into rows of an inventory."""
