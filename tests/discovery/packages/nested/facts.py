KEYS = {"plants": ["id"], "lines": ["plant", "id"], "shift_log": ()}
