"""What every page of the four services stands on: the application frame, guards, sign-in, forms, layouts and static files."""

from shared.web.application import create_web
from shared.web.forms import Form, blank_form, read_form
from shared.web.pages import page
from shared.web.requests import kernel_of
from shared.web.sessions import forget_session, remember_session, signed_in
from shared.web.staff import Staff

__all__ = [
    "Form",
    "Staff",
    "blank_form",
    "create_web",
    "forget_session",
    "kernel_of",
    "page",
    "read_form",
    "remember_session",
    "signed_in",
]
