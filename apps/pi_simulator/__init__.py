"""A server that behaves as AVEVA PI Web API does, over an archive whose every value is known beforehand."""
