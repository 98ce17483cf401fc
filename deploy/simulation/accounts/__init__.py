"""A year of money through funding's real handlers, and a second count of all that happened in it."""
