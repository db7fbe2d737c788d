"""What a pull request would do, table by table: Terraform's plans and the lock in, a review out. Pure but for reading files."""
