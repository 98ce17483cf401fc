"""What notifications does about what it hears, what falls due and what people ask for."""
