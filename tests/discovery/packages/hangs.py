"""Starts a process that holds a FIFO open for a minute, and never answers."""

import subprocess
import threading


class Hangs:
    def __init__(self, options):
        self.fifo = options["fifo"]

    def list_tables(self):
        return ["quick", "endless"]

    def read_table_metadata(self, table, options):
        if table == "endless":
            subprocess.Popen(["sleep", "60"], stdout=open(self.fifo, "wb"))
            threading.Event().wait()
        return {}
