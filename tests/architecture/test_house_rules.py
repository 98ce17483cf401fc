"""The house rules that import contracts cannot say; each is also shown to catch a breach."""

import ast
import re
import sys
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, SERVICES, Module, imported, modules, parse

ROOMS = {
    "__init__", "__main__", "app", "consumers", "domain", "gateways", "handlers", "migrations", "settings", "static",
    "store", "templates", "timers", "web",
}  # fmt: skip
NEEDED = ROOMS - {"static", "gateways"}
TOP = {"services", "shared", "deploy", "tests", "docs"}
PACKAGED_DATA = {"outcodes", "data", "policies"}
SQL = re.compile(
    r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|LOCK TABLE|CREATE|ALTER|DROP)\s"
    r"[\s\S]*(\sFROM\s|\sVALUES|\sSET\s|\()"
)
SILENT = {
    "now", "utcnow", "today", "random", "randint", "choice", "shuffle", "uuid4", "uuid1", "urandom", "token_hex",
    "token_urlsafe",
}  # fmt: skip
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "info", "misc"}
SOLVERS = {"numpy", "scipy"}
"""Well-kept arithmetic: given the same numbers, the same answer."""
IMPURE = {"uuid", "random", "secrets", "os", "time", "asyncio", "logging"}
LINES = 300


def sql_in(module: Module) -> Iterator[str]:
    """Where a module holds a statement for the database."""
    sentences = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    texts = (node for node in ast.walk(module.tree) if isinstance(node, ast.Constant) and id(node) not in sentences)
    yield from (f"{module.name}:{n.lineno}" for n in texts if isinstance(n.value, str) and SQL.match(n.value))


def impure_in(module: Module) -> Iterator[str]:
    """Where the domain looks at a clock, at chance, or beyond the standard library, solvers and the pure kernel."""
    for name in imported(module.tree):
        top = name.split(".")[0]
        own = name.startswith("shared.kernel") or ".".join(name.split(".")[:3]) == ".".join(module.rooms[:3])
        if not own and name != "uuid.UUID" and (top not in sys.stdlib_module_names | SOLVERS or top in IMPURE):
            yield f"{module.name}: imports {name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SILENT:
            owner = node.func.value
            if not (isinstance(owner, ast.Name) and owner.id in {"draw", "rng", "seeded"}):
                yield f"{module.name}:{node.lineno}: calls {node.func.attr}()"
        if isinstance(node, (ast.AsyncFunctionDef, ast.Await)):
            yield f"{module.name}:{node.lineno}: awaits"


def formatted_sql_in(module: Module) -> Iterator[str]:
    """Where a statement is put together from pieces instead of taking arguments."""
    for node in (node for node in ast.walk(module.tree) if isinstance(node, ast.JoinedStr)):
        if SQL.match("".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)):
            yield f"{module.name}:{node.lineno}"


def broad_excepts_in(module: Module) -> Iterator[str]:
    """Where everything is caught: only the kernel's edge may."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type
            if caught is None or (isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"}):
                yield f"{module.name}:{node.lineno}"


def test_every_service_has_the_same_rooms() -> None:
    for service in SERVICES:
        found = {path.name.removesuffix(".py") for path in (ROOT / "services" / service).iterdir()} - {"__pycache__"}
        assert found - ROOMS - PACKAGED_DATA == set(), f"{service} has undeclared rooms"
        assert NEEDED - found == set(), f"{service} lacks rooms"


def test_the_top_level_is_what_the_design_says() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}

    assert folders - {"__pycache__", "stopso.egg-info"} == TOP


def test_sql_is_only_in_stores() -> None:
    found = [place for module in modules("services") if "store" not in module.rooms[2:3] for place in sql_in(module)]

    assert found == []


def test_no_statement_is_put_together_from_pieces() -> None:
    assert [place for module in modules("services", "shared") for place in formatted_sql_in(module)] == []


def test_the_domain_is_pure() -> None:
    domains = [module for module in modules("services") if module.rooms[2:3] == ("domain",)]
    found = [place for module in domains for place in impure_in(module)]

    assert found == []


def test_only_the_edges_catch_everything() -> None:
    assert [place for module in modules("services") for place in broad_excepts_in(module)] == []


def test_consumers_touch_no_store() -> None:
    consumers = [module for module in modules("services") if module.rooms[2:3] == ("consumers",)]
    reached = [f"{module.name}: {name}" for module in consumers for name in imported(module.tree) if ".store" in name]

    assert reached == []


def test_names_say_what_is_inside() -> None:
    vague = [m.name for m in modules("services", "shared", "deploy") if set(m.rooms) & VAGUE]

    assert vague == []


def test_no_module_has_become_a_corridor() -> None:
    lengths = {m.name: len(m.path.read_text().splitlines()) for m in modules("services", "shared", "deploy", "tests")}

    assert {name: lines for name, lines in lengths.items() if lines > LINES} == {}


def test_every_module_says_in_one_sentence_what_lives_there() -> None:
    spoken = [m for m in modules("services", "shared", "deploy") if m.tree.body]
    silent = [m.name for m in spoken if not ast.get_docstring(m.tree)]

    assert silent == []


@pytest.mark.parametrize(
    ("rule", "breach"),
    [
        (sql_in, 'rows = await db.fetch("SELECT name FROM client")'),
        (sql_in, 'await db.execute("""\n  INSERT INTO client (name) VALUES ($1)\n""", name)'),
        (impure_in, "from datetime import datetime\nwhen = datetime.now()"),
        (impure_in, "import pydantic"),
        (impure_in, "from services.matching.store import candidates_for"),
        (impure_in, "async def decide(): ..."),
        (formatted_sql_in, 'await db.fetch(f"SELECT name FROM {table}")'),
        (broad_excepts_in, "try:\n    work()\nexcept Exception:\n    pass"),
    ],
)
def test_each_rule_sees_its_breach(rule: object, breach: str) -> None:
    assert list(rule(parse(breach)))  # type: ignore[operator]
