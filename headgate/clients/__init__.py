"""Clients of what runs outside, other machines and programs: logging in, patience, and errors in headgate's words."""
