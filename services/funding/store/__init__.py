"""All SQL of funding."""
