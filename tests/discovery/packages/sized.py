"""Says how large its tables are: one by its metadata, one by a method, one by both; and of two it can't."""


class Sized:
    def __init__(self, options):
        pass

    def list_tables(self):
        return ["told", "asked", "both", "unknown", "fails"]

    def read_table_metadata(self, table, options):
        return {"estimated_rows": 5_000_000} if table in {"told", "both"} else {}

    def estimate_table_size(self, table, options):
        if table == "fails":
            raise RuntimeError("no statistics")
        return {"asked": {"rows": 7, "bytes": 9_000}, "both": {"rows": 1}}.get(table, {})
