"""Measures a whole match run through a real PostgreSQL: read, decided, written and told, in one transaction."""

import asyncio
import json
import secrets
import sys
import tempfile
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from types import SimpleNamespace

from deploy.bench.matching.counting import Counting
from deploy.bench.matching.country import NOW, therapists, waiting
from deploy.bench.matching.measuring import Figures, peak
from deploy.stopso.database import EmbeddedDatabase
from deploy.stopso.migrations import migrate
from deploy.stopso.roles import RolePasswords, dsn, ensure_database, ensure_roles, owner_of
from services.matching import store
from services.matching.domain.cases import Waiting
from services.matching.domain.pairing import Candidate
from services.matching.domain.policy import Policy
from services.matching.domain.therapists import Entry, Therapist
from services.matching.handlers.running import MATCH_RUN, run_match
from shared.db import Database
from shared.kernel.clock import ManualClock
from shared.kernel.ids import SERVICES, RunId
from shared.messaging.kernel import Kernel
from shared.messaging.subscriptions import collect
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

POLICY = Policy(
    reply_hours={"routine": 72, "urgent": 24, "immediate": 4},
    remind_after_percent=50,
    look_again_hours=24,
    sessions_planned=10,
    weights_version=2,
)


async def _measured(address: str, therapist_count: int, waiting_count: int) -> Figures:
    database = Database(address, minimum=1, maximum=2, application="bench")
    await database.open()
    keys = Keyring.generate(SERVICES)["matching"]
    kernel = Kernel("matching", database, keys, ManualClock(NOW), collect([]), settings=SimpleNamespace(policy=POLICY))
    try:
        await kernel.perform("seed", lambda tx: _people(tx, therapist_count, waiting_count), actor="system")
        asked = 0

        async def run(tx: Transaction) -> RunId:
            nonlocal asked
            counting = Counting(tx.db)
            tx.db = counting
            run_id = await run_match(tx, "staff")
            asked = counting.statements
            return run_id

        began, used = perf_counter(), process_time()
        run_id = await kernel.perform(MATCH_RUN, run, actor="system")
        seconds, processor = perf_counter() - began, process_time() - used
        async with kernel.reading() as db:
            content = await store.content_of_run(db, keys, run_id)
            told = await db.fetchval("SELECT count(*) FROM outbox")
    finally:
        await database.close()
    if content is None or told != waiting_count + 1:
        raise RuntimeError("the run has not told of everybody")
    chosen = [pair for pair in content["chosen"] if pair is not None]
    levels = [content["urgency"][content["pairs"][0][pair]] for pair in chosen]
    score = sum(content["pairs"][2][pair] for pair in chosen)
    placed = tuple(levels.count(level) for level in range(3))
    return Figures(
        "stored", therapist_count, waiting_count, seconds, processor, peak(), placed, score, statements=asked
    )


async def _people(tx: Transaction, therapist_count: int, waiting_count: int) -> None:
    for number, one in enumerate(therapists(therapist_count), 1):
        await store.save_therapist(tx.db, tx.keys, _registered(number, one), tx.now)
    for case in waiting(waiting_count):
        await store.save_case(tx.db, tx.keys, case)
        place = Waiting(case.referral_id, "next-run", tx.now, tx.now + timedelta(days=1))
        await store.put_on_waiting_list(tx.db, [place])


def _registered(number: int, one: Candidate) -> Therapist:
    entry = Entry(
        registration_number=f"R-{number:05}",
        name=f"Therapist {number}",
        email=f"therapist{number}@example.org",
        client_groups=one.client_groups,
        age_bands=one.age_bands,
        legal_stages=one.legal_stages,
        child_clearance=one.child_clearance,
        outward_code="TQ12",
        radius_km=one.radius_km,
        online=one.online,
        gender=one.gender,
        languages=one.languages,
        step_free_access=one.step_free_access,
        session_fee=one.session_fee,
        capacity_maximum=one.capacity_maximum,
        capacity_available=one.capacity_available,
    )
    said = (one.capacity_maximum, one.capacity_available, one.session_fee)
    return Therapist(one.therapist_id, entry, one.point, one.standing, 0, NOW.date(), said)


def main(therapist_count: int, waiting_count: int) -> Figures:
    """Measure one size on a PostgreSQL of our own, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedDatabase(Path(folder) / "postgres")
        server.start()
        try:
            password = secrets.token_urlsafe(16)
            ensure_roles(server.administrator_dsn, {"matching": RolePasswords(password, password)})
            ensure_database(server.administrator_dsn, service="matching", database="bench_matching")
            address = {"password": password, "database": "bench_matching"}
            migrate(dsn(server.administrator_dsn, role=owner_of("matching"), **address), service="matching")
            own = dsn(server.administrator_dsn, role="matching", **address)
            return asyncio.run(_measured(own, therapist_count, waiting_count))
        finally:
            server.kill()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(main(int(sys.argv[1]), int(sys.argv[2])))))
