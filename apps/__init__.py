"""Programs with a web face."""
