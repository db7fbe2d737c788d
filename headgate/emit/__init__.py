"""How what is to exist is written for one tool."""
