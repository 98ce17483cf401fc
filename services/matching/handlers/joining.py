"""Takes therapists into the register, and writes anew what a file says of those whom it has."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.matching import store
from services.matching.domain.accreditation import accreditation, missing_for_activation
from services.matching.domain.capacity import Capacity, Refused, changed_capacity
from services.matching.domain.credentials import (
    Credential,
    Evidence,
    Requirement,
    checked_evidence,
    cleared_for_children,
)
from services.matching.domain.distance import Point
from services.matching.domain.evidence_columns import WrongCell, column_of
from services.matching.domain.fees import Fee
from services.matching.domain.london import london_day
from services.matching.domain.standings import Standing, StandingChange
from services.matching.domain.therapists import Entry, Therapist
from services.matching.handlers.capacities import look_soon
from services.matching.handlers.credentials import REVIEW_CREDENTIALS, keep_evidence
from services.matching.handlers.therapists import CAPACITY_STALE, tell_capacity
from services.matching.handlers.waking import wake_for_therapist
from services.matching.store.credentials import credentials_of, requirements_on
from services.matching.store.fees import add_fee
from services.matching.store.standings import add_change
from shared.events.matching import TherapistStandingChanged
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction

FROM_A_FILE = "A file"


@dataclass(frozen=True, slots=True)
class Described:
    """A therapist as a row of a file describes them: the entry, where it is, and what the row shows."""

    entry: Entry
    point: Point
    evidence: tuple[Evidence, ...]

    @property
    def said(self) -> tuple[int, int, int]:
        """Places in all, free ones and the fee, as the file says."""
        return said_by(self.entry)


def said_by(entry: Entry) -> tuple[int, int, int]:
    """Places in all, free ones and the fee of an entry."""
    return entry.capacity_maximum, entry.capacity_available, entry.session_fee


async def add_therapist(tx: Transaction, entry: Entry, point: Point, *, standing: Standing) -> TherapistId:
    """Take somebody into the register whose registration number it does not have; the caller holds the places."""
    today = london_day(tx.now)
    therapist = Therapist(TherapistId(tx.new_id()), entry, point, standing, 0, today, said_by(entry))
    therapist_id = therapist.therapist_id
    await store.save_therapist(tx.db, tx.keys, therapist, tx.now)
    await add_fee(tx.db, therapist_id, Fee(today, entry.session_fee, entry.concession_fee))
    joined = StandingChange(None, standing, "joined", "system", tx.now)
    await add_change(tx.db, tx.keys, therapist_id, joined, tx.new_id())
    key = str(therapist_id)
    tx.schedule(CAPACITY_STALE, key, tx.settings.register_policy.stale_at(today), lock_key=key)
    tx.emit(TherapistStandingChanged(therapist_id=therapist_id, standing=standing))
    tell_capacity(tx, therapist_id, therapist.capacity)
    await wake_for_therapist(tx, therapist_id)
    return therapist_id


async def join(tx: Transaction, new: Described) -> tuple[WrongCell, ...]:
    """Take somebody over from a file, active unless credentials are required and missing; or say what is wrong."""
    today = london_day(tx.now)
    requirements = await requirements_on(tx.db, today)
    checked = _checked(new.evidence, requirements, today)
    if wrong := _wrong_in(checked):
        return wrong
    shown = tuple(Credential(tx.new_id(), given, today) for given in checked if isinstance(given, Evidence))
    if wrong := _not_cleared(new.entry, shown, today):
        return wrong
    lacking = missing_for_activation(accreditation(requirements, shown, None, today))
    required = tx.settings.register_policy.credentials_required
    standing: Standing = "approved" if required and lacking else "active"
    therapist_id = await add_therapist(tx, new.entry, new.point, standing=standing)
    for credential in shown:
        await keep_evidence(tx, therapist_id, credential.evidence, who=FROM_A_FILE)
    if shown:
        tx.schedule(REVIEW_CREDENTIALS, str(therapist_id), tx.now, lock_key=str(therapist_id))
    return ()


async def write_anew(tx: Transaction, present: Therapist, described: Described) -> bool | tuple[WrongCell, ...]:
    """Write what a file says of somebody whom we have: whether that changed anything, or what is wrong with it.

    Places and fee that the last file said too are not news; what was shown before is not looked at again.
    """
    known = tuple(await credentials_of(tx.db, tx.keys, present.therapist_id))
    shown_before = {(one.evidence.kind, one.evidence.issued_on) for one in known}
    fresh = [given for given in described.evidence if (given.kind, given.issued_on) not in shown_before]
    said_again = described.said[2] == present.said_in_file[2]
    fee = present.entry.session_fee if said_again else described.entry.session_fee
    entry = replace(described.entry.completed_from(present.entry), session_fee=fee)
    if entry.concession_fee is not None and entry.concession_fee >= fee:
        return (WrongCell("concession_fee", "A concession must be lower than the fee."),)
    today = london_day(tx.now)
    checked = _checked(fresh, await requirements_on(tx.db, today), today)
    if wrong := _wrong_in(checked):
        return wrong
    evidence = [given for given in checked if isinstance(given, Evidence)]
    held = (*known, *(Credential(tx.new_id(), given, today) for given in evidence))
    if wrong := _not_cleared(entry, held, today):
        return wrong
    for given in evidence:
        await keep_evidence(tx, present.therapist_id, given, who=FROM_A_FILE)
    entry = replace(entry, child_clearance=cleared_for_children(held, today) or entry.child_clearance)
    if not fresh and present.described_like(entry) and present.said_in_file == described.said:
        return False
    if fresh:
        look_soon(tx, present.therapist_id)
    return await _write(tx, present, replace(described, entry=entry), described.said)


async def _write(
    tx: Transaction, present: Therapist, described: Described, said: tuple[int, int, int]
) -> bool | tuple[WrongCell, ...]:
    entry, before, today = described.entry, present.capacity, london_day(tx.now)
    capacity: Capacity | Refused = before
    if present.said_in_file[:2] != said[:2]:
        capacity = changed_capacity(before, maximum=said[0], available=said[1], on=today)
    if isinstance(capacity, Refused):
        column = "capacity_maximum" if capacity.code == "capacity-below-open-cases" else "capacity_available"
        return (WrongCell(column, capacity.sentence),)
    kept = replace(entry, capacity_maximum=capacity.maximum, capacity_available=capacity.available)
    changed = replace(present, entry=kept, point=described.point, capacity_as_of=capacity.as_of, said_in_file=said)
    await store.save_therapist(tx.db, tx.keys, changed, tx.now)
    fee = Fee(today, entry.session_fee, entry.concession_fee)
    if (fee.session_fee, fee.concession_fee) != (present.entry.session_fee, present.entry.concession_fee):
        await add_fee(tx.db, present.therapist_id, fee)
    if (capacity.maximum, capacity.available) != (before.maximum, before.available):
        tell_capacity(tx, present.therapist_id, capacity)
    await wake_for_therapist(tx, present.therapist_id)
    return True


def _checked(
    evidence: Iterable[Evidence], requirements: Iterable[Requirement], today: date
) -> list[Evidence | WrongCell]:
    asked = {requirement.kind: requirement for requirement in requirements}
    found: list[Evidence | WrongCell] = []
    for given in evidence:
        checked = checked_evidence(given, asked[given.kind], today)
        if isinstance(checked, Evidence):
            found.append(checked)
        else:
            found += [WrongCell(column_of(wrong, given.kind), wrong.sentence) for wrong in checked]
    return found


def _wrong_in(checked: Iterable[Evidence | WrongCell]) -> tuple[WrongCell, ...]:
    return tuple(one for one in checked if isinstance(one, WrongCell))


def _not_cleared(entry: Entry, shown: Iterable[Credential], today: date) -> tuple[WrongCell, ...]:
    if entry.child_clearance and cleared_for_children(tuple(shown), today) is False:
        return (WrongCell("child_clearance", "Work with children needs an enhanced clearance that is in date."),)
    return ()
