"""The rules of intake: states, triage, priority, areas, closing, concerns and safe contact."""
