"""Gives what the option `tables` or `metadata` says in Python, right or wrong."""


class Wrong:
    def __init__(self, options):
        self.options = options

    def list_tables(self):
        return eval(self.options.get("tables", "['t']"))

    def read_table_metadata(self, table, options):
        return eval(self.options.get("metadata", "{}"))
