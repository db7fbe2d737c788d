"""How even the balance is and how little it moves, beside other packages: `python -m bench.balance`."""
