"""Identifiers: one type for each thing that has one, all UUIDs on the wire and in the database."""

import os
import threading
from datetime import datetime
from typing import Literal, NewType
from uuid import UUID

EventId = NewType("EventId", UUID)
ReferralId = NewType("ReferralId", UUID)
ConcernId = NewType("ConcernId", UUID)
TherapistId = NewType("TherapistId", UUID)
MatchId = NewType("MatchId", UUID)
OfferId = NewType("OfferId", UUID)
SessionId = NewType("SessionId", UUID)
LetterId = NewType("LetterId", UUID)
AdministrationId = NewType("AdministrationId", UUID)
RunId = NewType("RunId", UUID)
FunderId = NewType("FunderId", UUID)
GrantId = NewType("GrantId", UUID)
MeansTestId = NewType("MeansTestId", UUID)
InvoiceId = NewType("InvoiceId", UUID)
PaymentRunId = NewType("PaymentRunId", UUID)
FundId = NewType("FundId", UUID)
AwardId = NewType("AwardId", UUID)
ReportId = NewType("ReportId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
StaffId = NewType("StaffId", UUID)

ServiceName = Literal["intake", "matching", "funding", "notifications"]
SERVICES: tuple[ServiceName, ...] = ("intake", "matching", "funding", "notifications")


class IdSource:
    """Makes UUIDv7 identifiers (RFC 9562, section 5.7) that rise within a process, whatever the clock does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self, now: datetime) -> UUID:
        """The next identifier for `now` (aware, millisecond resolution): 48 bits of time, then a rising random part."""
        milliseconds = int(now.timestamp() * 1000)
        candidate = (milliseconds << 74) | (int.from_bytes(os.urandom(10), "big") & ((1 << 74) - 1))
        with self._lock:
            if candidate <= self._last:
                candidate = self._last + 1 + int.from_bytes(os.urandom(4), "big")
            self._last = candidate
        time_part, random_a, random_b = candidate >> 74, (candidate >> 62) & 0xFFF, candidate & ((1 << 62) - 1)
        return UUID(int=(time_part << 80) | (0x7 << 76) | (random_a << 64) | (0b10 << 62) | random_b)


_source = IdSource()


def uuid7(now: datetime) -> UUID:
    """A new UUIDv7 for the moment `now`."""
    return _source.next(now)
