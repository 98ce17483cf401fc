"""What the services share: words, messaging, database, web and privacy; no business rule lives here."""
