"""Event frames: what happened, when, and how it looked at a given time."""
