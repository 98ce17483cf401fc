"""Who takes part: each module builds one stage of the chain its own way."""
