"""What continuous integration does with a project: plans, applies, the approved review, and the files that say when."""
