"""Reads the evidence from the databases of a watched system, as their owners."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import dict_row

from deploy.stopso.workbench import service_named
from shared.kernel.ids import SERVICES, ServiceName
from tests.databases import ServiceDatabase
from tests.faults.evidence import (
    Award,
    Entry,
    Evidence,
    Handled,
    Holdings,
    Left,
    Match,
    Referral,
    Therapist,
    Told,
    Words,
)

Databases = Mapping[ServiceName, ServiceDatabase]
Rows = list[dict[str, Any]]

LEFT = """
SELECT (SELECT count(*) FROM outbox) AS outbox,
       (SELECT count(*) FROM parked_event WHERE state = 'retrying') AS retrying,
       (SELECT count(*) FROM parked_event WHERE state = 'behind') AS behind,
       (SELECT array_agg(type || ' about ' || key || ': ' || reason) FROM parked_event WHERE state = 'dead') AS dead,
       (SELECT count(*) FROM timer WHERE due_at <= now()) AS overdue
"""
LETTERS = "SELECT count(*) AS n FROM delivery WHERE due_at <= now() AND coalesce(leased_until, due_at) <= now()"
"""Due and in nobody's hands: a killed process leaves a lease behind, after which another takes its letters up."""
MATCHES = """
SELECT match_id::text, match.referral_id::text, match.therapist_id::text, match.state, holds_place,
       offer.state AS offer,
       EXISTS (SELECT 1 FROM timer WHERE kind = 'offer-expires' AND key = offer_id::text) AS offer_watched
  FROM match
  LEFT JOIN LATERAL (
        SELECT offer_id, state FROM offer WHERE offer.match_id = match.match_id
         ORDER BY state IN ('sent', 'acknowledged', 'accepted') DESC, sent_at DESC LIMIT 1
       ) AS offer ON true
"""
AWARDS = """
SELECT award_id::text, referral_id::text, match_id::text, state,
       coalesce(sum(amount) FILTER (WHERE account = 'reserved'), 0)::bigint AS reserved,
       coalesce(sum(amount) FILTER (WHERE account = 'committed'), 0)::bigint AS committed
  FROM award LEFT JOIN reservation USING (award_id)
       LEFT JOIN ledger_transaction USING (reservation_id) LEFT JOIN ledger_entry USING (transaction_id)
 GROUP BY award_id
"""
ENTRIES = """
SELECT transaction_id::text, kind, reservation_id::text, fund_id::text, account, amount
  FROM ledger_entry JOIN ledger_transaction USING (transaction_id)
"""


def evidence_of(databases: Databases) -> Evidence:
    """Everything; take it only when the system has come to rest."""
    return Evidence({service: _words(service, databases[service]) for service in SERVICES}, _holdings(databases))


def what_is_left(databases: Databases) -> dict[str, int]:
    """What is still on its way, by service and kind; nothing of dead letters, which move no more."""
    found: dict[str, int] = {}
    told: list[dict[str, Any]] = []
    for service in SERVICES:
        with _connected(databases[service]) as connection:
            told += _rows(connection, "SELECT type, count(*) AS n FROM fault_told GROUP BY type")
            left = _left(service, connection)
            found |= {
                f"{service}: {kind}": getattr(left, kind) for kind in ("outbox", "retrying", "overdue", "letters")
            }
            found[f"{service}: unheard"] = -len(_rows(connection, "SELECT DISTINCT event_id FROM fault_handled")) - len(
                _rows(connection, "SELECT 1 FROM parked_event")
            )
    for service in SERVICES:
        hears = service_named(service).hears
        found[f"{service}: unheard"] += sum(row["n"] for row in told if row["type"] in hears)
    return {kind: count for kind, count in found.items() if count > 0}


def _words(service: ServiceName, database: ServiceDatabase) -> Words:
    with _connected(database) as connection:
        told = _rows(connection, "SELECT event_id::text, type, key, sequence, body FROM fault_told ORDER BY nth")
        handled = _rows(connection, "SELECT event_id::text, type, key, sequence FROM fault_handled ORDER BY nth")
        return Words(
            told=tuple(Told(**row) for row in told),
            handled=tuple(Handled(**row) for row in handled),
            streams={row["key"]: row["sequence"] for row in _rows(connection, "SELECT key, sequence FROM stream")},
            hears=frozenset(service_named(service).hears),
            left=_left(service, connection),
        )


def _left(service: ServiceName, connection: "psycopg.Connection[dict[str, Any]]") -> Left:
    row = _rows(connection, LEFT)[0]
    letters = 0
    if service == "notifications":
        letters = _rows(connection, LETTERS)[0]["n"]
    return Left(**{**row, "dead": tuple(row["dead"] or ())}, letters=letters)


def _holdings(databases: Databases) -> Holdings:
    with (
        _connected(databases["intake"]) as intake,
        _connected(databases["matching"]) as matching,
        _connected(databases["funding"]) as funding,
        _connected(databases["notifications"]) as notifications,
    ):
        return Holdings(
            referrals=tuple(
                Referral(**row)
                for row in _rows(
                    intake,
                    "SELECT referral_id::text, state, wait_reason, look_by, ended_by, close_reason FROM referral",
                )
            ),
            needs=_pairs(matching, "SELECT referral_id::text, state FROM need"),
            waiting=_pairs(matching, "SELECT referral_id::text, reason FROM waiting"),
            watched=frozenset(_pairs(matching, "SELECT key, kind FROM timer WHERE kind = 'look-again'")),
            asked_again=frozenset(_pairs(intake, "SELECT key, kind FROM timer WHERE kind = 'ask-again'")),
            matches=tuple(Match(**row) for row in _rows(matching, MATCHES)),
            therapists=tuple(
                Therapist(**row)
                for row in _rows(
                    matching,
                    "SELECT therapist_id::text, capacity_maximum AS maximum, capacity_available AS available, "
                    "places_held AS held, file_available AS offered_at_first FROM therapist",
                )
            ),
            awards=tuple(Award(**row) for row in _rows(funding, AWARDS)),
            standings=_pairs(funding, "SELECT referral_id::text, standing FROM referral"),
            entries=tuple(Entry(**row) for row in _rows(funding, ENTRIES)),
            balances={
                (row["fund_id"], row["account"]): row["amount"]
                for row in _rows(funding, "SELECT fund_id::text, account, amount FROM fund_balance")
            },
            gifts={
                (row["fund_id"], row["reference"]): row["n"]
                for row in _rows(
                    funding, "SELECT fund_id::text, reference, count(*) AS n FROM money_received GROUP BY 1, 2"
                )
            },
            columns=_pairs(notifications, "SELECT referral_id::text, board_column FROM card"),
            timeline=tuple(
                (row["subject"], row["speaker"], row["sequence"], row["event_id"])
                for row in _rows(
                    notifications, "SELECT subject::text, speaker, sequence, event_id::text FROM happening"
                )
            ),
            letters=tuple(
                (row["event_id"], row["purpose"])
                for row in _rows(notifications, "SELECT event_id::text, purpose FROM delivery")
            ),
        )


def _connected(database: ServiceDatabase) -> "psycopg.Connection[dict[str, Any]]":
    return psycopg.connect(database.owner_dsn, autocommit=True, row_factory=dict_row)


def _rows(connection: "psycopg.Connection[dict[str, Any]]", query: str) -> Rows:
    return connection.execute(query.encode()).fetchall()


def _pairs(connection: "psycopg.Connection[dict[str, Any]]", query: str) -> dict[str, str]:
    return {str(first): str(second) for first, second in (row.values() for row in _rows(connection, query))}
