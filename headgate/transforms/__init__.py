"""The pipeline files of a project: read as a target has them, beside what its connectors land, and checked."""
