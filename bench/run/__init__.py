"""How fast and in how much memory layouts are run, beside what one would write instead."""
