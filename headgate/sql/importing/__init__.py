"""From SQL that people have to a pipeline file, as far as the language goes."""
