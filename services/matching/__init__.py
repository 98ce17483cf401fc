"""Matching keeps the register of therapists and finds, for every client who waits, the best one under all the rules.

It hears of referrals, consents and subsidies, and tells of matches, offers, therapies and therapists.
It alone knows who was asked, why, and who is still waiting for what.
"""
