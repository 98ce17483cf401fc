"""The rules of money and paper: the ledger balances, awards follow their matches, and every offer has one letter."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.faults.evidence import Award, Entry, Evidence, Holdings
from tests.faults.owning import LIVE

PAID_AS = {
    "waiting-for-funds": {"waiting"},
    "offered": {"reserved", "not-needed"},
    "accepted": {"awarded", "not-needed"},
    "in-therapy": {"awarded", "not-needed"},
}
OVER = {"ended", "finished"}


def violations(evidence: Evidence) -> list[str]:
    """Every breach, in a sentence."""
    held = evidence.holdings
    return [
        *_funded(held),
        *_kept(held),
        *_balanced(held.entries),
        *_summed(held),
        *_resolved(held.entries),
        *_noted(evidence),
        *_written(evidence),
    ]


def _funded(held: Holdings) -> Iterator[str]:
    awards: defaultdict[str, list[Award]] = defaultdict(list)
    for award in held.awards:
        awards[award.match_id].append(award)
    for match in held.matches:
        states = [award.state for award in awards.pop(match.match_id, [])]
        wanted = PAID_AS.get(match.state, set()) if match.state in LIVE else OVER
        if len(states) != 1 or states[0] not in wanted:
            yield f"the match {match.match_id} is {match.state}, but has these awards: {', '.join(states) or 'none'}"
    for strange in awards:
        yield f"funding knows the match {strange}, which matching does not"


def _kept(held: Holdings) -> Iterator[str]:
    for award in held.awards:
        keeps = (award.reserved > 0, award.committed > 0)
        if keeps != {"reserved": (True, False), "awarded": (False, True)}.get(award.state, (False, False)):
            sums = f"{award.reserved} p reserved and {award.committed} p committed"
            yield f"the award {award.award_id} is {award.state} with {sums}"


def _balanced(entries: tuple[Entry, ...]) -> Iterator[str]:
    balance: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        balance[entry.transaction_id, entry.fund_id] += entry.amount
    for (transaction, fund), amount in balance.items():
        if amount:
            yield f"the ledger transaction {transaction} is {amount} p out of balance in the fund {fund}"


def _summed(held: Holdings) -> Iterator[str]:
    sums: Counter[tuple[str, str]] = Counter()
    for entry in held.entries:
        sums[entry.fund_id, entry.account] += entry.amount
    for fund, account in sorted(held.balances.keys() | sums.keys()):
        noted, summed = held.balances.get((fund, account), 0), sums[fund, account]
        if noted != summed:
            yield f"the fund {fund} notes {noted} p as {account}, but its entries sum up to {summed} p"
        if summed < 0 and account != "received":
            yield f"the fund {fund} is {-summed} p below nothing in {account}"
    for (fund, reference), times in held.gifts.items():
        if times > 1:
            yield f"the gift {reference} to the fund {fund} was noted {times} times"


def _resolved(entries: tuple[Entry, ...]) -> Iterator[str]:
    made: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for entry in entries:
        if entry.reservation_id:
            made[entry.reservation_id].add((entry.kind, entry.transaction_id))
    for reservation, movements in made.items():
        kinds = Counter(kind for kind, _ in movements)
        if kinds["reserve"] != 1 or kinds["commit"] + kinds["release"] > 1 or kinds["return"] > 1:
            yield f"the reservation {reservation} was moved so: {dict(kinds)}"


def _noted(evidence: Evidence) -> Iterator[str]:
    heard = evidence.words["notifications"].hears if "notifications" in evidence.words else frozenset()
    noted = {(subject, speaker, number): event for subject, speaker, number, event in evidence.holdings.timeline}
    for words in evidence.words.values():
        for one in words.told:
            if one.type in heard and noted.get((one.key, one.speaker, one.sequence)) != one.event_id:
                yield f"number {one.sequence} of {one.speaker} about {one.key} ({one.type}) is not in the timeline"


def _written(evidence: Evidence) -> Iterator[str]:
    letters = Counter(event for event, purpose in evidence.holdings.letters if purpose == "offer")
    for words in evidence.words.values():
        for one in words.told:
            if one.type == "matching.offer-sent.v1" and letters[one.event_id] != 1:
                yield f"the offer {one.body.get('offer_id')} has {letters[one.event_id]} letters"
