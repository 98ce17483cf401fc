"""Collects the field register of every service, for the page about privacy and for the check against the databases."""

import importlib

from deploy.stopso.places import ROOT
from shared.kernel.ids import SERVICES, ServiceName
from shared.privacy import Register
from shared.privacy.document import privacy_page

PAGE = ROOT / "docs" / "privacy.md"


def register_of(service: ServiceName) -> Register:
    """What a service declares about its own tables; a service without a register is an error."""
    register: Register = importlib.import_module(f"services.{service}.store.register").REGISTER
    return register


def current_page() -> str:
    """docs/privacy.md as it should be now."""
    return privacy_page(register_of(service) for service in SERVICES)
