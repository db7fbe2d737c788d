"""What is wrong with a pipeline's SQL before it runs: each finding with its place, why, and how to fix it. Pure."""
