"""One pipeline's process: its connector is asked table by table, and what it gives is checked and committed."""
