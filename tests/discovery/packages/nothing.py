class Nothing:
    """No connector."""

