"""The rules about money: which fund may pay for whom, what a client adds, and how the ledger is written."""
