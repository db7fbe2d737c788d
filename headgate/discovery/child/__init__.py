"""What runs in the process that loads a connector's code: the standard library only, so that it starts at once."""
