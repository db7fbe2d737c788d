"""What each command prints for a machine (`--format json`), as types: the JSON has their fields, and they document it."""
