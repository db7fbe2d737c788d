"""Asks a server for its tables."""

import socket


class Remote:
    def __init__(self, options):
        self.port = int(options["port"])

    def list_tables(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return ["unreachable"]

    def read_table_metadata(self, table, options):
        return {}
