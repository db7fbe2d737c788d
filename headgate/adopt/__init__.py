"""What a workspace has already, taken over as it is."""
