"""Spark's own word on a pipeline: its parser, its analyzer and its checks of streams, in a process with a warm session."""
