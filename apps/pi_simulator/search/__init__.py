"""Searches: the grammar that they share, and what they find: points, objects of the asset model, event frames."""
