"""`python -m apps.pi_simulator` starts a simulator."""

import typer

from .command import simulate_pi

typer.run(simulate_pi)
