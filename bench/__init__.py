"""How fast headgate is, beside what one would write instead: `python -m bench`. No part of what is installed."""
