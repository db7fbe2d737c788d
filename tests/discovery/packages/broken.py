def list_tables(:
    read_table_metadata
