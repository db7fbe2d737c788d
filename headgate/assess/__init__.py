"""What a workspace's pipelines take, by their logs alone, and what their tables would take if they were balanced."""
