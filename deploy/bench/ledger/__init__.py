"""The benchmark of the ledger: reservations against one fund and over a thousand, beside the least PostgreSQL does."""
