"""What can be asked of a stream: its values as recorded, at given times, on a grid, for a picture, summed up or calculated."""
