"""What funding does about what happens."""
