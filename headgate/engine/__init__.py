"""Running a layout on one machine: each pipeline a process, each table a Delta table that holds each row once."""
