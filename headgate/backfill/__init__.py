"""Reading a range of time again by hand: parts of a connector's table to where they can land, each once."""
