"""What can happen to a running system: each fault is done, undone where it needs that, and everything runs again."""

import contextlib
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psycopg

from deploy.stopso.roles import ensure_roles
from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging.failpoints import NAMES
from tests.faults.proxy import Proxy
from tests.faults.storm import Storm
from tests.servers import BrokerServer, DatabaseServer, role_passwords

BACKENDS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = ANY(%s) AND pid <> pg_backend_pid() AND random() < %s
"""


@contextlib.contextmanager
def proxied(postgres: DatabaseServer, broker: BrokerServer) -> Iterator[tuple[Proxy, Proxy]]:
    """Proxies before the database server and the broker."""
    with (
        Proxy(urlsplit(postgres.administrator_dsn).port or 0) as database,
        Proxy(urlsplit(broker.url("", "", "")).port or 0) as bus,
    ):
        yield database, bus


@dataclass
class Weather:
    """Draws faults and does them; `done` says what was done."""

    storm: Storm
    draw: random.Random
    database: Proxy
    bus: Proxy
    postgres: DatabaseServer
    broker: BrokerServer
    longest: float = 3.0
    done: list[str] = field(default_factory=list)

    def kill(self) -> str:
        """Kill one service and start it again."""
        service = self._one()
        self.storm.kill(service)
        self.storm.begin(service)
        return service

    def kill_at_a_point(self) -> str:
        """Start one service so that it dies by itself at some step, and start it again once it has."""
        service, point = self._one(), self.draw.choice([name for name in NAMES if name != "stopping"])
        self.storm.kill(service)
        self.storm.begin(service, {"STOPSO_FAILPOINTS": f"{point}:kill:{self.draw.randint(2, 6)}"})
        until = time.monotonic() + 2 * self.longest
        while self.storm.alive(service) and time.monotonic() < until:
            time.sleep(0.1)
        self.storm.kill(service)
        self.storm.begin(service)
        return f"{service} {point}"

    def kill_all(self) -> str:
        """Kill every service at once, as a power cut would."""
        for service in SERVICES:
            self.storm.signal(service, signal.SIGKILL)
        for service in SERVICES:
            self.storm.wait_gone(service)
        self.storm.start()
        return ""

    def terminate(self) -> str:
        """Ask one service to end, and start it again."""
        service = self._one()
        self.storm.stop(service)
        self.storm.begin(service)
        return service

    def freeze(self) -> str:
        """Stop one service in its tracks while a second replica runs, and let it go on."""
        service = self._one()
        other = f"{service} again"
        self.storm.begin(service, {"STOPSO_PORT": "0"}, name=other)
        self._wait(1.0)
        self.storm.signal(service, signal.SIGSTOP)
        self._wait(self.longest)
        self.storm.signal(service, signal.SIGCONT)
        self.storm.stop(other)
        del self.storm.pids[other]
        return service

    def end_backends(self) -> str:
        """Let the database server end connections, at random, for a while."""
        names = [database.name for database in self.storm.databases.values()]
        ended = 0
        with psycopg.connect(self.postgres.administrator_dsn, autocommit=True) as connection:
            for _ in range(5):
                ended += len(connection.execute(BACKENDS, [names, 0.5]).fetchall())
                time.sleep(self.draw.uniform(0.05, 0.3))
        return f"{ended} connections"

    def cut_connections(self) -> str:
        """Reset every connection to the broker and to the database."""
        return f"{self.bus.reset()} to the broker, {self.database.reset()} to the database"

    def lose_commits(self) -> str:
        """Lose the answers to some commits."""
        before = self.database.lost_commits
        self.database.lose_commits(4)
        until = time.monotonic() + 2 * self.longest
        while self.database.lost_commits < before + 4 and time.monotonic() < until:
            time.sleep(0.05)
        self.database.lose_commits(0)
        return f"{self.database.lost_commits - before} answers"

    def silence_broker(self) -> str:
        """Let nothing through to the broker or back for a while."""
        return self._silence(self.bus)

    def silence_database(self) -> str:
        """Let nothing through to the database or back for a while."""
        return self._silence(self.database)

    def restart_broker(self) -> str:
        """Stop or kill the broker, and start it again."""
        return self._bounce(self.broker)

    def restart_database(self) -> str:
        """Stop or kill the database server, and start it again."""
        return self._bounce(self.postgres)

    def alarm(self) -> str:
        """Raise the broker's memory alarm for a while."""
        self.broker.alarm(raised=True)
        self._wait(self.longest)
        self.broker.alarm(raised=False)
        return ""

    def deeds(self, *, servers: bool) -> list[Callable[[], str]]:
        """All faults, the frequent ones more than once; those of the servers only where nobody else uses them."""
        often = [self.kill, self.kill_at_a_point, self.terminate, self.cut_connections, self.end_backends]
        seldom = [self.kill_all, self.freeze, self.lose_commits, self.silence_broker, self.silence_database]
        own = [self.restart_broker, self.restart_database, self.alarm] if servers else []
        return [*often, *often, *seldom, *own]

    def do(self, deed: Callable[[], str]) -> str:
        """Do one fault; every service runs afterwards. Gives what was done."""
        detail = deed()
        self.done.append(f"{deed.__name__.replace('_', ' ')} {detail}".strip())
        fallen = [service for service in SERVICES if not self.storm.alive(service)]
        if fallen:
            raise AssertionError(f"after {self.done[-1]}, these ended by themselves: {', '.join(fallen)}")
        return self.done[-1]

    def _one(self) -> ServiceName:
        return self.draw.choice(SERVICES)

    def _wait(self, longest: float) -> None:
        time.sleep(self.draw.uniform(0.3, 1.0) * longest)

    def _silence(self, proxy: Proxy) -> str:
        proxy.silence(silent=True)
        self._wait(self.longest)
        proxy.silence(silent=False)
        return ""

    def _bounce(self, server: BrokerServer | DatabaseServer) -> str:
        how = self.draw.choice(("stop", "kill"))
        getattr(server, how)()
        self._wait(self.longest / 2)
        server.start()
        return how


def roles_for(postgres: DatabaseServer) -> None:
    """The roles of the services on a fresh server of one's own."""
    ensure_roles(postgres.administrator_dsn, role_passwords())
