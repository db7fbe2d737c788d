"""Two connectors side by side, and an imported one."""

from imported_base import Imported


class Left(Imported):
    def list_tables(self):
        return ["left"]


class Right(Imported):
    def list_tables(self):
        return ["right"]
