"""What can be done with a project: each module is one use case, a function from a typed request to a typed result.

The command line calls them, and any other program may: nothing is printed, progress goes to the caller's `tell`, and what is
wrong is raised as the errors of `headgate.problems`.
"""
