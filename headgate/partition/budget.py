"""What a search may still do, and choices that look random and are the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass

_MULTIPLIER, _INCREMENT, _MODULUS = 6364136223846793005, 1442695040888963407, 2**64


@dataclass(slots=True)
class Budget:
    """`left`: what may still be done, in steps of about a microsecond. It is counted, never timed; 0 for choices alone."""

    left: int = 0
    state: int = 1

    def spend(self, steps: int) -> None:
        """Count steps that were done."""
        self.left -= steps

    def draw(self, below: int) -> int:
        """Give a number from 0 to before `below`. Source of the constants: Knuth's MMIX, a linear congruential sequence."""
        self.state = (self.state * _MULTIPLIER + _INCREMENT) % _MODULUS
        return (self.state >> 33) % below

    def sample(self, count: int, below: int) -> list[int]:
        """Give `count` different numbers from 0 to before `below`, in random order."""
        numbers = list(range(below))
        for place in range(count):
            other = place + self.draw(below - place)
            numbers[place], numbers[other] = numbers[other], numbers[place]
        return numbers[:count]
