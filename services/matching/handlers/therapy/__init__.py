"""The course of a match after it was accepted: contact, sessions, concerns, the end, and staff's hand."""

from services.matching.handlers.therapy.course import end, replace_therapist, review, start, withdraw

__all__ = ["end", "replace_therapist", "review", "start", "withdraw"]
