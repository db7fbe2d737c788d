"""What pages show, as values: pure."""
