"""The kernels of all four services in one process, for an operator's work on the databases of a running copy."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from importlib import import_module

from shared.db import Database
from shared.kernel.clock import SystemClock
from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging.kernel import Kernel
from shared.service import Service

PREFIX = "STOPSO_"


def service_named(name: ServiceName) -> Service:
    """A service as its own `app.py` puts it together."""
    service: Service = import_module(f"services.{name}.app").SERVICE
    return service


@asynccontextmanager
async def workbench(environments: Mapping[ServiceName, Mapping[str, str]]) -> AsyncIterator[dict[ServiceName, Kernel]]:
    """A kernel for each service, given the variables of its process; what they tell is sent by the processes."""
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(open_kernel(name, environments[name])) for name in SERVICES}


@asynccontextmanager
async def open_kernel(name: ServiceName, environment: Mapping[str, str]) -> AsyncIterator[Kernel]:
    """The kernel of one service, given the variables of its process; closed at the end."""
    service = service_named(name)
    with _variables(environment):
        settings = service.settings.read()
    database = Database(settings.database_url.get_secret_value(), minimum=1, maximum=4, application="stopso-operator")
    await database.open()
    try:
        keys = settings.keyring()
        yield Kernel(service.name, database, keys, SystemClock(), service.subscriptions, settings=settings)
    finally:
        await database.close()


@contextmanager
def _variables(environment: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update({name: value for name, value in environment.items() if name.startswith(PREFIX)})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
