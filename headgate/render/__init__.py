"""What people and machines are shown: results as text, Markdown, HTML and JSON, with one look."""
