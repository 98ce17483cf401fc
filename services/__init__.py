"""The four services; each owns its database, and they talk only by events."""
