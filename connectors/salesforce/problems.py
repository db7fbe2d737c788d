"""What can go wrong with Salesforce. No text here ever holds a secret."""

from __future__ import annotations


class OptionsError(ValueError):
    """Options that can't be used: all of them at once, each with its cure."""


class SalesforceError(Exception):
    """Salesforce refused a request, or could not be reached. `status` is HTTP's, 0 without one; `code` Salesforce's own."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        said = " ".join(part for part in (str(status) if status else "", code) if part)
        super().__init__(f"Salesforce{f' answered {said}' if said else ''}: {message}")
        self.status, self.code = status, code
