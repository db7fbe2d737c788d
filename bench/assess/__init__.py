"""An assessment, measured."""
