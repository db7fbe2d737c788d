"""`python -m apps.pi_simulator` starts a simulator."""

from .command import main

main()
