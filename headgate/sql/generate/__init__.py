"""From a pipeline file to SQL."""
