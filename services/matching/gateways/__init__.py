"""Nobody outside is called by matching: offers reach therapists through the notifications service."""
