"""A checker is worth nothing if it cannot fail: with each protection switched off, it finds what that did."""

import re
import time

import psycopg
import pytest

from shared.kernel.ids import ServiceName
from tests.faults.checker import violations
from tests.faults.load import Load, pause_until
from tests.faults.reading import evidence_of
from tests.faults.resting import come_to_rest
from tests.faults.storm import Storm

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(1200)]

SLOW_COMMIT = """
CREATE FUNCTION commit_slowly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(random() * 0.1);
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER commit_slowly AFTER INSERT ON outbox
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commit_slowly();
"""
SLOW_FORGETTING = """
CREATE FUNCTION forget_slowly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(0.05);
    RETURN NULL;
END;
$$;
CREATE TRIGGER forget_slowly BEFORE DELETE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION forget_slowly();
"""
LEFT_BEHIND = "SELECT 1 FROM outbox WHERE created_at < now() - interval '10 seconds'"
TWICE = "SELECT 1 FROM fault_handled WHERE type LIKE 'funding.%' GROUP BY event_id HAVING count(*) > 1"


def test_without_inbox_early_acknowledgement_or_confirms_the_checker_fails(still: Storm) -> None:
    unprotected: dict[ServiceName, tuple[str, str]] = {
        "matching": ("no_inbox", "committed-not-acked"),
        "funding": ("acknowledge_first", "in-transaction-after-inbox"),
        "intake": ("no_confirms", "relay-selected"),
    }
    for service, (protection, point) in unprotected.items():
        still.begin(service, {"STOPSO_FAILPOINTS": f"{point}:kill:3"}, without=(protection,))
    still.begin("notifications")
    with Load(still, "unprotected", most=600) as load:
        assert pause_until(lambda: not any(map(still.alive, unprotected)), load, seconds=240), still.pids
        for service in unprotected:
            still.begin(service)
        still.wait_ready()
    _finds(
        still,
        r"matching handled .* [2-9] times",
        r"funding never handled ",
        r"(matching|funding|notifications) never handled intake\.",
    )


def test_with_a_watermark_or_without_shard_locks_the_checker_fails(still: Storm) -> None:
    slowly: dict[ServiceName, str] = {"matching": SLOW_COMMIT, "funding": SLOW_FORGETTING}
    for service, statements in slowly.items():
        with psycopg.connect(still.databases[service].owner_dsn, autocommit=True) as connection:
            connection.execute(statements.encode())
    still.begin("intake")
    still.begin("matching", without=("watermark",))
    still.begin("funding", without=("no_shard_lock",))
    still.begin("funding", {"STOPSO_PORT": "0"}, name="funding again", without=("no_shard_lock",))
    still.begin("notifications", without=("no_inbox",))
    still.wait_ready()
    with Load(still, "unprotected", most=600) as load:

        def both_seen() -> bool:
            return bool(still.rows("matching", LEFT_BEHIND) and still.rows("notifications", TWICE))

        assert pause_until(both_seen, load, seconds=400), (load.done, still.rows("notifications", TWICE))
    _finds(still, r"never handled matching\.", r"notifications handled funding\.\S+ .* [2-9] times")


def _finds(still: Storm, *patterns: str) -> None:
    """Let the system rest, then look until each of these violations is found; what was found is shown otherwise."""
    come_to_rest(still, seconds=6)
    until = time.monotonic() + 120
    while True:
        found = violations(evidence_of(still.databases))
        missing = [pattern for pattern in patterns if not any(re.search(pattern, each) for each in found)]
        if not missing:
            return
        assert time.monotonic() < until, (missing, found[:20])
        time.sleep(0.5)
