"""Keeping secrets out of texts that others wrote. Imports nothing else of the engine."""
