"""The rules of matching: facts in, decision out; nothing here reads a clock, a database or the network."""
