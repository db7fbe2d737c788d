"""Clients of other machines: logging in, patience, and errors in headgate's words."""
