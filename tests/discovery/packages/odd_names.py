class Odd:
    def __init__(self, options):
        pass

    def list_tables(self):
        return ["class", "select", "Größe_ü", "it's \"quoted\"", "a,b\nc", "Packaging Tasks", "packaging_tasks", "a.b/c", "表"]

    def read_table_metadata(self, table, options):
        return {"primary_keys": ["id"], "ingestion_type": "snapshot"}
