"""Tells people: it keeps the live board and each referral's timeline, and sends every mail and webhook.

It hears every event of the other services and derives from them, whatever order they arrive in, what staff see.
It owns staff accounts, deliveries and funders' endpoints; an address is asked for when sending, and never kept.
"""
