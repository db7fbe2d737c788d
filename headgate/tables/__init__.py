"""What a table is, whoever spells its name: the ground of all rooms, which imports none of them."""
