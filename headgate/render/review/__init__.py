"""A review as text, Markdown, a page and files."""
