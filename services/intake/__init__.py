"""Intake takes requests for help and keeps what people tell about themselves.

It decides, by rules and by people, what happens next with each request, and watches over anybody who may be in danger.
It tells the others only what they need to know, sealed for the one that needs it.
"""
