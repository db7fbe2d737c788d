"""Closes every descriptor but the standard three."""

import os

os.closerange(3, 256)


class Closes:
    def list_tables(self): ...
    def read_table_metadata(self, table, options): ...
