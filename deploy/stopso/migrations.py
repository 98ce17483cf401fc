"""Bringing a service's database up to date: the kernel's migrations first, then its own, all plain SQL files."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql
from yoyo import get_backend
from yoyo.backends import DatabaseBackend
from yoyo.migrations import Migration, MigrationList

from deploy.stopso.places import ROOT

RECORD = "migration"
ONE_AT_A_TIME = 7_266_736  # any fixed number: the advisory lock of whoever migrates a database


class SqlFile(Migration):  # type: ignore[misc]
    """One file, named after its folder too so that equal numbers do not collide; run and noted in one transaction."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path.parents[1].name}/{path.stem}", str(path), str(path.parent))

    def load(self) -> None:
        """Nothing to split or parse: the file is sent as it is."""
        self._depends: set[Migration] = set()

    def process_steps(self, backend: DatabaseBackend, direction: str, force: bool = False) -> None:  # noqa: FBT001, ARG002
        """Run the file and note it as applied; there is no way back but a new migration."""
        if direction != "apply":
            msg = "migrations only go forward"
            raise ValueError(msg)
        with backend.transaction():
            backend.cursor().execute(Path(self.path).read_text(encoding="utf-8"))
            backend.mark_one(self, log=False)


def folders_for(service: str) -> list[Path]:
    """The folders whose migrations a service's database needs, in the order in which they are applied."""
    return [
        ROOT / "shared" / "messaging" / "migrations",
        ROOT / "shared" / "web" / "migrations",
        ROOT / "services" / service / "migrations",
    ]


def files_in(folders: Sequence[Path]) -> list[Path]:
    """Every migration file of these folders, numbered order within each; a folder that is missing has none."""
    return [path for folder in folders for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))]


def fingerprint(service: str) -> str:
    """A short name for the exact content of a service's migrations, for databases that are made from a template."""
    files = files_in(folders_for(service))
    content = b"".join(part for path in files for part in (path.name.encode(), b"\0", path.read_bytes(), b"\0"))
    return sha256(content).hexdigest()[:12]


def migrate(owner_dsn: str, *, service: str) -> list[str]:
    """Apply what is missing as the database's owner, and say what was applied; safe to run twice or at once."""
    with psycopg.connect(owner_dsn, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        backend = get_backend(owner_dsn.replace("postgresql://", "postgresql+psycopg://", 1), migration_table=RECORD)
        try:
            wanted = MigrationList([SqlFile(path) for path in files_in(folders_for(service))])
            missing = list(backend.to_apply(wanted))
            for migration in missing:
                backend.apply_one(migration, mark=False)
        finally:
            backend.connection.close()
        for table in (RECORD, "_yoyo_log", "_yoyo_version", "yoyo_lock"):
            guard.execute(
                sql.SQL("REVOKE ALL ON TABLE {} FROM {}").format(sql.Identifier(table), sql.Identifier(service))
            )
    return [migration.id for migration in missing]
