"""Prints its options, and has them in the text of its exception."""

import base64
import urllib.parse


class Leaks:
    def __init__(self, options):
        print("options are", options)
        secret = options["token"]
        basic = base64.b64encode(secret.encode()).decode()
        raise PermissionError(f"GET https://x/?key={urllib.parse.quote(secret, safe='')} Authorization: {basic} {secret!r} line 12")

    def list_tables(self):
        return []

    def read_table_metadata(self, table, options):
        return {}
