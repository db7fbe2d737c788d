from ..facts import KEYS
from .base import Base


class PlantConnector(Base):
    TABLES_CORE_DATA = ("plants", "lines")
    TABLES_ALL = ("plants", "lines", "shift_log")

    def list_tables(self):
        return ["plants", "lines", "shift_log"]

    def read_table_metadata(self, table, options):
        return {"primary_keys": KEYS[table], "cursor_field": None, "ingestion_type": "snapshot"}
