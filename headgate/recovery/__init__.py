"""After an apply that died: what the workspace has and no state has, and taking it over."""
