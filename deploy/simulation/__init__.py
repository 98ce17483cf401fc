"""A year of the charity in a minute: invented arrivals and therapists, against the code that matches real ones."""
