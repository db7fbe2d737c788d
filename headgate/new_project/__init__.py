"""What a new project and a new connector are made of."""
