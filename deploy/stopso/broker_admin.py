"""What we ask of a broker's management interface: virtual hosts, users, definitions and queue depths."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from deploy.stopso.asking import client

SLOWLY = 120.0
"""Seconds that making and removing queues may take: each is a file synchronised and an election."""
IMPORTS = 3
EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}


@dataclass(frozen=True, slots=True)
class BrokerAdministration:
    """The management interface of one broker, used with its administrator's name and password."""

    url: str
    user: str
    password: str = field(repr=False)

    def is_ready(self) -> bool:
        """Whether the node has finished booting and listens for AMQP."""
        try:
            return bool(self._ask("GET", "/api/health/checks/protocol-listener/amqp")["status"] == "ok")
        except (httpx.TransportError, httpx.HTTPStatusError):
            return False

    def wait_until_ready(self, *, seconds: float = 60.0, nodes: int = 1) -> bool:
        """Wait until that many nodes run and one takes connections; False when the time is up."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.is_ready() and (nodes <= 1 or self.running_nodes() >= nodes):
                return True
            time.sleep(0.2)
        return False

    def running_nodes(self) -> int:
        """How many nodes of the cluster are up."""
        return sum(bool(node.get("running")) for node in self._ask("GET", "/api/nodes"))

    def add_vhost(self, vhost: str) -> None:
        """Make a virtual host, open to the administrator."""
        self._ask("PUT", f"/api/vhosts/{quote(vhost, safe='')}", {}, seconds=SLOWLY)
        self.permit(self.user, vhost, **EVERYTHING)

    def delete_vhost(self, vhost: str) -> None:
        """Remove a virtual host with all its queues and what is in them."""
        self._ask("DELETE", f"/api/vhosts/{quote(vhost, safe='')}", seconds=SLOWLY)

    def add_user(self, user: str, password: str, *, tags: str = "") -> None:
        """Make a user or change its password."""
        self._ask("PUT", f"/api/users/{quote(user, safe='')}", {"password": password, "tags": tags})

    def permit(self, user: str, vhost: str, *, configure: str, write: str, read: str) -> None:
        """Set what a user may configure, write and read in a virtual host, each a regular expression over names."""
        path = f"/api/permissions/{quote(vhost, safe='')}/{quote(user, safe='')}"
        self._ask("PUT", path, {"configure": configure, "write": write, "read": read})

    def import_definitions(self, definitions: Mapping[str, Any]) -> None:
        """Apply a definitions document to the whole broker; what exists already the same way is left alone."""
        for _ in range(IMPORTS - 1):
            # The broker calls it a bad request when one of the queues takes more than some seconds to elect.
            with suppress(httpx.HTTPStatusError):
                self._ask("POST", "/api/definitions", dict(definitions), seconds=SLOWLY)
                return
            time.sleep(1.0)
        self._ask("POST", "/api/definitions", dict(definitions), seconds=SLOWLY)

    def queues(self, vhost: str) -> list[dict[str, Any]]:
        """Every queue of a virtual host with its totals."""
        found = self._ask("GET", f"/api/queues/{quote(vhost, safe='')}")
        return [dict(queue) for queue in found]

    def bindings(self, vhost: str, exchange: str) -> list[dict[str, Any]]:
        """Every binding that leads from an exchange."""
        found = self._ask("GET", f"/api/exchanges/{quote(vhost, safe='')}/{quote(exchange)}/bindings/source")
        return [dict(binding) for binding in found]

    def unbind(self, vhost: str, exchange: str, queue: str, routing_key: str) -> None:
        """Remove one binding from an exchange to a queue."""
        path = (
            f"/api/bindings/{quote(vhost, safe='')}/e/{quote(exchange)}/q/{quote(queue)}/{quote(routing_key, safe='')}"
        )
        self._ask("DELETE", path)

    def close_connections(self) -> None:
        """Cut every client's connection, as a broken network would."""
        for connection in self._ask("GET", "/api/connections"):
            self._ask("DELETE", f"/api/connections/{quote(connection['name'], safe='')}")

    def _ask(self, method: str, path: str, body: object = None, *, seconds: float = 20.0) -> Any:  # noqa: ANN401 - JSON
        answer = client().request(method, self.url + path, json=body, auth=(self.user, self.password), timeout=seconds)
        if answer.is_error and not (method == "DELETE" and answer.status_code == httpx.codes.NOT_FOUND):
            answer.raise_for_status()
        return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else {}
