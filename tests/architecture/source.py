"""Reads the project's own source as syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "matching", "funding", "notifications")


@dataclass(frozen=True)
class Module:
    """One source file."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its place from the top of the project."""
        return str(self.path.relative_to(ROOT))

    @property
    def rooms(self) -> tuple[str, ...]:
        """The parts of its path, without endings."""
        return tuple(part.removesuffix(".py") for part in self.path.relative_to(ROOT).parts)


def modules(*folders: str) -> Iterator[Module]:
    """Every module below these folders of the project."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield Module(path, ast.parse(path.read_text(), filename=str(path)))


def parse(text: str, name: str = "services/matching/domain/example.py") -> Module:
    """A module from text, to show that a rule can be broken."""
    return Module(ROOT / name, ast.parse(text))


def imported(tree: ast.AST) -> Iterator[str]:
    """The full name of everything imported anywhere in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
