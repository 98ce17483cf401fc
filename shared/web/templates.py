"""The Jinja environment: strict about our own templates, with the GOV.UK components at hand as functions."""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined

from shared.kernel.money import pounds
from shared.web.moments import day, duration, moment
from shared.web.static_files import static_address

FOLDER = Path(__file__).parent / "templates"
_COMPONENTS = "govuk_frontend_jinja"


@cache
def _components() -> dict[str, Any]:
    """The macros of govuk-frontend-jinja by name, e.g. `govukButton`; they need a lenient environment."""
    lenient = Environment(
        loader=PrefixLoader({_COMPONENTS: PackageLoader(_COMPONENTS)}),
        autoescape=True,
        extensions=["jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found: dict[str, Any] = {}
    for folder in (resources.files(_COMPONENTS) / "templates" / "components").iterdir():
        module = lenient.get_template(f"{_COMPONENTS}/components/{folder.name}/macro.html").module
        found |= {name: value for name, value in vars(module).items() if name.startswith("govuk")}
    return found


def environment(folders: Iterable[Path]) -> Environment:
    """Templates of a service's `folders` first, then the shared ones; an unknown name or field is an error."""
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(list(folders)), FileSystemLoader(FOLDER)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= _components()
    made.globals["static"] = static_address
    made.filters |= {"moment": moment, "day": day, "duration": duration, "pounds": pounds}
    return made
