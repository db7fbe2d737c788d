"""What two folders of tables differ by."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Findings:
    """Rows that are not there, that are there more often than they should be, and that are other ones; each with its table."""

    tables: int = 0
    rows: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: Findings) -> Findings:
        return Findings(
            self.tables + other.tables,
            self.rows + other.rows,
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.wrong + other.wrong,
        )

    @property
    def none(self) -> bool:
        return not self.lost + self.doubled + self.wrong

    def __str__(self) -> str:
        found = [*(f"lost {row}" for row in self.lost), *(f"doubled {row}" for row in self.doubled)]
        return "\n".join([*found, *(f"wrong {row}" for row in self.wrong)])
