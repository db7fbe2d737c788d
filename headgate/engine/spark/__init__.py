"""A layout, run on Spark: what starts the driver and listens to it. Spark itself is imported in `driver` alone."""
