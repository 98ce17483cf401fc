"""What happens when a step of a match has taken too long: somebody is asked, coordinators are shown, or it is ended."""

from typing import assert_never

from services.matching import store
from services.matching.domain.cases import Match
from services.matching.domain.deadlines import STATE_OF_STEP, Step
from services.matching.handlers.awaiting import expect, expect_as_it_stands
from services.matching.handlers.offering import write_to_therapist
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.releasing import withdraw_match
from shared.kernel.ids import MatchId
from shared.messaging.transaction import Transaction


async def look_at_match(tx: Transaction, match_id: MatchId, step: Step) -> None:
    """Do what follows when a step has taken too long; a match that has moved on is left alone."""
    match = await store.match_by_id(tx.db, match_id)
    if match is None:
        return
    if match.state != STATE_OF_STEP[step]:
        expect_as_it_stands(tx, match)
        return
    match step:
        case "funding-answer":
            await store.ask_for_attention(tx.db, match_id, "funding-silent", tx.now)
            expect(tx, match, "funding-gives-up")
        case "funding-gives-up":
            await withdraw_match(tx, match, "no-answer-in-time")
            await find_therapist(tx, match.referral_id)
        case "approval":
            await store.ask_for_attention(tx.db, match_id, "approval-waits", tx.now)
            expect(tx, match, "approval")
        case "contact":
            await _remind_of_contact(tx, match)
            expect(tx, match, "contact-late")
        case "contact-late":
            await store.ask_for_attention(tx.db, match_id, "no-contact", tx.now)
            expect(tx, match, "contact-late")
        case "first-session":
            await store.ask_for_attention(tx.db, match_id, "no-first-session", tx.now)
            expect(tx, match, "first-session")
        case "therapy-news":
            await store.ask_for_attention(tx.db, match_id, "therapy-quiet", tx.now)
            expect(tx, match, "therapy-news")
        case never:
            assert_never(never)


async def _remind_of_contact(tx: Transaction, match: Match) -> None:
    offer = await store.offer_of_match(tx.db, match.match_id)
    if offer is not None:
        await write_to_therapist(tx, offer, "contact-wanted")
