"""What every page of the four services stands on: frame, guards, sign-in, forms, layouts and static files."""

from shared.web.application import create_web
from shared.web.csrf import without_csrf
from shared.web.forms import Form, blank_form, read_form
from shared.web.pages import page
from shared.web.requests import kernel_of
from shared.web.sessions import forget_session, remember_session, signed_in
from shared.web.staff import Staff
from shared.web.visits import begin_visit, leave, visit_of, wipe

__all__ = [
    "Form",
    "Staff",
    "begin_visit",
    "blank_form",
    "create_web",
    "forget_session",
    "kernel_of",
    "leave",
    "page",
    "read_form",
    "remember_session",
    "signed_in",
    "visit_of",
    "wipe",
    "without_csrf",
]
