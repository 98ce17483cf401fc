"""What therapists have shown: recorded, warned about before it runs out, and what follows when it has."""

from datetime import date
from uuid import UUID

from services.matching import store
from services.matching.domain.accreditation import lapse_sentence, next_look_on, run_out, warnings_due
from services.matching.domain.credentials import (
    Credential,
    Evidence,
    Wrong,
    checked_evidence,
    child_clearance_ends_on,
    cleared_for_children,
)
from services.matching.domain.london import london_day, midnight_before
from services.matching.domain.standings import Standing, standing_after_lapse
from services.matching.domain.therapists import Therapist
from services.matching.handlers.therapists import Why, known_therapist, move_standing
from services.matching.handlers.waking import wake_for_therapist
from services.matching.handlers.writing import write_to_therapist
from services.matching.store import credentials as kept
from services.matching.store.accreditation import accreditation_of
from services.matching.store.standings import changes_of
from shared.kernel.errors import NotFound
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction

REVIEW_CREDENTIALS = "review-credentials"
MAY_LAPSE: frozenset[Standing] = frozenset({"active", "paused"})
IS_WARNED: frozenset[Standing] = frozenset({"approved", "active", "paused"})


async def record_credential(
    tx: Transaction, therapist_id: TherapistId, given: Evidence, *, who: str
) -> Credential | tuple[Wrong, ...]:
    """Keep what a therapist has shown and act on it, or say what is wrong; the same evidence twice is kept once."""
    await store.hold_places(tx.db)
    await known_therapist(tx, therapist_id)
    recorded = await keep_evidence(tx, therapist_id, given, who=who)
    if isinstance(recorded, Credential):
        await review_credentials(tx, therapist_id)
    return recorded


async def keep_evidence(
    tx: Transaction, therapist_id: TherapistId, given: Evidence, *, who: str
) -> Credential | tuple[Wrong, ...]:
    """As `record_credential`, without acting on it yet; the caller holds the places."""
    today = london_day(tx.now)
    asked = {requirement.kind: requirement for requirement in await kept.requirements_on(tx.db, today)}
    if given.kind not in asked:
        return (Wrong("kind", "Nobody is asked for this today."),)
    evidence = checked_evidence(given, asked[given.kind], today)
    if not isinstance(evidence, Evidence):
        return evidence
    for known in await kept.credentials_of(tx.db, tx.keys, therapist_id):
        if known.evidence == evidence:
            return known
    credential = Credential(tx.new_id(), evidence, today, who)
    await kept.add_credential(tx.db, tx.keys, therapist_id, credential, tx.now)
    return credential


async def withdraw_credential(tx: Transaction, therapist_id: TherapistId, credential_id: UUID) -> None:
    """Take back what was recorded in error, and act on what is left; raises `NotFound`.

    Whoever has no clearance left is not cleared for children, whatever was so before there was one.
    """
    await store.hold_places(tx.db)
    kind = await kept.withdraw_credential(tx.db, therapist_id, credential_id, tx.now)
    if kind is None:
        raise NotFound("credential-unknown", "This credential is not there any more.")
    left = await kept.credentials_of(tx.db, tx.keys, therapist_id) if kind == "clearance" else ()
    if kind == "clearance" and not cleared_for_children(tuple(left), london_day(tx.now)):
        await kept.set_child_clearance(tx.db, therapist_id, cleared=False)
    await review_credentials(tx, therapist_id)


async def review_credentials(tx: Transaction, therapist_id: TherapistId) -> None:
    """Give the notices that are due, lapse or renew the standing, and look again on the next day that matters.

    It goes by what is so today, however late it comes; the caller works under the therapist's own lock.
    """
    await store.hold_places(tx.db)
    therapist = await known_therapist(tx, therapist_id)
    today = london_day(tx.now)
    lines = await accreditation_of(tx.db, tx.keys, therapist_id, today)
    closes_on = await _keep_child_clearance(tx, therapist_id)
    over = run_out(lines)
    if over and therapist.standing in MAY_LAPSE:
        why = Why("credentials", reason=lapse_sentence(over))
        await move_standing(tx, therapist, "lapsed", actor="system", why=why)
        write_to_therapist(tx, therapist, "credential-lapsed")
    elif not over and therapist.standing == "lapsed":
        await _bring_back(tx, therapist)
    elif therapist.standing in IS_WARNED:
        due = warnings_due(lines, await kept.warnings_of(tx.db, therapist_id), today)
        for notice in due:
            await kept.note_warning(tx.db, therapist_id, notice.kind, notice.until, days=notice.days, now=tx.now)
        if due:
            write_to_therapist(tx, therapist, "credential-warning")
    following = [day for day in (next_look_on(lines, today), closes_on) if day is not None]
    if following:
        tx.schedule(REVIEW_CREDENTIALS, str(therapist_id), midnight_before(min(following)))


async def _bring_back(tx: Transaction, therapist: Therapist) -> None:
    history = await changes_of(tx.db, tx.keys, therapist.therapist_id)
    standing = standing_after_lapse(history[0] if history else None)
    if standing is None:
        return
    until = therapist.paused_until
    if standing == "paused" and until is not None and until <= london_day(tx.now):
        standing = "active"
    why = Why("credentials", reason="Everything that had run out is renewed.", until=until)
    await move_standing(tx, therapist, standing, actor="system", why=why)


async def _keep_child_clearance(tx: Transaction, therapist_id: TherapistId) -> date | None:
    shown, today = tuple(await kept.credentials_of(tx.db, tx.keys, therapist_id)), london_day(tx.now)
    cleared = cleared_for_children(shown, today)
    if cleared is not None and await kept.set_child_clearance(tx.db, therapist_id, cleared=cleared) and cleared:
        await wake_for_therapist(tx, therapist_id)
    return child_clearance_ends_on(shown, today)
