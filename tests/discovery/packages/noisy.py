"""Says something wherever it can."""

import atexit
import os
import sys

print("at import")
os.write(1, b"past Python's own stdout\n")
atexit.register(lambda: print('{"end": true}\nat the end'))


class Noisy:
    def __init__(self, options):
        print("in __init__", file=sys.__stdout__)

    def list_tables(self):
        print('{"table": "invented", "metadata": {}}', flush=True)
        return ["one"]

    def read_table_metadata(self, table, options):
        sys.stderr.write("x" * 300_000 + "\n")
        return {"ingestion_type": "append"}
