"""Forks at import, and both processes carry on."""

import os

os.fork()


class Forks:
    def __init__(self, options):
        pass

    def list_tables(self):
        return ["once"]

    def read_table_metadata(self, table, options):
        return {}
