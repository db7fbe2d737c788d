"""Monitoring: one pipeline that unions the event logs of all others into summaries of their runs, and a dashboard on top."""
