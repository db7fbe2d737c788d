"""The controllers of PI Web API, a module each."""
