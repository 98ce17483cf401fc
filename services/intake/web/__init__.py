"""The pages of intake: the public form, coming back with a receipt, triage, safeguarding, and the API."""
