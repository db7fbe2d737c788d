"""The layout last agreed, its lock, and what is on its way to the next."""
