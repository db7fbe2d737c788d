"""Fails where and how the option `how` says."""

import os
import signal
import sys


def fail(how):
    match how:
        case "raise":
            raise LookupError("no such plant: Süd")
        case "exit":
            sys.exit(3)
        case "os._exit":
            os._exit(7)
        case "signal":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "no message":
            raise KeyboardInterrupt
        case "unprintable":
            raise Unprintable


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class Fails:
    def __init__(self, options):
        self.where, _, self.how = options["fail"].partition(": ")
        self.at("init")

    def at(self, place):
        if place == self.where:
            fail(self.how)

    def list_tables(self):
        self.at("list_tables")
        return ["good", "bad", "worse"]

    def read_table_metadata(self, table, options):
        if table != "good":
            self.at("metadata")
        return {"ingestion_type": "cdc"}
