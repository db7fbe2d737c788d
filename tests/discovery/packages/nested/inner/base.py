from abc import ABC, abstractmethod


class Base(ABC):
    def __init__(self, options):
        self.options = options

    @abstractmethod
    def list_tables(self): ...

    @abstractmethod
    def read_table_metadata(self, table, options): ...
