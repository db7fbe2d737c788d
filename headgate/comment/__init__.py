"""A review as one comment of a pull request or a merge request, edited in place."""
