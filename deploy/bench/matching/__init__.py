"""The benchmark of matching: one client and all who wait, against a dense assignment and a greedy loop."""
