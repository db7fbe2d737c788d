"""Called as a module of the standard library is, and in need of that one."""

import calendar
import json as standard


class Json:
    def __init__(self, options):
        self.month = calendar.month_name[1]

    def list_tables(self):
        return standard.loads('["from_json"]')

    def read_table_metadata(self, table, options):
        return {}
