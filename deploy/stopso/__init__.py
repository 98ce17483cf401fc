"""The operators' command and everything it starts: the private broker, the embedded database and the four services."""
