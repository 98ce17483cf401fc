"""All SQL of intake, and what is encrypted before it gets there."""
