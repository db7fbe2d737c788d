class Imported:
    def __init__(self, options):
        pass

    def list_tables(self):
        return ["imported"]

    def read_table_metadata(self, table, options):
        return {"ingestion_type": "snapshot", "cursor_field": options.get("cursor", "")}
