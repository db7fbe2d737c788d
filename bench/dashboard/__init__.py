"""The dashboard of a large project, measured."""
