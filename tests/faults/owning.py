"""The rules of the work: every referral has an owner, every place and every penny is accounted for, nothing took effect twice."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.faults.evidence import Award, Evidence, Holdings, Match, Referral

AT_INTAKE = frozenset({"in_triage", "more_info_needed", "not_ready"})
WITH_OTHERS = frozenset({"waiting", "offered", "accepted", "in_therapy"})
CLOSED = frozenset({"not_suitable", "signposted", "completed", "withdrawn", "ended_early", "entered_in_error"})
LIVE = frozenset({"proposed", "waiting-for-funds", "offered", "accepted", "in-therapy"})
PAID_BY = {
    "waiting-for-funds": {"waiting"},
    "offered": {"reserved", "not-needed"},
    "accepted": {"awarded", "not-needed"},
    "in-therapy": {"awarded", "not-needed"},
}
AT_INTAKE_AS = {
    "waiting-for-funds": "waiting",
    "offered": "offered",
    "accepted": "accepted",
    "in-therapy": "in_therapy",
}
ON_BOARD_AS = {
    "in_triage": {"new", "triage"}, "more_info_needed": {"triage"}, "not_ready": {"waiting"}, "waiting": {"waiting"},
    "offered": {"offered"}, "accepted": {"accepted"}, "in_therapy": {"in-therapy"},
}  # fmt: skip
ENDINGS = (
    "matching.offer-declined.v1", "matching.offer-expired.v1", "matching.offer-withdrawn.v1",
    "matching.match-withdrawn.v1", "matching.therapy-ended.v1",
)  # fmt: skip


def violations(evidence: Evidence) -> list[str]:
    """Every breach, in a sentence."""
    held = evidence.holdings
    live = {match.referral_id: match for match in held.matches if match.state in LIVE}
    return [
        *(breach for referral in held.referrals for breach in _owned(referral, live.get(referral.referral_id), held)),
        *_strangers(held),
        *_places(held),
        *_funded(held),
        *_ledger(held),
        *_timeline(evidence),
        *_told_as_done(evidence),
    ]


def _owned(referral: Referral, match: Match | None, held: Holdings) -> Iterator[str]:
    name, need = f"the referral {referral.referral_id}", held.needs.get(referral.referral_id)
    waits = held.waiting.get(referral.referral_id)
    column = held.columns.get(referral.referral_id)
    if referral.state in CLOSED:
        yield from _let_go(referral, match, held)
    elif referral.state in AT_INTAKE:
        if referral.look_by is None and referral.referral_id not in held.asked_again:
            yield f"{name} is {referral.state}, but nobody has to look at it by any time"
        if match or waits:
            yield f"{name} is {referral.state}, but matching works on it"
    elif referral.state not in WITH_OTHERS:
        yield f"{name} has come to rest as {referral.state}, where nobody works on it"
    elif need != "open":
        yield f"{name} is {referral.state}, but to matching its need is {need}"
    elif match is None and waits is None:
        yield f"{name} is {referral.state}, but has neither a match nor a place on the waiting list"
    elif waits is not None:
        yield from _waits(referral, match, waits, held)
    elif match is not None:
        if AT_INTAKE_AS.get(match.state) != referral.state:
            yield f"{name} is {referral.state}, but its match is {match.state}"
        if match.state == "offered" and not (match.offer in ("sent", "acknowledged") and match.offer_watched):
            yield f"{name} is offered, but its offer is {match.offer} and {'is' if match.offer_watched else 'is not'} timed"
    if referral.state not in CLOSED and column not in ON_BOARD_AS.get(referral.state, {column}):
        yield f"{name} is {referral.state}, but stands under {column} on the board"


def _let_go(referral: Referral, match: Match | None, held: Holdings) -> Iterator[str]:
    name = f"the referral {referral.referral_id}"
    if not (referral.ended_by and referral.close_reason):
        yield f"{name} is {referral.state} without a reason on both levels"
    if match:
        yield f"{name} is {referral.state}, but its match {match.match_id} is still {match.state}"
    if referral.referral_id in held.waiting or held.needs.get(referral.referral_id) == "open":
        yield f"{name} is {referral.state}, but matching still looks for a therapist"
    if held.standings.get(referral.referral_id, "closed") not in ("closed", "not-suitable"):
        yield f"{name} is {referral.state}, but funding thinks it {held.standings[referral.referral_id]}"
    if held.columns.get(referral.referral_id) != "closed":
        yield f"{name} is {referral.state}, but stands under {held.columns.get(referral.referral_id)} on the board"


def _waits(referral: Referral, match: Match | None, reason: str, held: Holdings) -> Iterator[str]:
    name = f"the referral {referral.referral_id}"
    if match is not None and match.state != "waiting-for-funds":
        yield f"{name} waits ({reason}), but its match is {match.state}"
    if referral.referral_id not in held.watched:
        yield f"{name} waits ({reason}), but no timer will wake it"
    if (referral.state, referral.wait_reason) != ("waiting", reason):
        yield f"{name} is {referral.state} ({referral.wait_reason}) at intake, but waits ({reason}) at matching"


def _strangers(held: Holdings) -> Iterator[str]:
    known = {referral.referral_id for referral in held.referrals}
    for service, ids in (("matching", held.needs), ("funding", held.standings), ("notifications", held.columns)):
        for referral_id in sorted(set(ids) - known):
            yield f"{service} knows the referral {referral_id}, which intake does not"


def _places(held: Holdings) -> Iterator[str]:
    taken = Counter(match.therapist_id for match in held.matches if match.holds_place)
    for one in held.therapists:
        name = f"the therapist {one.therapist_id}"
        if one.held != taken[one.therapist_id]:
            yield f"{name} holds {one.held} places for {taken[one.therapist_id]} matches"
        if one.available + one.held != one.offered_at_first:
            yield f"{name} offered {one.offered_at_first} places and now has {one.available} free and {one.held} held"
        if one.available < 0 or one.available + one.held > one.maximum:
            yield f"{name} has {one.available} free and {one.held} held of at most {one.maximum} places"


def _funded(held: Holdings) -> Iterator[str]:
    awards: defaultdict[str, list[Award]] = defaultdict(list)
    for award in held.awards:
        awards[award.match_id].append(award)
    for match in held.matches:
        found = awards.pop(match.match_id, [])
        name = f"the match {match.match_id}"
        if len(found) != 1:
            yield f"{name} has {len(found)} awards"
        elif (match.state in LIVE and found[0].state not in PAID_BY.get(match.state, set())) or (match.state not in LIVE and found[0].state not in ("ended", "finished")):
            yield f"{name} is {match.state}, but its award is {found[0].state}"
    for strange in awards:
        yield f"funding knows the match {strange}, which matching does not"
    for award in held.awards:
        due = {
            "reserved": award.reserved > 0 and not award.committed,
            "awarded": award.committed > 0 and not award.reserved,
        }
        if not due.get(award.state, not (award.reserved or award.committed)):
            yield f"the award {award.award_id} is {award.state} with {award.reserved} p reserved and {award.committed} p committed"


def _ledger(held: Holdings) -> Iterator[str]:
    sums: Counter[tuple[str, str]] = Counter()
    balance: Counter[tuple[str, str]] = Counter()
    made: defaultdict[tuple[str | None, str], set[str]] = defaultdict(set)
    for entry in held.entries:
        sums[entry.fund_id, entry.account] += entry.amount
        balance[entry.transaction_id, entry.fund_id] += entry.amount
        made[entry.reservation_id, entry.kind].add(entry.transaction_id)
    for (transaction, fund), amount in balance.items():
        if amount:
            yield f"the ledger transaction {transaction} is {amount} p out of balance in the fund {fund}"
    for fund, account in sorted(held.balances.keys() | sums.keys()):
        noted, summed = held.balances.get((fund, account), 0), sums[fund, account]
        if noted != summed:
            yield f"the fund {fund} notes {noted} p as {account}, but its entries sum up to {summed} p"
        if summed < 0 and account != "received":
            yield f"the fund {fund} is {-summed} p below nothing in {account}"
    for (fund, reference), times in held.gifts.items():
        if times > 1:
            yield f"the gift {reference} to the fund {fund} was noted {times} times"
    for reservation in {reservation for reservation, _ in made if reservation}:
        resolved = made.get((reservation, "commit"), set()) | made.get((reservation, "release"), set())
        if len(made.get((reservation, "reserve"), set())) != 1 or len(resolved) > 1:
            yield f"the reservation {reservation} was resolved {len(resolved)} times"


def _timeline(evidence: Evidence) -> Iterator[str]:
    heard = evidence.words["notifications"].hears if "notifications" in evidence.words else frozenset()
    noted = {(subject, speaker, number): event for subject, speaker, number, event in evidence.holdings.timeline}
    for words in evidence.words.values():
        for one in words.told:
            if one.type in heard and noted.get((one.key, one.speaker, one.sequence)) != one.event_id:
                yield f"number {one.sequence} of {one.speaker} about {one.key} ({one.type}) is not in the timeline"
    offers = [one for words in evidence.words.values() for one in words.told if one.type == "matching.offer-sent.v1"]
    letters = Counter(event for event, purpose in evidence.holdings.letters if purpose == "offer")
    for offer in offers:
        if letters[offer.event_id] != 1:
            yield f"the offer {offer.body.get('offer_id')} has {letters[offer.event_id]} letters"


def _told_as_done(evidence: Evidence) -> Iterator[str]:
    """What matching did, it told exactly once: each proposal, each offer, each end."""
    if "matching" not in evidence.words:
        return
    proposed: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    offered: Counter[str] = Counter()
    for one in evidence.words["matching"].told:
        match_id = str(one.body.get("match_id"))
        proposed[match_id] += one.type == "matching.match-proposed.v1"
        offered[match_id] += one.type == "matching.offer-sent.v1"
        ended[match_id] += one.type in ENDINGS
    for match in evidence.holdings.matches:
        name = f"the match {match.match_id} ({match.state})"
        if proposed[match.match_id] != 1:
            yield f"{name} was told as proposed {proposed[match.match_id]} times"
        if offered[match.match_id] != (match.offer is not None):
            yield f"{name} was told as offered {offered[match.match_id]} times"
        if ended[match.match_id] != (match.state not in LIVE):
            yield f"{name} was told as ended {ended[match.match_id]} times"
