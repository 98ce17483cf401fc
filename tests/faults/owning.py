"""The rules of the work: every referral has an owner, all services agree on it, and every place is accounted for."""

from collections import Counter
from collections.abc import Iterator

from tests.faults.evidence import Evidence, Holdings, Match, Referral

AT_INTAKE = frozenset({"in_triage", "more_info_needed", "not_ready"})
WITH_OTHERS = frozenset({"waiting", "offered", "accepted", "in_therapy"})
CLOSED = frozenset({"not_suitable", "signposted", "completed", "withdrawn", "ended_early", "entered_in_error"})
LIVE = frozenset({"proposed", "waiting-for-funds", "offered", "accepted", "in-therapy"})
AT_INTAKE_AS = {"offered": "offered", "accepted": "accepted", "in-therapy": "in_therapy"}
ON_BOARD_AS = {
    "in_triage": {"new", "triage"}, "more_info_needed": {"triage"}, "not_ready": {"waiting"}, "waiting": {"waiting"},
    "offered": {"offered"}, "accepted": {"accepted"}, "in_therapy": {"in-therapy"},
    **{state: {"closed"} for state in CLOSED},
}  # fmt: skip
ENDINGS = (
    "matching.offer-declined.v1", "matching.offer-expired.v1", "matching.offer-withdrawn.v1",
    "matching.match-withdrawn.v1", "matching.therapy-ended.v1",
)  # fmt: skip


def violations(evidence: Evidence) -> list[str]:
    """Every breach, in a sentence."""
    held = evidence.holdings
    live = {match.referral_id: match for match in held.matches if match.state in LIVE}
    found: list[str] = []
    for referral in held.referrals:
        found += _owned(referral, live.get(referral.referral_id), held)
        found += _on_board(referral, held)
    return [*found, *_strangers(held), *_places(held), *_told_as_done(evidence)]


def _owned(referral: Referral, match: Match | None, held: Holdings) -> Iterator[str]:
    if referral.state in CLOSED:
        yield from _let_go(referral, match, held)
    elif referral.state in AT_INTAKE:
        yield from _looked_at(referral, match, held)
    elif referral.state in WITH_OTHERS:
        yield from _worked_on(referral, match, held)
    else:
        yield f"the referral {referral.referral_id} has come to rest as {referral.state}, where nobody works on it"


def _looked_at(referral: Referral, match: Match | None, held: Holdings) -> Iterator[str]:
    name = f"the referral {referral.referral_id} is {referral.state}"
    if referral.look_by is None and referral.referral_id not in held.asked_again:
        yield f"{name}, but nobody has to look at it by any time"
    if match or referral.referral_id in held.waiting:
        yield f"{name}, but matching works on it"


def _worked_on(referral: Referral, match: Match | None, held: Holdings) -> Iterator[str]:
    name, need = f"the referral {referral.referral_id} is {referral.state}", held.needs.get(referral.referral_id)
    waits = held.waiting.get(referral.referral_id)
    if need != "open":
        yield f"{name}, but to matching its need is {need}"
    elif waits is not None:
        yield from _waits(referral, match, waits, held)
    elif match is None:
        yield f"{name}, but has neither a match nor a place on the waiting list"
    elif AT_INTAKE_AS.get(match.state) != referral.state:
        yield f"{name}, but its match is {match.state}"
    elif match.state == "offered" and match.offer not in ("sent", "acknowledged"):
        yield f"{name}, but its offer is {match.offer}"
    elif match.state == "offered" and not match.offer_watched:
        yield f"{name}, but no timer ends the offer"


def _waits(referral: Referral, match: Match | None, reason: str, held: Holdings) -> Iterator[str]:
    name = f"the referral {referral.referral_id} waits ({reason})"
    if match is not None and match.state != "waiting-for-funds":
        yield f"{name}, but its match is {match.state}"
    if referral.referral_id not in held.watched:
        yield f"{name}, but no timer will wake it"
    if (referral.state, referral.wait_reason) != ("waiting", reason):
        yield f"{name} at matching, but is {referral.state} ({referral.wait_reason}) at intake"


def _let_go(referral: Referral, match: Match | None, held: Holdings) -> Iterator[str]:
    name = f"the referral {referral.referral_id} is {referral.state}"
    if not (referral.ended_by and referral.close_reason):
        yield f"{name} without a reason on both levels"
    if match:
        yield f"{name}, but its match {match.match_id} is still {match.state}"
    if referral.referral_id in held.waiting or held.needs.get(referral.referral_id) == "open":
        yield f"{name}, but matching still looks for a therapist"
    standing = held.standings.get(referral.referral_id, "closed")
    if standing not in ("closed", "not-suitable"):
        yield f"{name}, but to funding it is {standing}"


def _on_board(referral: Referral, held: Holdings) -> Iterator[str]:
    column = held.columns.get(referral.referral_id)
    if column not in ON_BOARD_AS.get(referral.state, {column}):
        yield f"the referral {referral.referral_id} is {referral.state}, but stands under {column} on the board"


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
