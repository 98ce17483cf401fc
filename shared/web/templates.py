"""The Jinja environment: strict about our own templates, with the GOV.UK components at hand as functions."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined

from shared.kernel.money import pounds
from shared.web.moments import day, duration, moment
from shared.web.static_files import static_address

FOLDER = Path(__file__).parent / "templates"
_COMPONENTS = "govuk_frontend_jinja"


@dataclass(frozen=True, slots=True)
class Component:
    """A macro of govuk-frontend-jinja, read when a page first asks for it: most services use few of them."""

    folder: str
    name: str

    def __call__(self, *arguments: object) -> str:
        """What the macro writes."""
        template = _lenient().get_template(f"{_COMPONENTS}/components/{self.folder}/macro.html")
        written: str = getattr(template.module, self.name)(*arguments)
        return written


@cache
def _lenient() -> Environment:
    """The macros need an environment that forgives names nobody gave."""
    return Environment(
        loader=PrefixLoader({_COMPONENTS: PackageLoader(_COMPONENTS)}),
        autoescape=True,
        extensions=["jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def _components() -> dict[str, Component]:
    """Every component by the name of its macro, e.g. `govukDateInput` for the folder date-input."""
    folders = [folder.name for folder in (resources.files(_COMPONENTS) / "templates" / "components").iterdir()]
    names = {folder: "govuk" + folder.title().replace("-", "") for folder in folders}
    return {name: Component(folder, name) for folder, name in names.items()}


@cache
def environment(*folders: Path) -> Environment:
    """Templates of a service's `folders` first, then the shared ones; an unknown name or field is an error."""
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folders), FileSystemLoader(FOLDER)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= _components()
    made.globals["static"] = static_address
    made.filters |= {"moment": moment, "day": day, "duration": duration, "pounds": pounds}
    return made
